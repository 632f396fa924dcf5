using System.Buffers.Binary;

namespace TraceKit.DebugInfo.Source;

public sealed partial class SourceIndex
{
    /// <summary>Goes over the steps of functions or of places: each holds up to the next one's address. Near steps are reached without a new search.</summary>
    private ref struct Steps(ReadOnlySpan<byte> blocks, ReadOnlySpan<byte> data, bool places)
    {
        private readonly ReadOnlySpan<byte> _blocks = blocks;
        private readonly ReadOnlySpan<byte> _data = data;
        private int _position, _end; // the next step of the block; the block's end
        private uint _start, _next; // what the current step holds for; after the last one of a block up to the next block's first
        private int _block = -1;
        private long _node;

        /// <summary>The innermost function's node, from 1; 0 for none.</summary>
        public uint Node => (uint)_node;

        /// <summary>Whether there is a place.</summary>
        public bool Known;

        /// <summary>The place.</summary>
        public uint File, Line, Column;

        /// <summary>Steps that could not be read.</summary>
        public int Damaged;

        /// <summary>Goes to the step that holds an address.</summary>
        public void Seek(uint offset)
        {
            if (_block < 0 || offset < _start || offset >= _next)
            {
                if (_block < 0 || offset < _start || offset >= BlockStart(_block + 1))
                {
                    if (!Open(offset))
                        return;
                }

                while (offset >= _next && _position < _end)
                    Step();
            }
        }

        private readonly uint BlockStart(int block) =>
            (uint)block < (uint)(_blocks.Length / SourceIndexFormat.BlockBytes) ? BinaryPrimitives.ReadUInt32LittleEndian(_blocks[(block * SourceIndexFormat.BlockBytes)..]) : uint.MaxValue;

        private bool Open(uint offset)
        {
            int low = 0, high = _blocks.Length / SourceIndexFormat.BlockBytes;
            while (low < high)
            {
                var middle = (low + high) >>> 1;
                if (BlockStart(middle) <= offset)
                    low = middle + 1;
                else
                    high = middle;
            }

            _block = low - 1;
            (_node, Known) = (0, false);
            if (_block < 0)
                return false;
            _start = _next = BlockStart(_block);
            uint from = Data(_block), to = low < _blocks.Length / SourceIndexFormat.BlockBytes ? Data(low) : (uint)_data.Length;
            if (from >= to || to > (uint)_data.Length)
            {
                Damaged++;
                _block = -1;
                return false;
            }

            (_position, _end) = ((int)from, (int)to);
            (File, Line, Column) = (0, 0, 0);
            Value();
            return true;
        }

        private readonly uint Data(int block) => BinaryPrimitives.ReadUInt32LittleEndian(_blocks[(block * SourceIndexFormat.BlockBytes + 4)..]);

        private void Step()
        {
            _start = _next;
            Value();
        }

        /// <summary>Reads the value of the current step, and how far it reaches.</summary>
        private void Value()
        {
            if (places)
            {
                var what = _position < _end ? _data[_position++] : (byte)0;
                Known = (what & SourceIndexFormat.HasPlace) != 0;
                if (Known)
                {
                    Line = (uint)(Line + Signed());
                    if ((what & SourceIndexFormat.NewFile) != 0)
                        File = (uint)Uleb();
                    if ((what & SourceIndexFormat.NewColumn) != 0)
                        Column = (uint)Uleb();
                }
                else
                {
                    (File, Line, Column) = (0, 0, 0);
                }
            }
            else
            {
                _node += Signed();
            }

            _next = _position < _end ? _start + (uint)Uleb() : BlockStart(_block + 1);
            if (_next < _start)
            {
                // The steps of a block ascend: these are damaged, and what they say is unknown.
                Damaged++;
                _position = _end;
                _next = BlockStart(_block + 1);
                (_node, Known) = (0, false);
            }
        }

        private long Signed()
        {
            var value = Uleb();
            return (long)(value >> 1) ^ -(long)(value & 1);
        }

        private ulong Uleb()
        {
            ulong value = 0;
            for (var shift = 0; _position < _end && shift < 63; shift += 7)
            {
                var b = _data[_position++];
                value |= (ulong)(b & 0x7f) << shift;
                if (b < 0x80)
                    return value;
            }

            Damaged++;
            _position = _end;
            return 0;
        }
    }
}
