using System.Globalization;
using System.Text;
using TraceKit.Binary;

namespace TraceKit.Format.Tracefs;

/// <summary>Recursive descent over the C subset that print formats are written in. Every failure is "unknown", never an exception.</summary>
internal sealed class PrintFormatParser(string text, EventFormat format)
{
    /// <summary>Binary operators from the loosest to the tightest (C11 §6.5.5–6.5.14).</summary>
    private static readonly string[][] s_levels =
        [["||"], ["&&"], ["|"], ["^"], ["&"], ["==", "!="], ["<=", ">=", "<", ">"], ["<<", ">>"], ["+", "-"], ["*", "/", "%"]];

    /// <summary>Softirqs by number, which kernels before 4.1 wrote by name (<c>include/linux/interrupt.h</c>).</summary>
    private static readonly string[] s_names =
        ["HI_SOFTIRQ", "TIMER_SOFTIRQ", "NET_TX_SOFTIRQ", "NET_RX_SOFTIRQ", "BLOCK_SOFTIRQ", "IRQ_POLL_SOFTIRQ", "TASKLET_SOFTIRQ", "SCHED_SOFTIRQ", "HRTIMER_SOFTIRQ", "RCU_SOFTIRQ"];

    private int _at;
    private int _depth;
    private bool _inPairs;

    public bool TryParse(out string template, out PrintExpression[] arguments)
    {
        arguments = [];
        if (!TryString(out template))
            return false;
        var list = new List<PrintExpression>();
        while (Take(","))
        {
            if (!TryConditional(out var argument))
                return false;
            list.Add(argument);
        }

        SkipSpace();
        arguments = [.. list];
        return _at == text.Length;
    }

    private bool TryConditional(out PrintExpression expression)
    {
        if (_depth >= InputLimits.Depth)
        {
            expression = null!;
            return false;
        }

        _depth++;
        var ok = TryBinary(0, out expression);
        if (ok && Take("?"))
        {
            PrintExpression otherwise = null!;
            ok = TryConditional(out var then) && Take(":") && TryConditional(out otherwise);
            expression = new ConditionalExpression(expression, then, otherwise);
        }

        _depth--;
        return ok;
    }

    private bool TryBinary(int level, out PrintExpression expression)
    {
        if (level == s_levels.Length)
            return TryUnary(out expression);
        if (!TryBinary(level + 1, out expression))
            return false;
        while (TakeOperator(s_levels[level]) is { } operation)
        {
            if (!TryBinary(level + 1, out var right))
                return false;
            expression = ConstantExpression.Fold(new BinaryExpression(BinaryExpression.OperatorOf(operation), expression, right), expression, right);
        }

        return true;
    }

    private bool TryUnary(out PrintExpression expression)
    {
        expression = null!;
        if (_depth >= InputLimits.Depth)
            return false;
        foreach (var operation in "-!~+")
        {
            if (!Take(operation.ToString()))
                continue;
            _depth++;
            var ok = TryUnary(out var operand);
            _depth--;
            expression = ok ? ConstantExpression.Fold(new UnaryExpression(operation, operand), operand) : operand;
            return ok;
        }

        var start = _at;
        if (Take("(") && TryTypeName(out var size, out var isSigned))
        {
            _depth++;
            var ok = TryUnary(out var operand);
            _depth--;
            expression = ok ? ConstantExpression.Fold(new CastExpression(operand, size, isSigned), operand) : operand;
            return ok;
        }

        _at = start;
        return TryPrimary(out expression);
    }

