using TraceKit.Binary;
using TraceKit.DebugInfo.Dwarf;

namespace TraceKit.DebugInfo.Source;

/// <summary>Functions, inline trees and line rows of chosen units of one module, in a flat form that is opened in microseconds (FORMAT.md, "Source index").</summary>
public sealed class SourceIndex : ISourceResolver
{
    private SourceIndex()
    {
    }

    /// <summary>Makes an index.</summary>
    /// <param name="dwarf">Where the answers come from.</param>
    /// <param name="addresses">Only units that have one of these (ascending); empty for every unit.</param>
    public static byte[] Build(DwarfInfo dwarf, ReadOnlySpan<Svma> addresses) => [];

    /// <summary>Opens an index. It borrows the bytes.</summary>
    /// <exception cref="BadDataException">It is not one, or is damaged.</exception>
    public static SourceIndex Read(ReadOnlyMemory<byte> bytes) => new();

    /// <inheritdoc/>
    public void Resolve(ReadOnlySpan<Svma> addresses, SourceFrames frames)
    {
        for (var i = 0; i < addresses.Length; i++)
            frames.EndAddress();
    }
}
