using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Syntax;

/// <summary>Reads where a probe is to stand: everything before the arguments.</summary>
/// <remarks>
/// As perf decides: what stands before the first <c>:</c> or <c>;</c> is a source file when it has a dot (here also: a slash), otherwise a function. Names that only programs
/// have (<c>::</c> or a bracket in them) are functions; so is a name whose dot is escaped.
/// </remarks>
internal static class PointParser
{
    /// <summary>What cuts a function's or a file's name.</summary>
    private const string Stops = ";:+@%";

    public static (string? Group, string? Event, PointSyntax Point) Parse(SyntaxReader reader)
    {
        var (group, name) = ParseEvent(reader);
        var point = ParsePoint(reader);
        if (!reader.AtBlankOrEnd)
            throw reader.Expected("a blank before the arguments");
        return (group, name, point);
    }

    /// <summary><c>[[GROUP:]EVENT=]</c>.</summary>
    private static (string? Group, string? Event) ParseEvent(SyntaxReader reader)
    {
        var from = reader.Position;
        var equals = FunctionNameScanner.Scan(reader, ";=@+%");
        if (equals >= reader.End || reader.Text[equals] != '=')
            return (null, null);
        string? group = null;
        var names = reader.Text.AsSpan(from, equals - from);
        var separator = names.IndexOfAny(':', '/');
        if (separator >= 0)
            group = Name(reader, from, from + separator, "a group's name");
        var name = Name(reader, from + separator + 1, equals, "an event's name");
        reader.Position = equals + 1;
        return (group, name);
    }

    private static string Name(SyntaxReader reader, int from, int to, string what)
    {
        var name = reader.Slice(from, to);
        if (name.Length == 0)
            throw reader.Fail(from, $"expected {what}, found {reader.FoundAt(from)}");
        if (name.Length > ProbeNames.MaxLength)
            throw reader.Fail(from, $"{what} has at most {ProbeNames.MaxLength} characters, this one has {name.Length}");
        if (char.IsAsciiDigit(name[0]))
            throw reader.Fail(from, $"{what} does not begin with a digit");
        for (var i = 0; i < name.Length; i++)
        {
            if (!char.IsAsciiLetterOrDigit(name[i]) && name[i] != '_')
                throw reader.Fail(from + i, $"{what} has letters, digits and _ only, found {reader.FoundAt(from + i)}");
        }

        return name;
    }

    private static PointSyntax ParsePoint(SyntaxReader reader)
    {
        var from = reader.Position;
        if (reader.AtBlankOrEnd)
            throw reader.Expected("a function, FILE:LINE, 0xADDRESS or %MARKER");
        if (reader.Peek() == '%')
            return ParseMarker(reader, from);
        if (reader.StartsWith("sdt_") && IsMarkerWithoutPercent(reader))
            return ParseMarker(reader, from);

        var end = FunctionNameScanner.Scan(reader, Stops);
        if (end < reader.End && reader.Text[end] is ':' or ';' && IsSource(reader.Text.AsSpan(from, end - from)))
            return ParseLine(reader, from, end);
        string? module = null;
        if (end < reader.End && reader.Text[end] == ':' && !(end + 1 < reader.End && char.IsAsciiDigit(reader.Text[end + 1])))
        {
            module = ModuleName(reader, from, end);
            reader.Position = end + 1;
            end = FunctionNameScanner.Scan(reader, Stops);
        }

        // foo@@GLIBC_2.14 is a symbol with its version: no source file begins with @.
        if (end + 1 < reader.End && reader.Text[end] == '@' && reader.Text[end + 1] == '@')
        {
            var nameAt = reader.Position;
            reader.Position = end + 2;
            end = FunctionNameScanner.Scan(reader, Stops);
            reader.Position = nameAt;
        }

        var function = FunctionName(reader, end);
        if (module is not null && function.Contains('/'))
            throw reader.Fail(reader.Position, $"expected a function of the kernel module {module}, found '{function}'");
        if (function.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && module is null)
            return ParseAddress(reader, from);
        return ParseOptions(reader, from, module, function, end);
    }

