using System.Globalization;

namespace TraceKit.Probes.Syntax;

/// <summary>Reads a whole line in the kernel's own text.</summary>
/// <remarks>
/// Documentation/trace/kprobetrace.rst and uprobetracer.rst:
/// <code>
/// p[:[GRP/][EVENT]] [MOD:]SYM[+OFFS]|ADDRESS [ARGS]
/// r[MAXACTIVE][:[GRP/][EVENT]] [MOD:]SYM [ARGS]         p… SYM%return
/// p|r[:[GRP/][EVENT]] PATH:OFFSET[%return][(REF_CTR_OFFSET)] [ARGS]
/// </code>
/// </remarks>
internal static class KernelTextParser
{
    /// <summary>Concurrent calls a kretprobe may follow: <c>KRETPROBE_MAXACTIVE_MAX</c>.</summary>
    private const int MaxMaxActive = 4096;

    /// <summary>
    /// Whether it is a line of the kernel's and not a definition of perf's. <c>p:3</c> is line 3 of a function p, <c>p::f</c> a function of a namespace; <c>p</c> alone is a function,
    /// unless a place follows that can be no argument.
    /// </summary>
    public static bool IsKernelText(SyntaxReader reader)
    {
        if (reader.Peek() is not ('p' or 'r' or 'f' or 't' or 'e' or 's' or '-'))
            return false;
        var at = 1;
        while (char.IsAsciiDigit(reader.Peek(at)))
            at++;
        var word = reader.Text.AsSpan(reader.Position, reader.End - reader.Position);
        var blank = word.IndexOfAny(' ', '\t');
        var rest = blank < 0 ? [] : word[blank..].TrimStart([' ', '\t']);
        word = blank < 0 ? word : word[..blank];
        var follows = reader.Peek(at);
        if (reader.Peek() is not ('p' or 'r'))
            return follows == ':' && at == 1 && (word.Contains('/') || reader.Peek() == '-') && !word.Contains("::", StringComparison.Ordinal);
        if (follows == ':')
            return reader.Peek(at + 1) != ':' && !char.IsAsciiDigit(reader.Peek(at + 1));
        if (at != word.Length || rest.Length == 0)
            return false;
        var end = rest.IndexOfAny(' ', '\t');
        var place = end < 0 ? rest : rest[..end];
        if (place.Contains('='))
            return false;
        if (place[0] == '/' || place.EndsWith("%return") || place.StartsWith("0x"))
            return true;
        var plus = place.IndexOf('+');
        return plus > 0 && SyntaxReader.IsNameStart(place[0]) && plus + 1 < place.Length && char.IsAsciiDigit(place[plus + 1]);
    }

    public static ProbeSyntax Parse(SyntaxReader reader)
    {
        var from = reader.Position;
        var kind = reader.Peek();
        if (kind == '-')
            throw reader.Fail(from, "this line removes an event: use 'probe -d GROUP:EVENT'");
        if (kind is not ('p' or 'r'))
            throw reader.Fail(from, $"expected p (probe) or r (return probe), found '{kind}': {(kind == 't' ? "tracepoints are recorded as they are, with -e SYSTEM:EVENT" : kind == 'f' ? "write p or r, the kernel takes both everywhere" : "such events are not probes")}");
        reader.Position++;
        var maxActive = 0;
        if (char.IsAsciiDigit(reader.Peek()))
        {
            if (kind == 'p')
                throw reader.Fail(reader.Position, "only r takes a number: how many calls are followed at a time");
            maxActive = (int)reader.Number("a number of calls", MaxMaxActive);
        }

        var (group, name) = ParseName(reader);
        if (!reader.AtEnd && !reader.AtBlankOrEnd)
            throw reader.Expected("':GROUP/EVENT' or a blank");
        reader.SkipBlanks();
        if (reader.AtEnd)
            throw reader.Expected("a place: [MODULE:]SYMBOL[+OFFSET] or /PATH:0xOFFSET");
        var point = ParsePlace(reader, from, kind == 'r', maxActive);
        return new ProbeSyntax { Text = reader.Text, Group = group, Event = name, Point = point };
    }

    private static (string? Group, string? Event) ParseName(SyntaxReader reader)
    {
        if (!reader.TrySkip(":"))
            return (null, null);
        var from = reader.Position;
        var end = from;
        while (end < reader.End && !SyntaxReader.IsBlank(reader.Text[end]))
            end++;
        var names = reader.Text.AsSpan(from, end - from);
        if (names.Length == 0)
            throw reader.Expected("GROUP/EVENT after ':'");
        var separator = names.IndexOfAny('/', '.');
        string? group = null;
        if (separator >= 0)
            group = CheckName(reader, from, from + separator, "a group's name");
        var nameAt = from + separator + 1;
        // GROUP/ alone: the kernel makes the event's name.
        var name = nameAt == end && group is not null ? null : CheckName(reader, nameAt, end, "an event's name");
        reader.Position = end;
        return (group, name);
    }

