using System.Buffers.Binary;
using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.DebugInfo.Elf;

/// <summary>What the program headers alone say, for files whose section headers were stripped.</summary>
public sealed partial class ElfImage
{
    private ElfSection[] DeriveSections()
    {
        var found = new List<ElfSection> { new() { Name = "" } };
        foreach (ref readonly var s in _segments.AsSpan())
        {
            if (s.Type == PT_DYNAMIC)
            {
                found.Add(Derived(".dynamic", SHT_DYNAMIC, s.Address, s.FileSize));
                DeriveDynamicSymbols(found, found[^1]);
            }
            else if (s.Type == PT_GNU_EH_FRAME)
            {
                found.Add(Derived(".eh_frame_hdr", SHT_PROGBITS, s.Address, s.FileSize));
                if (TryFrameSection(found[^1], out var frames))
                    found.Add(frames);
            }
        }

        return [.. found];
    }

    private void DeriveDynamicSymbols(List<ElfSection> found, in ElfSection dynamic)
    {
        if (!TryDynamicValue(dynamic, DT_SYMTAB, out var symbols) || !TryDynamicValue(dynamic, DT_STRTAB, out var strings) ||
            !TryDynamicValue(dynamic, DT_STRSZ, out var stringsSize))
        {
            return;
        }

        var entry = Is64Bit ? 24UL : 16UL;
        var count = CountDynamicSymbols(dynamic);
        if (count == 0 && strings > symbols) // every linker puts the names after the symbols
            count = (strings - symbols) / entry;
        if (count is 0 or > int.MaxValue)
            return;
        var names = (uint)found.Count;
        found.Add(Derived(".dynstr", SHT_STRTAB, new Svma(strings), stringsSize));
        found.Add(Derived(".dynsym", SHT_DYNSYM, new Svma(symbols), count * entry) with { Link = names, EntrySize = entry });
    }

    private ulong CountDynamicSymbols(in ElfSection dynamic)
    {
        // DT_HASH: nbucket, nchain (one chain entry per symbol).
        if (TryDynamicValue(dynamic, DT_HASH, out var hash) && TryToFileOffset(new Svma(hash), out var at) && Image.TryRead(at, 8, out var head))
            return ReadUInt32(head.Span[4..]);

        // DT_GNU_HASH: nbuckets, symoffset, bloom_size, bloom_shift, bloom words, buckets, chains; a chain ends at an odd value.
        if (!TryDynamicValue(dynamic, DT_GNU_HASH, out hash) || !TryToFileOffset(new Svma(hash), out at))
            return 0;
        var table = Image.ReadUpTo(at, 1 << 24).Span;
        if (table.Length < 16)
            return 0;
        uint buckets = ReadUInt32(table), first = ReadUInt32(table[4..]), bloom = ReadUInt32(table[8..]);
        var bucketsAt = 16 + (ulong)bloom * (Is64Bit ? 8u : 4u);
        var chainsAt = bucketsAt + (ulong)buckets * 4;
        if (chainsAt > (ulong)table.Length)
            return 0;
        uint last = 0;
        for (var i = 0; i < (int)buckets; i++)
            last = Math.Max(last, ReadUInt32(table[((int)bucketsAt + i * 4)..]));
        if (last < first)
            return first;
        for (; ; last++)
        {
            var chain = chainsAt + (ulong)(last - first) * 4;
            if (chain + 4 > (ulong)table.Length)
                return 0;
            if ((ReadUInt32(table[(int)chain..]) & 1) != 0)
                return (ulong)last + 1;
        }
    }

    /// <summary>One value of the dynamic table; false when the table is not at hand or has no such tag.</summary>
    internal bool TryDynamicValue(in ElfSection dynamic, long tag, out ulong value)
    {
        var c = Cursor(StoredPrefix(dynamic).Span, ".dynamic");
        var step = Is64Bit ? 16 : 8;
        while (c.Remaining >= step)
        {
            var found = ReadWord(ref c, "d_tag");
            value = ReadWord(ref c, "d_val");
            if (found == (ulong)tag)
                return true;
            if (found == DT_NULL)
                break;
        }

        value = 0;
        return false;
    }

    // LSB 5.0 Core §10.6.2: version 1, encodings of eh_frame_ptr, fde_count, table; then eh_frame_ptr.
    private bool TryFrameSection(in ElfSection header, out ElfSection frames)
    {
        frames = default;
        var c = Cursor(StoredPrefix(header).Span, ".eh_frame_hdr");
        if (!c.TryReadByte(out var version) || version != 1 || !c.TryReadByte(out var encoding) || !c.TryReadUInt16(out _))
            return false;
        if (!EncodedPointer.TryRead(ref c, encoding, header.Address.Value, default, Is64Bit, out var address) || !TryToFileOffset(new Svma(address), out var at))
            return false;
        foreach (ref readonly var s in _segments.AsSpan())
        {
            // The size is not stated: up to the end of the segment; the section's own terminator ends it.
            if (s.Type == PT_LOAD && at.Value >= s.Offset.Value && at.Value - s.Offset.Value < s.FileSize)
            {
                frames = Derived(".eh_frame", SHT_PROGBITS, new Svma(address), s.FileSize - (at.Value - s.Offset.Value));
                return true;
            }
        }

        return false;
    }

    private ElfSection Derived(string name, uint type, Svma address, ulong size) => new()
    {
        Name = name,
        Type = TryToFileOffset(address, out var offset) ? type : SHT_NOBITS,
        Flags = SHF_ALLOC,
        Address = address,
        Offset = offset,
        Size = size,
    };

    private uint ReadUInt32(ReadOnlySpan<byte> at) =>
        IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);
}
