using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace TraceKit.Report.Text.PrintFormats;

public sealed partial class PrintFormat
{
    /// <summary>What an argument comes to: an integer, or text.</summary>
    private readonly record struct Value(long Number, string? Text);

    private abstract record Node
    {
        public abstract Value Evaluate(IFieldValues values);

        public long Number(IFieldValues values) => Evaluate(values).Number;
    }

    private sealed record Constant(Value Value) : Node
    {
        public override Value Evaluate(IFieldValues values) => Value;
    }

    private sealed record Field(string Name) : Node
    {
        public override Value Evaluate(IFieldValues values)
        {
            if (values.TryGetInteger(Name, out var number))
                return new(number, null);
            return values.TryGetText(Name, out var text) ? new(0, text) : new(0, "(unreadable)");
        }
    }

    private sealed record Element(string Name, Node Index) : Node
    {
        public override Value Evaluate(IFieldValues values)
        {
            var index = Index.Number(values);
            if (!values.TryGetBytes(Name, out var bytes, out var size) || index < 0 || (index + 1) * size > bytes.Length)
                return new(0, "(unreadable)");
            return new(ReadInteger(bytes.Span[(int)(index * size)..], size), null);
        }
    }

    /// <summary>An enum's member, whose value the kernel left out of the line: in a table its line is dropped, elsewhere it prints as its name.</summary>
    private sealed record UnknownConstant(string Name) : Node
    {
        public override Value Evaluate(IFieldValues values) => new(0, Name);
    }

    private sealed record ByteCount(string Name) : Node
    {
        public override Value Evaluate(IFieldValues values) => new(values.TryGetBytes(Name, out var bytes, out _) ? bytes.Length : 0, null);
    }

    private sealed record Unary(char Operator, Node Inner) : Node
    {
        public override Value Evaluate(IFieldValues values)
        {
            var value = Inner.Number(values);
            return new(Operator switch { '-' => unchecked(-value), '~' => ~value, '!' => value == 0 ? 1 : 0, _ => value }, null);
        }
    }

    /// <summary>A cast to an integer of so many bytes; what 8 bytes hold is not changed.</summary>
    private sealed record Cast(int Size, bool Signed, Node Inner) : Node
    {
        public override Value Evaluate(IFieldValues values)
        {
            var value = Inner.Evaluate(values);
            return value.Text is not null ? value : new((Size, Signed) switch
            {
                (1, true) => (sbyte)value.Number,
                (1, false) => (byte)value.Number,
                (2, true) => (short)value.Number,
                (2, false) => (ushort)value.Number,
                (4, true) => (int)value.Number,
                (4, false) => (uint)value.Number,
                _ => value.Number,
            }, null);
        }
    }

    private sealed record Binary(string Operator, Node Left, Node Right) : Node
    {
        public override Value Evaluate(IFieldValues values)
        {
            var left = Left.Number(values);
            if (Operator == "&&")
                return new(left != 0 && Right.Number(values) != 0 ? 1 : 0, null);
            if (Operator == "||")
                return new(left != 0 || Right.Number(values) != 0 ? 1 : 0, null);
            var right = Right.Number(values);
            return new(Compute(left, right), null);
        }

        // Divisions by zero and by -1 must not end a program that only prints.
        private long Compute(long left, long right) => unchecked(Operator switch
        {
            "+" => left + right,
            "-" => left - right,
            "*" => left * right,
            "/" => right == 0 ? 0 : right == -1 ? -left : left / right,
            "%" => right is 0 or -1 ? 0 : left % right,
            "<<" => left << (int)(right & 63),
            ">>" => left >> (int)(right & 63),
            "&" => left & right,
            "|" => left | right,
            "^" => left ^ right,
            "==" => left == right ? 1 : 0,
            "!=" => left != right ? 1 : 0,
            "<" => left < right ? 1 : 0,
            "<=" => left <= right ? 1 : 0,
            ">" => left > right ? 1 : 0,
            ">=" => left >= right ? 1 : 0,
            _ => 0,
        });
    }

    private sealed record Conditional(Node Condition, Node Then, Node Else) : Node
    {
        public override Value Evaluate(IFieldValues values) => (Condition.Number(values) != 0 ? Then : Else).Evaluate(values);
    }

    /// <summary><c>__print_symbolic</c>: the name of the value, or the value in hex.</summary>
    private sealed record Symbolic(Node Inner, (long Value, string Name)[] Names) : Node
    {
        public override Value Evaluate(IFieldValues values)
        {
            var value = Inner.Number(values);
            foreach (var (number, name) in Names)
            {
                if (number == value)
                    return new(value, name);
            }

            return new(value, "0x" + value.ToString("x", CultureInfo.InvariantCulture));
        }
    }

    /// <summary><c>__print_flags</c>: names of the bits that are set, what is left in hex.</summary>
    private sealed record Flags(Node Inner, string Separator, (long Value, string Name)[] Names) : Node
    {
        public override Value Evaluate(IFieldValues values)
        {
            var value = Inner.Number(values);
            var rest = value;
            var text = new StringBuilder();
            foreach (var (mask, name) in Names)
            {
                if ((mask == 0 && value != 0) || (rest & mask) != mask)
                    continue;
                text.Append(text.Length > 0 ? Separator : "").Append(name);
                rest &= ~mask;
                if (mask == 0)
                    break;
            }

            if (rest != 0)
                text.Append(text.Length > 0 ? Separator : "").Append("0x").Append(rest.ToString("x", CultureInfo.InvariantCulture));
            return new(value, text.ToString());
        }
    }

    /// <summary><c>__print_hex</c> and <c>__print_array</c>.</summary>
    private sealed record Dump(string Name, Node? Count, bool IsArray, Node? Size) : Node
    {
        public override Value Evaluate(IFieldValues values)
        {
            if (!values.TryGetBytes(Name, out var bytes, out var elementSize))
                return new(0, "(unreadable)");
            var size = IsArray ? (int)Math.Clamp(Size?.Number(values) ?? elementSize, 1, 8) : 1;
            var count = (int)Math.Clamp(Count?.Number(values) ?? bytes.Length / size, 0, bytes.Length / size);
            var text = new StringBuilder(IsArray ? "{" : "");
            for (var i = 0; i < count; i++)
            {
                var element = (ulong)ReadInteger(bytes.Span[(i * size)..], size) & (size == 8 ? ulong.MaxValue : (1UL << (8 * size)) - 1);
                text.Append(i == 0 ? "" : IsArray ? "," : " ");
                text.Append(IsArray ? "0x" + element.ToString("x", CultureInfo.InvariantCulture) : element.ToString("x2", CultureInfo.InvariantCulture));
            }

            return new(0, text.Append(IsArray ? "}" : "").ToString());
        }
    }

    private static long ReadInteger(ReadOnlySpan<byte> bytes, int size) => size switch
    {
        1 => bytes[0],
        2 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        4 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        8 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        _ => 0,
    };
}
