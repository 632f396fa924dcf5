using System.Text;
using System.Text.Json;

namespace TraceKit.Report.Html;

/// <summary>The page's data as JSON: columns of numbers, names in one table, no white space.</summary>
/// <remarks>
/// The default encoder writes <c>&lt; &gt; &amp; '</c> as <c>\u003C</c> and so on: nothing in a name can end the script element. Node parents are
/// written as distances and weights as pairs of (distance to the next node with a weight, weight), which are short numbers.
/// </remarks>
internal static class ReportJson
{
    public static void Write(ReportData data, Stream output)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteNumber("version", 1);
        Text(json, "file", data.File);
        WriteHost(json, data);
        WriteEvents(json, data.Events);
        WriteFrames(json, data.Frames);
        WriteNodes(json, data.Nodes);
        WriteTimeline(json, data.Timeline);
        WriteHistograms(json, data.Histograms);
        ReportRowsJson.Write(json, data.Rows);
        json.Flush();
        WriteTables(json, data);
        json.WriteStartArray("notes");
        foreach (var note in data.Notes)
            json.WriteStringValue(Clean(note));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteHost(Utf8JsonWriter json, ReportData data)
    {
        json.WriteStartObject("host");
        Text(json, "name", data.Host.Name);
        Text(json, "kernel", data.Host.Kernel);
        Text(json, "cpu", data.Host.Cpu);
        Text(json, "command", data.Host.Command);
        Text(json, "start", data.Host.Start);
        json.WriteNumber("duration", data.Host.DurationNanoseconds);
        Text(json, "tool", data.Host.Tool);
        json.WriteEndObject();
        json.WriteStartObject("totals");
        json.WriteNumber("samples", data.Totals.Samples);
        json.WriteNumber("filtered", data.Totals.Filtered);
        json.WriteNumber("lost", data.Totals.Lost);
        json.WriteNumber("throttled", data.Totals.Throttled);
        json.WriteNumber("damaged", data.Totals.DamagedChunks);
        json.WriteNumber("incomplete", data.Totals.IncompleteStacks);
        json.WriteNumber("unresolved", data.Totals.UnresolvedSamples);
        json.WriteEndObject();
    }

    private static void WriteEvents(Utf8JsonWriter json, IReadOnlyList<ReportEvent> events)
    {
        json.WriteStartArray("events");
        foreach (var entry in events)
        {
            json.WriteStartObject();
            Text(json, "name", entry.Name);
            Text(json, "unit", entry.Unit);
            json.WriteNumber("samples", entry.Samples);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteFrames(Utf8JsonWriter json, ReportFrames frames)
    {
        json.WriteStartObject("frames");
        json.WriteStartArray("name");
        foreach (var name in frames.Names)
            json.WriteStringValue(Clean(name));
        json.WriteEndArray();
        Numbers(json, "module", frames.Modules);
        json.WriteStartArray("kind");
        foreach (var kind in frames.Kinds)
            json.WriteNumberValue((byte)kind);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
    }

    private static void WriteNodes(Utf8JsonWriter json, ReportNodes nodes)
    {
        json.WriteStartObject("nodes");
        json.WriteStartArray("up");
        for (var i = 0; i < nodes.Parents.Count; i++)
            json.WriteNumberValue(nodes.Parents[i] < 0 ? 0 : i - nodes.Parents[i]);
        json.WriteEndArray();
        json.Flush();
        Numbers(json, "frame", nodes.Frames);
        json.Flush();
        json.WriteStartArray("self");
        foreach (var column in nodes.Self)
        {
            json.WriteStartArray();
            var previous = -1;
            for (var i = 0; i < column.Count; i++)
            {
                if (column[i] == 0)
                    continue;
                json.WriteNumberValue(i - previous);
                json.WriteNumberValue(column[i]);
                previous = i;
            }

            json.WriteEndArray();
            json.Flush();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTimeline(Utf8JsonWriter json, ReportTimeline? timeline)
    {
        if (timeline is null)
        {
            json.WriteNull("timeline");
            return;
        }

        json.WriteStartObject("timeline");
        json.WriteNumber("start", timeline.StartNanoseconds);
        json.WriteNumber("bin", timeline.BinNanoseconds);
        json.WriteStartArray("counts");
        foreach (var column in timeline.Counts)
            Values(json, column);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteHistograms(Utf8JsonWriter json, IReadOnlyList<ReportHistogram> histograms)
    {
        json.WriteStartArray("histograms");
        foreach (var histogram in histograms)
        {
            json.WriteStartObject();
            json.WriteNumber("event", histogram.Event);
            Text(json, "field", histogram.Field);
            Text(json, "unit", histogram.Unit);
            json.WritePropertyName("low");
            Values(json, histogram.Low);
            json.WritePropertyName("high");
            Values(json, histogram.High);
            json.WritePropertyName("counts");
            Values(json, histogram.Counts);
            json.WriteNumber("mean", double.IsFinite(histogram.Mean) ? histogram.Mean : 0);
            json.WriteNumber("min", histogram.Min);
            json.WriteNumber("p50", histogram.P50);
            json.WriteNumber("p90", histogram.P90);
            json.WriteNumber("p99", histogram.P99);
            json.WriteNumber("max", histogram.Max);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTables(Utf8JsonWriter json, ReportData data)
    {
        json.WriteStartArray("threads");
        foreach (var thread in data.Threads)
        {
            json.WriteStartObject();
            json.WriteNumber("pid", thread.Pid);
            json.WriteNumber("tid", thread.Tid);
            Text(json, "process", thread.Process);
            Text(json, "thread", thread.Thread);
            json.WritePropertyName("samples");
            Values(json, thread.Samples);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("modules");
        foreach (var module in data.Modules)
        {
            json.WriteStartObject();
            Text(json, "name", module.Name);
            Text(json, "path", module.Path);
            Text(json, "buildId", module.BuildId);
            Text(json, "symbols", module.Symbols);
            Text(json, "unwinding", module.Unwinding);
            Text(json, "missing", module.Missing);
            json.WriteNumber("samples", module.Samples);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Counts(json, "stops", data.UnwindStops);
        Counts(json, "unresolved", data.Unresolved);
        json.WriteStartArray("losses");
        foreach (var loss in data.Losses)
        {
            json.WriteStartObject();
            Text(json, "cause", loss.Cause);
            json.WriteNumber("cpu", loss.Cpu);
            json.WriteNumber("from", loss.FromNanoseconds);
            json.WriteNumber("to", loss.ToNanoseconds);
            json.WriteNumber("count", loss.Count);
            Text(json, "unit", loss.Unit);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Counts(Utf8JsonWriter json, string name, IReadOnlyList<ReportCount> counts)
    {
        json.WriteStartArray(name);
        foreach (var count in counts)
        {
            json.WriteStartObject();
            Text(json, "name", count.Name);
            Text(json, "meaning", count.Meaning);
            json.WriteNumber("count", count.Count);
            Text(json, "unit", count.Unit);
            json.WriteBoolean("good", count.IsGood);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Numbers(Utf8JsonWriter json, string name, IReadOnlyList<int> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    private static void Values(Utf8JsonWriter json, IReadOnlyList<long> values)
    {
        json.WriteStartArray();
        foreach (var value in values)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    internal static void Text(Utf8JsonWriter json, string name, string value) => json.WriteString(name, Clean(value));

    /// <summary>Half a surrogate pair would make the writer throw: names come from strangers' bytes.</summary>
    internal static string Clean(string text)
    {
        foreach (var c in text)
        {
            if (char.IsSurrogate(c))
                return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        }

        return text;
    }
}
