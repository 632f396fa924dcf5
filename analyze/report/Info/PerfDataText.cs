using System.Globalization;
using System.Text;
using TraceKit.Engine;
using TraceKit.Format.Perf;
using TraceKit.Format.PerfData;
using TraceKit.Report.Profiles;
using TraceKit.Report.Text;

namespace TraceKit.Report.Info;

/// <summary><c>tracekit info</c> and <c>verify</c> of a <c>perf.data</c>: its header as <c>perf report --header-only</c> has it, and what its records are.</summary>
public static class PerfDataText
{
    /// <summary>What is in it.</summary>
    /// <param name="trace">A trace whose <see cref="Trace.PerfData"/> is there.</param>
    /// <param name="allModules">List every file with a build-id, not only count them.</param>
    public static string Render(Trace trace, bool allModules)
    {
        var reader = trace.PerfData ?? throw new ArgumentException("no perf.data", nameof(trace));
        var facts = reader.Metadata.Facts;
        var text = new StringBuilder();
        Line(text, "file", FormattableString.Invariant($"{SafeText.Show(trace.Path)}, {trace.Length:N0} bytes, perf.data{(reader.Header.IsPipe ? " of a pipe" : "")}, {(reader.Header.IsBigEndian ? "big" : "little")}-endian"));
        Line(text, "state", trace.Damage.Count > 0 ? $"damaged: {trace.Damage.Count} places" : "whole");
        Line(text, "hostname", facts.HostName);
        Line(text, "os release", facts.OsRelease);
        Line(text, "perf version", facts.Version);
        Line(text, "arch", facts.Architecture);
        if (facts.CpusAvailable > 0)
        {
            Line(text, "nrcpus online", Number(facts.CpusOnline));
            Line(text, "nrcpus avail", Number(facts.CpusAvailable));
        }

        Line(text, "cpudesc", facts.CpuDescription);
        Line(text, "cpuid", facts.CpuId);
        if (facts.TotalMemoryKib > 0)
            Line(text, "total memory", FormattableString.Invariant($"{facts.TotalMemoryKib} kB"));
        Line(text, "cmdline", string.Join(' ', facts.CommandLine));
        AppendTopology(text, facts);
        AppendClock(text, facts);
        foreach (var (name, value) in facts.MetaInfo.OrderBy(m => m.Key, StringComparer.Ordinal).Where(m => !m.Value.Contains('\n', StringComparison.Ordinal)))
            Line(text, name, value);
        AppendEvents(text, trace, reader);
        AppendModules(text, reader, allModules);
        var missing = Enumerable.Range(1, PerfDataFeature.HEADER_PMU_CAPS).Where(f => !reader.Metadata.Features.Contains(f)).Select(f => PerfDataFeature.NameOf(f)[7..]);
        Line(text, "missing features", string.Join(' ', missing));
        if (reader.Metadata.UnknownFeatures.Count > 0)
            Line(text, "unknown features", string.Join(' ', reader.Metadata.UnknownFeatures.Select(f => Number(f))));
        AppendRecords(text, trace, reader);
        return text.ToString();
    }

    /// <summary>Whether it is whole.</summary>
    /// <param name="trace">A trace whose <see cref="Trace.PerfData"/> is there.</param>
    public static string RenderVerification(Trace trace)
    {
        var reader = trace.PerfData ?? throw new ArgumentException("no perf.data", nameof(trace));
        var text = new StringBuilder();
        var records = reader.Counts.Sum(c => c.Count.Records);
        text.Append(CultureInfo.InvariantCulture, $"{SafeText.Show(trace.Path)}: {(IsWhole(trace) ? "whole" : "data lost")}: {records} records, {trace.Length:N0} bytes (a perf.data has no checksums: records and sizes fit each other)\n");
        AppendRecords(text, trace, reader);
        return text.ToString();
    }

    /// <summary>Whether nothing of the file is missing or unreadable; what the recorder itself lost does not count.</summary>
    public static bool IsWhole(Trace trace) => trace.EndedInOrder && trace.Damage.Count == 0 && trace.PerfData is { Metadata.Problems.Count: 0 };

