using System.Globalization;
using System.Text;
using TraceKit.Engine;
using TraceKit.Format.Dtr.Metadata;
using TraceKit.Report.Profiles;
using TraceKit.Report.Text;

namespace TraceKit.Report.Info;

/// <summary><c>tracekit info</c> for people.</summary>
public static class InfoText
{
    /// <summary>The whole text.</summary>
    /// <param name="info">The recording.</param>
    /// <param name="allModules">List every module, not only count them.</param>
    public static string Render(TraceInfo info, bool allModules)
    {
        var text = new StringBuilder();
        AppendFile(text, info);
        if (info.Host is { } host)
            AppendHost(text, info, host);
        else
            Line(text, "host", "unknown: the chunk that says so is lost");
        AppendEvents(text, info);
        AppendModules(text, info, allModules);
        text.Append('\n');
        foreach (var chunk in info.Chunks)
            text.Append(CultureInfo.InvariantCulture, $"  {chunk.Type,-10} {chunk.Chunks,7} chunks {chunk.StoredBytes,14:N0} bytes stored {chunk.RawBytes,14:N0} raw\n");
        foreach (var loss in info.Losses)
            text.Append("lost: ").Append(Describe(loss)).Append('\n');
        foreach (var damage in info.Reader.Damage)
            text.Append("damage: ").Append(SafeText.Show(damage.ToString())).Append('\n');
        return text.ToString();
    }

    /// <summary>Why something was lost, in words.</summary>
    public static string Cause(LossReport loss) => loss.Cause switch
    {
        LossCause.RingFull => "ring buffer full",
        LossCause.Throttled => "throttled by the kernel",
        LossCause.WriteError => "could not be written",
        LossCause.Limit => "over a limit that was asked for",
        LossCause.Hardware => "lost by the hardware",
        LossCause.BadRecord => "records that could not be read",
        LossCause.RateLowered => "sampling rate lowered",
        _ => "cause unknown",
    };

    /// <summary>A time of the trace's clock as a date; empty when the recording does not tell the difference.</summary>
    public static string Utc(long time, long realtimeOffset)
    {
        var unix = unchecked(time + realtimeOffset);
        return realtimeOffset != 0 && unix > 0 ? FormattableString.Invariant($"{DateTime.UnixEpoch.AddTicks(unix / 100):yyyy-MM-dd HH:mm:ss} UTC") : "";
    }

    /// <summary>A loss in one line.</summary>
    public static string Describe(LossReport loss)
    {
        var cpu = loss.Cpu < 0 ? "" : FormattableString.Invariant($", CPU {loss.Cpu}");
        var detail = string.IsNullOrEmpty(loss.Detail) ? "" : $" ({SafeText.Show(loss.Detail)})";
        return FormattableString.Invariant($"{loss.Count} {Cause(loss)}{cpu}, {Seconds(loss.FirstTime)} to {Seconds(loss.LastTime)}{detail}");
    }

    /// <summary>A time as <c>script</c> prints it.</summary>
    public static string Seconds(ulong nanoseconds) =>
        FormattableString.Invariant($"{nanoseconds / 1_000_000_000}.{nanoseconds / 1000 % 1_000_000:000000}");

    /// <summary>Whether the stacks are whole, and where not; for who asked to have them unwound.</summary>
    public static string Stacks(Analysis analysis)
    {
        var text = new StringBuilder();
        var unwind = analysis.Unwind;
        if (unwind.Samples == 0)
        {
            Line(text, "stacks", "no stack dumps to unwind");
            return text.ToString();
        }

        Line(text, "stacks", LossNotes.Complete(unwind));
        foreach (var part in LossNotes.Incomplete(analysis, int.MaxValue))
            Line(text, "", part);
        return text.ToString();
    }

    private static void AppendFile(StringBuilder text, TraceInfo info)
    {
        var header = info.Reader.FileHeader;
        Line(text, "file", $"{SafeText.Show(info.Reader.Name)}, {info.Reader.Length.ToString("N0", CultureInfo.InvariantCulture)} bytes"
            + (header is { } h ? $", .dtr {h.Major}.{h.Minor}, id {h.FileId:N}" : ", file header damaged"));
        Line(text, "state", info.Reader.IsComplete ? "whole (payloads not checked: 'tracekit verify' does)"
            : info.Reader.Damage.Count > 0 ? $"damaged: {info.Reader.Damage.Count} places"
            : "the recording did not end in order; everything written before is here");
    }

