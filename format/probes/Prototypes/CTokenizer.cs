using System.Globalization;

namespace TraceKit.Probes.Prototypes;

internal enum CTokenKind
{
    End,
    Name,
    Number,
    Text,
    Punctuation,
}

/// <summary>A token of C.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Text">As written.</param>
/// <param name="Position">Characters before it.</param>
/// <param name="Value">Of a number or character.</param>
internal readonly record struct CToken(CTokenKind Kind, string Text, int Position, long Value = 0);

/// <summary>Takes C text apart; of the preprocessor it follows what headers of plain declarations have: guards, <c>#ifdef __cplusplus</c>, numbers given names.</summary>
internal sealed class CTokenizer(string name, string text)
{
    private static readonly string[] s_long = ["...", "<<=", ">>=", "::", "->", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||"];

    private readonly List<CToken> _tokens = [];
    private readonly Dictionary<string, CToken[]> _macros = new(StringComparer.Ordinal);

    /// <summary>For each open #if: whether what follows counts, and whether some branch did.</summary>
    private readonly List<(bool Counts, bool Counted)> _conditions = [];
    private int _at;

    public List<CToken> Read()
    {
        var lineStart = true;
        while (_at < text.Length)
        {
            var letter = text[_at];
            if (letter == '\n')
            {
                lineStart = true;
                _at++;
            }
            else if (letter == '\\' && _at + 1 < text.Length && text[_at + 1] is '\n' or '\r' || char.IsWhiteSpace(letter) || letter == '\0')
            {
                _at++;
            }
            else if (SkipComment())
            {
            }
            else if (letter == '#' && lineStart)
            {
                Directive();
            }
            else
            {
                lineStart = false;
                var token = Next(text.Length);
                if (Counts)
                    Add(token);
            }
        }

        if (_conditions.Count > 0)
            throw new PrototypeException(name, text, text.Length, "expected #endif, found the end");
        _tokens.Add(new CToken(CTokenKind.End, "", text.Length));
        return _tokens;
    }

    private bool Counts => _conditions.Count == 0 || _conditions[^1].Counts;

    private void Add(in CToken token)
    {
        if (token.Kind == CTokenKind.Name && _macros.TryGetValue(token.Text, out var meaning))
        {
            foreach (var part in meaning)
                _tokens.Add(part with { Position = token.Position });
        }
        else
        {
            _tokens.Add(token);
        }
    }

    private bool SkipComment()
    {
        if (text[_at] != '/' || _at + 1 >= text.Length || text[_at + 1] is not ('/' or '*'))
            return false;
        var block = text[_at + 1] == '*';
        var end = block ? text.IndexOf("*/", _at + 2, StringComparison.Ordinal) : text.IndexOf('\n', _at);
        if (end < 0 && block)
            throw new PrototypeException(name, text, _at, "a comment that does not end");
        _at = end < 0 ? text.Length : block ? end + 2 : end;
        return true;
    }

    private CToken Next(int end)
    {
        var start = _at;
        var letter = text[_at];
        if (char.IsAsciiLetter(letter) || letter is '_' or '$')
        {
            while (_at < end && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '_' or '$'))
                _at++;
            return new CToken(CTokenKind.Name, text[start.._at], start);
        }

        if (char.IsAsciiDigit(letter))
        {
            while (_at < end && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '.'))
                _at++;
            return new CToken(CTokenKind.Number, text[start.._at], start, Number(start));
        }

        if (letter is '"' or '\'')
        {
            for (_at++; _at < end && text[_at] != letter && text[_at] != '\n'; _at++)
            {
                if (text[_at] == '\\')
                    _at++;
            }

            if (_at >= end || text[_at] != letter)
                throw new PrototypeException(name, text, start, "a text that does not end");
            _at++;
            return new CToken(letter == '"' ? CTokenKind.Text : CTokenKind.Number, text[start.._at], start, _at - start == 3 ? text[start + 1] : 0);
        }

        foreach (var sign in s_long)
        {
            if (string.CompareOrdinal(text, _at, sign, 0, sign.Length) != 0 || _at + sign.Length > end)
                continue;
            _at += sign.Length;
            return new CToken(CTokenKind.Punctuation, sign, start);
        }

        if ("(){}[]*,;:=&|^~!+-/%<>?.@".Contains(letter))
        {
            _at++;
            return new CToken(CTokenKind.Punctuation, letter.ToString(), start);
        }

