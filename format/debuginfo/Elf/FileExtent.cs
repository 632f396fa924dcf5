using TraceKit.Binary;

namespace TraceKit.DebugInfo.Elf;

/// <summary>A contiguous piece of a file that is at hand.</summary>
/// <param name="offset">Where in the file the piece begins.</param>
/// <param name="bytes">The piece.</param>
public readonly struct FileExtent(FileOffset offset, ReadOnlyMemory<byte> bytes)
{
    /// <summary>Where in the file the piece begins.</summary>
    public FileOffset Offset { get; } = offset;

    /// <summary>The piece.</summary>
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;
}
