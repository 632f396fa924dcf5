using TraceKit.Binary;

namespace TraceKit.Probes.Filters;

/// <summary>Recursive descent over a filter; nesting is bounded, chains of <c>&amp;&amp;</c> and <c>||</c> are not nested.</summary>
internal sealed partial class FilterParser(string text)
{
    /// <summary>More than any kernel takes, and than anybody types.</summary>
    public const int MaxLength = 1 << 16;

    private const string Operators = "an operator: == != < <= > >= ~ !~ =~ !=~ & in !in";

    private static readonly (string Sign, FilterOperator Operator)[] s_operators =
    [
        ("==", FilterOperator.Equal), ("=~", FilterOperator.Match), ("!=~", FilterOperator.NotMatch), ("!=", FilterOperator.NotEqual), ("!~", FilterOperator.NotLike),
        ("<=", FilterOperator.LessOrEqual), (">=", FilterOperator.GreaterOrEqual), ("<", FilterOperator.Less), (">", FilterOperator.Greater), ("~", FilterOperator.Like),
        ("=", FilterOperator.Equal),
    ];

    private readonly List<string> _names = [];
    private int _at;
    private int _depth;

    public List<string> Names => _names;

    /// <summary>Whether it asks for lines of the source.</summary>
    public bool NeedsLines { get; private set; }

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
            node = ParseTest();
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

    private FilterNode ParseTest()
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
        if (name == "stack" && TryTakeWord("has"))
            return ParseStack(start);
        if (name == "caller" && TryTake("("))
            return ParseCaller(start);
        if (!_names.Contains(name))
            _names.Add(name);
        NeedsLines |= name == "srcline";
        SkipSpace();
        var position = _at;
        if (TryTakeWord("in"))
            return ParseMembers(name, start, position, false);
        if (text.AsSpan(_at).StartsWith("!in") && !IsNamePartAt(_at + 3))
        {
            _at += 3;
            return ParseMembers(name, start, position, true);
        }

        return ParseComparison(name, start);
    }

    private ComparisonNode ParseComparison(string name, int start)
    {
        var op = ParseOperator(out var position);
        var literal = ParseLiteral(false);
        if (op != FilterOperator.AnyBit)
            return new ComparisonNode(text, name, start, op, position, literal);
        SkipSpace();
        if (_at >= text.Length || text[_at] is not ('=' or '!' or '<' or '>'))
            return new ComparisonNode(text, name, start, op, position, literal);
        var compare = ParseOperator(out var comparePosition);
        if (compare > FilterOperator.GreaterOrEqual)
            throw new FilterSyntaxException(text, comparePosition, "an operator for what a mask leaves: == != < <= > >=", $"'{FilterBinder.Sign(compare)}'");
        return new ComparisonNode(text, name, start, compare, comparePosition, ParseLiteral(false), literal);
    }

    /// <summary><c>stack has ["sym" | "dso" | "srcline"] ["~" | "==" | "=~"] VALUE</c>.</summary>
    private FrameNode ParseStack(int start)
    {
        var property = TryTakeWord("dso") ? FrameProperty.Module : TryTakeWord("srcline") ? FrameProperty.SourceLine : FrameProperty.Symbol;
        if (property == FrameProperty.Symbol)
            TryTakeWord("sym");
        NeedsLines |= property == FrameProperty.SourceLine;
        return ParseFrame(start, FramePlace.Stack, property);
    }

    private FrameNode ParseCaller(int start)
    {
        var node = ParseFrame(start, FramePlace.Caller, FrameProperty.Symbol);
        if (!TryTake(")"))
            throw Error(")");
        return node;
    }

    private FrameNode ParseFrame(int start, FramePlace place, FrameProperty property)
    {
        SkipSpace();
        var position = _at;
        var op = FilterOperator.Like;
        if (_at < text.Length && text[_at] is '=' or '~' or '!' or '<' or '>')
        {
            op = ParseOperator(out position);
            if (op is not (FilterOperator.Equal or FilterOperator.Like or FilterOperator.Match))
                throw new FilterSyntaxException(text, position, "~ == =~ or a pattern (its opposite: !(stack has \"x\"))", $"'{FilterBinder.Sign(op)}'");
        }

        return new FrameNode(text, start, place, property, op, position, ParseLiteral(false));
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

        throw Error(Operators);
    }

    private bool TryTake(string sign)
    {
        SkipSpace();
        if (string.CompareOrdinal(text, _at, sign, 0, sign.Length) != 0)
            return false;
        _at += sign.Length;
        return true;
    }

    /// <summary>Takes a word that is not the beginning of a longer one.</summary>
    private bool TryTakeWord(string word)
    {
        SkipSpace();
        if (string.CompareOrdinal(text, _at, word, 0, word.Length) != 0 || IsNamePartAt(_at + word.Length))
            return false;
        _at += word.Length;
        return true;
    }

    private void SkipSpace()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            _at++;
    }

    private bool IsNamePartAt(int at) => at < text.Length && IsNamePart(text[at]);

    private static bool IsNamePart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or ':' or '[' or ']';

    private FilterSyntaxException Error(string expected)
    {
        SkipSpace();
        return new FilterSyntaxException(text, _at, expected, _at >= text.Length ? "the end" : $"'{text[_at]}'");
    }
}