    private bool TryPrimary(out PrintExpression expression)
    {
        expression = null!;
        SkipSpace();
        if (_at >= text.Length)
            return false;
        if (text[_at] == '"')
        {
            var ok = TryString(out var literal);
            expression = new ConstantExpression(PrintValue.OfText(literal));
            return ok;
        }

        if (Take("("))
            return TryConditional(out expression) && Take(")");
        if (char.IsAsciiDigit(text[_at]))
        {
            var ok = TryNumber(out var number, out var isSigned);
            expression = new ConstantExpression(PrintValue.OfNumber(number, isSigned, size: 0));
            return ok;
        }

        if (text[_at] == '\'' && _at + 2 < text.Length && text[_at + 2] == '\'')
        {
            expression = new ConstantExpression(PrintValue.OfNumber(text[_at + 1]));
            _at += 3;
            return true;
        }

        var name = TakeIdentifier();
        if (name == "REC")
            return TryRecordField(out expression);
        SkipSpace();
        return _at < text.Length && text[_at] == '(' ? TryCall(name, out expression) : TryName(name, out expression);
    }

    /// <summary>A name that the kernel did not turn into a number.</summary>
    private bool TryName(string name, out PrintExpression expression)
    {
        expression = null!;
        if (name.Length == 0)
            return false;
        // What stands at page + frame number is shown by the number, as perf does: struct page has no size here.
        var known = name == "vmemmap_base" ? 0 : Array.IndexOf(s_names, name);
        if (known >= 0)
            expression = new ConstantExpression(PrintValue.OfNumber(known, size: 0));
        else if (_inPairs)
            return false;
        else
            expression = new UnknownExpression();
        return true;
    }

    private bool TryRecordField(out PrintExpression expression)
    {
        expression = null!;
        if (!Take("->") || !format.TryGetField(TakeIdentifier(), out var field))
            return false;
        if (!Take("["))
        {
            expression = new FieldExpression(field);
            return true;
        }

        if (!TryConditional(out var index) || !Take("]"))
            return false;
        expression = new ElementExpression(field, index);
        return true;
    }

    private bool TryCall(string function, out PrintExpression expression)
    {
        expression = null!;
        if (function.Length == 0 || !Take("("))
            return false;
        switch (function)
        {
            case "__get_str" or "__get_rel_str" or "__get_dynamic_array" or "__get_rel_dynamic_array" or "__get_sockaddr" or "__get_rel_sockaddr":
                if (!format.TryGetField(TakeIdentifier(), out var field))
                    return false;
                expression = new FieldExpression(field);
                if (!Take(")"))
                    return false;
                if (!field.IsText || !Take("["))
                    return true;
                return TryConditional(out var letter) && Take("]") && Assign(out expression, new LetterExpression(field, letter));
            case "__get_dynamic_array_len" or "__get_rel_dynamic_array_len":
                if (!format.TryGetField(TakeIdentifier(), out var measured))
                    return false;
                expression = new LengthExpression(measured);
                return Take(")");
            case "__get_bitmask" or "__get_rel_bitmask" or "__get_cpumask" or "__get_rel_cpumask":
                if (!format.TryGetField(TakeIdentifier(), out var bits))
                    return false;
                expression = new BitsTextExpression(bits, function.EndsWith("cpumask", StringComparison.Ordinal));
                return Take(")");
            case "mc_event_error_type":
                return TryConditional(out var error) && Take(")") && Assign(out expression, new MemoryErrorExpression(error));
            case "sizeof":
                if (!TryTypeWords(out var words) || !Take(")") || SizeOf(words) is not (> 0 and var bytes))
                    return false;
                expression = new ConstantExpression(PrintValue.OfNumber(bytes, isSigned: false));
                return true;
            case "__builtin_expect":
                return TryConditional(out expression) && Take(",") && TryConditional(out _) && Take(")");
            case "__builtin_choose_expr":
                PrintExpression second = null!;
                return TryConditional(out var choice) && Take(",") && TryConditional(out var first) && Take(",") && TryConditional(out second) && Take(")")
                    && Assign(out expression, new ConditionalExpression(choice, first, second));
            case "__print_dynamic_array":
                long width = 0;
                return format.TryGetField(TakeIdentifier(), out var list) && Take(",") && TrySize(out width) && Take(")")
                    && Assign(out expression, new BytesTextExpression("__print_array", new FieldExpression(list), new BinaryExpression(BinaryOperator.Divide, new LengthExpression(list), new ConstantExpression(PrintValue.OfNumber(width))), (int)width));
            case "__print_symbolic" or "__print_symbolic_u64" or "__print_symbolic64":
                return TryConditional(out var value) && TryPairs(out var pairs) && Assign(out expression, new NamedValueExpression(value, null, pairs));
            case "__print_flags" or "__print_flags_u64" or "__print_flags64":
                var delimiter = "";
                return TryConditional(out var flags) && Take(",") && TryString(out delimiter) && TryPairs(out var masks) && Assign(out expression, new NamedValueExpression(flags, delimiter, masks));
            case "__print_hex" or "__print_hex_str":
                return TryConditional(out var source) && Take(",") && TryConditional(out var count) && Take(")")
                    && Assign(out expression, new BytesTextExpression(function, source, count, 1));
            case "__print_array":
                long size = 0;
                return TryConditional(out var array) && Take(",") && TryConditional(out var elements) && Take(",") && TrySize(out size) && Take(")")
                    && Assign(out expression, new BytesTextExpression(function, array, elements, (int)size));
            default:
                return false;
        }
    }