    /// <summary>Whether perf takes it for a source file: a dot (or a slash) and nothing that only names of functions have.</summary>
    internal static bool IsSource(ReadOnlySpan<char> text)
    {
        var dotted = false;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\':
                    // An escaped dot is how somebody says that it is no file.
                    if (i + 1 < text.Length && text[i + 1] is '.' or '/')
                        return false;
                    i++;
                    break;
                case '.' or '/':
                    dotted = true;
                    break;
                case ':' or '(' or '<' or '[' or '{':
                    return false;
            }
        }

        return dotted;
    }

    private static string FunctionName(SyntaxReader reader, int end)
    {
        var from = reader.Position;
        var name = Unescape(reader.Text.AsSpan(from, end - from));
        if (name.Length == 0)
            throw reader.Fail(from, $"expected a function's name, found {reader.FoundAt(from)}");
        if (name[0] == '-')
            throw reader.Fail(from, "expected a function's name, found '-'");
        if (char.IsAsciiDigit(name[0]) && !name.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            throw reader.Fail(from, $"expected a function's name, found {reader.FoundAt(from)}; an address begins with 0x");
        // -8 at the end of a name is an offset that perf doesn't have either; Go's names end in -fm.
        var minus = name.LastIndexOf('-');
        if (minus > 0 && minus + 1 < name.Length && char.IsAsciiDigit(name[minus + 1]) && name.IndexOfAny(['(', '<', '[', '{'], minus) < 0)
            throw reader.Fail(end - (name.Length - minus), "an offset is counted from the function's start: +OFFSET, never -OFFSET");
        return name;
    }

    private static string ModuleName(SyntaxReader reader, int from, int colon)
    {
        var name = reader.Text.AsSpan(from, colon - from);
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-'))
            {
                reader.Position = colon + 1;
                throw reader.Expected("a line number after ':'", "; scopes of C++ and Rust are joined by '::', kernel modules have letters, digits and _ only");
            }
        }

        if (name.Length == 0)
            throw reader.Fail(from, $"expected a function's name, found {reader.FoundAt(from)}");
        if (colon + 1 >= reader.End || SyntaxReader.IsBlank(reader.Text[colon + 1]))
        {
            reader.Position = colon + 1;
            throw reader.Expected("a line number, or the function of a kernel module, after ':'");
        }

        return name.ToString();
    }

    private static LinePoint ParseLine(SyntaxReader reader, int from, int end)
    {
        var source = Unescape(reader.Text.AsSpan(from, end - from));
        reader.Position = end + 1;
        if (reader.Text[end] == ';')
        {
            var pattern = Pattern(reader);
            return new LinePoint(source, null, pattern, reader.SpanFrom(from));
        }

        var at = reader.Position;
        var line = (int)reader.Number("a line number", int.MaxValue);
        if (line == 0)
            throw reader.Fail(at, "lines of a file are counted from 1");
        if (!reader.AtBlankOrEnd)
            throw reader.Fail(reader.Position, $"nothing follows the line of FILE:LINE, found {reader.Found()}{(reader.Peek() == '%' ? "; only a function has %return" : "")}");
        return new LinePoint(source, line, null, reader.SpanFrom(from));
    }

    private static AddressPoint ParseAddress(SyntaxReader reader, int from)
    {
        // The reader is at the name still: escaped digits are nothing to count with.
        var address = reader.Number("an address", ulong.MaxValue);
        if (reader.AtBlankOrEnd)
            return new AddressPoint(address, false, reader.SpanFrom(from));
        if (reader.Peek() == '+')
            throw reader.Fail(reader.Position, "an address takes no offset: write the sum");
        if (reader.Peek() != '%')
            throw reader.Expected("%return or a blank after the address");
        ReturnWord(reader);
        return new AddressPoint(address, true, reader.SpanFrom(from));
    }

    /// <summary><c>[@SRC][:RLN|+OFFS|%return|;PTN]</c>, in any order, each once.</summary>
    private static FunctionPoint ParseOptions(SyntaxReader reader, int from, string? module, string function, int end)
    {
        string? source = null, pattern = null;
        int? line = null;
        ulong? offset = null;
        var isReturn = false;
        reader.Position = end;
        while (!reader.AtBlankOrEnd)
        {
            var at = reader.Position;
            var kind = reader.Peek();
            reader.Position++;
            switch (kind)
            {
                case '@':
                    Once(reader, at, source is not null, "@SOURCE");
                    source = Source(reader);
                    break;
                case ':':
                    Once(reader, at, line is not null, ":LINE");
                    line = (int)reader.Number("a line number", int.MaxValue);
                    break;
                case '+':
                    Once(reader, at, offset is not null, "+OFFSET");
                    offset = reader.Number("an offset in bytes", uint.MaxValue);
                    break;
                case '%':
                    Once(reader, at, isReturn, "%return");
                    reader.Position--;
                    ReturnWord(reader);
                    isReturn = true;
                    break;
                case ';':
                    pattern = Pattern(reader);
                    break;
                default:
                    reader.Position--;
                    throw reader.Expected("@SOURCE, :LINE, +OFFSET, %return, ;PATTERN or a blank");
            }

            if ((line is null ? 0 : 1) + (offset is > 0 || (offset is 0 && !isReturn) ? 1 : 0) + (isReturn ? 1 : 0) + (pattern is null ? 0 : 1) > 1)
            {
                throw reader.Fail(at, isReturn
                    ? "a return probe has no offset, line or pattern: it stands where the function was called from"
                    : "only one of :LINE, +OFFSET and ;PATTERN can say where");
            }
        }

        return new FunctionPoint(function, module, source, line, isReturn ? null : offset, isReturn, pattern, reader.SpanFrom(from));
    }

    private static void Once(SyntaxReader reader, int at, bool had, string what)
    {
        if (had)
            throw reader.Fail(at, $"{what} is given twice");
    }

    private static string Source(SyntaxReader reader)
    {
        var from = reader.Position;
        var end = FunctionNameScanner.Scan(reader, Stops);
        var source = Unescape(reader.Text.AsSpan(from, end - from));
        if (source.Length == 0)
            throw reader.Expected("a source file after '@'", "; the '@' of a symbol's version is escaped: malloc\\@GLIBC_2.2.5");
        reader.Position = end;
        return source;
    }

    /// <summary>Everything up to the next blank, escapes left as they are: blanks don't count in a pattern.</summary>
    private static string Pattern(SyntaxReader reader)
    {
        var from = reader.Position;
        while (!reader.AtBlankOrEnd)
            reader.Position++;
        return reader.Position > from ? reader.Slice(from, reader.Position) : throw reader.Expected("a pattern of the source line after ';'", "; blanks of the line are left out in it");
    }

    internal static void ReturnWord(SyntaxReader reader)
    {
        var at = reader.Position;
        reader.Position++;
        var from = reader.Position;
        reader.SkipName();
        var word = reader.Slice(from, reader.Position);
        if (word == "return")
            return;
        reader.Position = at;
        throw reader.Fail(at, word.Length == 0
            ? $"expected %return, found '%' and {reader.FoundAt(at + 1)}"
            : $"expected %return, found '%{word}'{Suggestions.DidYouMean(Suggestions.Nearest(word, ["return"]) is null ? null : "%return")}");
    }

    private static bool IsMarkerWithoutPercent(SyntaxReader reader)
    {
        var at = reader.Position;
        while (at < reader.End && SyntaxReader.IsNamePart(reader.Text[at]))
            at++;
        return at + 1 < reader.End && reader.Text[at] == ':' && reader.Text[at + 1] != ':' && !char.IsAsciiDigit(reader.Text[at + 1]);
    }

    /// <summary><c>%[sdt_PROVIDER:]NAME</c>.</summary>
    private static MarkerPoint ParseMarker(SyntaxReader reader, int from)
    {
        var hasPercent = reader.TrySkip("%");
        var first = MarkerName(reader, "a marker");
        string? provider = null;
        if (reader.Peek() == ':')
        {
            reader.Position++;
            if (reader.Peek() == ':')
                throw reader.Expected("a marker's name");
            provider = first.StartsWith("sdt_", StringComparison.Ordinal) ? first[4..] : first;
            if (provider.Length == 0)
                throw reader.Fail(from + (hasPercent ? 1 : 0), "expected sdt_PROVIDER, found 'sdt_' alone");
            first = MarkerName(reader, "a marker's name");
        }
        else if (first == "return")
        {
            throw reader.Fail(from, "expected a function before %return, found nothing");
        }

        if (reader.Peek() == '@')
            throw reader.Fail(reader.Position, "the file of a marker is named with -x FILE, not with '@'");
        if (!reader.AtBlankOrEnd)
            throw reader.Fail(reader.Position, $"nothing follows a marker but a blank and arguments, found {reader.Found()}");
        return new MarkerPoint(provider, first, reader.SpanFrom(from));
    }

    private static string MarkerName(SyntaxReader reader, string what)
    {
        var from = reader.Position;
        while (SyntaxReader.IsNamePart(reader.Peek()) || reader.Peek() is '*' or '?' or '-')
            reader.Position++;
        return reader.Position > from ? reader.Slice(from, reader.Position) : throw reader.Expected(what);
    }

    internal static string Unescape(ReadOnlySpan<char> text)
    {
        if (!text.Contains('\\'))
            return text.ToString();
        var plain = new System.Text.StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
                i++;
            plain.Append(text[i]);
        }

        return plain.ToString();
    }
}
