using System.Text.Json;
using TraceKit.Report.Text;

namespace TraceKit.Report.Profiles;

/// <summary>A report as JSON: the same numbers as the text, unrounded, and call graphs as flat lists with depths.</summary>
public static class ReportJson
{
    /// <summary>Writes the document, indented, with a newline at its end.</summary>
    public static void Write(Stream output, ReportDocument report)
    {
        using (var json = new Utf8JsonWriter(output, JsonStyle.Options))
        {
            json.WriteStartObject();
            json.WriteNumber("lost", report.Lost);
            json.WriteStartArray("notes");
            foreach (var note in report.Notes)
                json.WriteStringValue(note);
            json.WriteEndArray();
            json.WriteStartArray("events");
            foreach (var section in report.Sections)
                WriteSection(json, section);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }

    private static void WriteSection(Utf8JsonWriter json, ReportSection section)
    {
        json.WriteStartObject();
        json.WriteString("event", section.EventName);
        json.WriteNumber("samples", section.Samples);
        json.WriteNumber("total", section.Total);
        json.WriteString("unit", section.Unit);
        json.WriteNumber("hidden_rows", section.HiddenRows);
        json.WriteNumber("hidden_self", section.HiddenSelf);
        json.WriteStartArray("rows");
        foreach (var row in section.Rows)
        {
            json.WriteStartObject();
            json.WriteStartObject("keys");
            for (var i = 0; i < section.Columns.Count; i++)
                json.WriteString(section.Columns[i].Key, row.Cells[i]);
            json.WriteEndObject();
            if (section.ShowChildren)
                json.WriteNumber("children", row.Children);
            json.WriteNumber("self", row.Self);
            json.WriteNumber("samples", row.Samples);
            if (row.Graphs.Count > 0)
                WriteGraphs(json, row.Graphs);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // Flat, because a graph nests as deep as the program recursed, and most readers stop at some depth.
    private static void WriteGraphs(Utf8JsonWriter json, IReadOnlyList<CallGraphNode> roots)
    {
        json.WriteStartArray("callgraph");
        var pending = new Stack<(CallGraphNode Node, int Depth)>();
        for (var i = roots.Count - 1; i >= 0; i--)
            pending.Push((roots[i], 0));
        while (pending.TryPop(out var item))
        {
            json.WriteStartObject();
            json.WriteNumber("depth", item.Depth);
            json.WriteNumber("weight", item.Node.Weight);
            json.WriteStartArray("frames");
            foreach (var frame in item.Node.Frames)
                json.WriteStringValue(frame);
            json.WriteEndArray();
            json.WriteEndObject();
            for (var i = item.Node.Children.Count - 1; i >= 0; i--)
                pending.Push((item.Node.Children[i], item.Depth + 1));
        }

        json.WriteEndArray();
    }
}