    private static void AppendTopology(StringBuilder text, PerfDataFacts facts)
    {
        foreach (var siblings in facts.CoreSiblings)
            Line(text, "sibling sockets", siblings);
        foreach (var siblings in facts.ThreadSiblings)
            Line(text, "sibling threads", siblings);
        foreach (var (pmu, cpus) in facts.HybridTopology)
            Line(text, $"{pmu} cpu list", cpus);
        foreach (var node in facts.Nodes)
        {
            Line(text, FormattableString.Invariant($"node{node.Number} meminfo"), FormattableString.Invariant($"total = {node.TotalKib} kB, free = {node.FreeKib} kB"));
            Line(text, FormattableString.Invariant($"node{node.Number} cpu list"), node.Cpus);
        }

        Line(text, "pmu mappings", string.Join(", ", facts.Pmus.Select(p => FormattableString.Invariant($"{p.Value} = {p.Key}"))));
        foreach (var cache in facts.Caches)
            Line(text, "cache", cache);
        foreach (var capability in facts.PmuCapabilities)
            Line(text, "pmu capability", capability);
    }

    private static void AppendClock(StringBuilder text, PerfDataFacts facts)
    {
        if (facts.FirstSampleTime is { } first && facts.LastSampleTime is { } last && last > 0)
        {
            Line(text, "time of first sample", InfoText.Seconds(first));
            Line(text, "time of last sample", InfoText.Seconds(last));
            Line(text, "sample duration", FormattableString.Invariant($"{(last - first) / 1e6:0.000} ms"));
        }

        if (facts.ClockResolution is { } resolution && resolution > 0)
            Line(text, "clockid frequency", FormattableString.Invariant($"{1000.0 / resolution:0.######} MHz"));
        if (facts.ClockData is { } clock)
            Line(text, "reference time", FormattableString.Invariant($"{InfoText.Utc((long)clock.ClockTime, unchecked((long)(clock.TimeOfDay - clock.ClockTime)))} = {InfoText.Seconds(clock.ClockTime)} (clock {clock.ClockId})"));
        if (facts.Compression is { } compression)
            Line(text, "compressed", FormattableString.Invariant($"Zstd, level = {compression.Level}, ratio = {compression.Ratio}"));
    }

    private static void AppendEvents(StringBuilder text, Trace trace, PerfDataReader reader)
    {
        for (var i = 0; i < trace.Events.Count; i++)
        {
            var attribute = reader.Metadata.Events.Attributes[i];
            var attr = attribute.Attr;
            var how = attr.Has(PerfAttrFlags.freq) ? "sample_freq" : "sample_period";
            var samples = trace.Summary?.Events.FirstOrDefault(e => e.EventIndex == i)?.Samples;
            Line(text, "event", FormattableString.Invariant($"{SafeText.Show(trace.Events[i].Name)}, type = {attr.Type}, config = 0x{attr.Config:x}, {how} = {attr.SamplePeriodOrFrequency}, sample_type = 0x{attr.SampleType:x}, {attribute.Ids.Count} ids{(samples is null ? "" : $", {samples} samples")}"));
        }
    }

    private static void AppendModules(StringBuilder text, PerfDataReader reader, bool all)
    {
        var buildIds = reader.Metadata.BuildIds;
        Line(text, "build-ids", Number(buildIds.Count));
        foreach (var entry in all ? buildIds : [])
            Line(text, "", $"{Convert.ToHexStringLower(entry.BuildId)} {SafeText.Show(entry.Path)}");
    }

    private static void AppendRecords(StringBuilder text, Trace trace, PerfDataReader reader)
    {
        text.Append('\n');
        foreach (var (type, count) in reader.Counts)
            text.Append(CultureInfo.InvariantCulture, $"  {PerfDataRecordType.Describe(type),-22} {count.Records,12:N0} records {count.Bytes,16:N0} bytes\n");
        if (LossNotes.Aux(reader.AuxBytes, reader.AuxKind) is { Length: > 0 } aux)
            text.Append("  ").Append(aux).Append('\n');
        if (reader.UnknownRecords > 0)
            text.Append(CultureInfo.InvariantCulture, $"  records of unknown types passed over: {reader.UnknownRecords:N0}\n");
        if (trace.Summary is { Lost: > 0 } summary)
            text.Append(CultureInfo.InvariantCulture, $"lost: {summary.Lost} while recording\n");
        foreach (var problem in reader.Metadata.Problems)
            text.Append("problem: ").Append(SafeText.Show(problem)).Append('\n');
        foreach (var damage in trace.Damage)
            text.Append("damage: ").Append(SafeText.Show(damage.ToString())).Append('\n');
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static void Line(StringBuilder text, string label, string value)
    {
        if (value.Length > 0)
            text.Append(CultureInfo.InvariantCulture, $"{SafeText.Show(label)} : {SafeText.Show(value)}\n");
    }
}
