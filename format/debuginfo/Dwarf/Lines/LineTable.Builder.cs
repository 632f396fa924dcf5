using TraceKit.Binary;

namespace TraceKit.DebugInfo.Dwarf.Lines;

public sealed partial class LineTable
{
    /// <summary>Collects the rows of a program into sequences.</summary>
    private struct Builder : ILineProgramSink
    {
        /// <summary>Rows of a larger table (LTO) are not kept for the next one: 4 MB.</summary>
        private const int MaximumScratch = 1 << 18;

        /// <summary>Rows are collected here and copied when their number is known: tables are read by the thousand.</summary>
        [ThreadStatic]
        private static PackedRow[]? t_scratch;

        private readonly List<LineSequence> _sequences = [];
        private readonly ulong _tombstone;
        private readonly bool _zeroIsCode;
        private PackedRow[] _rows;
        private int _count;
        private int _first;
        private ulong _start;
        private ulong _last;
        private State _state;

        public Builder(ulong mask, bool zeroIsCode)
        {
            _tombstone = mask - 1; // -2, and above it -1
            _zeroIsCode = zeroIsCode;
            _rows = t_scratch ?? new PackedRow[4096];
            t_scratch = null;
        }

        private enum State : byte
        {
            /// <summary>Before the first row of a sequence.</summary>
            Closed = 0,
            Open,

            /// <summary>Within a sequence that the linker discarded.</summary>
            Discarded,
        }

        public void Row(ulong address, uint file, uint line, uint column, LineRowFlags flags, uint discriminator, uint isa, uint opIndex)
        {
            if ((flags & LineRowFlags.EndSequence) != 0)
            {
                if (_state == State.Open)
                    Close(Math.Max(address, _last));
                _state = State.Closed;
                return;
            }

            if (_state != State.Open || address - _start > uint.MaxValue || address < _last)
            {
                if (!TryOpen(address))
                    return;
            }

            _last = address;
            var row = new PackedRow((uint)(address - _start), file, line, column);
            if (_count > _first)
            {
                // The last of several rows at one address counts.
                if (_rows[_count - 1].Offset == row.Offset)
                    _count--;
                if (_count > _first && _rows[_count - 1].IsSamePlace(row))
                    return;
            }

            if (_count == _rows.Length)
                Array.Resize(ref _rows, _count * 2);
            _rows[_count++] = row;
        }

        /// <summary>Begins a sequence, or a piece of one that is longer than 4 GiB or goes back.</summary>
        private bool TryOpen(ulong address)
        {
            if (_state == State.Discarded)
                return false;
            if (_state == State.Open)
                Close(address < _last ? _last : address);
            else if (address >= _tombstone || address == 0 && !_zeroIsCode)
            {
                _state = State.Discarded;
                return false;
            }

            (_state, _start, _first) = (State.Open, address, _count);
            return true;
        }

        private void Close(ulong end)
        {
            // A row at the very end covers nothing.
            while (_count > _first && _start + _rows[_count - 1].Offset >= end)
                _count--;
            if (_count > _first)
                _sequences.Add(new LineSequence(new Svma(_start), new Svma(end), _first, _count - _first));
            _first = _count;
        }

        public PackedRow[] Finish(out LineSequence[] sequences)
        {
            // A program that ends within a sequence does not say how far its last row reaches.
            if (_state == State.Open)
                Close(_last);
            sequences = [.. _sequences];
            Array.Sort(sequences, static (a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : b.End.CompareTo(a.End));
            var rows = GC.AllocateUninitializedArray<PackedRow>(_count);
            _rows.AsSpan(0, _count).CopyTo(rows);
            if (_rows.Length <= MaximumScratch)
                t_scratch = _rows;
            return rows;
        }
    }
}
