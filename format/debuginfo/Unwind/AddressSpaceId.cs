namespace TraceKit.DebugInfo.Unwind;

/// <summary>Names one state of one process's mappings, so that what was looked up once may be remembered.</summary>
/// <param name="space">The address space: any number unique to a process between its execs.</param>
/// <param name="generation">Changed whenever a mapping of that space was added, removed or replaced.</param>
public readonly struct AddressSpaceId(uint space, uint generation)
{
    /// <summary>The address space.</summary>
    public uint Space { get; } = space;

    /// <summary>Changed with its mappings.</summary>
    public uint Generation { get; } = generation;

    internal ulong Key => (ulong)Space << 32 | Generation;
}
