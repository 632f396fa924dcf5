using System.Globalization;
using System.Text;

namespace TraceKit.Format.Tracefs;

/// <summary>
/// A compiled <c>print fmt</c>: the C format string and argument expressions by which the kernel shows an event.
/// </summary>
/// <remarks>
/// Known: integer C expressions, casts, <c>REC->field[index]</c>, <c>__get_str</c>, <c>__get_dynamic_array(_len)</c>, <c>__get_sockaddr</c>, <c>__get_bitmask</c>, <c>__get_cpumask</c>
/// (each with its <c>rel</c> form), <c>__print_flags</c>, <c>__print_symbolic</c>, <c>__print_hex(_str)</c>, <c>__print_array</c>, <c>__print_dynamic_array</c>, <c>sizeof</c>, and printf
/// conversions with <c>%pS</c>, <c>%ps</c>, <c>%pI4</c>, <c>%pI6</c>, <c>%pIS</c>, <c>%pU</c>, <c>%pM</c>, <c>%ph</c>, <c>%pb</c>. Anything else makes the whole format unknown:
/// nothing is printed that only looks right. What hangs on a variable of the kernel is shown as <c>?</c>.
/// </remarks>
public sealed class PrintFormat
{
    private readonly Piece[] _pieces;
    private readonly PrintExpression[] _arguments;
    private readonly EventFormat _format;

    private PrintFormat(EventFormat format, Piece[] pieces, PrintExpression[] arguments)
    {
        _format = format;
        _pieces = pieces;
        _arguments = arguments;
    }

    /// <summary>Compiles the text after <c>print fmt:</c>.</summary>
    /// <returns>False when the text uses something unknown; never throws.</returns>
    public static bool TryCompile(string text, EventFormat format, out PrintFormat? print)
    {
        print = null;
        var parser = new PrintFormatParser(text, format);
        if (!parser.TryParse(out var template, out var arguments) || !TrySplit(template, out var pieces))
            return false;
        var wanted = 0;
        foreach (var piece in pieces)
        {
            wanted += piece.Conversion == '\0' ? 0 : 1 + (piece.StarWidth ? 1 : 0) + (piece.StarPrecision ? 1 : 0);
            if (wanted > arguments.Length)
                return false;
            if (piece.Conversion == 'p' && arguments[wanted - 1] is FieldExpression field)
                arguments[wanted - 1] = field.AsBytes();
        }

        if (wanted != arguments.Length)
            return false;
        print = new PrintFormat(format, pieces, arguments);
        return true;
    }

    /// <summary>Writes one record's text.</summary>
    /// <param name="output">Appended to; on failure what was appended is not the whole text.</param>
    /// <param name="raw">The raw data of one record.</param>
    /// <param name="symbol">Names a kernel address for <c>%pS</c>.</param>
    /// <returns>False when the record is too short for a field that the format names.</returns>
    public bool TryAppend(StringBuilder output, ReadOnlySpan<byte> raw, Func<ulong, string?>? symbol)
    {
        ArgumentNullException.ThrowIfNull(output);
        var next = 0;
        foreach (var piece in _pieces)
        {
            if (piece.Conversion == '\0')
            {
                output.Append(piece.Text);
                continue;
            }

            int width = piece.Width, precision = piece.Precision;
            if (piece.StarWidth)
            {
                if (!_arguments[next++].TryEvaluate(raw, out var star))
                    return false;
                width = (int)Math.Clamp((int)star.Number, -1024, 1024);
            }

            if (piece.StarPrecision)
            {
                if (!_arguments[next++].TryEvaluate(raw, out var star))
                    return false;
                precision = (int)Math.Clamp((int)star.Number, -1, 1024); // a negative one is as good as none
            }

            var argument = _arguments[next++];
            var isPlain = width == 0 && precision < 0 && piece is { Plus: false, Alternate: false };
            if (isPlain && piece.Conversion == 's' && argument is FieldExpression field && field.TryAppendText(output, raw))
                continue;
            if (!argument.TryEvaluate(raw, out var value))
                return false;
            if (isPlain && value.IsNumber && TryAppendNumber(output, piece, value.Number))
                continue;
            var body = Render(piece, width, precision, value, symbol);
            if (value.IsBare || piece.Conversion == 'p')
                output.Append(body);
            else if (piece.LeftAlign || width < 0)
                output.Append(body).Append(' ', Math.Max(0, Math.Abs(width) - body.Length));
            else if (piece.ZeroPad && piece.Conversion is not ('s' or 'c'))
            {
                var sign = body.StartsWith('-') ? 1 : body.StartsWith("0x", StringComparison.Ordinal) ? 2 : 0;
                output.Append(body, 0, sign).Append('0', Math.Max(0, width - body.Length)).Append(body, sign, body.Length - sign);
            }
            else
                output.Append(' ', Math.Max(0, width - body.Length)).Append(body);
        }

        return true;
    }

