using System.Globalization;
using System.Text;
using TraceKit.Binary;

namespace TraceKit.Format.Tracefs;

/// <summary>The layout of one trace event's raw data: tracefs' <c>events/GROUP/NAME/format</c> file.</summary>
public sealed class EventFormat
{
    private readonly Dictionary<string, EventField> _byName;
    private PrintFormat? _print;
    private bool _printTried;

    private EventFormat(string name, int id, EventField[] fields, string printText)
    {
        Name = name;
        Id = id;
        Fields = fields;
        PrintText = printText;
        _byName = new Dictionary<string, EventField>(StringComparer.Ordinal);
        foreach (var field in fields)
            _byName.TryAdd(field.Name, field);
    }

    /// <summary>The event's name, without its group.</summary>
    public string Name { get; }

    /// <summary>The number that <c>common_type</c> and <c>perf_event_attr.config</c> hold on the host of the recording.</summary>
    public int Id { get; }

    /// <summary>All fields in the file's order, the common ones first.</summary>
    public IReadOnlyList<EventField> Fields { get; }

    /// <summary>What follows <c>print fmt:</c>; empty when there is none.</summary>
    public string PrintText { get; }

    /// <summary>Texts in the kernel's memory by address, for <c>%s</c> of a pointer; null when the recording has none (<see cref="PrintkFormats"/>).</summary>
    public IReadOnlyDictionary<ulong, string>? Texts { get; set; }

    /// <summary>The compiled print format; null when it uses what <see cref="PrintFormat"/> does not know.</summary>
    public PrintFormat? Print
    {
        get
        {
            if (!_printTried)
            {
                PrintFormat.TryCompile(PrintText, this, out _print);
                _printTried = true;
            }

            return _print;
        }
    }

    /// <summary>Reads a <c>format</c> file.</summary>
    /// <param name="text">The whole file.</param>
    /// <exception cref="BadDataException">No name, no ID or no field, or a field line that is not of the form above.</exception>
    public static EventFormat Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string name = "", print = "";
        var id = -1;
        var fields = new List<EventField>();
        var offset = 0;
        foreach (var line in text.Split('\n'))
        {
            var trimmed = line.AsSpan().Trim();
            if (trimmed.StartsWith("name:"))
                name = trimmed[5..].Trim().ToString();
            else if (trimmed.StartsWith("ID:") && !int.TryParse(trimmed[3..].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out id))
                BadDataException.Throw("event format", (ulong)offset, BadDataCode.InvalidValue, "ID: a number", trimmed.ToString());
            else if (trimmed.StartsWith("field:"))
                fields.Add(ParseField(trimmed.ToString(), offset));
            else if (trimmed.StartsWith("print fmt:"))
            {
                // It may have newlines inside its text.
                print = text.AsSpan(offset).Trim()[10..].Trim().ToString();
                break;
            }

            offset += line.Length + 1;
        }

