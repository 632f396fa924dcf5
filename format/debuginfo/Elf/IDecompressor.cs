namespace TraceKit.DebugInfo.Elf;

/// <summary>Inflates what the base library cannot. This room depends on nothing else, so whoever opens files brings it (the analyzer does, the agent does not).</summary>
public interface IDecompressor
{
    /// <summary>Inflates one zstd frame.</summary>
    /// <param name="stored">The frame.</param>
    /// <param name="inflated">As long as the result is declared to be.</param>
    /// <returns>False when the data is damaged or of another length.</returns>
    bool TryZstd(ReadOnlySpan<byte> stored, Span<byte> inflated);

    /// <summary>Inflates an XZ stream of a length that nobody declares.</summary>
    /// <param name="stored">The stream.</param>
    /// <param name="limit">The most bytes to make.</param>
    /// <param name="inflated">The result.</param>
    /// <returns>False when the data is damaged or longer than the limit.</returns>
    bool TryXz(ReadOnlySpan<byte> stored, int limit, out byte[] inflated);

    /// <summary>Memory for a large section; its content does not matter. Who knows the system may ask it for large pages: touching small ones can cost more than inflating.</summary>
    byte[] Allocate(int length) => GC.AllocateUninitializedArray<byte>(length);
}
