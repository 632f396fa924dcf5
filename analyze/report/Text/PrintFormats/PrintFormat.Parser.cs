using System.Globalization;
using System.Text;

namespace TraceKit.Report.Text.PrintFormats;

public sealed partial class PrintFormat
{
    /// <summary>Recursive descent over the C of a <c>print fmt</c> line.</summary>
    private ref struct Parser(string text)
    {
        private const int DeepestNesting = 200;

        private static readonly string[][] Levels =
        [
            ["||"], ["&&"], ["|"], ["^"], ["&"], ["==", "!="], ["<=", ">=", "<", ">"], ["<<", ">>"], ["+", "-"], ["*", "/", "%"],
        ];

        private readonly ReadOnlySpan<char> _text = text;
        private int _at = 0;
        private int _depth = 0;

        public (string Template, Node[] Arguments) ParseLine()
        {
            var template = ReadString();
            var arguments = new List<Node>();
            while (TryTake(","))
                arguments.Add(ParseExpression());
            SkipSpace();
            if (_at != _text.Length)
                throw Unexpected("the end of the line");
            return (template, [.. arguments]);
        }

        private Node ParseExpression()
        {
            if (++_depth > DeepestNesting)
                throw new FormatException("nests too deeply");
            var condition = ParseLevel(0);
            if (TryTake("?"))
            {
                var then = ParseExpression();
                Take(":");
                condition = new Conditional(condition, then, ParseExpression());
            }

            _depth--;
            return condition;
        }

        private Node ParseLevel(int level)
        {
            if (level == Levels.Length)
                return ParseUnary();
            var left = ParseLevel(level + 1);
            while (TryOperator(Levels[level], out var op))
                left = new Binary(op, left, ParseLevel(level + 1));
            return left;
        }

        private Node ParseUnary()
        {
            if (++_depth > DeepestNesting)
                throw new FormatException("nests too deeply");
            SkipSpace();
            Node node;
            if (_at < _text.Length && _text[_at] is '-' or '~' or '!' or '+')
            {
                var op = _text[_at++];
                node = new Unary(op, ParseUnary());
            }
            else
            {
                node = ParsePrimary();
            }

            _depth--;
            return node;
        }

        private Node ParsePrimary()
        {
            SkipSpace();
            if (_at >= _text.Length)
                throw Unexpected("a value");
            var c = _text[_at];
            if (c == '"')
                return new Constant(new(0, ReadString()));
            if (char.IsAsciiDigit(c))
                return new Constant(new(ReadNumber(), null));
            if (c == '\'' && _at + 2 < _text.Length && _text[_at + 2] == '\'')
            {
                _at += 3;
                return new Constant(new(_text[_at - 2], null));
            }

            if (TryTake("("))
                return ParseParenthesis();
            if (TryTake("REC->"))
                return ParseField(ReadName());
            var name = ReadName();
            return name switch
            {
                "true" => new Constant(new(1, null)),
                "false" => new Constant(new(0, null)),
                _ => IsNext('(') ? ParseCall(name) : new UnknownConstant(name),
            };
        }

        /// <summary>A cast when the first word is a type's, else an expression.</summary>
        private Node ParseParenthesis()
        {
            var start = _at;
            if (TryReadType(out var size, out var signed) && TryTake(")"))
                return new Cast(size, signed, ParseUnary());
            _at = start;
            var inner = ParseExpression();
            Take(")");
            return inner;
        }

        private Node ParseField(string name)
        {
            if (!TryTake("["))
                return new Field(name);
            var index = ParseExpression();
            Take("]");
            return new Element(name, index);
        }

        private Node ParseCall(string function)
        {
            Take("(");
            Node node;
            switch (function)
            {
                case "__get_str" or "__get_rel_str" or "__get_dynamic_array" or "__get_rel_dynamic_array" or "__get_bitmask" or "__get_cpumask":
                    node = new Field(ReadName());
                    break;
                case "__get_dynamic_array_len" or "__get_rel_dynamic_array_len":
                    node = new ByteCount(ReadName());
                    break;
                case "__print_symbolic":
                    var value = ParseExpression();
                    node = new Symbolic(value, ReadPairs());
                    break;
                case "__print_flags":
                    var flags = ParseExpression();
                    Take(",");
                    var separator = ReadString();
                    node = new Flags(flags, separator, ReadPairs());
                    break;
                case "__print_hex" or "__print_hex_str" or "__print_array":
                    node = ReadDump(function == "__print_array");
                    break;
                case "__builtin_expect":
                    node = ParseExpression();
                    Take(",");
                    ParseExpression();
                    break;
                default:
                    throw new FormatException($"uses {function}(), which is not known here");
            }

            Take(")");
            return node;
        }

        private Dump ReadDump(bool array)
        {
            var inner = ParseExpression();
            if (inner is not Field field)
                throw new FormatException("dumps something that is not a field");
            Node? count = null, size = null;
            if (TryTake(","))
                count = ParseExpression();
            if (TryTake(","))
                size = ParseExpression();
            return new Dump(field.Name, count, array, size);
        }

        private (long Value, string Name)[] ReadPairs()
        {
            var pairs = new List<(long, string)>();
            while (TryTake(","))
            {
                Take("{");
                var value = ParseExpression();
                Take(",");
                if (value is UnknownConstant)
                {
                    ParseExpression();
                    Take("}");
                    continue;
                }

                // A pair without a text, { -1, NULL }, ends a list.
                if (ParseExpression().Evaluate(NoFields.Instance).Text is { } name)
                    pairs.Add((value.Number(NoFields.Instance), name));
                Take("}");
            }

            return [.. pairs];
        }

        private bool TryReadType(out int size, out bool signed)
        {
            size = 8;
            signed = true;
            var words = new List<string>();
            while (true)
            {
                SkipSpace();
                if (_at >= _text.Length || !(char.IsAsciiLetter(_text[_at]) || _text[_at] == '_'))
                    break;
                words.Add(ReadName());
            }

            SkipSpace();
            var pointer = false;
            for (; _at < _text.Length && _text[_at] is '*' or ' '; _at++)
                pointer = true;
            if (words.Count == 0 || !(words.TrueForAll(IsTypeWord) || (words.Count == 2 && words[0] is "struct" or "enum")))
                return false;
            signed = !pointer && words[0] != "enum" && !words.Exists(w => w is "unsigned" or "bool" or "size_t" or "dev_t" or "gfp_t" || w.StartsWith('u') || w.StartsWith("__u", StringComparison.Ordinal));
            size = pointer ? 8 : SizeOf(words);
            return true;
        }

        private static bool IsTypeWord(string word) => word is "unsigned" or "signed" or "char" or "short" or "int" or "long" or "const" or "struct"
            or "bool" or "size_t" or "ssize_t" or "void" or "loff_t" or "dev_t" or "pid_t" or "sector_t" or "gfp_t" or "ino_t"
            or "u8" or "u16" or "u32" or "u64" or "s8" or "s16" or "s32" or "s64" or "uint64_t" or "uint32_t"
            or "__u8" or "__u16" or "__u32" or "__u64" or "__s8" or "__s16" or "__s32" or "__s64";

        private static int SizeOf(List<string> words)
        {
            foreach (var word in words)
            {
                switch (word)
                {
                    case "char" or "u8" or "s8" or "__u8" or "__s8" or "bool":
                        return 1;
                    case "short" or "u16" or "s16" or "__u16" or "__s16":
                        return 2;
                    case "int" or "u32" or "s32" or "__u32" or "__s32" or "uint32_t" or "pid_t" or "dev_t" or "gfp_t":
                        return 4;
                }
            }

            return words.Exists(w => w is "long" or "u64" or "s64" or "__u64" or "__s64" or "uint64_t" or "size_t" or "ssize_t" or "loff_t" or "sector_t" or "ino_t" or "void") ? 8 : 4;
        }

        private string ReadString()
        {
            var result = new StringBuilder();
            SkipSpace();
            if (_at >= _text.Length || _text[_at] != '"')
                throw Unexpected("a string");
            // C joins neighbours: "a" "b".
            while (_at < _text.Length && _text[_at] == '"')
            {
                _at++;
                while (_at < _text.Length && _text[_at] != '"')
                {
                    var c = _text[_at++];
                    if (c == '\\' && _at < _text.Length)
                        c = _text[_at++] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', '0' => '\0', var other => other };
                    result.Append(c);
                }

                if (_at >= _text.Length)
                    throw Unexpected("a closing quote");
                _at++;
                SkipSpace();
            }

            return result.ToString();
        }

        private long ReadNumber()
        {
            var start = _at;
            var hex = _text[_at] == '0' && _at + 1 < _text.Length && _text[_at + 1] is 'x' or 'X';
            if (hex)
                _at += 2;
            var digits = _at;
            while (_at < _text.Length && (hex ? char.IsAsciiHexDigit(_text[_at]) : char.IsAsciiDigit(_text[_at])))
                _at++;
            var span = _text[digits.._at];
            while (_at < _text.Length && _text[_at] is 'u' or 'U' or 'l' or 'L')
                _at++;
            ulong value = 0;
            if (!hex && span.Length > 1 && span[0] == '0')
            {
                foreach (var c in span)
                    value = value * 8 + (ulong)(c - '0');
                return unchecked((long)value);
            }

            if (!ulong.TryParse(span, hex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out value))
                throw new FormatException($"column {start + 1}: no number of 64 bits");
            return unchecked((long)value);
        }

        private string ReadName()
        {
            SkipSpace();
            var start = _at;
            while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] == '_'))
                _at++;
            if (_at == start)
                throw Unexpected("a name");
            return _text[start.._at].ToString();
        }

        private bool TryOperator(string[] operators, out string found)
        {
            SkipSpace();
            foreach (var op in operators)
            {
                if (!_text[_at..].StartsWith(op))
                    continue;
                // "|" is not the start of "||", "<" not of "<<".
                var next = _at + op.Length < _text.Length ? _text[_at + op.Length] : '\0';
                if (op.Length == 1 && op[0] is '|' or '&' or '<' or '>' && (next == op[0] || (op[0] is '<' or '>' && next == '=')))
                    continue;
                _at += op.Length;
                found = op;
                return true;
            }

            found = "";
            return false;
        }

        private bool IsNext(char c)
        {
            SkipSpace();
            return _at < _text.Length && _text[_at] == c;
        }

        private bool TryTake(string token)
        {
            SkipSpace();
            if (!_text[_at..].StartsWith(token))
                return false;
            _at += token.Length;
            return true;
        }

        private void Take(string token)
        {
            if (!TryTake(token))
                throw Unexpected($"'{token}'");
        }

        private void SkipSpace()
        {
            while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
                _at++;
        }

        private readonly FormatException Unexpected(string expected) =>
            new($"column {_at + 1}: expected {expected}, found {(_at < _text.Length ? $"'{_text[_at]}'" : "the end")}");
    }

    /// <summary>For constants, which ask for no field.</summary>
    private sealed class NoFields : IFieldValues
    {
        public static readonly NoFields Instance = new();

        public bool TryGetInteger(string name, out long value) => throw new FormatException("a table's value is not constant");

        public bool TryGetText(string name, out string text) => throw new FormatException("a table's value is not constant");

        public bool TryGetBytes(string name, out ReadOnlyMemory<byte> bytes, out int elementSize) => throw new FormatException("a table's value is not constant");
    }
}
