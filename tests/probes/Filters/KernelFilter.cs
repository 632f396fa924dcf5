using System.Globalization;
using System.Text;

namespace TraceKit.Probes.Tests.Filters;

/// <summary>
/// What the kernel makes of a filter, with all that it does to numbers and patterns: <c>kernel/trace/trace_events_filter.c</c> told again, for comparison. It throws where the kernel refuses.
/// </summary>
internal sealed class KernelFilter(string text, FilterRecord record)
{
    private int _at;

    public static bool Matches(string text, FilterRecord record)
    {
        var filter = new KernelFilter(text, record);
        var result = filter.Or();
        return filter._at == text.Length ? result : throw new FormatException($"the kernel stops at {filter._at} of {text}");
    }

    private bool Or()
    {
        var result = And();
        while (Take("||"))
            result |= And();
        return result;
    }

    private bool And()
    {
        var result = Unary();
        while (Take("&&"))
            result &= Unary();
        return result;
    }

    private bool Unary()
    {
        if (Take("!"))
            return !Unary();
        if (!Take("("))
            return Predicate();
        var result = Or();
        return Take(")") ? result : throw new FormatException("Too many '('");
    }

    private bool Predicate()
    {
        Skip();
        var start = _at;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '_'))
            _at++;
        var name = text[start.._at];
        Skip();
        var op = Array.Find(new[] { "~", "!=", "==", "<=", "<", ">=", ">", "&" }, o => string.CompareOrdinal(text, _at, o, 0, o.Length) == 0) ?? throw new FormatException("Invalid operator");
        _at += op.Length;
        Skip();
        var field = record.KernelField(name);
        if (text[_at] is '"' or '\'')
            return String(field, op);
        start = _at;
        if (text[_at] == '-')
            _at++;
        while (_at < text.Length && char.IsAsciiLetterOrDigit(text[_at]))
            _at++;
        return field.IsText ? throw new FormatException("Expected a string") : Number(field, op, text[start.._at]);
    }

    private static bool Number(FilterRecord.Field field, string op, string digits)
    {
        if (digits.Length >= 24 || (digits[0] == '0' && digits.Length > 1))
            throw new FormatException("Invalid value");
        var isSigned = field.IsSigned;
        var value = isSigned ? long.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : (long)ulong.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        var own = field.Raw;
        if (field.Name == "cpu")
        {
            var (cpu, cmp) = ((int)own, (int)value);
            return op switch { "==" => cpu == cmp, "<" => cpu < cmp, "<=" => cpu <= cmp, ">" => cpu > cmp, ">=" => cpu >= cmp, _ => false };
        }

        // Cut to the field's size, both.
        var bits = 64 - (field.Size * 8);
        var (left, right) = isSigned ? (own << bits >> bits, value << bits >> bits) : ((long)((ulong)own << bits >> bits), (long)((ulong)value << bits >> bits));
        var order = isSigned ? left.CompareTo(right) : ((ulong)left).CompareTo((ulong)right);
        return op switch
        {
            "==" => order == 0,
            "!=" => order != 0,
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            ">=" => order >= 0,
            "&" => (left & right) != 0,
            _ => throw new FormatException("Illegal operation"),
        };
    }

    private bool String(FilterRecord.Field field, string op)
    {
        if (!field.IsText || op is not ("==" or "!=" or "~"))
            throw new FormatException("Illegal operation for field type");
        var quote = text[_at++];
        var start = _at;
        while (text[_at] != quote)
            _at++;
        var pattern = Encoding.UTF8.GetBytes(text[start.._at++]);
        if (pattern.Length >= 256)
            throw new FormatException("String too long");
        var match = op == "~" ? Regex(pattern, field.Bytes, field.Length) : Full(pattern, field.Bytes, field.Length);
        return match ^ (op == "!=");
    }

    /// <summary>filter_parse_regex, and the function it chooses. <paramref name="length"/>: of the field, or of the dynamic text with its NUL.</summary>
    private static bool Regex(byte[] pattern, byte[] str, int length)
    {
        if (pattern[0] == '!')
            throw new FormatException("a negated pattern: the kernel drops the !");
        if (char.IsAsciiDigit((char)pattern[0]))
            return Full(pattern, str, length);
        var (front, end) = (false, false);
        var search = pattern;
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '*')
            {
                if (i == 0)
                {
                    end = true;
                }
                else if (i == pattern.Length - 1)
                {
                    front = true;
                    search = pattern[..i];
                    break;
                }
                else
                {
                    return GlobMatch(pattern, C(str));
                }
            }
            else if (pattern[i] is (byte)'?' or (byte)'[' or (byte)'\\')
            {
                return GlobMatch(pattern, C(str));
            }
        }

        if (end)
            search = search[1..];
        if (front && end)
            return str.AsSpan(0, length).IndexOf(search) >= 0; // regex_match_middle: strnstr
        if (front)
            return length >= search.Length && StrNCmp(str, search, search.Length);
        if (!end)
            return Full(pattern, str, length);
        var strlen = length - 1;
        return strlen >= search.Length && str.AsSpan(strlen - search.Length, search.Length).SequenceEqual(search);
    }

    private static bool Full(byte[] pattern, byte[] str, int length) => StrNCmp(str, pattern, length);

    private static bool StrNCmp(byte[] a, byte[] b, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var (x, y) = (i < a.Length ? a[i] : (byte)0, i < b.Length ? b[i] : (byte)0);
            if (x != y)
                return false;
            if (x == 0)
                return true;
        }

        return true;
    }

    private static byte[] C(byte[] str) => Array.IndexOf(str, (byte)0) is >= 0 and var end ? str[..end] : throw new FormatException("a text without end: the kernel would read on");

    /// <summary><c>lib/glob.c</c>.</summary>
    private static bool GlobMatch(byte[] pat, byte[] str)
    {
        int p = 0, s = 0, backPat = -1, backStr = 0;
        byte Pat(int i) => i < pat.Length ? pat[i] : (byte)0;
        while (true)
        {
            var c = s < str.Length ? str[s] : (byte)0;
            s++;
            var d = Pat(p++);
            switch (d)
            {
                case (byte)'?':
                    if (c == 0)
                        return false;
                    continue;
                case (byte)'*':
                    if (Pat(p) == 0)
                        return true;
                    backPat = p;
                    backStr = --s;
                    continue;
                case (byte)'[':
                    if (c == 0)
                        return false;
                    var inverted = Pat(p) == '!';
                    var cls = p + (inverted ? 1 : 0);
                    var (match, closed) = (false, true);
                    var a = Pat(cls++);
                    do
                    {
                        var b = a;
                        if (a == 0)
                        {
                            closed = false;
                            break;
                        }

                        if (Pat(cls) == '-' && Pat(cls + 1) != ']')
                        {
                            b = Pat(cls + 1);
                            if (b == 0)
                            {
                                closed = false;
                                break;
                            }

                            cls += 2;
                        }

                        match |= a <= c && c <= b;
                        a = Pat(cls++);
                    }
                    while (a != ']');
                    if (!closed)
                        goto default;
                    if (match == inverted)
                        goto backtrack;
                    p = cls;
                    continue;
                case (byte)'\\':
                    d = Pat(p++);
                    goto default;
                default:
                    if (c != d)
                        goto backtrack;
                    if (d == 0)
                        return true;
                    continue;
            }

        backtrack:
            if (c == 0 || backPat < 0)
                return false;
            p = backPat;
            s = ++backStr;
        }
    }

    private bool Take(string sign)
    {
        Skip();
        if (string.CompareOrdinal(text, _at, sign, 0, sign.Length) != 0)
            return false;
        _at += sign.Length;
        return true;
    }

    private void Skip()
    {
        while (_at < text.Length && text[_at] == ' ')
            _at++;
    }
}
