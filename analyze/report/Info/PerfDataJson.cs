using System.Text.Json;
using TraceKit.Engine;
using TraceKit.Format.PerfData;
using TraceKit.Report.Text;

namespace TraceKit.Report.Info;

/// <summary><c>info --json</c> and <c>verify --json</c> of a <c>perf.data</c>, with the names that <see cref="InfoJson"/> has for what both have.</summary>
public static class PerfDataJson
{
    /// <summary>Everything that is known of the file.</summary>
    /// <param name="output">Gets one object and a newline.</param>
    /// <param name="trace">A trace whose <see cref="Trace.PerfData"/> is there.</param>
    public static void Write(Stream output, Trace trace)
    {
        ArgumentNullException.ThrowIfNull(output);
        var reader = trace.PerfData ?? throw new ArgumentException("no perf.data", nameof(trace));
        using (var json = new Utf8JsonWriter(output, JsonStyle.Options))
        {
            json.WriteStartObject();
            json.WriteString("file", trace.Path);
            json.WriteNumber("bytes", trace.Length);
            json.WriteString("format", reader.Header.IsPipe ? "perf.data of a pipe" : "perf.data");
            json.WriteString("byte_order", reader.Header.IsBigEndian ? "big" : "little");
            json.WriteBoolean("complete", PerfDataText.IsWhole(trace));
            WriteHost(json, trace, reader.Metadata.Facts);
            WriteEvents(json, trace, reader);
            WriteRecords(json, trace, reader);
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }

    private static void WriteHost(Utf8JsonWriter json, Trace trace, PerfDataFacts facts)
    {
        json.WriteStartObject("host");
        json.WriteString("name", facts.HostName);
        json.WriteString("kernel_release", facts.OsRelease);
        json.WriteString("architecture", facts.Architecture);
        json.WriteNumber("cpus", facts.CpusAvailable);
        json.WriteNumber("cpus_online", facts.CpusOnline);
        json.WriteString("cpu_model", facts.CpuDescription);
        json.WriteString("cpuid", facts.CpuId);
        json.WriteNumber("memory_bytes", facts.TotalMemoryKib * 1024);
        json.WriteNumber("clock_id", trace.Host.ClockId);
        json.WriteNumber("realtime_offset", trace.Host.RealtimeOffset);
        json.WriteString("agent_version", trace.Host.AgentVersion);
        json.WriteStartArray("command_line");
        foreach (var argument in facts.CommandLine)
            json.WriteStringValue(argument);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteEvents(Utf8JsonWriter json, Trace trace, PerfDataReader reader)
    {
        json.WriteStartArray("events");
        for (var i = 0; i < trace.Events.Count; i++)
        {
            var attr = reader.Metadata.Events.Attributes[i].Attr;
            json.WriteStartObject();
            json.WriteString("name", trace.Events[i].Name);
            json.WriteNumber("type", attr.Type);
            json.WriteNumber("config", attr.Config);
            json.WriteNumber("sample_type", attr.SampleType);
            if (trace.Summary?.Events.FirstOrDefault(e => e.EventIndex == i) is { } totals)
                json.WriteNumber("samples", totals.Samples);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("modules");
        foreach (var entry in reader.Metadata.BuildIds)
        {
            json.WriteStartObject();
            json.WriteString("path", entry.Path);
            json.WriteString("build_id", Convert.ToHexStringLower(entry.BuildId));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteRecords(Utf8JsonWriter json, Trace trace, PerfDataReader reader)
    {
        json.WriteStartArray("records");
        foreach (var (type, count) in reader.Counts)
        {
            json.WriteStartObject();
            json.WriteNumber("type", type);
            json.WriteString("name", PerfDataRecordType.NameOf(type));
            json.WriteNumber("count", count.Records);
            json.WriteNumber("bytes", count.Bytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("unknown_records", reader.UnknownRecords);
        json.WriteNumber("aux_bytes", reader.AuxBytes);
        if (reader.AuxKind.Length > 0)
            json.WriteString("aux_kind", reader.AuxKind);
        json.WriteNumber("lost", trace.Summary?.Lost ?? 0);
        json.WriteStartArray("damage");
        foreach (var damage in trace.Damage)
        {
            json.WriteStartObject();
            json.WriteNumber("offset", damage.Offset);
            json.WriteNumber("bytes", damage.Bytes);
            json.WriteString("detail", damage.Detail);
            json.WriteEndObject();
        }

        foreach (var problem in reader.Metadata.Problems)
        {
            json.WriteStartObject();
            json.WriteString("detail", problem);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
