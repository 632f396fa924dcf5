using TraceKit.Engine.Symbols;

namespace TraceKit.Engine.Streams;

/// <summary>The functions at one address of a chain, innermost inlined one first. One object for all chains that it stands in.</summary>
/// <param name="frames">At least one.</param>
/// <param name="fileAddress">The address as perf shows it in a chain: of code from a file the offset in that file.</param>
public sealed class NamedFrames(ResolvedFrame[] frames, ulong fileAddress)
{
    /// <summary>The address as perf shows it in a chain: of code from a file the offset in that file, else the address itself.</summary>
    public ulong FileAddress { get; } = fileAddress;

    /// <summary>The functions.</summary>
    public ReadOnlySpan<ResolvedFrame> Frames => frames;

    /// <summary>Free for who prints them: what it wrote the first time, to be copied from then on.</summary>
    public byte[]? Rendered { get; set; }
}

/// <summary>One address of a call chain.</summary>
/// <param name="Address">As it stands in the chain: a return address for all but the innermost; of an unwound part the byte before it, in the call.</param>
/// <param name="Names">What is known of it.</param>
public readonly record struct ChainEntry(ulong Address, NamedFrames Names);
