using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TraceKit.Engine.Stacks;

/// <summary>
/// One worker's stacks while samples stream by: nodes (parent, look-up address) found by hash.
/// </summary>
/// <remarks>
/// Keyed by address, not by frame: what lies at an address is asked once per node, not once per frame of each sample. That is
/// sound because every root stands for one state of one address space (<see cref="Root"/>). Parents are always made
/// before their children, which <see cref="StackMerger"/> relies on.
/// </remarks>
internal sealed class StackTrie
{
    /// <summary>16 bytes, so that one cache line answers four probes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Slot
    {
        public ulong Address;
        public int Parent;
        public int Node; // 0: free; the first node is a root and never in a slot
    }

    private Slot[] _slots = new Slot[1 << 12];
    private int _shift = 64 - 12;
    private int _used;
    private int[] _parents = new int[1 << 11];
    private ulong[] _addresses = new ulong[1 << 11];
    private readonly Dictionary<int, int> _roots = [];

    /// <summary>Creates the trie with the root of stacks that have no user part, node 0.</summary>
    public StackTrie()
    {
        Count = 1;
        _parents[0] = -1;
    }

    /// <summary>Nodes, roots included.</summary>
    public int Count { get; private set; }

    /// <summary>The parent of each node; -1 for roots.</summary>
    public ReadOnlySpan<int> Parents => _parents.AsSpan(0, Count);

    /// <summary>The look-up address of each node; of a root, the number of its address-space version.</summary>
    public ReadOnlySpan<ulong> Addresses => _addresses.AsSpan(0, Count);

    /// <summary>The root of one version of one address space.</summary>
    public int Root(int version)
    {
        ref var root = ref CollectionsMarshal.GetValueRefOrAddDefault(_roots, version, out var exists);
        if (!exists)
            root = Append(-1, (ulong)version);
        return root;
    }

    /// <summary>The node for a callee at <paramref name="address"/> under <paramref name="parent"/>; made when new.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Child(int parent, ulong address, out bool isNew)
    {
        var slots = _slots;
        var i = (int)(Hash(parent, address) >> _shift);
        while (true)
        {
            ref var slot = ref slots[i];
            if (slot.Address == address && slot.Parent == parent && slot.Node != 0)
            {
                isNew = false;
                return slot.Node;
            }

            if (slot.Node == 0)
            {
                isNew = true;
                return Insert(i, parent, address);
            }

            i = (i + 1) & (slots.Length - 1);
        }
    }

    private static ulong Hash(int parent, ulong address) =>
        (BitOperations.RotateLeft(address * 0x9E3779B97F4A7C15, 29) ^ (uint)parent) * 0xD6E8FEB86659FD93;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Insert(int index, int parent, ulong address)
    {
        if (_used * 2 >= _slots.Length)
        {
            Grow();
            index = FreeSlot(parent, address);
        }

        var node = Append(parent, address);
        _slots[index] = new Slot { Address = address, Parent = parent, Node = node };
        _used++;
        return node;
    }

    private int Append(int parent, ulong address)
    {
        if (Count == _parents.Length)
        {
            Array.Resize(ref _parents, Count * 2);
            Array.Resize(ref _addresses, Count * 2);
        }

        _parents[Count] = parent;
        _addresses[Count] = address;
        return Count++;
    }

    private int FreeSlot(int parent, ulong address)
    {
        var i = (int)(Hash(parent, address) >> _shift);
        while (_slots[i].Node != 0)
            i = (i + 1) & (_slots.Length - 1);
        return i;
    }

    private void Grow()
    {
        var old = _slots;
        _slots = new Slot[old.Length * 2];
        _shift--;
        foreach (var slot in old)
        {
            if (slot.Node != 0)
                _slots[FreeSlot(slot.Parent, slot.Address)] = slot;
        }
    }
}
