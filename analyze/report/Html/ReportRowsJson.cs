using System.Globalization;
using System.Text.Json;
using TraceKit.Probes.Plan;
using TraceKit.Probes.Values;

namespace TraceKit.Report.Html;

/// <summary>Writes rows: each column as the differences from one row to the next, zigzag, in LEB128, in base64. Most differences are one byte.</summary>
internal static class ReportRowsJson
{
    public static void Write(Utf8JsonWriter json, ReportRows? rows)
    {
        if (rows is null)
        {
            json.WriteNull("rows");
            return;
        }

        json.WriteStartObject("rows");
        json.WriteNumber("count", rows.Events.Count);
        json.WriteString("origin", rows.Origin.ToString(CultureInfo.InvariantCulture));
        json.WriteNumber("step", rows.TimeStep);
        Column(json, "event", rows.Events, static v => v);
        Column(json, "node", rows.Nodes, static v => v);
        Column(json, "thread", rows.Threads, static v => v);
        Column(json, "weight", rows.Weights, static v => v);
        Column(json, "n", rows.Counts, static v => v);
        Column(json, "cpu", rows.Cpus, static v => v);
        Column(json, "time", rows.Times, static v => v);
        json.WriteStartArray("fields");
        foreach (var field in rows.Fields)
            WriteField(json, field);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
    }

    private static void WriteField(Utf8JsonWriter json, ReportField field)
    {
        json.WriteStartObject();
        json.WriteNumber("event", field.Event);
        ReportJson.Text(json, "name", field.Name);
        json.WriteString("kind", field.Kind);
        json.WriteBoolean("unsigned", field.IsUnsigned);
        json.WriteStartArray("shown");
        foreach (var text in field.Shown)
            json.WriteStringValue(ReportJson.Clean(text));
        json.WriteEndArray();
        if (field.Numbers.Count > 0)
        {
            // 64 bits do not fit JavaScript's numbers.
            json.WriteStartArray("numbers");
            foreach (var number in field.Numbers)
                json.WriteStringValue(field.IsUnsigned ? ((ulong)number).ToString(CultureInfo.InvariantCulture) : number.ToString(CultureInfo.InvariantCulture));
            json.WriteEndArray();
        }

        json.WriteStartArray("names");
        foreach (var (number, name) in field.ValueNames ?? new Dictionary<long, string>())
            WriteName(json, number, name);
        json.WriteEndArray();
        if (field.Kind == nameof(PresentationKind.Errno))
        {
            json.WriteStartArray("errnos");
            foreach (var name in ErrnoNames.All.Concat(["EWOULDBLOCK", "EDEADLOCK"]))
                WriteName(json, ErrnoNames.Find(name), name);
            json.WriteEndArray();
        }

        Column(json, "at", field.Values, static v => v);
        json.WriteEndObject();
    }

    private static void WriteName(Utf8JsonWriter json, long number, string name)
    {
        json.WriteStartArray();
        json.WriteStringValue(number.ToString(CultureInfo.InvariantCulture));
        json.WriteStringValue(ReportJson.Clean(name));
        json.WriteEndArray();
    }

    private static void Column<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> values, Func<T, long> number)
    {
        if (values.Count == 0)
        {
            json.WriteNull(name);
            return;
        }

        var bytes = new List<byte>(values.Count * 2);
        long last = 0;
        foreach (var value in values)
        {
            var difference = unchecked(number(value) - last);
            last = number(value);
            var bits = (ulong)(difference << 1 ^ difference >> 63);
            while (bits >= 0x80)
            {
                bytes.Add((byte)(bits | 0x80));
                bits >>= 7;
            }

            bytes.Add((byte)bits);
        }

        json.WriteBase64String(name, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes));
        json.Flush();
    }
}
