using TraceKit.Binary;

namespace TraceKit.DebugInfo.Source;

/// <summary>Knows the functions, inlined ones included, and the source lines of one module's addresses: DWARF, a Go line table, or an index made from either.</summary>
public interface ISourceResolver
{
    /// <summary>Answers a batch of addresses in one pass.</summary>
    /// <param name="addresses">Look-up addresses, ascending; of a caller the last byte of its call.</param>
    /// <param name="frames">Gets one chain for each address, in order; an empty one where nothing is known.</param>
    /// <remarks>Damaged units are passed over and counted by the implementation; never throws for what the file holds. One thread at a time.</remarks>
    void Resolve(ReadOnlySpan<Svma> addresses, SourceFrames frames);
}
