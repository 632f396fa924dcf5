using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Analysis;
using TraceKit.Report.Text;

namespace TraceKit.Report.Tables;

/// <summary>Writes result tables: the one place where a frame becomes text, CSV, Markdown or JSON.</summary>
/// <remarks>Columns are of whole numbers, fractions or texts (<see cref="TableBuilder"/>); what is not known is an empty cell, in JSON <c>null</c>.</remarks>
public static class TableWriter
{
    /// <summary>The form that <c>--format</c> names; false when it names none.</summary>
    public static bool TryParse(string name, out TableFormat format)
    {
        format = name switch { "csv" => TableFormat.Csv, "md" => TableFormat.Markdown, "json" => TableFormat.Json, _ => TableFormat.Text };
        return format != TableFormat.Text || name == "text";
    }

    /// <summary>Writes a table, header first.</summary>
    public static void Write(TextWriter output, DataFrame table, TableFormat format)
    {
        switch (format)
        {
            case TableFormat.Csv:
                WriteCsv(output, table);
                break;
            case TableFormat.Markdown:
                WriteMarkdown(output, table);
                break;
            case TableFormat.Json:
                using (var bytes = new MemoryStream())
                {
                    using (var json = new Utf8JsonWriter(bytes, JsonStyle.Options))
                        WriteJson(json, table);
                    output.Write(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length) + "\n");
                }

                break;
            default:
                WriteText(output, table);
                break;
        }
    }

    /// <summary>The table as an array of objects, a property for each column: a part of a larger document.</summary>
    public static void WriteJson(Utf8JsonWriter json, DataFrame table)
    {
        json.WriteStartArray();
        for (long row = 0; row < table.Rows.Count; row++)
        {
            json.WriteStartObject();
            foreach (var column in table.Columns)
            {
                json.WritePropertyName(column.Name);
                switch (column)
                {
                    case Int64DataFrameColumn whole when whole[row] is { } value:
                        json.WriteNumberValue(value);
                        break;
                    case DoubleDataFrameColumn real when real[row] is { } value && double.IsFinite(value):
                        json.WriteNumberValue(value);
                        break;
                    case StringDataFrameColumn text when text[row] is { } value:
                        json.WriteStringValue(value);
                        break;
                    default:
                        json.WriteNullValue();
                        break;
                }
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>What Markdown, or the HTML inside it, would read as its own gets a backslash.</summary>
    public static string EscapeMarkdown(string text)
    {
        var result = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            if (c is '|' or '\\' or '`' or '*' or '_' or '<' or '>' or '[' or ']' or '#' or '~')
                result.Append('\\');
            result.Append(c);
        }

        return result.ToString();
    }

    private static void WriteCsv(TextWriter output, DataFrame table)
    {
        var csv = new CsvWriter(output);
        foreach (var column in table.Columns)
            csv.Text(column.Name);
        csv.EndLine();
        for (long row = 0; row < table.Rows.Count; row++)
        {
            foreach (var column in table.Columns)
            {
                switch (column)
                {
                    case Int64DataFrameColumn whole when whole[row] is { } value:
                        csv.Number(value);
                        break;
                    case DoubleDataFrameColumn real when real[row] is { } value:
                        csv.Number(value);
                        break;
                    case StringDataFrameColumn text:
                        csv.Text(text[row] ?? "");
                        break;
                    default:
                        csv.Empty();
                        break;
                }
            }

            csv.EndLine();
        }
    }

    private static void WriteMarkdown(TextWriter output, DataFrame table)
    {
        var formats = Formats(table);
        output.Write('|');
        foreach (var column in table.Columns)
            output.Write($" {EscapeMarkdown(column.Name)} |");
        output.Write("\n|");
        foreach (var column in table.Columns)
            output.Write(column is StringDataFrameColumn ? "---|" : "---:|");
        output.Write('\n');
        for (long row = 0; row < table.Rows.Count; row++)
        {
            output.Write('|');
            for (var c = 0; c < formats.Length; c++)
                output.Write($" {EscapeMarkdown(Cell(table.Columns[c], row, formats[c]).Trim())} |");
            output.Write('\n');
        }
    }

    private static void WriteText(TextWriter output, DataFrame table)
    {
        var formats = Formats(table);
        var widths = new int[table.Columns.Count];
        for (var c = 0; c < widths.Length; c++)
        {
            widths[c] = table.Columns[c].Name.Length;
            for (long row = 0; row < table.Rows.Count; row++)
                widths[c] = Math.Max(widths[c], Cell(table.Columns[c], row, formats[c]).Length);
        }

        WriteLine(output, table, widths, c => table.Columns[c].Name);
        for (long row = 0; row < table.Rows.Count; row++)
        {
            var at = row;
            WriteLine(output, table, widths, c => Cell(table.Columns[c], at, formats[c]));
        }
    }

    private static void WriteLine(TextWriter output, DataFrame table, int[] widths, Func<int, string> cell)
    {
        var line = new StringBuilder();
        for (var c = 0; c < widths.Length; c++)
        {
            if (c > 0)
                line.Append("  ");
            var text = cell(c);
            line.Append(table.Columns[c] is StringDataFrameColumn ? text.PadRight(widths[c]) : text.PadLeft(widths[c]));
        }

        output.Write(line.ToString().TrimEnd() + "\n");
    }

    private static string Cell(DataFrameColumn column, long row, string format) => column switch
    {
        Int64DataFrameColumn whole => whole[row]?.ToString(CultureInfo.InvariantCulture) ?? "",
        DoubleDataFrameColumn real => real[row] is { } value && double.IsFinite(value) ? value.ToString(format, CultureInfo.InvariantCulture) : "",
        StringDataFrameColumn text => text[row] ?? "",
        _ => "",
    };

    /// <summary>For people: fractions of a column with the same number of places, so that points stand under one another: two, or as many as give its largest value four digits.</summary>
    private static string[] Formats(DataFrame table)
    {
        var formats = new string[table.Columns.Count];
        for (var c = 0; c < formats.Length; c++)
        {
            var largest = 0.0;
            if (table.Columns[c] is DoubleDataFrameColumn real)
            {
                for (long row = 0; row < table.Rows.Count; row++)
                {
                    if (real[row] is { } value && double.IsFinite(value))
                        largest = Math.Max(largest, Math.Abs(value));
                }
            }

            var places = largest is 0 or >= 1 ? 2 : Math.Min(9, 3 - (int)Math.Floor(Math.Log10(largest)));
            formats[c] = "0." + new string('0', places);
        }

        return formats;
    }
}