        if (name.Length == 0 || id < 0 || fields.Count == 0)
            BadDataException.Throw("event format", 0, BadDataCode.NotThisFormat, "lines 'name:', 'ID:' and 'field:'", $"{fields.Count} fields, name '{name}'");
        return new EventFormat(name, id, [.. fields], print);
    }

    /// <summary>Finds a field by its exact name.</summary>
    public bool TryGetField(string name, out EventField field) => _byName.TryGetValue(name, out field!);

    /// <summary>
    /// Writes the record's text: by the kernel's print format where <see cref="Print"/> knows it, else, after the words <c>[FAILED TO PARSE]</c>, <c>name=value</c> for every
    /// field that is not common, as perf shows such events.
    /// </summary>
    /// <param name="output">Appended to.</param>
    /// <param name="raw">The raw data of one record.</param>
    /// <param name="symbol">Names a kernel address for <c>%pS</c>; null or a null result prints the address.</param>
    public void AppendText(StringBuilder output, ReadOnlySpan<byte> raw, Func<ulong, string?>? symbol = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        var start = output.Length;
        if (Print is { } print && print.TryAppend(output, raw, symbol))
            return;
        output.Length = start;
        AppendFields(output, raw);
    }

    private void AppendFields(StringBuilder output, ReadOnlySpan<byte> raw)
    {
        output.Append("[FAILED TO PARSE]");
        foreach (var field in Fields)
        {
            if (field.IsCommon)
                continue;
            output.Append(' ').Append(field.Name).Append('=');
            AppendValue(output, field, raw);
        }
    }

    private static void AppendValue(StringBuilder output, EventField field, ReadOnlySpan<byte> raw)
    {
        if (field.TryReadText(raw, out var text) && IsPrintable(text))
            output.Append(Encoding.UTF8.GetString(text));
        else if (field.TryReadInteger(raw, out var number))
        {
            // An unsigned long is likely an address.
            if (field.Kind == EventFieldKind.Pointer || (!field.IsSigned && field.Type.Contains("long", StringComparison.Ordinal)))
                output.Append("0x").Append(number.ToString("x", CultureInfo.InvariantCulture));
            else if (!field.IsSigned)
                output.Append(((ulong)number).ToString(CultureInfo.InvariantCulture));
            else
                output.Append(number.ToString(CultureInfo.InvariantCulture).PadLeft(field.Size == 2 ? 2 : 0));
        }
        else if (field.TryReadBytes(raw, out var bytes))
        {
            output.Append("ARRAY[");
            for (var i = 0; i < bytes.Length; i++)
                output.Append(i > 0 ? ", " : "").Append(bytes[i].ToString("x2", CultureInfo.InvariantCulture));
            output.Append(']');
        }
        else
        {
            output.Append("(cut off)");
        }
    }

    /// <summary>C's <c>isprint</c> and <c>isspace</c> of the C locale.</summary>
    private static bool IsPrintable(ReadOnlySpan<byte> text)
    {
        foreach (var letter in text)
        {
            if (letter is not ((>= 32 and < 127) or (>= 9 and <= 13)))
                return false;
        }

        return true;
    }

    private static EventField ParseField(string line, int lineOffset)
    {
        string? declaration = null;
        int offset = -1, size = -1, isSigned = 0;
        foreach (var part in line.Split(';'))
        {
            var piece = part.AsSpan().Trim();
            if (piece.StartsWith("field:"))
                declaration = piece[6..].Trim().ToString();
            else if (piece.StartsWith("offset:"))
                offset = ParseNumber(piece[7..]);
            else if (piece.StartsWith("size:"))
                size = ParseNumber(piece[5..]);
            else if (piece.StartsWith("signed:"))
                isSigned = ParseNumber(piece[7..]);
        }

        if (declaration is null || offset < 0 || size < 0 || offset + size > InputLimits.PerfRecordBytes)
            BadDataException.Throw("event format", (ulong)lineOffset, BadDataCode.InvalidValue, "field:TYPE NAME; offset:N; size:N; signed:N;", line);
        var (type, name, arrayLength) = SplitDeclaration(declaration);
        if (arrayLength > size)
            BadDataException.Throw("event format", (ulong)lineOffset, BadDataCode.InvalidValue, "an array that fits its size", line);
        return new EventField(name, type, offset, size, isSigned != 0, arrayLength, name.StartsWith("common_", StringComparison.Ordinal));
    }

    /// <summary><c>char comm[16]</c> → type <c>char[16]</c>, name <c>comm</c>; <c>__data_loc char[] name</c> keeps its brackets before the name.</summary>
    private static (string Type, string Name, int ArrayLength) SplitDeclaration(string declaration)
    {
        var bracket = declaration.EndsWith(']') ? declaration.LastIndexOf('[') : -1;
        var suffix = bracket >= 0 ? declaration[bracket..] : "";
        var head = bracket >= 0 ? declaration[..bracket].TrimEnd() : declaration;
        var cut = head.LastIndexOfAny([' ', '*', ']']) + 1;
        var length = 0;
        if (suffix.Length > 2)
        {
            // The kernel prints the declaration as written: TASK_COMM_LEN may stand where a number should.
            var count = ParseNumber(suffix.AsSpan(1, suffix.Length - 2));
            length = Math.Max(count, 0);
        }

        return (head[..cut].TrimEnd() + suffix, head[cut..], length);
    }

    private static int ParseNumber(ReadOnlySpan<char> text) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : -1;
}
