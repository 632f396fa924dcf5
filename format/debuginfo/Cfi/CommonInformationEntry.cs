namespace TraceKit.DebugInfo.Cfi;

/// <summary>A Common Information Entry: what many FDEs share (DWARF 5 §6.4.1; <c>.eh_frame</c> variant: LSB 5.0 Core §10.6.1.1).</summary>
public sealed class CommonInformationEntry
{
    /// <summary>Position in the section of its length field.</summary>
    public required int Offset { get; init; }

    /// <summary>1 (both sections), 3 or 4 (<c>.debug_frame</c>; <c>.eh_frame</c> of some producers).</summary>
    public required byte Version { get; init; }

    /// <summary>What advances are multiplied by.</summary>
    public required ulong CodeAlignment { get; init; }

    /// <summary>What register offsets are multiplied by.</summary>
    public required long DataAlignment { get; init; }

    /// <summary>Column of the return address: 16 on x86-64, 30 on AArch64.</summary>
    public required uint ReturnAddressRegister { get; init; }

    /// <summary><see cref="DW_EH_PE"/> of the FDEs' addresses; absptr without augmentation R.</summary>
    public required byte AddressEncoding { get; init; }

    /// <summary>FDEs carry augmentation data (augmentation begins with z).</summary>
    public required bool HasAugmentationData { get; init; }

    /// <summary>Augmentation S: the frame was interrupted, not called; its caller's address is exact, not a return address.</summary>
    public required bool IsSignalFrame { get; init; }

    /// <summary>Size of an address: 8, or 4.</summary>
    public required bool Is64Bit { get; init; }

    /// <summary>Position in the section of its instructions.</summary>
    public required int InstructionsOffset { get; init; }

    /// <summary>Position in the section just after them.</summary>
    public required int End { get; init; }

    /// <summary>The row that its instructions give: where every FDE begins.</summary>
    public CfiRow InitialRow;
}
