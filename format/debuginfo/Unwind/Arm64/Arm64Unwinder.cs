using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;

namespace TraceKit.DebugInfo.Unwind;

/// <summary>Unwinds AArch64 user stacks from registers and a copied piece of stack. One per worker thread: it owns a cache.</summary>
/// <remarks>
/// <para>As <see cref="X64Unwinder"/>, with what differs: a function may have no frame at all, its return address still in x30; that is believed only of the innermost frame and
/// of one that a signal interrupted. Return addresses may be signed (pointer authentication): where CFI says so, and where the frame pointer is followed, the
/// signature is cut off, by the mask of a 48-bit address space. Code without CFI is followed by the frame pointer only.</para>
/// <para>Frames are AVMAs, innermost first; all but the first are return addresses.</para>
/// </remarks>
public sealed class Arm64Unwinder
{
    /// <summary>How far above the dump an address may lie and still count as "the dump was too short": the default limit of a stack, 8 MiB.</summary>
    private const ulong StackReach = 8 << 20;

    private const UnwindRuleKind NoMapping = UnwindRuleCache.NoMapping;

    private const UnwindStop Continue = FullRowStep<Arm64Registers>.Continue;

    private UnwindRuleCache _rules = new(Elf.ElfConstants.EM_AARCH64, null);

    /// <summary>Look-ups that the cache answered.</summary>
    public long CacheHits { get; private set; }

    /// <summary>Look-ups that went to the map and the module's table.</summary>
    public long CacheMisses => _rules.Misses;

    /// <summary>Unwinds one stack.</summary>
    /// <param name="space">Which mappings <paramref name="map"/> describes; the cache is keyed by it.</param>
    /// <param name="registers">User registers at the sample; pc and sp must be known, else the result is one frame or none.</param>
    /// <param name="stack">The dumped stack, beginning at sp.</param>
    /// <param name="map">The process's executable mappings.</param>
    /// <param name="frames">Filled innermost first; its length is the limit.</param>
    public UnwindResult Unwind(AddressSpaceId space, in Arm64Registers registers, StackMemory stack, IModuleMap map, Span<Avma> frames)
    {
        const ulong needed = 1UL << Arm64Registers.ProgramCounter | 1UL << Arm64Registers.StackPointer;
        if (frames.IsEmpty)
            return new UnwindResult(0, UnwindStop.FrameLimit, 0, 0);
        if ((registers.Known & needed) != needed)
            return new UnwindResult(0, UnwindStop.UnknownRegister, 0, 0);

        var r = registers;
        var key = space.Key;
        var count = 0;
        var fpSteps = 0;
        var misses = CacheMisses;
        ulong neededBytes = 0;
        frames[count++] = r.InstructionPointer;
        var lookup = r.Value[Arm64Registers.ProgramCounter];
        var rule = _rules.Find(key, lookup, map);
        var stop = rule.Kind == NoMapping ? UnwindStop.NoMapping : Continue;
        while (stop == Continue)
        {
            ulong failed = 0;
            stop = rule.Kind switch
            {
                UnwindRuleKind.Frame => StepFrame(rule, ref r, stack, out failed),
                UnwindRuleKind.None => StepFramePointer(ref r, stack),
                _ => FullRowStep<Arm64Registers>.Step(rule, lookup, ref r, stack, map, out failed),
            };
            var fromFramePointer = rule.Kind == UnwindRuleKind.None;
            fpSteps += fromFramePointer ? 1 : 0;
            if (stop != Continue)
            {
                if (stop == UnwindStop.NotReadable && failed >= stack.Start && failed - stack.Start < StackReach)
                {
                    stop = UnwindStop.DumpTruncated;
                    neededBytes = failed - stack.Start + 8;
                }

                fpSteps -= fromFramePointer ? 1 : 0;
                break;
            }

            // The one place where a return address becomes a look-up address.
            var pc = r.Value[Arm64Registers.ProgramCounter];
            lookup = rule.IsSignalFrame ? pc : pc - 1;
            if (pc == 0 || (rule = _rules.Find(key, lookup, map)).Kind == NoMapping)
            {
                stop = fromFramePointer ? UnwindStop.NoUnwindInfo : UnwindStop.NoMapping;
                fpSteps -= fromFramePointer ? 1 : 0;
            }
            else if (count == frames.Length)
            {
                stop = UnwindStop.FrameLimit;
            }
            else
            {
                frames[count++] = new Avma(pc);
            }
        }

        CacheHits += count - (CacheMisses - misses);
        return new UnwindResult(count, stop, neededBytes, fpSteps, 0, r.Value[Arm64Registers.StackPointer]);
    }

