using System.Buffers.Binary;
using System.Text;
using TraceKit.Binary;
using TraceKit.DebugInfo.Dwarf;
using static TraceKit.DebugInfo.Source.SourceIndexFormat;

namespace TraceKit.DebugInfo.Source;

/// <summary>Writes the source index (FORMAT.md, "Source index").</summary>
/// <param name="text">Texts by the numbers that nodes and rows have.</param>
/// <param name="nodes">Functions; callers come first.</param>
/// <param name="rows">Source places.</param>
internal sealed class SourceIndexWriter(Func<int, string> text, List<UnitFunction> nodes, List<UnitRow> rows)
{
    private readonly Dictionary<int, uint> _numbers = new() { [0] = 0 };
    private readonly List<string> _texts = [""];

    /// <summary>Writes everything that the pieces need.</summary>
    /// <exception cref="BadDataException">Code that reaches over more than 4 GiB.</exception>
    public byte[] Write(List<SourcePiece> pieces)
    {
        var from = pieces.Count == 0 ? 0 : pieces[0].Start;
        if (pieces.Count > 0 && pieces[^1].End - from > uint.MaxValue)
            BadDataException.Throw("source index", 0, BadDataCode.LimitExceeded, "code within 4 GiB", $"0x{from:x} to 0x{pieces[^1].End:x}");

        // Files get the low numbers: they stand in most rows.
        foreach (var piece in pieces)
        {
            if (piece.Row >= 0)
                Number(rows[piece.Row].File);
        }

        var nodeTable = WriteNodes(pieces, out var widths, out var newNumbers);
        MemoryStream functionBlocks = new(), functions = new(), placeBlocks = new(), places = new();
        WriteFunctions(pieces, from, newNumbers, functionBlocks, functions);
        WritePlaces(pieces, from, placeBlocks, places);
        MemoryStream ends = new(), bytes = new();
        foreach (var t in _texts)
        {
            bytes.Write(Encoding.UTF8.GetBytes(t));
            U32(ends, (uint)bytes.Length);
        }

        MemoryStream[] parts = [ends, bytes, nodeTable, functionBlocks, functions, placeBlocks, places];
        var length = (long)HeaderBytes;
        foreach (var part in parts)
            length += part.Length;
        if (length > int.MaxValue)
            BadDataException.Throw("source index", 0, BadDataCode.LimitExceeded, "an index below 2 GiB", $"{length} bytes");
        var all = new byte[length];
        var header = all.AsSpan(0, HeaderBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], SourceIndexFormat.Version);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], HeaderBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(header[8..], from);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], (uint)_texts.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], (uint)newNumbers.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(header[24..], (uint)(functionBlocks.Length / BlockBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(header[28..], (uint)(placeBlocks.Length / BlockBytes));
        for (var i = 0; i < NodeFields; i++)
            header[32 + i] = (byte)widths[i];
        long at = HeaderBytes;
        for (var i = 0; i < parts.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(header[(40 + 4 * i)..], (uint)at);
            parts[i].GetBuffer().AsSpan(0, (int)parts[i].Length).CopyTo(all.AsSpan((int)at));
            at += parts[i].Length;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(header[68..], (uint)length);
        return all;
    }

    /// <summary>Nodes in use, in one order for one input; widths are the least that hold every value.</summary>
    private MemoryStream WriteNodes(List<SourcePiece> pieces, out int[] widths, out Dictionary<int, uint> newNumbers)
    {
        var used = new bool[nodes.Count];
        foreach (var piece in pieces)
        {
            for (var n = piece.Node; n >= 0 && !used[n]; n = nodes[n].Around)
                used[n] = true;
        }

        newNumbers = [];
        Span<uint> fields = stackalloc uint[NodeFields];
        Span<uint> most = stackalloc uint[NodeFields];
        var values = new List<uint>();
        for (var n = 0; n < used.Length; n++)
        {
            if (!used[n])
                continue;
            var number = (uint)newNumbers.Count;
            newNumbers.Add(n, number);
            var node = nodes[n];
            fields[0] = Number(node.Name);
            fields[1] = node.Around < 0 ? 0 : number - newNumbers[node.Around];
            fields[2] = Number(node.File);
            fields[3] = node.Line;
            fields[4] = node.Column;
            for (var i = 0; i < NodeFields; i++)
            {
                most[i] = Math.Max(most[i], fields[i]);
                values.Add(fields[i]);
            }
        }

        widths = new int[NodeFields];
        for (var i = 0; i < NodeFields; i++)
            widths[i] = most[i] == 0 ? 0 : (32 - System.Numerics.BitOperations.LeadingZeroCount(most[i]) + 7) / 8;
        var table = new MemoryStream();
        for (var v = 0; v < values.Count; v++)
        {
            for (var b = 0; b < widths[v % NodeFields]; b++)
                table.WriteByte((byte)(values[v] >> (8 * b)));
        }

        return table;
    }

    private static void WriteFunctions(List<SourcePiece> pieces, ulong from, Dictionary<int, uint> newNumbers, MemoryStream blocks, MemoryStream steps)
    {
        var block = new BlockWriter(blocks, steps, from);
        var last = uint.MaxValue;
        long before = 0;
        void Step(ulong at, uint node)
        {
            if (node == last)
                return;
            last = node;
            if (block.Begin(at))
                before = 0;
            Uleb(steps, Zigzag(node - before));
            before = node;
        }

        var end = from; // where the first piece begins
        foreach (var piece in pieces)
        {
            if (piece.Start != end)
                Step(end, 0);
            Step(piece.Start, piece.Node < 0 ? 0 : newNumbers[piece.Node] + 1);
            end = piece.End;
        }

        if (pieces.Count > 0)
            Step(end, 0);
    }

    private void WritePlaces(List<SourcePiece> pieces, ulong from, MemoryStream blocks, MemoryStream steps)
    {
        var block = new BlockWriter(blocks, steps, from);
        (bool Known, uint File, uint Line, uint Column) last = default, before = default;
        var any = false;
        void Step(ulong at, bool known, uint file, uint line, uint column)
        {
            if (any && last == (known, file, line, column))
                return;
            any = true;
            last = (known, file, line, column);
            if (block.Begin(at))
                before = default;
            if (!known)
            {
                steps.WriteByte(0);
                before = default;
                return;
            }

            steps.WriteByte((byte)(HasPlace | (file != before.File ? NewFile : 0) | (column != before.Column ? NewColumn : 0)));
            Uleb(steps, Zigzag((long)line - before.Line));
            if (file != before.File)
                Uleb(steps, file);
            if (column != before.Column)
                Uleb(steps, column);
            before = (true, file, line, column);
        }

        var end = from;
        foreach (var piece in pieces)
        {
            if (piece.Start != end)
                Step(end, false, 0, 0, 0);
            if (piece.Row >= 0)
                Step(piece.Start, true, Number(rows[piece.Row].File), rows[piece.Row].Line, rows[piece.Row].Column);
            else
                Step(piece.Start, false, 0, 0, 0);
            end = piece.End;
        }

        if (any)
            Step(end, false, 0, 0, 0);
    }

    private uint Number(int number)
    {
        if (_numbers.TryGetValue(number, out var known))
            return known;
        known = (uint)_texts.Count;
        _texts.Add(text(number));
        _numbers.Add(number, known);
        return known;
    }

    private static ulong Zigzag(long value) => (ulong)(value << 1 ^ value >> 63);

    private static void Uleb(MemoryStream to, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            to.WriteByte((byte)(value | 0x80));
        to.WriteByte((byte)value);
    }

    private static void U32(MemoryStream to, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        to.Write(bytes);
    }

    /// <summary>Begins a block each so many steps, and writes how far each step is from the one before.</summary>
    private sealed class BlockWriter(MemoryStream blocks, MemoryStream steps, ulong from)
    {
        private int _left;
        private ulong _last;

        /// <returns>Whether this step is a block's first.</returns>
        public bool Begin(ulong at)
        {
            var first = _left == 0;
            if (first)
            {
                _left = BlockSteps;
                U32(blocks, (uint)(at - from));
                U32(blocks, (uint)steps.Length);
            }
            else
            {
                Uleb(steps, at - _last);
            }

            _left--;
            _last = at;
            return first;
        }
    }
}
