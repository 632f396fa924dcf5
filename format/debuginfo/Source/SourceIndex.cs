using System.Buffers.Binary;
using System.Text;
using TraceKit.Binary;
using TraceKit.DebugInfo.Dwarf;
using static TraceKit.DebugInfo.Source.SourceIndexFormat;

namespace TraceKit.DebugInfo.Source;

/// <summary>Functions, inline trees and source places of chosen units of one module, in a flat form that needs no parsing (FORMAT.md, "Source index").</summary>
/// <remarks>
/// Borrows its bytes. One thread at a time; any number of instances may read the same bytes. Bytes that are damaged without their container noticing give
/// unknown answers, counted by <see cref="DamagedAnswers"/>.
/// </remarks>
public sealed partial class SourceIndex : ISourceResolver
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly ulong _base;
    private readonly Part _textEnds, _texts, _nodes, _functionBlocks, _functions, _placeBlocks, _places;
    private readonly int _textCount, _nodeCount, _nodeBytes;
    private readonly byte[] _widths = new byte[NodeFields];

    // Numbers that texts have in the frames that were filled last, in pages: most texts are never asked for.
    private readonly int[]?[] _numbers;
    private readonly WeakReference<SourceFrames> _numbersOf = new(null!);

    private SourceIndex(ReadOnlyMemory<byte> bytes)
    {
        var c = new SpanCursor(bytes.Span, "source index");
        var magic = c.ReadUInt32("magic");
        if (magic != Magic)
            BadDataException.Throw("source index", 0, BadDataCode.NotThisFormat, "54 4b 53 49 (TKSI)", $"0x{magic:x8}");
        var version = c.ReadUInt16("version");
        if (version != SourceIndexFormat.Version)
            BadDataException.Throw("source index", 4, BadDataCode.UnsupportedVersion, $"version {SourceIndexFormat.Version}", $"{version}");
        if (c.ReadUInt16("header bytes") < HeaderBytes)
            c.ThrowInvalid($"a header of at least {HeaderBytes} bytes", "a shorter one");
        _base = c.ReadUInt64("base address");
        _textCount = Count(ref c, "texts");
        _nodeCount = Count(ref c, "nodes");
        int functionBlocks = Count(ref c, "function blocks"), placeBlocks = Count(ref c, "place blocks");
        for (var i = 0; i < NodeFields; i++)
        {
            _widths[i] = c.ReadByte("width of a node's field");
            if (_widths[i] > 4)
                c.ThrowInvalid("a width of at most 4 bytes", $"{_widths[i]}");
            _nodeBytes += _widths[i];
        }

        c.ReadBytes(3, "padding");
        Span<uint> at = stackalloc uint[8];
        for (var i = 0; i < at.Length; i++)
        {
            at[i] = c.ReadUInt32("offset of a part");
            if (at[i] < (i == 0 ? HeaderBytes : at[i - 1]) || at[i] > (uint)bytes.Length)
                c.ThrowInvalid("parts one after the other, within the index", $"0x{at[i]:x}");
        }

        _bytes = bytes;
        _textEnds = Check(at, 0, 4L * _textCount);
        _texts = Check(at, 1, 0);
        _nodes = Check(at, 2, (long)_nodeBytes * _nodeCount);
        _functionBlocks = Check(at, 3, (long)BlockBytes * functionBlocks);
        _functions = Check(at, 4, 0);
        _placeBlocks = Check(at, 5, (long)BlockBytes * placeBlocks);
        _places = Check(at, 6, 0);
        _numbers = new int[]?[(_textCount >> 9) + 1];
    }

    /// <summary>Makes an index of answers that are known already: it knows those addresses and no others.</summary>
    /// <param name="addresses">Ascending, each once.</param>
    /// <param name="frames">The chain of each.</param>
    /// <exception cref="BadDataException">Addresses that are more than 4 GiB apart.</exception>
    public static byte[] OfAnswers(ReadOnlySpan<Svma> addresses, SourceFrames frames) => new SourceAnswers(frames).Write(addresses);

    /// <summary>Answers that damaged bytes made unknown.</summary>
    public int DamagedAnswers { get; private set; }

    /// <summary>Distinct texts in it.</summary>
    public int TextCount => _textCount;

    /// <summary>Functions and inlined ones in it.</summary>
    public int NodeCount => _nodeCount;

    /// <summary>Makes an index. The same answers as those of <paramref name="dwarf"/>, at every address of the units in it.</summary>
    /// <param name="dwarf">Where the answers come from.</param>
    /// <param name="addresses">Only units that are asked for one of these (ascending); empty for every unit.</param>
    /// <exception cref="BadDataException">Code that reaches over more than 4 GiB, or an index that would.</exception>
    public static byte[] Build(DwarfInfo dwarf, ReadOnlySpan<Svma> addresses) => new SourceIndexBuilder(dwarf).Build(addresses);

    /// <summary>Opens an index; reads its header only.</summary>
    /// <param name="bytes">Borrowed.</param>
    /// <exception cref="BadDataException">It is not one, is cut, or of a version unknown here.</exception>
    public static SourceIndex Read(ReadOnlyMemory<byte> bytes) => new(bytes);

    /// <inheritdoc/>
    public void Resolve(ReadOnlySpan<Svma> addresses, SourceFrames frames)
    {
        if (!_numbersOf.TryGetTarget(out var last) || !ReferenceEquals(last, frames))
        {
            Array.Clear(_numbers);
            _numbersOf.SetTarget(frames);
        }

        var functions = new Steps(Bytes(_functionBlocks), Bytes(_functions), places: false);
        var places = new Steps(Bytes(_placeBlocks), Bytes(_places), places: true);
        foreach (var address in addresses)
        {
            var offset = address.Value - _base;
            if (address.Value >= _base && offset < uint.MaxValue)
            {
                functions.Seek((uint)offset);
                places.Seek((uint)offset);
                if (functions.Node != 0 || places.Known)
                    Add(functions.Node, places, frames);
            }

            frames.EndAddress();
        }

        DamagedAnswers += functions.Damaged + places.Damaged;
    }

    private void Add(uint node, in Steps place, SourceFrames frames)
    {
        var file = place.Known ? Text(place.File, frames) : 0;
        uint line = place.Known ? place.Line : 0, column = place.Known ? place.Column : 0;
        if (node == 0)
        {
            frames.Add(new SourceFrame(0, file, line, column));
            return;
        }

        var nodes = Bytes(_nodes);
        for (var depth = 0; depth < InputLimits.StackFrames; depth++)
        {
            if (node == 0 || node > (uint)_nodeCount)
            {
                DamagedAnswers++;
                return;
            }

            var record = nodes.Slice((int)(node - 1) * _nodeBytes, _nodeBytes);
            uint name = Field(ref record, 0), caller = Field(ref record, 1);
            frames.Add(new SourceFrame(Text(name, frames), file, line, column));
            if (caller == 0)
                return;
            file = Text(Field(ref record, 2), frames);
            line = Field(ref record, 3);
            column = Field(ref record, 4);
            node = caller < node ? node - caller : 0;
        }
    }

    private uint Field(ref ReadOnlySpan<byte> record, int field)
    {
        uint value = 0;
        var width = _widths[field];
        for (var i = 0; i < width; i++)
            value |= (uint)record[i] << (8 * i);
        record = record[width..];
        return value;
    }

    private int Text(uint text, SourceFrames frames)
    {
        if (text == 0 || text >= (uint)_textCount)
            return 0;
        var page = _numbers[text >> 9] ??= new int[512];
        ref var number = ref page[text & 511];
        if (number == 0)
        {
            var ends = Bytes(_textEnds);
            uint start = BinaryPrimitives.ReadUInt32LittleEndian(ends[(int)(4 * (text - 1))..]), end = BinaryPrimitives.ReadUInt32LittleEndian(ends[(int)(4 * text)..]);
            if (start > end || end > (uint)_texts.Length || end - start > InputLimits.NameBytes)
            {
                DamagedAnswers++;
                return 0;
            }

            number = frames.Intern(Encoding.UTF8.GetString(Bytes(_texts)[(int)start..(int)end]));
        }

        return number;
    }

    private ReadOnlySpan<byte> Bytes(Part part) => _bytes.Span.Slice(part.Start, part.Length);

    private static int Count(ref SpanCursor c, string what)
    {
        var count = c.ReadUInt32(what);
        if (count > int.MaxValue / 8)
            c.ThrowInvalid($"a number of {what} that an index can have", $"{count}");
        return (int)count;
    }

    private static Part Check(ReadOnlySpan<uint> at, int part, long needed)
    {
        var length = at[part + 1] - at[part];
        if (needed > length)
            BadDataException.Throw("source index", (ulong)(40 + 4 * part), BadDataCode.Truncated, $"a part of {needed} bytes", $"{length}");
        return new Part((int)at[part], part is 1 or 4 or 6 ? (int)length : (int)needed);
    }

    private readonly record struct Part(int Start, int Length);
}