    private static UnwindStop StepFrame(UnwindRule rule, ref Arm64Registers r, StackMemory stack, out ulong failed)
    {
        failed = 0;
        if (!r.TryGet(rule.CfaRegister, out var cfa))
            return r.WhyUnknown(rule.CfaRegister);
        cfa += (ulong)(long)rule.CfaOffset;
        var saved = rule.Saved;
        var linkSlot = Arm64RuleEncoder.LinkSlot(saved);
        ulong returnAddress;
        if (linkSlot == 0)
        {
            // Still in x30, which holds only where nothing was called from: a frame of no bytes can be followed once.
            if (cfa < r.Value[Arm64Registers.StackPointer])
                return cfa < stack.Start ? UnwindStop.NotReadable : UnwindStop.NoProgress;
            if (!r.TryGet(Arm64Registers.LinkRegister, out returnAddress))
                return UnwindStop.UnknownRegister;
        }
        else
        {
            if (linkSlot == Arm64RuleEncoder.LostSlot)
                return UnwindStop.BadCfi;
            if (cfa <= r.Value[Arm64Registers.StackPointer])
                return cfa < stack.Start ? UnwindStop.NotReadable : UnwindStop.NoProgress;
            failed = cfa - (uint)linkSlot * 8;
            if (!stack.TryReadUInt64(failed, out returnAddress))
                return UnwindStop.NotReadable;
        }

        failed = 0;
        var before = r.Value[Arm64Registers.StackPointer];
        r.Known &= Arm64Registers.CalleeSaved;
        if (saved >> 12 != 0)
        {
            Restore(Arm64Registers.FramePointer, Arm64RuleEncoder.FrameSlot(saved), cfa, before, ref r, stack);
            for (var register = 19; saved >> 24 != 0 && register <= 28; register++)
                Restore(register, Arm64RuleEncoder.Slot(saved, register), cfa, before, ref r, stack);
        }

        r.Value[Arm64Registers.StackPointer] = cfa;
        r.Value[Arm64Registers.ProgramCounter] = rule.IsReturnAddressSigned ? returnAddress & Arm64Registers.AddressMask : returnAddress;
        return Continue;
    }

    private static void Restore(int register, int slot, ulong cfa, ulong stackPointer, ref Arm64Registers r, StackMemory stack)
    {
        if (slot == 0)
            return;
        var at = cfa - (uint)slot * 8UL;
        if (slot != Arm64RuleEncoder.LostSlot && stack.TryReadUInt64(at, out var value))
        {
            if (stack.IsDropped(value))
                r.Drop(register);
            else
                r.Set(register, value);
        }
        else if (slot == Arm64RuleEncoder.LostSlot || at >= stackPointer) // below it: popped already, as after ldp in an epilogue
            r.Known &= ~(1UL << register);
    }

    private static UnwindStop StepFramePointer(ref Arm64Registers r, StackMemory stack)
    {
        // AAPCS64 §6.4.6: x29 points at the caller's x29, the return address stands above it.
        if (!r.TryGet(Arm64Registers.FramePointer, out var frame) || (frame & 7) != 0 || frame < r.Value[Arm64Registers.StackPointer] ||
            !stack.TryReadUInt64(frame, out var caller) || !stack.TryReadUInt64(frame + 8, out var returnAddress) || (returnAddress &= Arm64Registers.AddressMask) == 0)
        {
            return UnwindStop.NoUnwindInfo;
        }

        r.Known = 1UL << Arm64Registers.StackPointer | 1UL << Arm64Registers.ProgramCounter;
        r.Set(Arm64Registers.FramePointer, caller);
        if (stack.IsDropped(caller))
            r.Drop(Arm64Registers.FramePointer);
        r.Value[Arm64Registers.StackPointer] = frame + 16;
        r.Value[Arm64Registers.ProgramCounter] = returnAddress;
        return Continue;
    }
}
