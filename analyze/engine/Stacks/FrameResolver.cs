using TraceKit.Engine.Model;

namespace TraceKit.Engine.Stacks;

/// <summary>Turns the addresses of one worker's trie into frames, when all samples are in: once per distinct address, not per sample.</summary>
internal sealed class FrameResolver(MappingResolver resolver, FrameInterner frames)
{
    private const int CacheSize = 1 << 13;
    private readonly Entry[] _cache = new Entry[CacheSize];

    private struct Entry
    {
        public ulong Address;
        public int Version;
        public int Frame; // number + 1; 0: free
    }

    /// <summary>For each node of the trie the number of its frame; -1 for roots.</summary>
    /// <param name="trie">Roots are versions of address spaces.</param>
    /// <param name="versions">Which space each version belongs to, and a time at which it held.</param>
    public int[] Resolve(StackTrie trie, IReadOnlyDictionary<int, (AddressSpace Space, long Time)> versions)
    {
        var parents = trie.Parents;
        var addresses = trie.Addresses;
        var versionOf = new int[parents.Length];
        var result = new int[parents.Length];
        result[0] = -1;
        for (var i = 1; i < parents.Length; i++)
        {
            if (parents[i] < 0)
            {
                versionOf[i] = (int)addresses[i];
                result[i] = -1;
                continue;
            }

            var version = versionOf[i] = versionOf[parents[i]];
            var address = addresses[i];

            // The kernel is the same in all spaces: without this its frames would be asked for again in each.
            var key = KernelAddress.Is(address) && version != StackInterner.GuestVersion ? 0 : version;
            ref var entry = ref _cache[(int)((address * 0x9E3779B97F4A7C15 + (uint)key * 0x85EBCA6Bu) >> 51)];
            if (entry.Frame == 0 || entry.Address != address || entry.Version != key)
            {
                var frame = version == StackInterner.GuestVersion ? resolver.Resolve(null, 0, address)
                    : versions.TryGetValue(version, out var at) ? resolver.Resolve(at.Space, at.Time, address)
                    : resolver.ResolveKernel(address);
                entry = new Entry { Address = address, Version = key, Frame = frames.Intern(frame) + 1 };
            }

            result[i] = entry.Frame - 1;
        }

        return result;
    }
}
