using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;

namespace TraceKit.DebugInfo.Unwind;

/// <summary>Rows that need the whole machinery: expressions, signal frames, unusual rules. Rare on AArch64.</summary>
public sealed partial class Arm64Unwinder
{
    private static UnwindStop StepOther(UnwindRule rule, ulong lookup, ref Arm64Registers r, StackMemory stack, IModuleMap map, out ulong failed)
    {
        failed = 0;
        switch (rule.Kind)
        {
            case UnwindRuleKind.EndOfStack:
                return UnwindStop.ReachedRoot;
            case UnwindRuleKind.Full when map.TryFind(new Avma(lookup), out var mapping) && mapping.Table is not null:
                return StepFull(mapping.Table.Full(rule), rule.IsSignalFrame, mapping.Bias, ref r, stack, out failed);
            default:
                return UnwindStop.BadCfi;
        }
    }

    private static UnwindStop StepFull(FullRow row, bool isSignalFrame, ulong bias, ref Arm64Registers r, StackMemory stack, out ulong failed)
    {
        failed = 0;
        ulong cfa;
        if (row.Cfa.Kind == RegisterRuleKind.ValOffset)
        {
            if (!r.TryGet((int)row.CfaRegister, out cfa))
                return r.WhyUnknown((int)row.CfaRegister);
            cfa += (ulong)row.Cfa.Value;
        }
        else if (row.Cfa.Kind == RegisterRuleKind.ValExpression)
        {
            var stop = Evaluate(row.Expression(row.Cfa), r, stack, bias, null, out cfa, out failed);
            if (stop != Continue)
                return stop;
        }
        else
        {
            return UnwindStop.BadCfi;
        }

        // The caller's registers are made from the callee's: rules read `r`, results go to `caller`.
        var caller = r;
        if (!isSignalFrame)
            caller.Known &= Arm64Registers.CalleeSaved;
        caller.Set(Arm64Registers.StackPointer, cfa);
        var hasReturnAddress = false;
        for (var i = 0; i < row.Rules.Length; i++)
        {
            int register = row.Registers[i];
            if (register >= Arm64Registers.Count)
                continue;
            var stop = Apply(row, row.Rules[i], cfa, r, stack, bias, register, ref caller, out failed);
            // Only what the next step cannot do without ends the walk.
            var vital = register == (int)row.ReturnAddressRegister || register == Arm64Registers.StackPointer;
            if (stop != Continue && vital)
                return stop;
            if (stop != Continue)
                caller.Known &= ~(1UL << register);
            hasReturnAddress |= register == (int)row.ReturnAddressRegister;
        }

        // Without a rule the return address is still in its register.
        var column = (int)row.ReturnAddressRegister;
        if (!(hasReturnAddress ? caller : r).TryGet(column, out var returnAddress))
            return UnwindStop.UnknownRegister;
        caller.Set(Arm64Registers.ProgramCounter, row.ReturnAddressSigned ? returnAddress & AddressMask : returnAddress);
        if (!isSignalFrame)
            caller.Known &= ~(1UL << Arm64Registers.LinkRegister);
        // A signal may have switched stacks; any other caller is further up.
        var before = r.Value[Arm64Registers.StackPointer];
        var after = caller.Value[Arm64Registers.StackPointer];
        if ((caller.Known >> Arm64Registers.StackPointer & 1) != 0 && (isSignalFrame ? after == before : hasReturnAddress ? after <= before : after < before))
            return after < stack.Start && !isSignalFrame ? UnwindStop.NotReadable : UnwindStop.NoProgress;
        r = caller;
        failed = 0;
        return Continue;
    }

    private static UnwindStop Apply(
        FullRow row, RegisterRule rule, ulong cfa, in Arm64Registers r, StackMemory stack, ulong bias, int register, ref Arm64Registers caller, out ulong failed)
    {
        failed = 0;
        ulong value;
        switch (rule.Kind)
        {
            case RegisterRuleKind.Undefined:
                if (register == (int)row.ReturnAddressRegister)
                    return UnwindStop.ReachedRoot;
                caller.Known &= ~(1UL << register);
                return Continue;
            case RegisterRuleKind.SameValue:
                if (!r.TryGet(register, out value))
                    return UnwindStop.UnknownRegister;
                break;
            case RegisterRuleKind.Offset:
                failed = cfa + (ulong)rule.Value;
                if (!stack.TryReadUInt64(failed, out value))
                {
                    // Below the stack pointer: popped already, see Restore.
                    if (failed >= r.Value[Arm64Registers.StackPointer] || register is Arm64Registers.ProgramCounter or Arm64Registers.StackPointer || !r.TryGet(register, out value))
                        return UnwindStop.NotReadable;
                }
                else if (stack.IsDropped(value) && register != (int)row.ReturnAddressRegister)
                {
                    caller.Drop(register);
                    return Continue;
                }

                break;
            case RegisterRuleKind.ValOffset:
                value = cfa + (ulong)rule.Value;
                break;
            case RegisterRuleKind.Register:
                if (!r.TryGet((int)rule.Value, out value))
                    return UnwindStop.UnknownRegister;
                break;
            case RegisterRuleKind.Expression:
                var stop = Evaluate(row.Expression(rule), r, stack, bias, cfa, out var address, out failed);
                if (stop != Continue)
                    return stop;
                failed = address;
                if (!stack.TryReadUInt64(address, out value))
                    return UnwindStop.NotReadable;
                if (stack.IsDropped(value) && register != (int)row.ReturnAddressRegister)
                {
                    caller.Drop(register);
                    return Continue;
                }

                break;
            case RegisterRuleKind.ValExpression:
                stop = Evaluate(row.Expression(rule), r, stack, bias, cfa, out value, out failed);
                if (stop != Continue)
                    return stop;
                break;
            default:
                return UnwindStop.BadCfi;
        }

        caller.Set(register, value);
        return Continue;
    }

    private static UnwindStop Evaluate(
        ReadOnlySpan<byte> code, in Arm64Registers r, StackMemory stack, ulong bias, ulong? initial, out ulong value, out ulong failed) =>
        DwarfExpression.Evaluate(code, r.Value, r.Known, stack, bias, initial, out value, out failed) switch
        {
            ExpressionStatus.Ok => Continue,
            ExpressionStatus.Unreadable => UnwindStop.NotReadable,
            ExpressionStatus.UnknownRegister => UnwindStop.UnknownRegister,
            _ => UnwindStop.ExpressionFailed,
        };
}
