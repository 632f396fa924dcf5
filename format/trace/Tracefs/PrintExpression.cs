using System.Globalization;
using System.Text;

namespace TraceKit.Format.Tracefs;

/// <summary>One node of an argument expression of a print format.</summary>
internal abstract class PrintExpression
{
    /// <summary>Computes the value over one record's raw data; false when the data is too short or the operands do not fit.</summary>
    public abstract bool TryEvaluate(ReadOnlySpan<byte> raw, out PrintValue value);
}

internal sealed class ConstantExpression(PrintValue constant) : PrintExpression
{
    public override bool TryEvaluate(ReadOnlySpan<byte> raw, out PrintValue value)
    {
        value = constant;
        return true;
    }
}

/// <summary><c>REC->name</c>, <c>__get_str(name)</c>, <c>__get_dynamic_array(name)</c>.</summary>
internal sealed class FieldExpression(EventField field) : PrintExpression
{
    public override bool TryEvaluate(ReadOnlySpan<byte> raw, out PrintValue value)
    {
        if (field.TryReadInteger(raw, out var number))
            value = PrintValue.OfNumber(number, field.IsSigned);
        else if (field.TryReadText(raw, out var text))
            value = PrintValue.OfText(Encoding.UTF8.GetString(text));
        else if (field.TryReadBytes(raw, out var bytes))
            value = PrintValue.OfBytes(bytes.ToArray());
        else
        {
            value = default;
            return false;
        }

        return true;
    }
}

/// <summary><c>REC->name[index]</c> of a fixed array.</summary>
internal sealed class ElementExpression(EventField field, PrintExpression index) : PrintExpression
{
    public override bool TryEvaluate(ReadOnlySpan<byte> raw, out PrintValue value)
    {
        value = default;
        if (!index.TryEvaluate(raw, out var at) || at.Number is < 0 or > int.MaxValue || !field.TryReadElement(raw, (int)at.Number, out var number))
            return false;
        value = PrintValue.OfNumber(number, field.IsSigned);
        return true;
    }
}

/// <summary><c>__get_dynamic_array_len(name)</c>: bytes.</summary>
internal sealed class LengthExpression(EventField field) : PrintExpression
{
    public override bool TryEvaluate(ReadOnlySpan<byte> raw, out PrintValue value)
    {
        value = default;
        if (!field.TryReadBytes(raw, out var bytes))
            return false;
        value = PrintValue.OfNumber(bytes.Length);
        return true;
    }
}

/// <summary>A cast to an integer type of the given size.</summary>
internal sealed class CastExpression(PrintExpression operand, int size, bool isSigned) : PrintExpression
{
    public override bool TryEvaluate(ReadOnlySpan<byte> raw, out PrintValue value)
    {
        if (!operand.TryEvaluate(raw, out value))
            return false;
        if (value.Text is not null || value.Bytes is not null)
            return true;
        value = PrintValue.OfNumber(
            (size, isSigned) switch
            {
                (1, true) => (sbyte)value.Number,
                (1, false) => (byte)value.Number,
                (2, true) => (short)value.Number,
                (2, false) => (ushort)value.Number,
                (4, true) => (int)value.Number,
                (4, false) => (uint)value.Number,
                _ => value.Number,
            },
            isSigned);
        return true;
    }
}

internal sealed class UnaryExpression(char operation, PrintExpression operand) : PrintExpression
{
    public override bool TryEvaluate(ReadOnlySpan<byte> raw, out PrintValue value)
    {
        if (!operand.TryEvaluate(raw, out value))
            return false;
        if (operation == '!')
        {
            value = PrintValue.OfNumber(value.IsTrue ? 0 : 1);
            return true;
        }

        if (value.Text is not null || value.Bytes is not null)
            return false;
        value = PrintValue.OfNumber(operation switch { '-' => -value.Number, '~' => ~value.Number, _ => value.Number }, value.IsSigned);
        return true;
    }
}

/// <summary><c>condition ? then : otherwise</c>.</summary>
internal sealed class ConditionalExpression(PrintExpression condition, PrintExpression then, PrintExpression otherwise) : PrintExpression
{
    public override bool TryEvaluate(ReadOnlySpan<byte> raw, out PrintValue value) =>
        condition.TryEvaluate(raw, out value) && (value.IsTrue ? then : otherwise).TryEvaluate(raw, out value);
}

