using TraceKit.Engine.Spans;

namespace TraceKit.Engine.Tests;

/// <summary>Small recordings of two events, <c>op:start</c> and <c>op:end</c>, with numbers <c>id</c> and <c>kind</c>, and of a function's entry and return.</summary>
internal sealed class SpanTrace
{
    private const ulong Raw = 1UL << 10; // PERF_SAMPLE_RAW

    private readonly int _start;
    private readonly int _end;
    private readonly int _entry;
    private readonly int _return;

    public SpanTrace()
    {
        _start = Trace.AddEvent("op:op_start", 2, 1, Raw, Format("op_start", "id", "kind"));
        _end = Trace.AddEvent("op:op_end", 2, 2, Raw, Format("op_end", "number", "kind"));
        _entry = Trace.AddEvent("probe:f", 2, 3, Raw, Format("f", "__probe_ip", "n"));
        _return = Trace.AddEvent("probe:f__return", 2, 4, Raw, Format("f__return", "__probe_ret_ip", "ret"));
    }

    public TestTrace Trace { get; } = new() { ChunkSamples = 3 };

    public SpanTrace Start(ulong time, uint tid, ulong id = 0, ulong kind = 0, uint cpu = 0) => Add(time, tid, cpu, _start, id, kind);

    public SpanTrace End(ulong time, uint tid, ulong id = 0, ulong kind = 0, uint cpu = 0) => Add(time, tid, cpu, _end, id, kind);

    public SpanTrace Entry(ulong time, uint tid, ulong n = 0, uint cpu = 0) => Add(time, tid, cpu, _entry, 0x1000, n);

    public SpanTrace Return(ulong time, uint tid, ulong ret = 0, uint cpu = 0) => Add(time, tid, cpu, _return, 0x1000, ret);

    /// <summary>Finds spans of the two events, or by <paramref name="change"/> others.</summary>
    public SpanAnalysis Run(SpanOrder order = SpanOrder.Nested, SpanKeyPart[]? key = null, Func<SpanDefinition, SpanDefinition>? change = null, SpanOptions? options = null)
    {
        using var trace = Trace.Open();
        var definition = new SpanDefinition { Name = "op", Start = new([_start]), End = new([_end]), Order = order, Key = key ?? [new("tid", "tid")] };
        return SpanAnalysis.Run(trace, new AnalysisOptions(), (options ?? new SpanOptions { Definitions = [], Longest = 100 }) with { Definitions = [change is null ? definition : change(definition)] });
    }

    /// <summary>Finds calls of the function, as they are found without being told.</summary>
    public SpanAnalysis RunCalls()
    {
        using var trace = Trace.Open();
        return SpanAnalysis.Run(trace, new AnalysisOptions(), new SpanOptions { Definitions = [.. SpanFinder.Find(trace).Where(d => d.IsCall)], Longest = 100 });
    }

    /// <summary>The spans by their starts: <c>10+5</c>.</summary>
    public static string Dump(SpanAnalysis analysis) => string.Join(' ', analysis.Longest.OrderBy(s => s.Start).ThenByDescending(s => s.Duration).Select(s => $"{s.Start}+{s.Duration}"));

    /// <summary>What has no partner: <c>StillOpen 2</c>.</summary>
    public static string Unmatched(SpanAnalysis analysis) => string.Join(' ', Enum.GetValues<SpanUnmatched>().Where(r => analysis.Unmatched[0][(int)r] > 0).Select(r => $"{r} {analysis.Unmatched[0][(int)r]}"));

    private static string Format(string name, string first, string second) => $"name: {name}\nID: 1\nformat:\n"
        + "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
        + $"\tfield:u64 {first};\toffset:8;\tsize:8;\tsigned:0;\n\tfield:u64 {second};\toffset:16;\tsize:8;\tsigned:0;\n\nprint fmt: \"{first}=%lu {second}=%lu\", REC->{first}, REC->{second}\n";

    private SpanTrace Add(ulong time, uint tid, uint cpu, int traceEvent, ulong first, ulong second)
    {
        var raw = new byte[24];
        BitConverter.TryWriteBytes(raw.AsSpan(8), first);
        BitConverter.TryWriteBytes(raw.AsSpan(16), second);
        Trace.Sample(time, tid / 100 * 100, tid, cpu, 1, [TestTrace.UserMarker, 0x1000 + time], traceEvent, raw);
        return this;
    }
}
