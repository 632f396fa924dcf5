using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;

namespace TraceKit.DebugInfo.Unwind;

/// <summary>Evaluates the DWARF expressions of call frame information (DWARF 5 §2.5, §6.4.2).</summary>
/// <remarks>A stack of 64 values, at most <see cref="InputLimits.ExpressionSteps"/> steps, 64-bit values; memory is the dumped stack.</remarks>
public static class DwarfExpression
{
    private const int StackSize = 64;

    /// <summary>Evaluates an expression.</summary>
    /// <param name="code">The expression.</param>
    /// <param name="registers">Values by DWARF number.</param>
    /// <param name="known">Bit n: register n is known.</param>
    /// <param name="memory">What can be dereferenced.</param>
    /// <param name="bias">Added to addresses that <c>DW_OP_addr</c> states.</param>
    /// <param name="initial">Pushed first (the CFA, for register rules); null for none.</param>
    /// <param name="value">The result: top of the stack at the end.</param>
    /// <param name="failedAddress">With <see cref="ExpressionStatus.Unreadable"/>: the address.</param>
    public static ExpressionStatus Evaluate(
        ReadOnlySpan<byte> code, ReadOnlySpan<ulong> registers, ulong known, StackMemory memory, ulong bias, ulong? initial, out ulong value, out ulong failedAddress)
    {
        value = 0;
        failedAddress = 0;
        Span<ulong> stack = stackalloc ulong[StackSize];
        var depth = 0;
        if (initial is not null)
            stack[depth++] = initial.GetValueOrDefault();
        var c = new SpanCursor(code, "expression");
        for (var steps = 0; c.Remaining > 0; steps++)
        {
            if (steps == InputLimits.ExpressionSteps)
                return ExpressionStatus.TooManySteps;
            c.TryReadByte(out var op);
            if (op is >= DW_OP.breg0 and <= DW_OP.breg31 or DW_OP.bregx)
            {
                ulong register = (uint)(op - DW_OP.breg0);
                if (op == DW_OP.bregx && !c.TryReadUleb128(out register) || !c.TryReadSleb128(out var offset) || depth == StackSize)
                    return ExpressionStatus.Malformed;
                if (register >= (ulong)registers.Length || (known >> (int)register & 1) == 0)
                    return ExpressionStatus.UnknownRegister;
                stack[depth++] = registers[(int)register] + (ulong)offset;
                continue;
            }

            if (TryConstant(ref c, op, bias, out var constant, out var isConstant))
            {
                if (isConstant)
                {
                    if (depth == StackSize)
                        return ExpressionStatus.Malformed;
                    stack[depth++] = constant;
                    continue;
                }
            }
            else
            {
                return ExpressionStatus.Malformed;
            }

            switch (op)
            {
                case DW_OP.nop:
                    break;
                case DW_OP.deref:
                case DW_OP.deref_size:
                    byte size = 8;
                    if (depth < 1 || op == DW_OP.deref_size && (!c.TryReadByte(out size) || size is 0 or > 8))
                        return ExpressionStatus.Malformed;
                    if (!memory.TryRead(stack[depth - 1], size, out var loaded))
                    {
                        failedAddress = stack[depth - 1];
                        return ExpressionStatus.Unreadable;
                    }

                    stack[depth - 1] = loaded;
                    break;
                case DW_OP.dup:
                case DW_OP.over:
                case DW_OP.pick:
                    byte index = op == DW_OP.over ? (byte)1 : (byte)0;
                    if (op == DW_OP.pick && !c.TryReadByte(out index) || index >= depth || depth == StackSize)
                        return ExpressionStatus.Malformed;
                    stack[depth] = stack[depth - 1 - index];
                    depth++;
                    break;
                case DW_OP.drop:
                    if (depth-- < 1)
                        return ExpressionStatus.Malformed;
                    break;
                case DW_OP.swap:
                    if (depth < 2)
                        return ExpressionStatus.Malformed;
                    (stack[depth - 1], stack[depth - 2]) = (stack[depth - 2], stack[depth - 1]);
                    break;
                case DW_OP.rot: // top becomes third, second becomes top, third becomes second
                    if (depth < 3)
                        return ExpressionStatus.Malformed;
                    (stack[depth - 1], stack[depth - 2], stack[depth - 3]) = (stack[depth - 2], stack[depth - 3], stack[depth - 1]);
                    break;
                case DW_OP.abs:
                case DW_OP.neg:
                case DW_OP.not:
                    if (depth < 1)
                        return ExpressionStatus.Malformed;
                    var operand = stack[depth - 1];
                    stack[depth - 1] = op == DW_OP.not ? ~operand : op == DW_OP.neg || (long)operand < 0 ? 0 - operand : operand;
                    break;
                case DW_OP.plus_uconst:
                    if (depth < 1 || !c.TryReadUleb128(out var addend))
                        return ExpressionStatus.Malformed;
                    stack[depth - 1] += addend;
                    break;
                case DW_OP.skip:
                case DW_OP.bra:
                    if (!c.TryReadUInt16(out var distance) || op == DW_OP.bra && depth < 1)
                        return ExpressionStatus.Malformed;
                    var jumps = op == DW_OP.skip || stack[--depth] != 0;
                    if (jumps && !c.TrySeek(c.Position + (short)distance))
                        return ExpressionStatus.Malformed;
                    break;
                default:
                    if (op is not (>= DW_OP.and and <= DW_OP.ne))
                        return ExpressionStatus.Unsupported;
                    if (depth < 2 || !TryBinary(op, stack[depth - 2], stack[depth - 1], out var result))
                        return ExpressionStatus.Malformed;
                    depth--;
                    stack[depth - 1] = result;
                    break;
            }
        }

        if (depth == 0)
            return ExpressionStatus.Malformed;
        value = stack[depth - 1];
        return ExpressionStatus.Ok;
    }

