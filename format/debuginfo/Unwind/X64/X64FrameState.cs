using TraceKit.DebugInfo.Cfi;

namespace TraceKit.DebugInfo.Unwind;

/// <summary>Where a function's frame is before one of its instructions, as following its code from the first one tells.</summary>
/// <remarks>The CFA is the stack pointer before the call: at the first instruction rsp is CFA - 8.</remarks>
public struct X64FrameState : IEquatable<X64FrameState>
{
    /// <summary>A depth or distance that is not known.</summary>
    public const int Unknown = int.MinValue;

    /// <summary>A frame pointer distance that says: rbp was set to zero, the mark of the outermost frame (x86-64 psABI §3.4.1).</summary>
    internal const int Zeroed = -1;

    /// <summary>rsp is CFA - this; <see cref="Unknown"/> after code that is not understood or that aligns the stack.</summary>
    public int Depth { get; set; }

    /// <summary>rbp is CFA - this; <see cref="Unknown"/> while it is no frame pointer.</summary>
    public int FramePointer { get; set; }

    /// <summary>Saved bytes as in <see cref="UnwindRule"/>, in the order of <see cref="X64RuleEncoder.SavedRegisters"/>; never <see cref="UnwindRule.Lost"/>.</summary>
    public ulong Saved { get; set; }

    /// <summary>Bit n: the n-th of <see cref="X64RuleEncoder.SavedRegisters"/> no longer has the caller's value.</summary>
    public byte Changed { get; set; }

    /// <summary>Before a function's first instruction.</summary>
    public static X64FrameState Entry => new() { Depth = 8, FramePointer = Unknown };

    /// <summary>Nothing known.</summary>
    internal static X64FrameState None => new() { Depth = Unknown, FramePointer = Unknown, Changed = 0x3f };

    /// <summary>rbp no longer has the caller's value.</summary>
    internal readonly bool IsFramePointerChanged => (Changed & 2) != 0;

    /// <summary>
    /// The rule: by rsp where its depth is known, else by rbp; of kind <see cref="UnwindRuleKind.None"/> when neither is. By rsp first: behind .NET's code that replaced a running method (OSR)
    /// rbp is already that of the method's caller, which would silently be left out. Where a callee took arguments off the stack (V8), rsp leads nowhere and the unwinder asks rbp.
    /// </summary>
    public readonly UnwindRule ToRule()
    {
        var saved = Saved;
        for (var i = 0; i < X64RuleEncoder.SavedRegisters.Length; i++)
        {
            if ((Changed >> i & 1) != 0 && (byte)(saved >> (8 * i)) == 0)
                saved |= (ulong)UnwindRule.Lost << (8 * i);
        }

        if (Depth != Unknown)
            return Depth < 8 ? default : UnwindRule.FromCode(X64Registers.Rsp, Depth, saved);
        return FramePointer >= 16 ? UnwindRule.FromCode(X64Registers.Rbp, FramePointer, saved) : default;
    }

    /// <summary>What holds whichever of two ways led here.</summary>
    internal static X64FrameState Join(in X64FrameState a, in X64FrameState b)
    {
        var result = new X64FrameState
        {
            Depth = a.Depth == b.Depth ? a.Depth : Unknown,
            FramePointer = a.FramePointer == b.FramePointer ? a.FramePointer : Unknown,
            Changed = (byte)(a.Changed | b.Changed),
            Saved = a.Saved,
        };
        if (a.Saved != b.Saved)
        {
            for (var i = 0; i < X64RuleEncoder.SavedRegisters.Length; i++)
            {
                var mask = 0xffUL << (8 * i);
                if ((a.Saved & mask) != (b.Saved & mask))
                    result.Forget(i);
            }
        }

        return result;
    }

    /// <summary>The slot of a register no longer has the caller's value: unless the register itself does, it is lost.</summary>
    internal void Forget(int index)
    {
        Saved &= ~(0xffUL << (8 * index));
        Changed |= (byte)(1 << index);
    }

    /// <summary>Slots that the stack pointer has been moved past are gone.</summary>
    internal void Release()
    {
        if (Saved == 0 || Depth == Unknown)
            return;
        for (var i = 0; i < X64RuleEncoder.SavedRegisters.Length; i++)
        {
            // Below the stack pointer. A register that was changed and not read back is lost now; ToRule says so.
            if ((byte)(Saved >> (8 * i)) * 8 > Depth)
                Saved &= ~(0xffUL << (8 * i));
        }
    }

    /// <inheritdoc/>
    public readonly bool Equals(X64FrameState other) =>
        Depth == other.Depth && FramePointer == other.FramePointer && Saved == other.Saved && Changed == other.Changed;

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is X64FrameState other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => HashCode.Combine(Depth, FramePointer, Saved, Changed);
}