        throw new PrototypeException(name, text, start, $"'{(char.IsControl(letter) ? '?' : letter)}' is not part of a declaration");
    }

    private long Number(int start)
    {
        var digits = text.AsSpan(start, _at - start).TrimEnd("uUlL");
        if (digits.Contains('.'))
            return 0;
        ulong value;
        var good = digits.StartsWith("0x") || digits.StartsWith("0X") ? ulong.TryParse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
            : digits.StartsWith("0b") ? ulong.TryParse(digits[2..], NumberStyles.AllowBinarySpecifier, CultureInfo.InvariantCulture, out value)
            : digits.Length > 1 && digits[0] == '0' ? TryOctal(digits, out value)
            : ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        if (!good)
            throw new PrototypeException(name, text, start, $"'{text[start.._at]}' is not a number");
        return (long)value;
    }

    private static bool TryOctal(ReadOnlySpan<char> digits, out ulong value)
    {
        value = 0;
        foreach (var digit in digits)
        {
            if (digit is < '0' or > '7' || value >> 61 != 0)
                return false;
            value = value << 3 | (uint)(digit - '0');
        }

        return true;
    }

    private void Directive()
    {
        var start = _at++;
        var end = text.IndexOf('\n', _at);
        while (end > 0 && text[end - 1] == '\\')
            end = text.IndexOf('\n', end + 1);
        if (end < 0)
            end = text.Length;
        var line = new List<CToken>();
        while (_at < end)
        {
            if (char.IsWhiteSpace(text[_at]) || text[_at] == '\\' || text[_at] == '\0')
                _at++;
            else if (!SkipComment())
                line.Add(line is [{ Text: "include" or "pragma" or "error" or "warning" or "line" }, ..] ? Rest(end) : Next(end));
        }

        // A comment of several lines may have gone on.
        _at = Math.Max(_at, end);
        var word = line.Count > 0 ? line[0].Text : "";
        switch (word)
        {
            case "ifdef" or "ifndef" or "if":
                var holds = Counts && Condition(line, start);
                // What is inside of a part that does not count never does.
                _conditions.Add((holds, holds || _conditions.Count > 0 && !_conditions[^1].Counts));
                if (_conditions.Count > 64)
                    throw new PrototypeException(name, text, start, "conditions deeper than 64");
                break;
            case "elif" or "else" or "endif" when _conditions.Count == 0:
                throw new PrototypeException(name, text, start, $"#{word} without #if");
            case "elif" or "else":
                var (_, counted) = _conditions[^1];
                var now = !counted && (word == "else" || Condition(line, start));
                _conditions[^1] = (now, counted || now);
                break;
            case "endif":
                _conditions.RemoveAt(_conditions.Count - 1);
                break;
            case "define" when Counts && line.Count > 1:
                // A macro with parameters stands for nothing that is known here: its name stays, and is an error where it is needed.
                var isFunction = line.Count > 2 && line[2].Text == "(" && line[2].Position == line[1].Position + line[1].Text.Length;
                if (!isFunction)
                    _macros[line[1].Text] = Expand(line);
                break;
            case "undef" when Counts && line.Count > 1:
                _macros.Remove(line[1].Text);
                break;
            case "pragma" when Counts && line.Count > 1 && line[1].Text.StartsWith("pack", StringComparison.Ordinal):
                throw new PrototypeException(name, text, start, "#pragma pack is not understood: write __attribute__((packed)) at the structs");
        }
    }

    /// <summary>What a macro stands for, those before it put in.</summary>
    private CToken[] Expand(List<CToken> line)
    {
        var meaning = new List<CToken>();
        for (var i = 2; i < line.Count && meaning.Count < 256; i++)
        {
            if (line[i].Kind == CTokenKind.Name && line[i].Text != line[1].Text && _macros.TryGetValue(line[i].Text, out var other))
                meaning.AddRange(other);
            else
                meaning.Add(line[i]);
        }

        return meaning.Count > 256 ? [] : [.. meaning];
    }

    private CToken Rest(int end)
    {
        var start = _at;
        _at = end;
        return new CToken(CTokenKind.Text, text[start..end].Trim(), start);
    }

    private bool Condition(List<CToken> line, int start)
    {
        var inverted = line[0].Text == "ifndef";
        switch (line)
        {
            case [{ Text: "ifdef" or "ifndef" }, var macro]:
                return _macros.ContainsKey(macro.Text) != inverted;
            case [_, { Kind: CTokenKind.Number } number]:
                return number.Value != 0;
            case [_, { Text: "defined" }, { Text: "(" }, var macro, { Text: ")" }]:
                return _macros.ContainsKey(macro.Text);
            case [_, { Text: "!" }, { Text: "defined" }, { Text: "(" }, var macro, { Text: ")" }]:
                return !_macros.ContainsKey(macro.Text);
            default:
                throw new PrototypeException(name, text, start, $"a condition that is not decided here: hand over the output of the compiler (cc -E) instead");
        }
    }
}