    /// <summary>False when the constant is cut short.</summary>
    private static bool TryConstant(ref SpanCursor c, byte op, ulong bias, out ulong value, out bool isConstant)
    {
        value = 0;
        isConstant = true;
        if (op is >= DW_OP.lit0 and <= DW_OP.lit31)
        {
            value = (uint)(op - DW_OP.lit0);
            return true;
        }

        switch (op)
        {
            case DW_OP.addr:
                var ok = c.TryReadUInt64(out value);
                value += bias;
                return ok;
            case DW_OP.const1u:
            case DW_OP.const1s:
                ok = c.TryReadByte(out var b);
                value = op == DW_OP.const1u ? b : (ulong)(sbyte)b;
                return ok;
            case DW_OP.const2u:
            case DW_OP.const2s:
                ok = c.TryReadUInt16(out var h);
                value = op == DW_OP.const2u ? h : (ulong)(short)h;
                return ok;
            case DW_OP.const4u:
            case DW_OP.const4s:
                ok = c.TryReadUInt32(out var w);
                value = op == DW_OP.const4u ? w : (ulong)(int)w;
                return ok;
            case DW_OP.const8u:
            case DW_OP.const8s:
                return c.TryReadUInt64(out value);
            case DW_OP.constu:
                return c.TryReadUleb128(out value);
            case DW_OP.consts:
                ok = c.TryReadSleb128(out var s);
                value = (ulong)s;
                return ok;
            default:
                isConstant = false;
                return true;
        }
    }

    /// <summary>What an operation on two numbers gives; false when it cannot.</summary>
    internal static bool TryBinary(byte op, ulong a, ulong b, out ulong result)
    {
        long sa = (long)a, sb = (long)b;
        result = 0;
        switch (op)
        {
            case DW_OP.and: result = a & b; return true;
            case DW_OP.or: result = a | b; return true;
            case DW_OP.xor: result = a ^ b; return true;
            case DW_OP.plus: result = a + b; return true;
            case DW_OP.minus: result = a - b; return true;
            case DW_OP.mul: result = a * b; return true;
            case DW_OP.div:
                if (b == 0)
                    return false;
                result = sb == -1 ? 0 - a : (ulong)(sa / sb); // the smallest number over -1 traps
                return true;
            case DW_OP.mod:
                if (b == 0)
                    return false;
                result = a % b;
                return true;
            case DW_OP.shl: result = b < 64 ? a << (int)b : 0; return true;
            case DW_OP.shr: result = b < 64 ? a >> (int)b : 0; return true;
            case DW_OP.shra: result = (ulong)(sa >> (int)Math.Min(b, 63)); return true;
            case DW_OP.eq: result = a == b ? 1UL : 0; return true;
            case DW_OP.ne: result = a != b ? 1UL : 0; return true;
            case DW_OP.ge: result = sa >= sb ? 1UL : 0; return true;
            case DW_OP.gt: result = sa > sb ? 1UL : 0; return true;
            case DW_OP.le: result = sa <= sb ? 1UL : 0; return true;
            case DW_OP.lt: result = sa < sb ? 1UL : 0; return true;
            default: return false;
        }
    }
}
