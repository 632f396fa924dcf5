using System.Text.Json;
using TraceKit.Engine.Compare;
using TraceKit.Report.Tables;
using TraceKit.Report.Text;

namespace TraceKit.Report.Compare;

/// <summary>A comparison as JSON: all lines, unrounded but for what single precision makes noise.</summary>
public static class DiffJson
{
    /// <summary>Writes the document, indented, with a newline at its end.</summary>
    public static void Write(Stream output, DiffReport report)
    {
        using (var json = new Utf8JsonWriter(output, JsonStyle.Options))
        {
            json.WriteStartObject();
            WriteTexts(json, "base", report.Base);
            WriteTexts(json, "new", report.New);
            WriteTexts(json, "notes", report.Notes);
            json.WriteStartArray("events");
            foreach (var compared in report.Comparison.Events)
            {
                json.WriteStartObject();
                json.WriteString("base_event", SafeText.Show(compared.BaseEvent));
                json.WriteString("new_event", SafeText.Show(compared.NewEvent));
                json.WriteString("unit", compared.WeightIsTime ? "ns" : "events");
                json.WriteBoolean("judged", compared.IsJudged);
                WriteSide(json, "base", compared.Base);
                WriteSide(json, "new", compared.New);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WritePropertyName("lines");
            TableWriter.WriteJson(json, DiffTables.Full(report));
            json.WriteStartArray("failures");
            foreach (var (compared, line) in report.Failures())
            {
                json.WriteStartObject();
                json.WriteString("event", SafeText.Show(compared.NewEvent));
                json.WriteString("function", SafeText.Show(line.Name));
                json.WriteString("module", SafeText.Show(line.Module));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(SafeText.Show(text));
        json.WriteEndArray();
    }

    private static void WriteSide(Utf8JsonWriter json, string name, ComparedSide side)
    {
        json.WriteStartObject(name);
        json.WriteNumber("samples", side.Samples);
        json.WriteNumber("weight", side.Weight);
        json.WriteNumber("nanoseconds", side.Nanoseconds);
        json.WriteNumber("block_nanoseconds", side.BlockNanoseconds);
        json.WriteEndObject();
    }
}
