using System.Runtime.CompilerServices;
using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;

namespace TraceKit.DebugInfo.Unwind;

/// <summary>Unwinds x86-64 user stacks from registers and a copied piece of stack. One per worker thread: it owns a cache.</summary>
/// <remarks>
/// <para>Per frame, in this order: the CFI that covers the address; where none does, what the function's own instructions say, if they are at hand
/// (<see cref="X64Prologue"/>); where they do not tell, the frame pointer, if it points into the dump above the stack
/// pointer and the word above it is an address in an executable mapping; else it stops and says why. It never guesses from the stack's content,
/// never goes back down the stack, and reports no address outside of executable mappings except the sampled one.</para>
/// <para><b>Frames</b> are AVMAs, innermost first. The first is the sampled instruction, exact; the others are return addresses, which name the instruction
/// after the call. To look one up, subtract 1 from each but the first (a call may be the last instruction of its function). A frame interrupted by
/// a signal is exact too; subtracting 1 from it is harmless for symbols except at a function's first byte. The unwinder itself keeps the
/// two apart.</para>
/// <para>A dump in which words that are neither code nor stack addresses were zeroed (<c>--stacks pointers</c>) unwinds to the same frames and the same stop:
/// CFAs, return addresses and saved frame pointers are such addresses. So a return address of 0 is no mark of a root, in either: only CFI that says
/// so, the entry point, and the known starts of a runtime (<see cref="UnwindRowList.AddRoot"/>) are.</para>
/// </remarks>
public sealed class X64Unwinder
{
    /// <summary>How far above the dump an address may lie and still count as "the dump was too short": the default limit of a stack, 8 MiB.</summary>
    private const ulong StackReach = 8 << 20;

    private const UnwindRuleKind NoMapping = UnwindRuleCache.NoMapping;

    private const UnwindStop Continue = FullRowStep<X64Registers>.Continue;

    private UnwindRuleCache _rules = new(Elf.ElfConstants.EM_X86_64, new X64PrologueCache());

    /// <summary>Look-ups that the cache answered.</summary>
    public long CacheHits { get; private set; }

    /// <summary>Look-ups that went to the map and the module's table.</summary>
    public long CacheMisses => _rules.Misses;

