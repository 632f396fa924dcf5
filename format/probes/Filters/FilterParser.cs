using System.Text;
using TraceKit.Binary;

namespace TraceKit.Probes.Filters;

/// <summary>Recursive descent over a filter; nesting is bounded, chains of <c>&amp;&amp;</c> and <c>||</c> are not nested.</summary>
internal sealed class FilterParser(string text)
{
    /// <summary>More than any kernel takes, and than anybody types.</summary>
    public const int MaxLength = 1 << 16;

    private const string Operators = "an operator: == != < <= > >= ~ !~ & in";

    private static readonly (string Sign, FilterOperator Operator)[] s_operators =
    [
        ("==", FilterOperator.Equal), ("!=", FilterOperator.NotEqual), ("!~", FilterOperator.NotLike), ("<=", FilterOperator.LessOrEqual), (">=", FilterOperator.GreaterOrEqual),
        ("<", FilterOperator.Less), (">", FilterOperator.Greater), ("~", FilterOperator.Like), ("=", FilterOperator.Equal),
    ];

    private readonly List<string> _names = [];
    private int _at;
    private int _depth;

    public List<string> Names => _names;

    public FilterNode ParseAll()
    {
        if (text.Length > MaxLength)
            throw new FilterSyntaxException(text[..64] + "...", 64, $"at most {MaxLength} characters", $"{text.Length}");
        var node = ParseOr();
        SkipSpace();
        if (_at < text.Length)
            throw Error("&& or || or the end");
        return node;
    }

    private FilterNode ParseOr()
    {
        List<FilterNode> parts = [ParseAnd()];
        while (TryTake("||"))
            parts.Add(ParseAnd());
        return JoinNode.Make(false, parts);
    }

    private FilterNode ParseAnd()
    {
        List<FilterNode> parts = [ParseUnary()];
        while (TryTake("&&"))
            parts.Add(ParseUnary());
        return JoinNode.Make(true, parts);
    }

    private FilterNode ParseUnary()
    {
        if (++_depth > InputLimits.Depth)
            throw Error($"at most {InputLimits.Depth} levels of nesting");
        FilterNode node;
        if (TryTake("!"))
        {
            node = new NotNode(ParseUnary());
        }
        else if (!TryTake("("))
        {
            node = ParseComparison();
        }
        else
        {
            node = ParseOr();
            if (!TryTake(")"))
                throw Error("&& or || or )");
        }

        _depth--;
        return node;
    }

    private ComparisonNode ParseComparison()
    {
        SkipSpace();
        var start = _at;
        while (_at < text.Length && IsNamePart(text[_at]))
            _at++;
        if (_at == start || char.IsAsciiDigit(text[start]))
        {
            _at = start;
            throw Error("a name, ! or (");
        }

        var name = text[start.._at];
        if (!_names.Contains(name))
            _names.Add(name);
        var op = ParseOperator(out var operatorPosition);
        return new ComparisonNode(text, name, start, op, operatorPosition, ParseLiteral());
    }

    private FilterOperator ParseOperator(out int position)
    {
        SkipSpace();
        position = _at;
        foreach (var (sign, op) in s_operators)
        {
            if (TryTake(sign))
                return op;
        }

        if (_at < text.Length && text[_at] == '&' && (_at + 1 == text.Length || text[_at + 1] != '&'))
        {
            _at++;
            return FilterOperator.AnyBit;
        }

        if (string.CompareOrdinal(text, _at, "in", 0, 2) == 0 && _at + 2 < text.Length && !IsNamePart(text[_at + 2]))
        {
            _at += 2;
            return FilterOperator.In;
        }

        throw Error(Operators);
    }

    private FilterLiteral ParseLiteral()
    {
        SkipSpace();
        if (_at < text.Length && (text[_at] is '"' or '\''))
            return ParseQuoted(text[_at]);
        var start = _at;
        while (_at < text.Length && (IsWordPart(text[_at]) || IsInnerBar()))
            _at++;
        if (_at == start)
            throw Error("a number, a word or a \"string\"");
        return new FilterLiteral(text[start.._at], false, start, _at);

        // Flags of an enum: A|B is one value, a||b is two conditions.
        bool IsInnerBar() => text[_at] == '|' && _at > start && _at + 1 < text.Length && IsWordPart(text[_at + 1]) && text[_at - 1] != '|';
    }

    private FilterLiteral ParseQuoted(char quote)
    {
        var start = _at++;
        var value = new StringBuilder();
        while (_at < text.Length && text[_at] != quote)
        {
            if (text[_at] == '\\' && _at + 1 < text.Length && (text[_at + 1] == quote || text[_at + 1] == '\\'))
                _at++;
            value.Append(text[_at++]);
        }

        if (_at == text.Length)
            throw new FilterSyntaxException(text, start, $"a closing {quote}", "the end");
        _at++;
        return new FilterLiteral(value.ToString(), true, start, _at);
    }

    private bool TryTake(string sign)
    {
        SkipSpace();
        if (string.CompareOrdinal(text, _at, sign, 0, sign.Length) != 0)
            return false;
        _at += sign.Length;
        return true;
    }

    private void SkipSpace()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            _at++;
    }

    private static bool IsNamePart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or ':' or '[' or ']';

    private static bool IsWordPart(char c) => !char.IsWhiteSpace(c) && c is not ('(' or ')' or '&' or '|' or '"' or '\'' or '=' or '<' or '>' or '!' or '~');

    private FilterSyntaxException Error(string expected)
    {
        SkipSpace();
        return new FilterSyntaxException(text, _at, expected, _at >= text.Length ? "the end" : $"'{text[_at]}'");
    }
}
