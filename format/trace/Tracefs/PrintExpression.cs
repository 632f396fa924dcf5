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
    /// <summary>What hangs on no record is computed once: the kernel writes masks as long sums of constants.</summary>
    /// <param name="expression">An expression.</param>
    /// <param name="operands">All that it is made of.</param>
    public static PrintExpression Fold(PrintExpression expression, params ReadOnlySpan<PrintExpression> operands)
    {
        foreach (var operand in operands)
        {
            if (operand is not ConstantExpression)
                return expression;
        }

        return expression.TryEvaluate([], out var value) ? new ConstantExpression(value) : expression;
    }

    public override bool TryEvaluate(ReadOnlySpan<byte> raw, out PrintValue value)
    {
        value = constant;
        return true;
    }
}

/// <summary><c>REC->name</c>, <c>__get_str(name)</c>, <c>__get_dynamic_array(name)</c>.</summary>
internal sealed class FieldExpression(EventField field) : PrintExpression
{
    /// <summary>Appends the field's text without making a string of it; false when it is no text.</summary>
    public bool TryAppendText(StringBuilder output, ReadOnlySpan<byte> raw)
    {
        if (!field.IsText || !field.TryReadText(raw, out var text) || text.Length > 256)
            return false;
        Span<char> letters = stackalloc char[256];
        output.Append(letters[..Encoding.UTF8.GetChars(text, letters)]);
        return true;
    }

    /// <summary>The same field where bytes are asked for, even when its type is <c>char[]</c>.</summary>
    public PrintExpression AsBytes() => field.IsText ? new FieldBytesExpression(field) : this;

