using System.Text.Json;
using TraceKit.Format.Dtr;
using TraceKit.Report.Text;

namespace TraceKit.Report.Info;

/// <summary><c>info --json</c> and <c>verify --json</c>.</summary>
public static class InfoJson
{
    /// <summary>Everything that the text says.</summary>
    public static void Write(Stream output, TraceInfo info)
    {
        using (var json = new Utf8JsonWriter(output, JsonStyle.Options))
        {
            json.WriteStartObject();
            WriteFile(json, info.Reader);
            WriteHost(json, info);
            WriteEvents(json, info);
            WriteModules(json, info);
            json.WriteStartArray("chunks");
            foreach (var chunk in info.Chunks)
            {
                json.WriteStartObject();
                json.WriteString("type", chunk.Type.ToString());
                json.WriteNumber("count", chunk.Chunks);
                json.WriteNumber("stored_bytes", chunk.StoredBytes);
                json.WriteNumber("raw_bytes", chunk.RawBytes);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            WriteDamage(json, info.Reader);
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }

    /// <summary>The file's state alone.</summary>
    public static void WriteVerification(Stream output, DtrReader reader, int goodChunks)
    {
        using (var json = new Utf8JsonWriter(output, JsonStyle.Options))
        {
            json.WriteStartObject();
            WriteFile(json, reader);
            json.WriteNumber("chunks", reader.Chunks.Count);
            json.WriteNumber("good_chunks", goodChunks);
            json.WriteNumber("unknown_chunks", reader.UnknownChunks);
            WriteDamage(json, reader);
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }

    private static void WriteFile(Utf8JsonWriter json, DtrReader reader)
    {
        json.WriteString("file", reader.Name);
        json.WriteNumber("bytes", reader.Length);
        if (reader.FileHeader is { } header)
        {
            json.WriteString("format", FormattableString.Invariant($"{header.Major}.{header.Minor}"));
            json.WriteString("file_id", header.FileId.ToString("N"));
        }

        json.WriteBoolean("complete", reader.IsComplete);
    }

    private static void WriteHost(Utf8JsonWriter json, TraceInfo info)
    {
        if (info.Host is { } host)
        {
            json.WriteStartObject("host");
            json.WriteString("name", host.HostName);
            json.WriteString("kernel_release", host.KernelRelease);
            json.WriteString("kernel_version", host.KernelVersion);
            json.WriteString("architecture", host.Architecture);
            json.WriteNumber("cpus", host.CpuCount);
            json.WriteString("cpu_model", host.CpuModel);
            json.WriteNumber("memory_bytes", host.MemoryBytes);
            json.WriteString("container", host.Container);
            json.WriteNumber("clock_id", host.ClockId);
            json.WriteNumber("realtime_offset", host.RealtimeOffset);
            json.WriteNumber("start_time", host.StartTime);
            json.WriteNumber("end_time", host.EndTime);
            json.WriteString("agent_version", host.AgentVersion);
            WriteTexts(json, "command_line", host.CommandLine);
            WriteTexts(json, "notes", host.Notes);
            json.WriteEndObject();
        }

        if (info.Summary is { } summary)
        {
            json.WriteStartObject("summary");
            json.WriteNumber("samples", summary.Samples);
            json.WriteNumber("lost", summary.Lost);
            json.WriteNumber("side_band", summary.SideBandRecords);
            json.WriteNumber("record_bytes", summary.RecordBytes);
            json.WriteNumber("agent_cpu_ns", summary.AgentCpuNanoseconds);
            json.WriteNumber("filtered_stacks", summary.FilteredStacks);
            json.WriteNumber("raw_stacks", summary.RawStacks);
            json.WriteString("stop_reason", summary.StopReason);
            json.WriteEndObject();
        }
    }

    private static void WriteEvents(Utf8JsonWriter json, TraceInfo info)
    {
        json.WriteStartArray("events");
        for (var i = 0; i < (info.Events?.Events.Count ?? 0); i++)
        {
            var described = info.Events!.Events[i];
            json.WriteStartObject();
            json.WriteString("name", described.Name);
            json.WriteString("filter", described.Filter);
            json.WriteString("probe", described.ProbeDefinition);
            json.WriteBoolean("side_band_only", described.IsSideBandOnly);
            json.WriteString("analyzer_filter", described.AnalyzerFilter);
            json.WriteString("filter_source", described.FilterSource);
            json.WriteString("probe_source", described.ProbeSource);
            DefinitionJson.Write(json, described);
            if (info.Summary?.Events.FirstOrDefault(t => t.EventIndex == i) is { } totals)
            {
                json.WriteNumber("samples", totals.Samples);
                json.WriteNumber("lost", totals.Lost);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("losses");
        foreach (var loss in info.Losses)
        {
            json.WriteStartObject();
            json.WriteString("cause", loss.Cause.ToString());
            json.WriteNumber("cpu", loss.Cpu);
            json.WriteNumber("count", loss.Count);
            json.WriteNumber("first_time", loss.FirstTime);
            json.WriteNumber("last_time", loss.LastTime);
            json.WriteString("detail", loss.Detail);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteModules(Utf8JsonWriter json, TraceInfo info)
    {
        json.WriteStartArray("modules");
        foreach (var module in info.Modules)
        {
            json.WriteStartObject();
            json.WriteString("kind", module.Kind.ToString());
            json.WriteString("path", module.Path);
            json.WriteString("build_id", Convert.ToHexStringLower(module.BuildId));
            json.WriteNumber("snapshot_bytes", module.BlobBytes);
            json.WriteString("missing", module.MissingReason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteDamage(Utf8JsonWriter json, DtrReader reader)
    {
        json.WriteStartArray("damage");
        foreach (var damage in reader.Damage)
        {
            json.WriteStartObject();
            json.WriteNumber("offset", damage.Offset);
            json.WriteNumber("bytes", damage.Bytes);
            json.WriteString("reason", damage.Reason.ToString());
            json.WriteNumber("missing_chunks", damage.MissingChunks);
            json.WriteString("detail", damage.Detail);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
