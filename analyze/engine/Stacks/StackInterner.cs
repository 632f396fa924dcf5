namespace TraceKit.Engine.Stacks;

/// <summary>One worker's way from call chains to nodes of its <see cref="StackTrie"/>.</summary>
/// <remarks>
/// A thread's consecutive samples share most of their outer frames: what is equal to the thread's previous chain is taken
/// over with its nodes, and only the rest is looked up.
/// </remarks>
internal sealed class StackInterner
{
    /// <summary>Values from here on are markers of <c>enum perf_callchain_context</c>, not addresses (<c>PERF_CONTEXT_MAX</c>).</summary>
    public const ulong FirstMarker = unchecked((ulong)-4095L);

    /// <summary>The "version" of chains from inside a guest: nothing about them is known here.</summary>
    public const int GuestVersion = -1;

    private const ulong GuestMarkers = unchecked((ulong)-2048L); // PERF_CONTEXT_GUEST, _GUEST_KERNEL, _GUEST_USER lie at and below

    private const int PathCount = 1 << 10;
    private readonly Path?[] _paths = new Path?[PathCount];

    /// <summary>The stacks so far.</summary>
    public StackTrie Trie { get; } = new();

    /// <summary>Frames seen, and how many of them were taken over from the thread's previous chain.</summary>
    public long Frames { get; private set; }

    /// <summary>See <see cref="Frames"/>.</summary>
    public long ReusedFrames { get; private set; }

    /// <summary>A thread's previous chain, and the node of each element.</summary>
    private sealed class Path
    {
        public int Tid;
        public int Version = int.MinValue;
        public int Count;
        public ulong[] Chain = new ulong[64];

        /// <summary>Counted from the outer end, so that a longer chain keeps the places of the common part.</summary>
        public int[] Nodes = new int[64];
    }

    /// <summary>The node of a chain.</summary>
    /// <param name="tid">Whose chain: decides which previous one it is compared with, nothing else.</param>
    /// <param name="version">State of the address space (<c>AddressSpace.VersionAt</c>).</param>
    /// <param name="chain">Innermost first, with markers: an address that is first, or follows a marker, is an instruction; all others are return addresses.</param>
    public int Add(int tid, int version, ReadOnlySpan<ulong> chain)
    {
        if (chain.IsEmpty)
            return StackTable.Empty;
        var path = _paths[tid & (PathCount - 1)] ??= new Path();
        if (path.Chain.Length < chain.Length)
            Grow(path, chain.Length);
        var common = path.Tid == tid && path.Version == version ? Common(path.Chain.AsSpan(path.Chain.Length - path.Count), chain) : 0;
        var nodes = path.Nodes;
        var node = common > 0 ? nodes[common - 1] : RootFor(version, chain);
        for (var at = common; at < chain.Length; at++)
        {
            var i = chain.Length - 1 - at;
            var address = chain[i];
            if (address < FirstMarker)
                node = Trie.Child(node, IsInnermost(chain, i) ? address : LookupAddress.OfReturn(address), out _);
            nodes[at] = node;
        }

        Frames += chain.Length;
        ReusedFrames += common;
        chain[..^common].CopyTo(path.Chain.AsSpan(path.Chain.Length - chain.Length));
        path.Tid = tid;
        path.Version = version;
        path.Count = chain.Length;
        return node;
    }

    private static int Common(ReadOnlySpan<ulong> previous, ReadOnlySpan<ulong> chain)
    {
        var common = CommonSuffix.Length(previous, chain);

        // The same address as the innermost instruction there and as a return address here is another place.
        if (common > 0 && IsInnermost(previous, previous.Length - common) != IsInnermost(chain, chain.Length - common))
            common--;
        return common;
    }

    /// <summary>Whether an element is an instruction, and not a return address.</summary>
    public static bool IsInnermost(ReadOnlySpan<ulong> chain, int i) => i == 0 || chain[i - 1] >= FirstMarker;

    /// <summary>Whether what follows in the chain happened inside a guest.</summary>
    public static bool IsGuestMarker(ulong value) => value is >= FirstMarker and <= GuestMarkers;

    /// <summary>Stacks without a user part do not depend on the process: those of all kernel threads meet.</summary>
    private int RootFor(int version, ReadOnlySpan<ulong> chain)
    {
        // The last entry alone does not tell: following frame pointers that are none ends at any number.
        var hasUser = false;
        foreach (var value in chain)
        {
            if (IsGuestMarker(value))
                return Trie.Root(GuestVersion);
            hasUser |= !Model.KernelAddress.Is(value);
        }

        return hasUser ? Trie.Root(version) : StackTable.Empty;
    }

    private static void Grow(Path path, int length)
    {
        var size = Math.Max(length, path.Chain.Length * 2);
        var chain = new ulong[size];
        path.Chain.AsSpan(path.Chain.Length - path.Count).CopyTo(chain.AsSpan(size - path.Count));
        path.Chain = chain;
        Array.Resize(ref path.Nodes, size);
    }
}
