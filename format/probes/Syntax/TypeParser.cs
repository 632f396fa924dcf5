using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Syntax;

/// <summary>Reads what stands behind an argument's colon.</summary>
internal static class TypeParser
{
    public static TypeSyntax Parse(SyntaxReader reader)
    {
        var from = reader.Position;
        if (reader.Peek() == '%')
            reader.Position++;
        reader.SkipName();
        var word = reader.Slice(from, reader.Position);
        if (word.Length == 0 || word == "%")
            throw reader.Expected("a type after ':'");
        if (word[0] == 'b' && word.Length > 1 && char.IsAsciiDigit(word[1]))
            return BitField(reader, from);
        if (!ProbeTypes.IsKnown(word))
        {
            var instead = ProbeTypes.Instead(word);
            reader.Position = from;
            throw reader.Expected("a type after ':'", instead is null ? "; types are u8 to u64, s8 to s64, x8 to x64, string, ip4, … (docs/probes.md)" : Suggestions.DidYouMean(instead));
        }

        int? length = null;
        if (reader.Peek() == '[')
        {
            var bracket = reader.Position;
            var most = ProbeTypes.MaxLengthOf(word);
            if (most == 0)
                throw reader.Fail(bracket, $"{word} takes no length");
            reader.Position++;
            var number = reader.Position;
            length = (int)reader.Number(word is "bytes" or "str" ? "a number of bytes" : "a number of elements", (ulong)most);
            if (length == 0)
                throw reader.Fail(number, "expected at least 1, found 0");
            if (!reader.TrySkip("]"))
                throw reader.Expected("']'");
        }

        return new TypeSyntax(word, length, null, reader.SpanFrom(from));
    }

    /// <summary><c>bWIDTH@OFFSET/CONTAINER</c>, as <c>kprobetrace.rst</c> has it.</summary>
    private static TypeSyntax BitField(SyntaxReader reader, int from)
    {
        // be16 and the like begin with b and no digit; here a digit follows.
        reader.Position = from + 1;
        var width = (int)reader.Number("a number of bits", 64);
        if (width == 0)
            throw reader.Fail(from + 1, "a bit field has at least 1 bit");
        if (!reader.TrySkip("@"))
            throw reader.Expected("'@' and the first bit, as in b4@8/32");
        var at = reader.Position;
        var offset = (int)reader.Number("the first bit", 63);
        if (!reader.TrySkip("/"))
            throw reader.Expected("'/' and the bits of the integer around it, as in b4@8/32");
        var containerAt = reader.Position;
        var container = (int)reader.Number("the bits of the integer around it", 64);
        if (container is not (8 or 16 or 32 or 64))
            throw reader.Fail(containerAt, $"expected 8, 16, 32 or 64 bits, found {container}");
        if (width + offset > container)
            throw reader.Fail(at, $"{width} bits from bit {offset} on do not fit into {container}");
        if (reader.Peek() == '[')
            throw reader.Fail(reader.Position, "there are no arrays of bit fields");
        return new TypeSyntax("b", null, (width, offset, container), reader.SpanFrom(from));
    }
}