    /// <summary>A number without width and flags, as most are: no string is made of it.</summary>
    private static bool TryAppendNumber(StringBuilder output, in Piece piece, long number)
    {
        Span<char> digits = stackalloc char[24];
        int count;
        if (piece.Conversion is 'd' or 'i')
        {
            Signed(piece, number).TryFormat(digits, out count, default, CultureInfo.InvariantCulture);
        }
        else if (piece.Conversion is 'u' or 'x')
        {
            Unsigned(piece, number).TryFormat(digits, out count, piece.Conversion == 'x' ? "x" : default, CultureInfo.InvariantCulture);
        }
        else
        {
            return false;
        }

        output.Append(digits[..count]);
        return true;
    }

    private static long Signed(in Piece piece, long number) => piece.Bytes switch { 1 => (sbyte)number, 2 => (short)number, 4 => (int)number, _ => number };

    private static ulong Unsigned(in Piece piece, long number) => piece.Bytes switch { 1 => (byte)number, 2 => (ushort)number, 4 => (uint)number, _ => (ulong)number };

    private string Render(in Piece piece, int width, int precision, in PrintValue value, Func<ulong, string?>? symbol)
    {
        if (value.IsUnknown)
            return value.Text!;
        switch (piece.Conversion)
        {
            case 's':
                // Of a text in the kernel's memory the record has only the address.
                var text = value.Text ?? (value.Bytes is { } raw ? TextOf(raw) : _format.Texts?.GetValueOrDefault((ulong)value.Number) ?? value.Number.ToString("x", CultureInfo.InvariantCulture));
                return precision >= 0 && precision < text.Length ? text[..precision] : text;
            case 'c':
                return ((char)(byte)value.Number).ToString();
            case 'p':
                return RenderPointer(piece, width, value, symbol);
            case 'd' or 'i':
                var signed = Signed(piece, value.Number).ToString(CultureInfo.InvariantCulture);
                if (precision > 0)
                    signed = signed.StartsWith('-') ? "-" + signed[1..].PadLeft(precision, '0') : signed.PadLeft(precision, '0');
                return piece.Plus && !signed.StartsWith('-') ? "+" + signed : signed;
            default:
                var bits = Unsigned(piece, value.Number);
                var digits = piece.Conversion switch
                {
                    'x' => bits.ToString("x", CultureInfo.InvariantCulture),
                    'X' => bits.ToString("X", CultureInfo.InvariantCulture),
                    'o' => Convert.ToString((long)bits, 8),
                    _ => bits.ToString(CultureInfo.InvariantCulture),
                };
                if (precision > digits.Length)
                    digits = digits.PadLeft(precision, '0');
                return !piece.Alternate || bits == 0 ? digits : piece.Conversion switch { 'x' => "0x" + digits, 'X' => "0X" + digits, 'o' => "0" + digits, _ => digits };
        }
    }

    private static string RenderPointer(in Piece piece, int width, in PrintValue value, Func<ulong, string?>? symbol)
    {
        var kind = piece.Pointer!;
        var bytes = value.Bytes;
        switch (kind)
        {
            case "S" or "F" or "B":
                return symbol?.Invoke((ulong)value.Number) ?? "0x" + value.Number.ToString("x", CultureInfo.InvariantCulture);
            case "s" or "f":
                var name = symbol?.Invoke((ulong)value.Number);
                return name is null ? "0x" + value.Number.ToString("x", CultureInfo.InvariantCulture) : name.LastIndexOf("+0x", StringComparison.Ordinal) is > 0 and var plus ? name[..plus] : name;
            case ['I' or 'i', '4', ..]:
                bytes ??= value.Size == 4 ? BitConverter.GetBytes((uint)value.Number) : null;
                return bytes is { Length: 4 } ? PrintBytes.Ip4(bytes, kind[0] == 'i', kind[^1] is 'h' or 'l') : "INVALIDIPv4";
            case ['I' or 'i', '6', ..]:
                return bytes is not { Length: 16 } ? "INVALIDIPv6" : kind[^1] == 'c' ? PrintBytes.Ip6Short(bytes) : PrintBytes.Ip6(bytes, kind[0] == 'I');
            case ['I', 'S', ..] when bytes is not null:
                return PrintBytes.SocketAddress(bytes, kind.Contains('p'), kind.Contains('c'));
            case ['U', ..]:
                return bytes is { Length: 16 } ? PrintBytes.Uuid(bytes, kind[^1] is 'l' or 'L', kind[^1] is 'L' or 'B') : "INVALIDUUID";
            case ['M' or 'm', ..]:
                return bytes is { Length: 6 } ? PrintBytes.Mac(bytes, kind[0] == 'm' ? "" : kind[^1] == 'F' ? "-" : ":", kind[^1] == 'R') : "INVALIDMAC";
            case ['h', ..] when bytes is not null:
                return PrintBytes.Hex(bytes.AsSpan(0, Math.Clamp(width, 0, bytes.Length)), kind[^1] switch { 'C' => ":", 'D' => "-", 'N' => "", _ => " " });
            case "bl" when bytes is not null:
                return PrintBytes.BitList(bytes, Math.Max(width, 0));
            case "b" when bytes is not null:
                return PrintBytes.BitMask(bytes.AsSpan(0, Math.Clamp((width + 7) / 8, 0, bytes.Length)));
            default:
                return bytes is not null ? Convert.ToHexStringLower(bytes) : value.Text ?? (value.Number == 0 ? "(nil)" : "0x" + value.Number.ToString("x", CultureInfo.InvariantCulture));
        }
    }

