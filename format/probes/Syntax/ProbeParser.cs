namespace TraceKit.Probes.Syntax;

/// <summary>Reads probe definitions. Grammar: docs/probes.md.</summary>
public static class ProbeParser
{
    /// <summary>Reads one definition.</summary>
    /// <param name="text">What the user wrote: perf's grammar with what TraceKit adds, or a whole line of the kernel's.</param>
    /// <exception cref="ProbeSyntaxException">It is none; the message says at which column, what was expected, and what stands there.</exception>
    public static ProbeSyntax Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var reader = Open(text);
        if (reader.AtEnd)
            throw reader.Expected("a probe: a function, FILE:LINE, 0xADDRESS or %MARKER");
        if (KernelTextParser.IsKernelText(reader))
            return KernelTextParser.Parse(reader);
        var (group, name, point) = PointParser.Parse(reader);
        var arguments = ArgumentParser.ParseAll(reader);
        if (point is not (FunctionPoint { IsReturn: true } or AddressPoint { IsReturn: true }))
        {
            foreach (var argument in arguments)
            {
                if (argument.Expression.Innermost is SpecialSyntax { Kind: SpecialKind.ReturnValue } value)
                    throw reader.Fail(value.Span.Start, "$retval is there only when a function returns: FUNCTION%return");
            }
        }

        return new ProbeSyntax { Text = text, Group = group, Event = name, Point = point, Arguments = arguments };
    }

    /// <summary>Reads arguments alone: <c>[NAME=]EXPR[:TYPE][@user] …</c>.</summary>
    /// <param name="text">The arguments, separated by blanks.</param>
    /// <exception cref="ProbeSyntaxException">They are none.</exception>
    public static IReadOnlyList<ArgumentSyntax> ParseArguments(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return ArgumentParser.ParseAll(Open(text));
    }

    /// <summary>Looks at every character once, so that nothing later meets one that must not reach the kernel.</summary>
    private static SyntaxReader Open(string text)
    {
        var start = 0;
        var end = text.Length;
        while (end > start && SyntaxReader.IsBlank(text[end - 1]))
            end--;
        while (start < end && SyntaxReader.IsBlank(text[start]))
            start++;
        var reader = new SyntaxReader(text, start, end);
        CheckCharacters(reader);
        return reader;
    }

    /// <summary>Refuses what is too long and characters that must not reach the kernel.</summary>
    internal static void CheckCharacters(SyntaxReader reader)
    {
        var text = reader.Text;
        if (text.Length > SyntaxReader.MaxText)
            throw reader.Fail(SyntaxReader.MaxText, $"a definition has at most {SyntaxReader.MaxText} characters, this one has {text.Length}");
        var braces = 0;
        for (var i = reader.Position; i < reader.End; i++)
        {
            var c = text[i];
            // A newline would begin a second definition.
            if (char.IsControl(c) && c != '\t')
                throw reader.Fail(i, $"control characters are not allowed, found U+{(int)c:X4}");
            if (c > 127 && (char.IsWhiteSpace(c) || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.Format))
                throw reader.Fail(i, $"expected an ordinary blank, found U+{(int)c:X4}, which only looks like one");
            // Closures have it in their names: {lambda(int)#1}, {closure#0}; names of user functions are not written into the kernel's files.
            braces += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (c == '#' && braces <= 0)
                throw reader.Fail(i, "'#' begins a comment in the kernel's probe files and would cut the arguments off");
        }
    }
}
