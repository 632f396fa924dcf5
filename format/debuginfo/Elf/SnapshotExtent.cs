using TraceKit.Binary;

namespace TraceKit.DebugInfo.Elf;

/// <summary>A range of a file that a snapshot copies.</summary>
/// <param name="offset">Where it begins.</param>
/// <param name="length">Bytes.</param>
/// <param name="name">The section it holds, or what it is: for listings.</param>
public readonly struct SnapshotExtent(FileOffset offset, ulong length, string name)
{
    /// <summary>Where it begins.</summary>
    public FileOffset Offset { get; } = offset;

    /// <summary>Bytes.</summary>
    public ulong Length { get; } = length;

    /// <summary>The section it holds, or what it is: for listings.</summary>
    public string Name { get; } = name;
}