internal sealed class BinaryExpression(string operation, PrintExpression left, PrintExpression right) : PrintExpression
{
    public override bool TryEvaluate(ReadOnlySpan<byte> raw, out PrintValue value)
    {
        value = default;
        if (!left.TryEvaluate(raw, out var a))
            return false;
        if (operation == "&&" && !a.IsTrue)
        {
            value = PrintValue.OfNumber(0);
            return true;
        }

        if (operation == "||" && a.IsTrue)
        {
            value = PrintValue.OfNumber(1);
            return true;
        }

        if (!right.TryEvaluate(raw, out var b))
            return false;
        if (operation is "&&" or "||")
        {
            value = PrintValue.OfNumber(b.IsTrue ? 1 : 0);
            return true;
        }

        if (a.Text is not null || a.Bytes is not null || b.Text is not null || b.Bytes is not null)
            return false;
        return TryArithmetic(a.Number, b.Number, a.IsSigned && b.IsSigned, a.IsSigned, out value);
    }

    private bool TryArithmetic(long a, long b, bool isSigned, bool leftSigned, out PrintValue value)
    {
        value = default;
        if (operation is "/" or "%" && (b == 0 || (isSigned && b == -1 && a == long.MinValue)))
            return false;
        long? number = operation switch
        {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "/" => isSigned ? a / b : (long)((ulong)a / (ulong)b),
            "%" => isSigned ? a % b : (long)((ulong)a % (ulong)b),
            "&" => a & b,
            "|" => a | b,
            "^" => a ^ b,
            "<<" => b is < 0 or > 63 ? 0 : a << (int)b,
            ">>" => b is < 0 or > 63 ? 0 : leftSigned ? a >> (int)b : (long)((ulong)a >> (int)b),
            _ => null,
        };
        if (number is { } result)
        {
            value = PrintValue.OfNumber(result, operation is "<<" or ">>" ? leftSigned : isSigned);
            return true;
        }

        var order = isSigned ? a.CompareTo(b) : ((ulong)a).CompareTo((ulong)b);
        bool? truth = operation switch { "==" => a == b, "!=" => a != b, "<" => order < 0, "<=" => order <= 0, ">" => order > 0, ">=" => order >= 0, _ => null };
        value = PrintValue.OfNumber(truth == true ? 1 : 0);
        return truth is not null;
    }
}

/// <summary><c>__print_symbolic</c> and <c>__print_flags</c>, with the kernel's way of showing what is in no pair.</summary>
internal sealed class NamedValueExpression(PrintExpression operand, string? delimiter, (ulong Value, string Name)[] pairs) : PrintExpression
{
    public override bool TryEvaluate(ReadOnlySpan<byte> raw, out PrintValue value)
    {
        if (!operand.TryEvaluate(raw, out value) || value.Text is not null || value.Bytes is not null)
            return false;
        value = PrintValue.OfText(delimiter is null ? Symbolic((ulong)value.Number) : Flags((ulong)value.Number));
        return true;
    }

    private string Symbolic(ulong number)
    {
        foreach (var (value, name) in pairs)
        {
            if (value == number)
                return name;
        }

        return "0x" + number.ToString("x", CultureInfo.InvariantCulture);
    }

    private string Flags(ulong number)
    {
        var text = new StringBuilder();
        foreach (var (mask, name) in pairs)
        {
            if ((number & mask) != mask || (mask == 0 && (number != 0 || text.Length > 0)))
                continue;
            if (text.Length > 0)
                text.Append(delimiter);
            text.Append(name);
            number &= ~mask;
        }

        if (number != 0)
            text.Append(text.Length > 0 ? delimiter : "").Append("0x").Append(number.ToString("x", CultureInfo.InvariantCulture));
        return text.ToString();
    }
}

/// <summary><c>__print_hex</c>, <c>__print_hex_str</c> and <c>__print_array</c>.</summary>
internal sealed class BytesTextExpression(string function, PrintExpression source, PrintExpression count, int elementSize) : PrintExpression
{
    public override bool TryEvaluate(ReadOnlySpan<byte> raw, out PrintValue value)
    {
        value = default;
        if (!source.TryEvaluate(raw, out var bytes) || bytes.Bytes is not { } data || !count.TryEvaluate(raw, out var wanted))
            return false;
        var elements = (int)Math.Clamp(wanted.Number, 0, data.Length / elementSize);
        var text = new StringBuilder(function == "__print_array" ? "{" : "");
        for (var i = 0; i < elements; i++)
        {
            if (function == "__print_array")
            {
                ulong number = 0;
                for (var k = elementSize - 1; k >= 0; k--)
                    number = (number << 8) | data[(i * elementSize) + k];
                text.Append(i > 0 ? "," : "").Append("0x").Append(number.ToString("x", CultureInfo.InvariantCulture));
            }
            else
                text.Append(i > 0 && function == "__print_hex" ? " " : "").Append(data[i].ToString("x2", CultureInfo.InvariantCulture));
        }

        value = PrintValue.OfText(text.Append(function == "__print_array" ? "}" : "").ToString());
        return true;
    }
}