    private static string TextOf(byte[] bytes)
    {
        var end = Array.IndexOf(bytes, (byte)0);
        return Encoding.UTF8.GetString(bytes, 0, end < 0 ? bytes.Length : end);
    }

    /// <summary>Cuts a C format string into literal text and conversions.</summary>
    private static bool TrySplit(string template, out Piece[] pieces)
    {
        var list = new List<Piece>();
        var literal = new StringBuilder();
        pieces = [];
        for (var i = 0; i < template.Length; i++)
        {
            if (template[i] != '%')
            {
                literal.Append(template[i]);
                continue;
            }

            if (i + 1 < template.Length && template[i + 1] == '%')
            {
                literal.Append('%');
                i++;
                continue;
            }

            if (literal.Length > 0)
                list.Add(new Piece { Text = literal.ToString(), Precision = -1 });
            literal.Clear();
            if (!TryConversion(template, ref i, out var piece))
                return false;
            list.Add(piece);
        }

        if (literal.Length > 0)
            list.Add(new Piece { Text = literal.ToString(), Precision = -1 });
        pieces = [.. list];
        return true;
    }

    private static bool TryConversion(string template, ref int i, out Piece piece)
    {
        piece = new Piece { Precision = -1, Bytes = 4 };
        for (i++; i < template.Length && "-0+# ".Contains(template[i]); i++)
        {
            piece.LeftAlign |= template[i] == '-';
            piece.ZeroPad |= template[i] == '0';
            piece.Plus |= template[i] == '+';
            piece.Alternate |= template[i] == '#';
        }

        piece.StarWidth = TryStarOrNumber(template, ref i, out piece.Width);
        if (i < template.Length && template[i] == '.')
        {
            i++;
            piece.StarPrecision = TryStarOrNumber(template, ref i, out piece.Precision);
        }

        for (; i < template.Length && "hlzjtqL".Contains(template[i]); i++)
            piece.Bytes = template[i] == 'h' ? piece.Bytes / 2 : 8;
        if (i >= template.Length || !"sdiuxXocp".Contains(template[i]))
            return false;
        piece.Conversion = template[i];
        if (piece.Conversion != 'p')
            return true;
        // The kernel's own pointer extensions follow the p; an unknown one would be printed wrong.
        foreach (var known in s_pointers)
        {
            if (string.CompareOrdinal(template, i + 1, known, 0, known.Length) != 0)
                continue;
            piece.Pointer = known;
            i += known.Length;
            return i + 1 >= template.Length || !char.IsAsciiLetterOrDigit(template[i + 1]);
        }

        piece.Pointer = "";
        return i + 1 >= template.Length || !char.IsAsciiLetterOrDigit(template[i + 1]);
    }

    private static bool TryStarOrNumber(string template, ref int i, out int number)
    {
        number = 0;
        if (i < template.Length && template[i] == '*')
        {
            i++;
            return true;
        }

        for (; i < template.Length && char.IsAsciiDigit(template[i]) && number < 1024; i++)
            number = (number * 10) + (template[i] - '0');
        return false;
    }

    /// <summary>Longer ones before those that they begin with.</summary>
    private static readonly string[] s_pointers =
    [
        "ISpc", "ISp", "ISc", "IS", "I6c", "I6", "i6", "I4h", "I4n", "I4l", "I4b", "I4", "i4h", "i4n", "i4l", "i4b", "i4", "hC", "hD", "hN", "h", "bl", "b", "Ub", "UB", "Ul", "UL", "U",
        "MF", "MR", "M", "mR", "m", "S", "s", "F", "f", "B", "K", "x",
    ];

    private struct Piece
    {
        public string? Text;
        public char Conversion;
        public string? Pointer;
        public int Width;
        public int Precision;
        public int Bytes;
        public bool StarWidth;
        public bool StarPrecision;
        public bool LeftAlign;
        public bool ZeroPad;
        public bool Plus;
        public bool Alternate;
    }
}