    public override bool TryEvaluate(ReadOnlySpan<byte> raw, out PrintValue value)
    {
        if (field.TryReadInteger(raw, out var number))
            value = PrintValue.OfNumber(number, field.IsSigned, field.Size);
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

/// <summary>The bytes of a <c>char</c> array that is no text.</summary>
internal sealed class FieldBytesExpression(EventField field) : PrintExpression
{
    public override bool TryEvaluate(ReadOnlySpan<byte> raw, out PrintValue value)
    {
        value = default;
        if (!field.TryReadBytes(raw, out var bytes))
            return false;
        value = PrintValue.OfBytes(bytes.ToArray());
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
        value = PrintValue.OfNumber(number, field.IsSigned, field.ElementSize);
        return true;
    }
}

/// <summary><c>__get_str(name)[index]</c>.</summary>
internal sealed class LetterExpression(EventField field, PrintExpression index) : PrintExpression
{
    public override bool TryEvaluate(ReadOnlySpan<byte> raw, out PrintValue value)
    {
        value = default;
        if (!index.TryEvaluate(raw, out var at) || !field.TryReadBytes(raw, out var bytes) || (ulong)at.Number >= (ulong)bytes.Length)
            return false;
        value = PrintValue.OfNumber((sbyte)bytes[(int)at.Number], size: 1);
        return true;
    }
}

/// <summary>A name that stands for nothing in the record: <c>jiffies</c>.</summary>
internal sealed class UnknownExpression : PrintExpression
{
    public override bool TryEvaluate(ReadOnlySpan<byte> raw, out PrintValue value)
    {
        value = PrintValue.Unknown;
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

/// <summary>A cast to an integer type of the given size; 0 for a type that is not known, which changes nothing.</summary>
internal sealed class CastExpression(PrintExpression operand, int size, bool isSigned) : PrintExpression
{
    public override bool TryEvaluate(ReadOnlySpan<byte> raw, out PrintValue value)
    {
        if (!operand.TryEvaluate(raw, out value))
            return false;
        if (size == 0 || value.Text is not null || value.Bytes is not null)
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
            isSigned,
            size);
        return true;
    }
}

internal sealed class UnaryExpression(char operation, PrintExpression operand) : PrintExpression
{
    public override bool TryEvaluate(ReadOnlySpan<byte> raw, out PrintValue value)
    {
        if (!operand.TryEvaluate(raw, out value))
            return false;
        if (value.IsUnknown)
            return true;
        if (operation == '!')
        {
            value = PrintValue.OfNumber(value.IsTrue ? 0 : 1);
            return true;
        }

        if (value.Text is not null || value.Bytes is not null)
            return false;
        value = PrintValue.OfNumber(operation switch { '-' => -value.Number, '~' => ~value.Number, _ => value.Number }, value.IsSigned, value.Size);
        return true;
    }
}

/// <summary><c>condition ? then : otherwise</c>.</summary>
internal sealed class ConditionalExpression(PrintExpression condition, PrintExpression then, PrintExpression otherwise) : PrintExpression
{
    public override bool TryEvaluate(ReadOnlySpan<byte> raw, out PrintValue value) =>
        condition.TryEvaluate(raw, out value) && (value.IsUnknown || (value.IsTrue ? then : otherwise).TryEvaluate(raw, out value));
}

internal enum BinaryOperator
{
    Add, Subtract, Multiply, Divide, Remainder, And, Or, Xor, ShiftLeft, ShiftRight, AndAlso, OrElse, Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual,
}

internal sealed class BinaryExpression(BinaryOperator operation, PrintExpression left, PrintExpression right) : PrintExpression
{
    /// <summary>An operator as C spells it.</summary>
    public static BinaryOperator OperatorOf(string text) => text switch
    {
        "+" => BinaryOperator.Add,
        "-" => BinaryOperator.Subtract,
        "*" => BinaryOperator.Multiply,
        "/" => BinaryOperator.Divide,
        "%" => BinaryOperator.Remainder,
        "&" => BinaryOperator.And,
        "|" => BinaryOperator.Or,
        "^" => BinaryOperator.Xor,
        "<<" => BinaryOperator.ShiftLeft,
        ">>" => BinaryOperator.ShiftRight,
        "&&" => BinaryOperator.AndAlso,
        "||" => BinaryOperator.OrElse,
        "==" => BinaryOperator.Equal,
        "!=" => BinaryOperator.NotEqual,
        "<" => BinaryOperator.Less,
        "<=" => BinaryOperator.LessOrEqual,
        ">" => BinaryOperator.Greater,
        ">=" => BinaryOperator.GreaterOrEqual,
        _ => throw new ArgumentOutOfRangeException(nameof(text), text, "no operator of C"),
    };

    public override bool TryEvaluate(ReadOnlySpan<byte> raw, out PrintValue value)
    {
        value = default;
        if (!left.TryEvaluate(raw, out var a))
            return false;
        if (a.IsUnknown)
        {
            value = a;
            return true;
        }

        if (operation == BinaryOperator.AndAlso && !a.IsTrue)
        {
            value = PrintValue.OfNumber(0);
            return true;
        }

        if (operation == BinaryOperator.OrElse && a.IsTrue)
        {
            value = PrintValue.OfNumber(1);
            return true;
        }

        if (!right.TryEvaluate(raw, out var b))
            return false;
        if (b.IsUnknown)
        {
            value = b;
            return true;
        }

        if (operation is BinaryOperator.AndAlso or BinaryOperator.OrElse)
        {
            value = PrintValue.OfNumber(b.IsTrue ? 1 : 0);
            return true;
        }

        if (a.Text is not null || a.Bytes is not null || b.Text is not null || b.Bytes is not null)
            return false;
        return TryArithmetic(
            a.Number, b.Number, a.IsSigned && b.IsSigned, a.IsSigned, operation is BinaryOperator.And or BinaryOperator.Or or BinaryOperator.Xor ? Math.Max(a.Size, b.Size) : 8, out value);
    }

    private bool TryArithmetic(long a, long b, bool isSigned, bool leftSigned, int size, out PrintValue value)
    {
        value = default;
        if (operation is BinaryOperator.Divide or BinaryOperator.Remainder && (b == 0 || (isSigned && b == -1 && a == long.MinValue)))
            return false;
        if (operation >= BinaryOperator.Equal)
        {
            var order = isSigned ? a.CompareTo(b) : ((ulong)a).CompareTo((ulong)b);
            var truth = operation switch
            {
                BinaryOperator.Equal => a == b,
                BinaryOperator.NotEqual => a != b,
                BinaryOperator.Less => order < 0,
                BinaryOperator.LessOrEqual => order <= 0,
                BinaryOperator.Greater => order > 0,
                _ => order >= 0,
            };
            value = PrintValue.OfNumber(truth ? 1 : 0);
            return true;
        }

        var number = operation switch
        {
            BinaryOperator.Add => a + b,
            BinaryOperator.Subtract => a - b,
            BinaryOperator.Multiply => a * b,
            BinaryOperator.Divide => isSigned ? a / b : (long)((ulong)a / (ulong)b),
            BinaryOperator.Remainder => isSigned ? a % b : (long)((ulong)a % (ulong)b),
            BinaryOperator.And => a & b,
            BinaryOperator.Or => a | b,
            BinaryOperator.Xor => a ^ b,
            BinaryOperator.ShiftLeft => a << (int)(b & 63), // as the processor does where C leaves it open
            _ => leftSigned ? a >> (int)(b & 63) : (long)((ulong)a >> (int)(b & 63)),
        };
        value = PrintValue.OfNumber(number, operation is BinaryOperator.ShiftLeft or BinaryOperator.ShiftRight ? leftSigned : isSigned, size);
        return true;
    }
}

/// <summary><c>__print_symbolic</c> and <c>__print_flags</c>; what is in no pair is shown in hexadecimal, in the width that the number has in the record.</summary>
internal sealed class NamedValueExpression(PrintExpression operand, string? delimiter, (ulong Value, string Name)[] pairs) : PrintExpression
{
    public override bool TryEvaluate(ReadOnlySpan<byte> raw, out PrintValue value)
    {
        if (!operand.TryEvaluate(raw, out value))
            return false;
        if (value.IsUnknown)
            return true;
        if (value.Text is not null || value.Bytes is not null)
            return false;
        var mask = value.Size is >= 1 and < 8 ? ulong.MaxValue >> (64 - (value.Size * 8)) : ulong.MaxValue;
        value = delimiter is null ? Symbolic((ulong)value.Number, mask) : Flags((ulong)value.Number, mask);
        return true;
    }

    private PrintValue Symbolic(ulong number, ulong mask)
    {
        foreach (var (value, name) in pairs)
        {
            if (value == number || value == (number & mask))
                return PrintValue.OfText(name);
        }

        return PrintValue.OfText("0x" + (number & mask).ToString("x", CultureInfo.InvariantCulture), isBare: true);
    }

    private PrintValue Flags(ulong number, ulong mask)
    {
        // Mostly one flag, whose name is there already.
        foreach (var (flag, name) in pairs)
        {
            if (flag != 0 && (number & mask) == flag)
                return PrintValue.OfText(name);
            if (flag != 0 && (number & flag) == flag)
                break;
        }

        var text = new StringBuilder();
        var any = false;
        foreach (var (flag, name) in pairs)
        {
            if (flag == 0 || (number & flag) != flag)
                continue;
            text.Append(any ? delimiter : "").Append(name);
            any = true;
            number &= ~flag;
        }

        number &= mask;
        if (number != 0)
            text.Append(any ? delimiter : "").Append("0x").Append(number.ToString("x", CultureInfo.InvariantCulture));
        return PrintValue.OfText(text.ToString(), isBare: !any);
    }
}

/// <summary><c>__get_bitmask</c> and <c>__get_cpumask</c>: a bit field as the kernel shows it.</summary>
internal sealed class BitsTextExpression(EventField field, bool asList) : PrintExpression
{
    public override bool TryEvaluate(ReadOnlySpan<byte> raw, out PrintValue value)
    {
        value = default;
        if (!field.TryReadBytes(raw, out var bytes))
            return false;
        value = PrintValue.OfText(asList ? PrintBytes.BitList(bytes, bytes.Length * 8) : PrintBytes.BitMask(bytes));
        return true;
    }
}

/// <summary><c>mc_event_error_type</c> (<c>include/ras/ras_event.h</c>, <c>enum hw_event_mc_err_type</c>).</summary>
internal sealed class MemoryErrorExpression(PrintExpression operand) : PrintExpression
{
    public override bool TryEvaluate(ReadOnlySpan<byte> raw, out PrintValue value)
    {
        if (!operand.TryEvaluate(raw, out value))
            return false;
        value = PrintValue.OfText(value.Number switch { 0 => "Corrected", 1 => "Uncorrected", 2 => "Deferred", 3 => "Fatal", _ => "Info" });
        return true;
    }
}

/// <summary><c>__print_hex</c>, <c>__print_hex_str</c> and <c>__print_array</c>. Never more than the record has.</summary>
internal sealed class BytesTextExpression(string function, PrintExpression source, PrintExpression count, int elementSize) : PrintExpression
{
    private readonly PrintExpression _source = source is FieldExpression field ? field.AsBytes() : source;

    public override bool TryEvaluate(ReadOnlySpan<byte> raw, out PrintValue value)
    {
        value = default;
        if (!_source.TryEvaluate(raw, out var bytes) || bytes.Bytes is not { } data || !count.TryEvaluate(raw, out var wanted))
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
