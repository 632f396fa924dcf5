using System.Text;

namespace TraceKit.Probes.Filters;

internal sealed partial class FilterParser
{
    private const string Value = "a number, a word or a \"string\"";

    /// <summary>What stands behind <c>in</c>: a value, a range, or several of them in parentheses. Each is written as the comparisons that it means.</summary>
    private FilterNode ParseMembers(string name, int start, int position, bool negated)
    {
        if (!TryTake("("))
            return ParseMember(name, start, position, negated, false);
        List<FilterNode> members = [];
        do
        {
            members.Add(ParseMember(name, start, position, negated, true));
        }
        while (TryTake(","));
        if (!TryTake(")"))
            throw Error(", or )");
        return JoinNode.Make(negated, members);
    }

    /// <summary><c>VALUE</c>, <c>LOW..HIGH</c> (both inclusive), <c>LOW..</c>, <c>..HIGH</c>.</summary>
    private FilterNode ParseMember(string name, int start, int position, bool negated, bool inList)
    {
        SkipSpace();
        FilterLiteral? low = null, high = null;
        if (!text.AsSpan(_at).StartsWith(".."))
        {
            low = ParseLiteral(inList, true);
            SkipSpace();
        }

        if (!text.AsSpan(_at).StartsWith(".."))
            return Compare(negated ? FilterOperator.NotEqual : FilterOperator.Equal, low!.Value);
        _at += 2;
        SkipSpace();
        if (low is null || (_at < text.Length && (text[_at] is '"' or '\'' || IsWordPart(text[_at], inList))))
            high = ParseLiteral(inList);
        List<FilterNode> ends = [];
        if (low is { } from)
            ends.Add(Compare(negated ? FilterOperator.Less : FilterOperator.GreaterOrEqual, from));
        if (high is { } to)
            ends.Add(Compare(negated ? FilterOperator.Greater : FilterOperator.LessOrEqual, to));
        return JoinNode.Make(!negated, ends);

        ComparisonNode Compare(FilterOperator op, FilterLiteral literal) => new(text, name, start, op, position, literal);
    }

    /// <param name="inList">A comma ends a word.</param>
    /// <param name="isLow">Two points end it too: a range begins.</param>
    private FilterLiteral ParseLiteral(bool inList, bool isLow = false)
    {
        SkipSpace();
        if (_at < text.Length && (text[_at] is '"' or '\''))
            return ParseQuoted(text[_at]);
        var start = _at;
        while (_at < text.Length && (IsWordPart(text[_at], inList) || IsInnerBar()) && !(isLow && text.AsSpan(_at).StartsWith("..")))
            _at++;
        if (_at == start)
            throw Error(Value);
        return new FilterLiteral(text[start.._at], false, start, _at);

        // Flags of an enum: A|B is one value, a||b is two conditions.
        bool IsInnerBar() => text[_at] == '|' && _at > start && _at + 1 < text.Length && IsWordPart(text[_at + 1], inList) && text[_at - 1] != '|';
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

    private static bool IsWordPart(char c, bool inList) =>
        !char.IsWhiteSpace(c) && c is not ('(' or ')' or '&' or '|' or '"' or '\'' or '=' or '<' or '>' or '!' or '~') && !(inList && c == ',');
}
