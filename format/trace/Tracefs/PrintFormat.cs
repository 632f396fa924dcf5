using System.Globalization;
using System.Net;
using System.Text;

namespace TraceKit.Format.Tracefs;

/// <summary>
/// A compiled <c>print fmt</c>: the C format string and argument expressions by which the kernel shows an event.
/// </summary>
/// <remarks>
/// Known: integer C expressions, casts, <c>REC->field[index]</c>, <c>__get_str</c>, <c>__get_dynamic_array(_len)</c>, <c>__print_flags</c>,
/// <c>__print_symbolic</c>, <c>__print_hex(_str)</c>, <c>__print_array</c>, and printf conversions with <c>%pS</c>, <c>%pI4</c>, <c>%pI6</c>, <c>%pISpc</c>, <c>%pU</c>, <c>%pM</c>.
/// Anything else makes the whole format unknown: nothing is printed that only looks right.
/// </remarks>
public sealed class PrintFormat
{
    private readonly Piece[] _pieces;
    private readonly PrintExpression[] _arguments;

    private PrintFormat(Piece[] pieces, PrintExpression[] arguments)
    {
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
            wanted += piece.Conversion == '\0' ? 0 : 1 + (piece.StarWidth ? 1 : 0) + (piece.StarPrecision ? 1 : 0);
        if (wanted != arguments.Length)
            return false;
        print = new PrintFormat(pieces, arguments);
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
                width = (int)Math.Clamp(star.Number, 0, 1024);
            }

            if (piece.StarPrecision)
            {
                if (!_arguments[next++].TryEvaluate(raw, out var star))
                    return false;
                precision = (int)Math.Clamp(star.Number, 0, 1024);
            }

            if (!_arguments[next++].TryEvaluate(raw, out var value))
                return false;
            var body = Render(piece, precision, value, symbol);
            if (piece.LeftAlign)
                output.Append(body).Append(' ', Math.Max(0, width - body.Length));
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

    private static string Render(in Piece piece, int precision, in PrintValue value, Func<ulong, string?>? symbol)
    {
        switch (piece.Conversion)
        {
            case 's':
                var text = value.Text ?? (value.Bytes is { } raw ? TextOf(raw) : "0x" + value.Number.ToString("x", CultureInfo.InvariantCulture));
                return precision >= 0 && precision < text.Length ? text[..precision] : text;
            case 'c':
                return ((char)(byte)value.Number).ToString();
            case 'p':
                return RenderPointer(piece, value, symbol);
            case 'd' or 'i':
                var signed = (piece.Bytes switch { 1 => (sbyte)value.Number, 2 => (short)value.Number, 4 => (int)value.Number, _ => value.Number }).ToString(CultureInfo.InvariantCulture);
                return piece.Plus && !signed.StartsWith('-') ? "+" + signed : signed;
            default:
                var bits = piece.Bytes switch { 1 => (byte)value.Number, 2 => (ushort)value.Number, 4 => (uint)value.Number, _ => (ulong)value.Number };
                var digits = piece.Conversion switch
                {
                    'x' => bits.ToString("x", CultureInfo.InvariantCulture),
                    'X' => bits.ToString("X", CultureInfo.InvariantCulture),
                    'o' => Convert.ToString((long)bits, 8),
                    _ => bits.ToString(CultureInfo.InvariantCulture),
                };
                if (precision > digits.Length)
                    digits = digits.PadLeft(precision, '0');
                return piece.Alternate && (piece.Conversion is 'x' or 'X') && bits != 0 ? "0x" + digits : digits;
        }
    }

    private static string RenderPointer(in Piece piece, in PrintValue value, Func<ulong, string?>? symbol)
    {
        switch (piece.Pointer)
        {
            case "S" or "s" or "F" or "f" or "B":
                return symbol?.Invoke((ulong)value.Number) ?? "0x" + value.Number.ToString("x", CultureInfo.InvariantCulture);
            case "I4" or "i4" when value.Bytes is { Length: >= 4 } v4:
                return new IPAddress(v4.AsSpan(0, 4)).ToString();
            case "I6" or "i6" or "I6c" when value.Bytes is { Length: >= 16 } v6:
                return new IPAddress(v6.AsSpan(0, 16)).ToString();
            case "ISpc" when value.Bytes is { Length: >= 8 } socket && SocketAddress(socket) is { } address:
                return address;
            case "U" when value.Bytes is { Length: >= 16 } uuid:
                return new Guid(uuid.AsSpan(0, 16), bigEndian: true).ToString();
            case "M" when value.Bytes is { Length: >= 6 } mac:
                return Convert.ToHexStringLower(mac.AsSpan(0, 6)).Insert(10, ":").Insert(8, ":").Insert(6, ":").Insert(4, ":").Insert(2, ":");
            default:
                return value.Bytes is { } bytes ? Convert.ToHexStringLower(bytes) : "0x" + value.Number.ToString("x", CultureInfo.InvariantCulture);
        }
    }

    /// <summary><c>struct sockaddr_in</c> or <c>sockaddr_in6</c>: family, port in network order, address.</summary>
    private static string? SocketAddress(byte[] socket)
    {
        var port = (socket[2] << 8) | socket[3];
        return BitConverter.ToUInt16(socket) switch
        {
            2 => $"{new IPAddress(socket.AsSpan(4, 4))}:{port}",
            10 when socket.Length >= 24 => $"[{new IPAddress(socket.AsSpan(8, 16))}]:{port}",
            _ => null,
        };
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
        foreach (var known in (ReadOnlySpan<string>)["ISpc", "I6c", "I4", "i4", "I6", "i6", "S", "s", "F", "f", "B", "K", "x", "M", "U"])
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
