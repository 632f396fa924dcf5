using System.Globalization;

namespace TraceKit.Probes.Syntax;

/// <summary>A place in a definition's text; all errors are made here, so that each says where, what was expected and what was found.</summary>
internal sealed class SyntaxReader(string text, int start, int end)
{
    /// <summary>Definitions longer than this are refused: the kernel's own lines end at 4096.</summary>
    public const int MaxText = 32768;

    /// <summary>The whole text as it was given.</summary>
    public string Text { get; } = text;

    /// <summary>Where the next character stands.</summary>
    public int Position { get; set; } = start;

    /// <summary>Just past the last character that counts.</summary>
    public int End { get; } = end;

    public bool AtEnd => Position >= End;

    /// <summary>Whether a word ends here.</summary>
    public bool AtBlankOrEnd => AtEnd || IsBlank(Text[Position]);

    /// <summary>The next character; NUL at the end.</summary>
    public char Peek(int ahead = 0) => Position + ahead < End ? Text[Position + ahead] : '\0';

    /// <summary>Goes past a text when it stands here.</summary>
    public bool TrySkip(string expected)
    {
        if (!StartsWith(expected))
            return false;
        Position += expected.Length;
        return true;
    }

    public bool StartsWith(string expected) => string.CompareOrdinal(Text, Position, expected, 0, expected.Length) == 0 && Position + expected.Length <= End;

    public void SkipBlanks()
    {
        while (!AtEnd && IsBlank(Text[Position]))
            Position++;
    }

    public string Slice(int from, int to) => Text[from..to];

    public TextSpan SpanFrom(int from) => new(from, Position - from);

    public static bool IsBlank(char c) => c is ' ' or '\t';

    /// <summary>A name of C, C++, Rust or Go begins with it: letters beyond ASCII too.</summary>
    public static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_' || (c > 127 && char.IsLetter(c));

    public static bool IsNamePart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$' || (c > 127 && char.IsLetterOrDigit(c));

    /// <summary>Goes past the characters of a name; where it ends.</summary>
    public int SkipName()
    {
        while (!AtEnd && IsNamePart(Text[Position]))
            Position++;
        return Position;
    }

    /// <summary>Reads a number, decimal or 0x….</summary>
    /// <param name="what">What it is, for messages: <c>a line number</c>.</param>
    /// <param name="most">The largest that makes sense.</param>
    public ulong Number(string what, ulong most)
    {
        var from = Position;
        if (!char.IsAsciiDigit(Peek()))
            throw Expected(what);
        while (!AtEnd && char.IsAsciiLetterOrDigit(Text[Position]))
            Position++;
        var digits = Text.AsSpan(from, Position - from);
        ulong value;
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            if (!IsAll(digits[2..], char.IsAsciiHexDigit))
                throw Fail(from, $"expected {what}, found '{digits}'");
            if (!ulong.TryParse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value))
                throw Fail(from, $"'{digits}' is too large");
        }
        else
        {
            if (!IsAll(digits, char.IsAsciiDigit))
                throw Fail(from, $"expected {what}, found '{digits}'{(IsAll(digits, char.IsAsciiHexDigit) ? "; hexadecimal numbers begin with 0x" : "")}");
            // perf and the kernel read these as octal; nobody who writes them expects it.
            if (digits.Length > 1 && digits[0] == '0')
                throw Fail(from, $"'{digits}' begins with 0, which perf and the kernel take for octal: write it in decimal without the 0, or with 0x");
            if (!ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value))
                throw Fail(from, $"'{digits}' is too large");
        }

        return value <= most ? value : throw Fail(from, $"{what} is at most {most}, found {digits}");
    }

    private static bool IsAll(ReadOnlySpan<char> digits, Func<char, bool> test)
    {
        foreach (var c in digits)
        {
            if (!test(c))
                return false;
        }

        return digits.Length > 0;
    }

    /// <summary>What stands here, for messages.</summary>
    public string Found() => FoundAt(Position);

    public string FoundAt(int position)
    {
        if (position >= End)
            return "the end";
        if (IsBlank(Text[position]))
            return "a blank";
        var to = position;
        if (Text[to] is '%' or '$')
            to++;
        while (to < End && IsNamePart(Text[to]) && to - position < 40)
            to++;
        if (to == position)
            to++;
        return $"'{Text[position..to]}'";
    }

    /// <summary>Something else was expected here.</summary>
    /// <param name="what">What: <c>a type</c>.</param>
    /// <param name="hint">What to do, with its own separator in front; empty when there is nothing to say.</param>
    public ProbeSyntaxException Expected(string what, string hint = "") => Fail(Position, $"expected {what}, found {Found()}{hint}");

    public ProbeSyntaxException Fail(int position, string reason) => new(Text, Math.Clamp(position, 0, Text.Length), reason);
}