    private static string CheckName(SyntaxReader reader, int from, int to, string what)
    {
        var name = reader.Slice(from, to);
        if (name.Length > ProbeNames.MaxLength)
            throw reader.Fail(from, $"{what} has at most {ProbeNames.MaxLength} characters, this one has {name.Length}");
        return ProbeNames.IsName(name) ? name : throw reader.Fail(from, $"expected {what} (letters, digits and _), found '{name}'");
    }

    private static KernelTextPoint ParsePlace(SyntaxReader reader, int from, bool isReturn, int maxActive)
    {
        var placeAt = reader.Position;
        var end = placeAt;
        while (end < reader.End && !SyntaxReader.IsBlank(reader.Text[end]))
            end++;
        var place = new SyntaxReader(reader.Text, placeAt, end);
        string? path = null, symbol = null;
        ulong offset = 0;
        ulong? semaphore = null;
        var slash = reader.Text.AsSpan(placeAt, end - placeAt).IndexOf('/');
        if (slash >= 0)
        {
            path = Path(place);
            offset = place.Number("an offset in the file", long.MaxValue);
            isReturn |= Return(place);
            if (place.TrySkip("("))
            {
                semaphore = place.Number("an offset of a counter in the file", long.MaxValue);
                if (!place.TrySkip(")"))
                    throw place.Expected("')'");
            }
        }
        else
        {
            symbol = Symbol(place);
            if (place.TrySkip("+"))
                offset = place.Number("an offset in bytes", uint.MaxValue);
            else if (place.Peek() == '-')
                throw place.Fail(place.Position, "an offset is counted from the symbol on: +OFFSET, never -OFFSET");
            isReturn |= Return(place);
            if (isReturn && offset != 0)
                throw place.Fail(placeAt, "a return probe stands at a function's start: no offset");
        }

        if (!place.AtEnd)
            throw place.Expected(path is null ? "'+OFFSET', '%return' or a blank" : "'%return', '(COUNTER)' or a blank");
        if (isReturn && maxActive > 0 && path is not null)
            throw reader.Fail(from + 1, "a number behind r is for the kernel's functions only");
        reader.Position = end;
        reader.SkipBlanks();
        CheckArguments(reader);
        var arguments = reader.Slice(reader.Position, reader.End);
        reader.Position = reader.End;
        return new KernelTextPoint(isReturn, maxActive, path, symbol, offset, semaphore, arguments, reader.SpanFrom(from));
    }

    private static bool Return(SyntaxReader place)
    {
        if (place.Peek() != '%')
            return false;
        PointParser.ReturnWord(place);
        return true;
    }

    private static string Path(SyntaxReader place)
    {
        var from = place.Position;
        if (place.Peek() != '/')
            throw place.Fail(from, $"expected a path from the root on, found '{place.Slice(from, place.End)}'");
        var colon = place.Text.AsSpan(from, place.End - from).LastIndexOf(':');
        if (colon < 0)
        {
            place.Position = place.End;
            throw place.Expected("':0xOFFSET' after the path");
        }

        place.Position = from + colon + 1;
        return place.Slice(from, from + colon);
    }

    private static string Symbol(SyntaxReader place)
    {
        var from = place.Position;
        if (char.IsAsciiDigit(place.Peek()))
        {
            var address = place.Number("a symbol or an address", ulong.MaxValue);
            return "0x" + address.ToString("x", CultureInfo.InvariantCulture);
        }

        while (SyntaxReader.IsNamePart(place.Peek()) || place.Peek() == '.')
            place.Position++;
        if (place.Peek() == ':' && place.Position > from)
        {
            place.Position++;
            if (!SyntaxReader.IsNameStart(place.Peek()) && place.Peek() != '.')
                throw place.Expected("a symbol after MODULE:");
            while (SyntaxReader.IsNamePart(place.Peek()) || place.Peek() == '.')
                place.Position++;
        }

        return place.Position > from ? place.Slice(from, place.Position) : throw place.Expected("a symbol, an address or a path");
    }

    private static void CheckArguments(SyntaxReader reader)
    {
        var count = 0;
        var inside = false;
        for (var at = reader.Position; at < reader.End; at++)
        {
            var c = reader.Text[at];
            if (c == '#')
                throw reader.Fail(at, "'#' begins a comment in the kernel's probe files and would cut the arguments off");
            var blank = SyntaxReader.IsBlank(c);
            if (!blank && !inside && ++count > ProbeNames.MaxArguments)
                throw reader.Fail(at, $"expected at most {ProbeNames.MaxArguments} arguments, which is all the kernel takes");
            inside = !blank;
        }
    }
}
