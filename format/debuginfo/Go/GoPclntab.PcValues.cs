using TraceKit.Binary;

namespace TraceKit.DebugInfo.Go;

public sealed partial class GoPclntab
{
    /// <summary>Steps of one pc table: a function of a megabyte has fewer.</summary>
    private const int MaximumSteps = 1 << 20;

    /// <summary>The stack's depth at an address: bytes between the stack pointer and the return address; false when the table has none.</summary>
    public bool TryStackDepth(in GoFunction function, Svma address, out int depth) => TryPcValue(function.PcSp, function, address.Value, out depth) && depth >= 0;

    /// <summary>Reads a function's stack depths from its start on.</summary>
    internal PcValues StackDepths(in GoFunction function) => new(this, function.PcSp, function.Entry.Value);

    private bool TryPcValue(uint table, in GoFunction function, ulong address, out int value)
    {
        value = -1;
        if (table == 0)
            return false;
        var values = new PcValues(this, table, function.Entry.Value);
        for (var steps = 0; steps < MaximumSteps && values.TryNext(); steps++)
        {
            if (address < values.End)
            {
                value = values.Value;
                return true;
            }
        }

        return false;
    }

    /// <summary>One pc table, step by step: a value holds up to <see cref="End"/>. Pairs of varints: zigzag value change, pc change in quanta; 0 ends it.</summary>
    internal ref struct PcValues
    {
        private readonly ReadOnlySpan<byte> _bytes;
        private readonly uint _quantum;
        private int _at;
        private bool _first = true;

        public PcValues(GoPclntab table, uint offset, ulong start)
        {
            var at = (ulong)table._pcTables + offset;
            _bytes = offset != 0 && at < (ulong)table._data.Length ? table._data.Span[(int)at..] : default;
            _quantum = (uint)table._quantum;
            End = start;
        }

        /// <summary>The value; before the first step -1, as the runtime has it.</summary>
        public int Value { get; private set; } = -1;

        /// <summary>Where <see cref="Value"/> begins to hold.</summary>
        public ulong Start { get; private set; }

        /// <summary>Where it ends.</summary>
        public ulong End { get; private set; }

        public bool TryNext()
        {
            if (!TryVarint(out var change) || change == 0 && !_first || !TryVarint(out var quanta))
                return false;
            _first = false;
            Value += (int)(change >> 1) ^ -(int)(change & 1);
            Start = End;
            End += (ulong)quanta * _quantum;
            return true;
        }

        private bool TryVarint(out uint value)
        {
            value = 0;
            for (var shift = 0; shift < 35 && _at < _bytes.Length; shift += 7)
            {
                var b = _bytes[_at++];
                value |= (uint)(b & 0x7f) << shift;
                if (b < 0x80)
                    return true;
            }

            return false;
        }
    }

    /// <summary>One pc table of one function, laid out for many look-ups.</summary>
    private sealed class PcTable
    {
        private readonly List<ulong> _ends = [];
        private readonly List<int> _values = [];
        private ulong _start;

        public void Load(GoPclntab table, uint offset, in GoFunction function)
        {
            _ends.Clear();
            _values.Clear();
            _start = function.Entry.Value;
            var values = new PcValues(table, offset, _start);
            while (_ends.Count < MaximumSteps && values.TryNext())
            {
                _ends.Add(values.End);
                _values.Add(values.Value);
                if (values.End >= function.End.Value)
                    break;
            }
        }

        public bool TryFind(ulong address, out int value)
        {
            var at = _ends.BinarySearch(address);
            at = at >= 0 ? at + 1 : ~at;
            var found = at < _ends.Count && address >= _start;
            value = found ? _values[at] : -1;
            return found;
        }
    }
}
