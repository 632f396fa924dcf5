using System.Text;
using TraceKit.Engine;
using TraceKit.Engine.Streams;
using TraceKit.Report.Text;

namespace TraceKit.Report.Scripts;

/// <summary>Prints records one by one as <c>perf script</c> does; text from the trace cannot drive a terminal.</summary>
public sealed partial class ScriptPrinter
{
    private readonly Trace _trace;
    private readonly ScriptOptions _options;
    private readonly ScriptEvents _events;
    private readonly ScriptFields[] _fields;
    private readonly StringBuilder _scratch = new();
    private long _firstTime;
    private long _lastTime;
    private string? _comm;
    private byte[] _commBytes = [];

    private ScriptPrinter(Trace trace, ScriptOptions options, ScriptFields[] fields)
    {
        _trace = trace;
        _options = options;
        _fields = fields;
        _events = new ScriptEvents(trace);
    }

    /// <summary>Makes a printer for one trace.</summary>
    /// <param name="trace">The trace.</param>
    /// <param name="options">How to print.</param>
    /// <param name="problem">A field that was asked for and that the samples do not have, when null is returned.</param>
    public static ScriptPrinter? Create(Trace trace, ScriptOptions options, out string problem)
    {
        ArgumentNullException.ThrowIfNull(trace);
        ArgumentNullException.ThrowIfNull(options);
        return options.Fields.Of(trace, options.Chains, out problem) is { } fields ? new ScriptPrinter(trace, options, fields) : null;
    }

    /// <summary>Appends one record, with the newline at its end.</summary>
    public void Append(ByteText output, EventRecord record)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(record);
        var traceEvent = record.Event;
        if (traceEvent is null)
        {
            if (_fields.Length > 0)
                AppendHead(output, record, _fields[0], _options.Chains && (_fields[0] & ScriptFields.Ip) != 0 && _events.HasChain(0));
            AppendSideBand(output, record.SideBandText);
            return;
        }

        var fields = _fields[traceEvent.Index];
        if (fields == ScriptFields.None)
            return;
        var hasChain = _options.Chains && (fields & ScriptFields.Ip) != 0 && _events.HasChain(traceEvent.Index);
        AppendHead(output, record, fields, hasChain);
        if ((fields & ScriptFields.Period) != 0)
            output.Decimal(record.Period, 10).Append((byte)' ');
        if ((fields & ScriptFields.Event) != 0)
            output.Append(_events.NameInLine(traceEvent.Index));
        if ((fields & ScriptFields.Trace) != 0)
            AppendTrace(output, record);
        if ((fields & SampleParts) != 0)
            AppendBeforeAddress(output, record, fields);
        if ((fields & ScriptFields.Ip) != 0)
        {
            if (hasChain)
                AppendChain(output.Append((byte)'\n'), record, fields);
            else
                AppendOne(output.Append((byte)' '), record, fields);
        }

        if ((fields & SampleParts) != 0)
            AppendAfterAddress(output, record, fields);
        output.Append((byte)'\n');
    }

    private void AppendHead(ByteText output, EventRecord record, ScriptFields fields, bool chain)
    {
        if ((fields & ScriptFields.Comm) != 0)
        {
            if (!ReferenceEquals(_comm, record.Comm))
                _commBytes = Encoding.UTF8.GetBytes(SafeText.Show(_comm = record.Comm));
            if (_options.Latency)
                output.Padded(_commBytes.AsSpan(0, Math.Min(8, _commBytes.Length)), 8).Append((byte)' ');
            else
                output.Padded(_commBytes, chain ? 0 : 16).Append((byte)' ');
        }

        if ((fields & (ScriptFields.Pid | ScriptFields.Tid)) == (ScriptFields.Pid | ScriptFields.Tid))
            output.Decimal(record.Pid, 5).Append((byte)'/').Decimal(record.Tid, -5).Append((byte)' ');
        else if ((fields & ScriptFields.Pid) != 0)
            output.Decimal(record.Pid, 5).Append((byte)' ');
        else if ((fields & ScriptFields.Tid) != 0)
            output.Decimal(record.Tid, 5).Append((byte)' ');
        if ((fields & ScriptFields.Cpu) != 0 && record.Cpu >= 0 && _options.Latency)
            output.Decimal(record.Cpu, 3).Append((byte)' ');
        else if ((fields & ScriptFields.Cpu) != 0 && record.Cpu >= 0)
            output.Append((byte)'[').Zeros((ulong)record.Cpu, 3).Append("] "u8);
        else if ((fields & ScriptFields.Cpu) != 0 && record.Event is not null && _trace.PerfData is not null)
            output.Append("[-01] "u8); // as perf: unknown
        if ((fields & (ScriptFields.Misc | ScriptFields.TimeOfDay)) != 0)
            AppendMiscAndDay(output, record, fields);
        if ((fields & ScriptFields.Time) != 0)
            AppendTime(output, record.Time);
    }

    private void AppendTime(ByteText output, long time)
    {
        var shown = time;
        if (_options.RelativeTime)
        {
            if (_firstTime == 0)
                _firstTime = time;
            shown = time - _firstTime;
        }
        else if (_options.DeltaTime)
        {
            shown = _lastTime == 0 ? 0 : time - _lastTime;
            _lastTime = time;
        }

        var nanoseconds = (ulong)Math.Max(0, shown);
        output.Decimal(nanoseconds / 1_000_000_000, 5).Append((byte)'.');
        if (_options.Nanoseconds)
            output.Zeros(nanoseconds % 1_000_000_000, 9);
        else
            output.Zeros(nanoseconds / 1000 % 1_000_000, 6);
        output.Append(": "u8);
    }

    private void AppendTrace(ByteText output, EventRecord record)
    {
        if (record.Raw.IsEmpty)
            return;
        _scratch.Clear();
        record.AppendText(_scratch);
        foreach (var chunk in _scratch.GetChunks())
        {
            if (SafeText.IsSafe(chunk.Span))
                continue;
            // A text of several lines stays one of several lines.
            var lines = _scratch.ToString().Split('\n');
            for (var i = 0; i < lines.Length; i++)
                output.Append(i > 0 ? "\n" : "").Append(string.Join('\t', lines[i].Split('\t').Select(SafeText.Show)));
            return;
        }

        output.Append(_scratch);
    }

    private static void AppendSideBand(ByteText output, string text)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
            output.Append(lines[i].StartsWith("\t\t", StringComparison.Ordinal) ? "\t\t" + SafeText.Show(lines[i][2..]) : SafeText.Show(lines[i])).Append((byte)'\n');
    }
}
