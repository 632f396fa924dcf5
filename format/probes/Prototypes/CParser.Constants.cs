namespace TraceKit.Probes.Prototypes;

/// <summary>Constant expressions (C11 §6.6): lengths of arrays, widths of bit fields, values of enums.</summary>
internal sealed partial class CParser
{
    private long Constant()
    {
        Deeper();
        var condition = Binary(1);
        if (Take("?"))
        {
            var whenTrue = Constant();
            Expect(":");
            var whenFalse = Constant();
            condition = condition != 0 ? whenTrue : whenFalse;
        }

        _depth--;
        return condition;
    }

    private static int Precedence(string sign) => sign switch
    {
        "||" => 1,
        "&&" => 2,
        "|" => 3,
        "^" => 4,
        "&" => 5,
        "==" or "!=" => 6,
        "<" or ">" or "<=" or ">=" => 7,
        "<<" or ">>" => 8,
        "+" or "-" => 9,
        "*" or "/" or "%" => 10,
        _ => 0,
    };

    private long Binary(int least)
    {
        var left = Unary();
        while (Current.Kind == CTokenKind.Punctuation && Precedence(Current.Text) is var precedence && precedence >= least)
        {
            var (sign, position) = (Current.Text, Current.Position);
            _at++;
            var right = Binary(precedence + 1);
            if (sign is "/" or "%" && (right == 0 || right == -1))
            {
                if (right == 0)
                    Fail(position, "a division by zero");
                left = sign == "/" ? unchecked(-left) : 0;
                continue;
            }

            left = unchecked(sign switch
            {
                "||" => left != 0 || right != 0 ? 1 : 0,
                "&&" => left != 0 && right != 0 ? 1 : 0,
                "|" => left | right,
                "^" => left ^ right,
                "&" => left & right,
                "==" => left == right ? 1 : 0,
                "!=" => left != right ? 1 : 0,
                "<" => left < right ? 1 : 0,
                ">" => left > right ? 1 : 0,
                "<=" => left <= right ? 1 : 0,
                ">=" => left >= right ? 1 : 0,
                "<<" => left << (int)right,
                ">>" => left >> (int)right,
                "+" => left + right,
                "-" => left - right,
                "*" => left * right,
                "/" => left / right,
                _ => left % right,
            });
        }

        return left;
    }

    private long Unary()
    {
        Deeper();
        long value;
        var token = Current;
        if (Take("-"))
        {
            value = unchecked(-Unary());
        }
        else if (Take("+"))
        {
            value = Unary();
        }
        else if (Take("~"))
        {
            value = ~Unary();
        }
        else if (Take("!"))
        {
            value = Unary() == 0 ? 1 : 0;
        }
        else if (token.Kind == CTokenKind.Number)
        {
            _at++;
            value = token.Value;
        }
        else if (Is("sizeof") || Is("_Alignof"))
        {
            _at++;
            Expect("(");
            var type = TypeName();
            value = token.Text == "sizeof" ? (long)(type?.ByteSize ?? 0) : CType.AlignmentOf(type);
            if (type?.ByteSize is null)
                Fail(token.Position, "the size of that type is not known");
            Expect(")");
        }
        else if (Take("("))
        {
            if (IsTypeStart())
            {
                // A cast: what the constants here are used for does not depend on it, but for its width.
                var size = TypeName()?.ByteSize ?? 8;
                Expect(")");
                value = Unary();
                value = size switch { 1 => (byte)value, 2 => (ushort)value, _ => value };
            }
            else
            {
                value = Constant();
                Expect(")");
            }
        }
        else if (token.Kind == CTokenKind.Name && _constants.TryGetValue(token.Text, out value))
        {
            _at++;
        }
        else
        {
            value = 0;
            FailExpected(token.Kind == CTokenKind.Name ? "a number or the name of one that this text gives" : "a number");
        }

        _depth--;
        return value;
    }
}
