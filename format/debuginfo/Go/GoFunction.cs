using TraceKit.Binary;

namespace TraceKit.DebugInfo.Go;

/// <summary>One function of a <see cref="GoPclntab"/> (<c>runtime._func</c>).</summary>
public readonly record struct GoFunction
{
    /// <summary>Position in the table, by address.</summary>
    public int Index { get; init; }

    /// <summary>First address.</summary>
    public Svma Entry { get; init; }

    /// <summary>First address of the next function: padding counts to the one before it.</summary>
    public Svma End { get; init; }

    /// <summary><c>funcID</c>: its numbers differ from release to release; 0 where the layout has none.</summary>
    public byte FuncId { get; init; }

    /// <summary><c>flag</c>: TOPFRAME 1, SPWRITE 2, ASM 4; 0 before Go 1.17.</summary>
    public byte Flags { get; init; }

    /// <summary>Line of the <c>func</c> keyword; 0 before Go 1.20.</summary>
    public uint StartLine { get; init; }

    /// <summary>Whether it has a table of its stack's depth; C code linked in has none.</summary>
    public bool HasStackTable => PcSp != 0;

    internal int NameOffset { get; init; }

    internal uint PcSp { get; init; }

    internal uint PcFile { get; init; }

    internal uint PcLine { get; init; }

    internal uint CuOffset { get; init; }

    internal int PcDataCount { get; init; }

    internal int FuncDataCount { get; init; }

    /// <summary>Offset in the whole table of the first pcdata word; funcdata words follow, aligned.</summary>
    internal int PcDataAt { get; init; }
}
