using System.Globalization;
using System.Text;
using TraceKit.Binary;

namespace TraceKit.Engine.Filters;

public sealed partial class FilterExpression
{
    private sealed class Parser(string text)
    {
        private const string Operators = "an operator: == != < <= > >= ~ !~ &";
        private readonly List<string> _names = [];
        private int _at;
        private int _depth;

        public IReadOnlyList<string> Names => _names;

        public Node ParseAll()
        {
            var node = ParseOr();
            SkipSpace();
            if (_at < text.Length)
                throw Error("&& or || or the end");
            return node;
        }

        private Node ParseOr()
        {
            var node = ParseAnd();
            while (TryTake("||"))
                node = new Or(node, ParseAnd());
            return node;
        }

        private Node ParseAnd()
        {
            var node = ParseUnary();
            while (TryTake("&&"))
                node = new And(node, ParseUnary());
            return node;
        }

        private Node ParseUnary()
        {
            if (++_depth > InputLimits.Depth)
                throw Error($"at most {InputLimits.Depth} levels of nesting");
            try
            {
                if (TryTake("!"))
                    return new Not(ParseUnary());
                if (!TryTake("("))
                    return ParseComparison();
                var node = ParseOr();
                return TryTake(")") ? node : throw Error("&& or || or )");
            }
            finally
            {
                _depth--;
            }
        }

        private Comparison ParseComparison()
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
            var op = ParseOperator();
            var (value, number) = ParseValue();
            if (op == Operator.AnyBit && number is null)
                throw new FilterSyntaxException(text, _at - 1, "a number after &", $"'{value}'");
            return new Comparison(name, op, value, number);
        }

        private Operator ParseOperator()
        {
            ReadOnlySpan<(string, Operator)> all =
            [
                ("==", Operator.Equal), ("!=", Operator.NotEqual), ("!~", Operator.NotLike), ("<=", Operator.LessOrEqual),
                (">=", Operator.GreaterOrEqual), ("<", Operator.Less), (">", Operator.Greater), ("~", Operator.Like), ("=", Operator.Equal),
            ];
            foreach (var (sign, op) in all)
            {
                if (TryTake(sign))
                    return op;
            }

            SkipSpace();
            if (_at < text.Length && text[_at] == '&' && (_at + 1 == text.Length || text[_at + 1] != '&'))
            {
                _at++;
                return Operator.AnyBit;
            }

            throw Error(Operators);
        }

        private (string Text, Int128? Number) ParseValue()
        {
            SkipSpace();
            if (_at < text.Length && (text[_at] is '"' or '\''))
                return ParseQuoted(text[_at]);
            var start = _at;
            while (_at < text.Length && IsWordPart(text[_at]))
                _at++;
            if (_at == start)
                throw Error("a number, a word or a \"string\"");
            var word = text[start.._at];
            if (TryParseNumber(word, out var number))
                return (word, number);
            return (word, null);
        }

        private (string Text, Int128? Number) ParseQuoted(char quote)
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
            var result = value.ToString();
            return (result, TryParseNumber(result, out var number) ? number : null);
        }

        private static bool TryParseNumber(string word, out Int128 number)
        {
            var negative = word.StartsWith('-');
            var digits = word.AsSpan(negative ? 1 : 0);
            ulong magnitude;
            var isNumber = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
                ? ulong.TryParse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out magnitude)
                : ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out magnitude);
            number = negative ? -(Int128)magnitude : magnitude;
            return isNumber && number >= long.MinValue;
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
}