    private static void AppendHost(StringBuilder text, TraceInfo info, HostInfo host)
    {
        Line(text, "host", $"{SafeText.Show(host.HostName)}, Linux {SafeText.Show(host.KernelRelease)} {SafeText.Show(host.Architecture)}"
            + $", {host.CpuCount} CPUs{(host.CpuModel is { Length: > 0 } model ? $" ({SafeText.Show(model)})" : "")}"
            + (host.MemoryBytes > 0 ? FormattableString.Invariant($", {host.MemoryBytes / (double)(1 << 30):0.0} GiB") : ""));
        if (host.Container is { Length: > 0 } container)
            Line(text, "container", SafeText.Show(container));
        var (first, last) = info.Times;
        var start = host.StartTime != 0 ? host.StartTime : first;
        var end = host.EndTime != 0 ? host.EndTime : last;
        if (start != 0)
        {
            var utc = Utc((long)start, host.RealtimeOffset);
            Line(text, "recorded", $"{utc}{(utc.Length > 0 ? " " : "")}for {Seconds(end > start ? end - start : 0)} s (clock {ClockName(host.ClockId)} {Seconds(start)} to {Seconds(end)})");
        }

        var recorder = host.IsOfPerf ? "" : "tracekit-capture ";
        Line(text, "by", $"{recorder}{SafeText.Show(host.AgentVersion)}: {SafeText.Show(string.Join(' ', host.CommandLine))}");
        foreach (var note in host.Notes)
            Line(text, "note", SafeText.Show(note));
        if (info.Summary is { } summary)
        {
            Line(text, "samples", FormattableString.Invariant($"{summary.Samples} recorded, {summary.Lost} lost"));
            Line(text, "cost", FormattableString.Invariant($"{summary.AgentCpuNanoseconds / 1e9:0.000} s of CPU, {summary.RecordBytes:N0} bytes from the kernel, stack dumps: {summary.FilteredStacks} pointers only, {summary.RawStacks} raw"));
            if (summary.StopReason is { Length: > 0 } reason)
                Line(text, "ended", SafeText.Show(reason));
        }
    }

    /// <summary><c>CLOCK_*</c> of <c>time.h</c>; perf says which only when it was asked to take one.</summary>
    private static string ClockName(int id) => id switch
    {
        -1 => "of perf",
        -2 => "none, the order of the file",
        0 => "CLOCK_REALTIME",
        1 => "CLOCK_MONOTONIC",
        4 => "CLOCK_MONOTONIC_RAW",
        7 => "CLOCK_BOOTTIME",
        11 => "CLOCK_TAI",
        _ => id.ToString(CultureInfo.InvariantCulture),
    };

    private static void AppendEvents(StringBuilder text, TraceInfo info)
    {
        if (info.Events is null)
        {
            Line(text, "events", "unknown: the chunk that describes them is lost");
            return;
        }

        for (var i = 0; i < info.Events.Events.Count; i++)
        {
            var described = info.Events.Events[i];
            if (described.IsSideBandOnly)
                continue;
            var totals = info.Summary?.Events.FirstOrDefault(t => t.EventIndex == i);
            Line(text, "event", SafeText.Show(described.Name)
                + (totals is null ? "" : FormattableString.Invariant($": {totals.Samples} samples, {totals.Lost} lost"))
                + (described.Filter is { Length: > 0 } filter ? $", filter {SafeText.Show(filter)}" : "")
                + (described.ProbeDefinition is { Length: > 0 } probe ? $", {SafeText.Show(probe)}" : ""));
            DefinitionText.Append(text, described);
        }
    }

    private static void AppendModules(StringBuilder text, TraceInfo info, bool all)
    {
        var missing = info.Modules.Count(m => m.MissingReason is { Length: > 0 });
        Line(text, "modules", FormattableString.Invariant($"{info.Modules.Count}, {missing} of them without a snapshot{(all || info.Modules.Count == 0 ? "" : " (--modules lists them)")}"));
        if (!all)
        {
            AppendMissing(text, info);
            return;
        }

        foreach (var module in info.Modules)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {module.Kind,-10} {(module.BuildId.Length > 0 ? Convert.ToHexStringLower(module.BuildId) : "no build-id"),-40} {module.BlobBytes,10:N0}  ")
                .Append(SafeText.Show(module.Path))
                .Append(module.MissingReason is { Length: > 0 } reason ? $": {SafeText.Show(reason)}" : "").Append('\n');
        }
    }

    /// <summary>The files that the recording names and has nothing of; whether samples need them only an analysis knows.</summary>
    private static void AppendMissing(StringBuilder text, TraceInfo info)
    {
        const int Most = 5;
        var missing = info.Modules.Where(m => m is { Kind: ModuleKind.Elf, BlobBytes: 0, MissingReason.Length: > 0 }).ToArray();
        foreach (var module in missing.Take(Most))
            Line(text, "", $"{SafeText.Show(module.Path)} ({(module.BuildId.Length > 0 ? "build-id " + Convert.ToHexStringLower(module.BuildId) : "no build-id")}): {SafeText.Show(module.MissingReason!)}");
        if (missing.Length > Most)
            Line(text, "", FormattableString.Invariant($"and {missing.Length - Most} more"));
        if (missing.Length > 0)
            Line(text, "", $"supply them: tracekit symbols add {SafeText.Show(Path.GetFileName(info.Reader.Name))} --debug-dir DIR (or --symfs DIR)");
    }

    private static void Line(StringBuilder text, string name, string value) => text.Append(name.PadRight(10)).Append(value).Append('\n');
}