    private bool TrySize(out long size)
    {
        size = 0;
        if (!TryConditional(out var expression) || !expression.TryEvaluate([], out var value))
            return false;
        size = value.Number;
        return size is 1 or 2 or 4 or 8;
    }

    private static bool Assign(out PrintExpression target, PrintExpression value)
    {
        target = value;
        return true;
    }

    /// <summary><c>, { 1, "A" }, { 2, "B" } )</c>; the values are constant expressions.</summary>
    private bool TryPairs(out (ulong Value, string Name)[] pairs)
    {
        var list = new List<(ulong, string)>();
        pairs = [];
        while (Take(","))
        {
            if (!Take("{"))
                return false;
            if (Take("}"))
                continue;
            // A value by a kernel constant's name is not known here: without its pair the number itself is shown, which is true.
            var start = _at;
            PrintValue constant = default;
            _inPairs = true;
            var known = TryConditional(out var value) && value.TryEvaluate([], out constant) && Take(",");
            _inPairs = false;
            if (!known)
            {
                _at = start;
                for (var nested = 0; _at < text.Length && text[_at] is not ('{' or '}' or '"') && (text[_at] != ',' || nested > 0); _at++)
                    nested += text[_at] switch { '(' => 1, ')' => -1, _ => 0 };
                if (!Take(","))
                    return false;
            }

            if (!TryString(out var name))
            {
                // { -1, NULL } ends some tables.
                if (!TryConditional(out _) || !Take("}"))
                    return false;
                continue;
            }

            if (!Take("}"))
                return false;
            if (known)
                list.Add(((ulong)constant.Number, name));
        }

        pairs = [.. list];
        return Take(")");
    }

