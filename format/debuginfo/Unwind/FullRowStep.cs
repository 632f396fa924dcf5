using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;

namespace TraceKit.DebugInfo.Unwind;

/// <summary>Steps by rows that need the whole machinery: expressions, signal frames, unusual rules. Some 2 % of frames, on any machine.</summary>
/// <typeparam name="T">Registers of the machine.</typeparam>
internal static class FullRowStep<T>
    where T : struct, IUnwindRegisters
{
    /// <summary>Not a stop: the step was made.</summary>
    public const UnwindStop Continue = (UnwindStop)0xff;

    /// <summary>Makes one step, or says why not.</summary>
    /// <param name="rule">A rule that is no plain frame.</param>
    /// <param name="lookup">The address it is of.</param>
    /// <param name="r">The frame's registers; then those of its caller.</param>
    /// <param name="stack">The dump.</param>
    /// <param name="map">The process's executable mappings.</param>
    /// <param name="failed">With <see cref="UnwindStop.NotReadable"/>: the address.</param>
    public static UnwindStop Step(UnwindRule rule, ulong lookup, ref T r, StackMemory stack, IModuleMap map, out ulong failed)
    {
        failed = 0;
        switch (rule.Kind)
        {
            case UnwindRuleKind.EndOfStack:
                return UnwindStop.ReachedRoot;
            case UnwindRuleKind.Full when map.TryFind(new Avma(lookup), out var mapping) && mapping.Table is not null:
                return StepRow(mapping.Table.Full(rule), rule.IsSignalFrame, mapping.Bias, ref r, stack, out failed);
            default:
                return UnwindStop.BadCfi;
        }
    }

    private static UnwindStop StepRow(FullRow row, bool isSignalFrame, ulong bias, ref T r, StackMemory stack, out ulong failed)
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
            caller.KeepOnly(T.KeptByCalls);
        caller.Set(T.StackPointerNumber, cfa);
        var hasReturnAddress = false;
        for (var i = 0; i < row.Rules.Length; i++)
        {
            int register = row.Registers[i];
            if (register >= T.RegisterCount)
                continue;
            var stop = Apply(row, row.Rules[i], cfa, r, stack, bias, register, ref caller, out failed);
            // Only what the next step cannot do without ends the walk.
            var vital = register == (int)row.ReturnAddressRegister || register == T.StackPointerNumber;
            if (stop != Continue && vital)
                return stop;
            if (stop != Continue)
                caller.Forget(register);
            hasReturnAddress |= register == (int)row.ReturnAddressRegister;
        }

        // Where the machine has a link register and no rule speaks of it, the return address is still there.
        var column = (int)row.ReturnAddressRegister;
        var hasLink = T.LinkRegisterNumber >= 0;
        if (!hasReturnAddress && !hasLink)
            return UnwindStop.BadCfi;
        if (!(hasReturnAddress ? caller : r).TryGet(column, out var returnAddress))
            return hasLink ? UnwindStop.UnknownRegister : UnwindStop.BadCfi;
        caller.Set(T.InstructionPointerNumber, row.ReturnAddressSigned ? T.WithoutSignature(returnAddress) : returnAddress);
        if (hasLink && !isSignalFrame)
            caller.Forget(T.LinkRegisterNumber);
        // A signal may have switched stacks; any other caller is further up, but of a frame of no bytes whose return address is in its register.
        var before = r.ValueOf(T.StackPointerNumber);
        if (caller.TryGet(T.StackPointerNumber, out var after) && (isSignalFrame ? after == before : hasReturnAddress ? after <= before : after < before))
            return after < stack.Start && !isSignalFrame ? UnwindStop.NotReadable : UnwindStop.NoProgress;
        r = caller;
        failed = 0;
        return Continue;
    }

    private static UnwindStop Apply(
        FullRow row, RegisterRule rule, ulong cfa, in T r, StackMemory stack, ulong bias, int register, ref T caller, out ulong failed)
    {
        failed = 0;
        ulong value;
        switch (rule.Kind)
        {
            case RegisterRuleKind.Undefined:
                if (register == (int)row.ReturnAddressRegister)
                    return UnwindStop.ReachedRoot;
                caller.Forget(register);
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
                    if (failed >= r.ValueOf(T.StackPointerNumber) || register == T.InstructionPointerNumber || register == T.StackPointerNumber || !r.TryGet(register, out value))
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
        ReadOnlySpan<byte> code, in T r, StackMemory stack, ulong bias, ulong? initial, out ulong value, out ulong failed) =>
        r.Evaluate(code, stack, bias, initial, out value, out failed) switch
        {
            ExpressionStatus.Ok => Continue,
            ExpressionStatus.Unreadable => UnwindStop.NotReadable,
            ExpressionStatus.UnknownRegister => UnwindStop.UnknownRegister,
            _ => UnwindStop.ExpressionFailed,
        };
}