    /// <summary>Unwinds one stack.</summary>
    /// <param name="space">Which mappings <paramref name="map"/> describes; the cache is keyed by it.</param>
    /// <param name="registers">User registers at the sample; rip and rsp must be known, else the result is one frame or none.</param>
    /// <param name="stack">The dumped stack, beginning at rsp.</param>
    /// <param name="map">The process's executable mappings.</param>
    /// <param name="frames">Filled innermost first; its length is the limit.</param>
    public UnwindResult Unwind(AddressSpaceId space, in X64Registers registers, StackMemory stack, IModuleMap map, Span<Avma> frames)
    {
        const uint needed = 1u << X64Registers.Rip | 1u << X64Registers.Rsp;
        if (frames.IsEmpty)
            return new UnwindResult(0, UnwindStop.FrameLimit, 0, 0);
        if ((registers.Known & needed) != needed)
            return new UnwindResult(0, UnwindStop.UnknownRegister, 0, 0);

        var r = registers;
        var key = space.Key;
        var count = 0;
        var fpSteps = 0;
        var codeSteps = 0;
        X64Registers before = default;
        var misses = CacheMisses;
        ulong neededBytes = 0;
        UnwindStop stop;
        frames[count++] = r.InstructionPointer;
        var lookup = r.Value[X64Registers.Rip];
        var rule = _rules.Find(key, lookup, map);
        if (rule.Kind == NoMapping)
        {
            stop = UnwindStop.NoMapping;
            goto done;
        }

        for (; ; )
        {
            ulong failed;
            if (rule.Kind == UnwindRuleKind.Frame)
            {
                if (rule.IsFromCode)
                    before = r;
                stop = StepFrame(rule, ref r, stack, out failed);
                codeSteps += rule.IsFromCode ? 1 : 0;
            }
            else if (rule.Kind == UnwindRuleKind.None)
            {
                stop = StepFramePointer(ref r, stack);
                failed = 0;
                fpSteps++;
            }
            else
            {
                stop = FullRowStep<X64Registers>.Step(rule, lookup, ref r, stack, map, out failed);
            }

            if (stop != Continue)
            {
                if (stop == UnwindStop.NotReadable && failed >= stack.Start && failed - stack.Start < StackReach)
                {
                    stop = UnwindStop.DumpTruncated;
                    neededBytes = failed - stack.Start + 8;
                }

                fpSteps -= rule.Kind == UnwindRuleKind.None ? 1 : 0;
                codeSteps -= rule.IsFromCode ? 1 : 0;
                break;
            }

            // The one place where a return address becomes a look-up address.
            var pc = r.Value[X64Registers.Rip];
            lookup = rule.IsSignalFrame ? pc : pc - 1;
            var fromFramePointer = rule.Kind == UnwindRuleKind.None;
            var fromCode = rule.IsFromCode;
            // A return address of 0 proves nothing: a filtered dump reads so where any other value stood, and a whole one where there is none.
            if (pc == 0 || (rule = _rules.Find(key, lookup, map)).Kind == NoMapping)
            {
                // Code that has changed since its bytes were taken, is entered in ways of its own, or calls what takes arguments off the stack (V8's runtime), leads astray:
                // then its frame pointer is asked after all.
                if (fromCode && StepFramePointer(ref before, stack) == Continue)
                {
                    r = before;
                    pc = r.Value[X64Registers.Rip];
                    lookup = pc - 1;
                    rule = _rules.Find(key, lookup, map);
                    if (rule.Kind != NoMapping)
                    {
                        codeSteps--;
                        fpSteps++;
                        fromCode = false;
                    }
                }
                else
                {
                    rule = new UnwindRule(NoMapping, 0, 0, 0, false);
                }
            }

            if (rule.Kind == NoMapping)
            {
                stop = fromFramePointer ? UnwindStop.NoUnwindInfo : UnwindStop.NoMapping;
                fpSteps -= fromFramePointer ? 1 : 0;
                codeSteps -= fromCode ? 1 : 0;
                break;
            }

            if (count == frames.Length)
            {
                stop = UnwindStop.FrameLimit;
                break;
            }

            frames[count++] = new Avma(pc);
        }

    done:
        CacheHits += count - (CacheMisses - misses);
        return new UnwindResult(count, stop, neededBytes, fpSteps, codeSteps, r.Value[X64Registers.Rsp]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static UnwindStop StepFrame(UnwindRule rule, ref X64Registers r, StackMemory stack, out ulong failed)
    {
        failed = 0;
        var known = r.Known;
        if ((known >> rule.CfaRegister & 1) == 0)
            return r.WhyUnknown(rule.CfaRegister);
        var cfa = r.Value[rule.CfaRegister] + (ulong)(long)rule.CfaOffset;
        if (cfa <= r.Value[X64Registers.Rsp])
            return cfa < stack.Start ? UnwindStop.NotReadable : UnwindStop.NoProgress;
        if (!stack.TryReadUInt64(cfa - 8, out var returnAddress))
        {
            failed = cfa - 8;
            return UnwindStop.NotReadable;
        }

        // What calls destroy is no longer known.
        known &= X64Registers.CalleeSaved;
        var saved = rule.Saved;
        if (saved != 0)
            known = Restore(saved, cfa, ref r, known, stack);
        r.Known = known;
        r.Value[X64Registers.Rsp] = cfa;
        r.Value[X64Registers.Rip] = returnAddress;
        return Continue;
    }

    private static uint Restore(ulong saved, ulong cfa, ref X64Registers r, uint known, StackMemory stack)
    {
        foreach (var register in X64RuleEncoder.SavedRegisters)
        {
            var slots = (byte)saved;
            saved >>= 8;
            if (slots == 0)
                continue;
            var slot = cfa - slots * 8UL;
            if (slots != UnwindRule.Lost && stack.TryReadUInt64(slot, out var value))
            {
                if (stack.IsDropped(value))
                {
                    r.Drop(register);
                    known &= ~(1u << register);
                    continue;
                }

                r.Value[register] = value;
                known |= 1u << register;
            }
            else if (slots == UnwindRule.Lost || slot >= r.Value[X64Registers.Rsp])
            {
                known &= ~(1u << register);
            }

            // Else the slot is below the stack pointer, which the dump does not have: the register has been popped already. GCC does not say so in
            // the epilogues of functions with a frame pointer (leave; ret).

            if (saved == 0)
                break;
        }

        return known;
    }

    private static UnwindStop StepFramePointer(ref X64Registers r, StackMemory stack)
    {
        // push %rbp; mov %rsp, %rbp: the caller's rbp stands at rbp, the return address above it. That it is code is seen by the look-up that follows.
        var rbp = r.Value[X64Registers.Rbp];
        if ((r.Known >> X64Registers.Rbp & 1) == 0 || (rbp & 7) != 0 || rbp < r.Value[X64Registers.Rsp] ||
            !stack.TryReadUInt64(rbp, out var caller) || !stack.TryReadUInt64(rbp + 8, out var returnAddress) || returnAddress == 0)
        {
            return UnwindStop.NoUnwindInfo;
        }

        // What else the function saved is not known.
        r.Known = 1u << X64Registers.Rbp | 1u << X64Registers.Rsp | 1u << X64Registers.Rip;
        r.Value[X64Registers.Rbp] = caller;
        if (stack.IsDropped(caller))
            r.Drop(X64Registers.Rbp);
        r.Value[X64Registers.Rsp] = rbp + 16;
        r.Value[X64Registers.Rip] = returnAddress;
        return Continue;
    }
}