    /// <summary>One or more adjacent C string literals.</summary>
    private bool TryString(out string value)
    {
        var result = new StringBuilder();
        var any = false;
        SkipSpace();
        while (_at < text.Length && text[_at] == '"')
        {
            any = true;
            for (_at++; _at < text.Length && text[_at] != '"'; _at++)
            {
                if (text[_at] != '\\' || _at + 1 >= text.Length)
                {
                    result.Append(text[_at]);
                    continue;
                }

                _at++;
                result.Append(text[_at] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', var other => other });
            }

            if (_at >= text.Length)
                break;
            _at++;
            SkipSpace();
        }

        value = result.ToString();
        return any && _at <= text.Length;
    }

    private bool TryNumber(out long number, out bool isSigned)
    {
        number = 0;
        var start = _at;
        var hex = text.AsSpan(_at).StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        if (hex)
            _at += 2;
        var digits = _at;
        while (_at < text.Length && (hex ? char.IsAsciiHexDigit(text[_at]) : char.IsAsciiDigit(text[_at])))
            _at++;
        var span = text.AsSpan(digits, _at - digits);
        var octal = !hex && span.Length > 1 && span[0] == '0';
        var unsigned = false;
        while (_at < text.Length && "uUlL".Contains(text[_at]))
            unsigned |= char.ToUpperInvariant(text[_at++]) == 'U';
        isSigned = !unsigned;
        if (octal)
        {
            foreach (var digit in span)
            {
                if (digit > '7')
                    return false;
                number = (number << 3) | (uint)(digit - '0');
            }

            return _at > start;
        }

        if (!ulong.TryParse(span, hex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            return false;
        number = (long)value;
        return true;
    }

    /// <summary>The inside of a cast, after its opening bracket; moves past the closing one.</summary>
    private bool TryTypeName(out int size, out bool isSigned)
    {
        size = 4;
        isSigned = true;
        if (!TryTypeWords(out var words))
            return false;
        var pointer = false;
        while (Take("*"))
            pointer = true;
        if (!Take(")"))
            return false;
        SkipSpace();
        // "(name)" with an operand after it is a cast; with an operator after it, a bracketed constant that is unknown here.
        if (_at >= text.Length || !(char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '_' or '(' or '"' or '~' or '-'))
            return false;
        // A pointer to a structure, or a type that only the kernel knows, leaves the value as it is.
        size = pointer ? 8 : SizeOf(words);
        isSigned = !pointer && IsSignedType(words);
        return true;
    }

    private bool TryTypeWords(out List<string> words)
    {
        words = [];
        for (var word = TakeIdentifier(); word.Length > 0; word = TakeIdentifier())
        {
            if (word == "REC")
                return false;
            words.Add(word);
        }

        return words.Count > 0;
    }

    private static int SizeOf(List<string> words)
    {
        if (words.Contains("char") || words[^1] is "u8" or "s8" or "__u8" or "__s8" or "uint8_t" or "int8_t" or "bool")
            return 1;
        if (words.Contains("short") || words[^1] is "u16" or "s16" or "__u16" or "__s16" or "uint16_t" or "int16_t" or "umode_t")
            return 2;
        if (words.Contains("long") || words[^1] is "u64" or "s64" or "__u64" or "__s64" or "uint64_t" or "int64_t" or "size_t" or "ssize_t" or "loff_t" or "sector_t" or "ino_t" or "ktime_t")
            return 8;
        if (words.Contains("int") || words.Contains("unsigned") || words.Contains("signed") || words.Contains("enum")
            || words[^1] is "u32" or "s32" or "__u32" or "__s32" or "uint32_t" or "int32_t" or "dev_t" or "pid_t" or "uid_t" or "gid_t" or "gfp_t" or "uint")
            return 4;
        return 0;
    }

    private static bool IsSignedType(List<string> words) =>
        !words.Contains("unsigned") && !words[^1].StartsWith('u') && !words[^1].StartsWith("__u", StringComparison.Ordinal)
        && words[^1] is not ("size_t" or "sector_t" or "ino_t" or "dev_t" or "gfp_t" or "bool" or "gid_t");

    private string TakeIdentifier()
    {
        SkipSpace();
        var start = _at;
        if (_at < text.Length && (char.IsAsciiLetter(text[_at]) || text[_at] == '_'))
        {
            while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '_'))
                _at++;
        }

        return text[start.._at];
    }

    private string? TakeOperator(string[] operators)
    {
        SkipSpace();
        foreach (var operation in operators)
        {
            if (string.CompareOrdinal(text, _at, operation, 0, operation.Length) != 0)
                continue;
            var next = _at + operation.Length < text.Length ? text[_at + operation.Length] : '\0';
            // "&" is not the start of "&&", nor "|" of "||", nor "<" of "<<".
            if (operation.Length == 1 && next == operation[0] && (operation[0] is '&' or '|' or '<' or '>'))
                continue;
            _at += operation.Length;
            return operation;
        }

        return null;
    }

    private bool Take(string token)
    {
        SkipSpace();
        if (string.CompareOrdinal(text, _at, token, 0, token.Length) != 0)
            return false;
        _at += token.Length;
        return true;
    }

    private void SkipSpace()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            _at++;
    }
}
