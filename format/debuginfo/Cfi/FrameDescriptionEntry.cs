namespace TraceKit.DebugInfo.Cfi;

/// <summary>A Frame Description Entry: the rows of one range of code (DWARF 5 §6.4.1).</summary>
public readonly struct FrameDescriptionEntry
{
    /// <summary>Position in the section of its length field.</summary>
    public int Offset { get; init; }

    /// <summary>What it shares with others.</summary>
    public CommonInformationEntry Common { get; init; }

    /// <summary>First stated address covered.</summary>
    public ulong Start { get; init; }

    /// <summary>Bytes covered.</summary>
    public ulong Length { get; init; }

    /// <summary>Position in the section of its instructions.</summary>
    public int InstructionsOffset { get; init; }

    /// <summary>Position in the section just after them.</summary>
    public int End { get; init; }
}
