using System.Runtime.CompilerServices;

namespace TraceKit.Engine.Samples;

/// <summary>Sums by (stack, group): what is kept of samples when they are not kept themselves.</summary>
internal sealed class RowTable
{
    private struct Slot
    {
        public ulong Key; // (stack, group) + 1; 0: free
        public long Weight;
        public long Count;
    }

    private Slot[] _slots = new Slot[1 << 10];
    private int _shift = 64 - 10;

    /// <summary>Distinct pairs.</summary>
    public int Count { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int stack, int group, long weight, long count)
    {
        var key = ((ulong)(uint)stack << 32 | (uint)group) + 1;
        var slots = _slots;
        var i = (int)(key * 0x9E3779B97F4A7C15 >> _shift);
        while (true)
        {
            ref var slot = ref slots[i];
            if (slot.Key == key)
            {
                slot.Weight += weight;
                slot.Count += count;
                return;
            }

            if (slot.Key == 0)
            {
                slot = new Slot { Key = key, Weight = weight, Count = count };
                if (++Count * 2 > slots.Length)
                    Grow();
                return;
            }

            i = (i + 1) & (slots.Length - 1);
        }
    }

    /// <summary>Every pair, in no order.</summary>
    public IEnumerable<(int Stack, int Group, long Weight, long Count)> Rows()
    {
        foreach (var slot in _slots)
        {
            if (slot.Key != 0)
                yield return ((int)((slot.Key - 1) >> 32), (int)(uint)(slot.Key - 1), slot.Weight, slot.Count);
        }
    }

    private void Grow()
    {
        var old = _slots;
        _slots = new Slot[old.Length * 2];
        _shift--;
        foreach (var slot in old)
        {
            if (slot.Key == 0)
                continue;
            var i = (int)(slot.Key * 0x9E3779B97F4A7C15 >> _shift);
            while (_slots[i].Key != 0)
                i = (i + 1) & (_slots.Length - 1);
            _slots[i] = slot;
        }
    }
}
