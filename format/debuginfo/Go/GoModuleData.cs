using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;

namespace TraceKit.DebugInfo.Go;

/// <summary>
/// <c>runtime.firstmoduledata</c>: the only place that says where the inlining trees are. It is known by its first word, the address of the function table, and
/// by another word that must agree.
/// </summary>
/// <remarks>Go's linker and GNU ld write relocated words into the file too, so position-independent programs are found alike; lld leaves them 0.</remarks>
internal sealed class GoModuleData
{
    private readonly ElfImage _image;
    private readonly ReadOnlyMemory<byte> _bytes;

    private GoModuleData(ElfImage image, ReadOnlyMemory<byte> bytes, FileOffset offset)
    {
        _image = image;
        _bytes = bytes;
        Extent = new SnapshotExtent(offset, (ulong)bytes.Length, "runtime.firstmoduledata");
    }

    /// <summary>Where it stands in the file.</summary>
    public SnapshotExtent Extent { get; }

    private int WordSize => _image.Is64Bit ? 8 : 4;

    /// <summary>A word of it; 0 after its end.</summary>
    public ulong Word(int index)
    {
        var at = index * WordSize;
        if (at + WordSize > _bytes.Length)
            return 0;
        var span = _bytes.Span[at..];
        return _image.Is64Bit
            ? _image.IsBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(span) : BinaryPrimitives.ReadUInt64LittleEndian(span)
            : _image.IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(span) : BinaryPrimitives.ReadUInt32LittleEndian(span);
    }

    /// <summary>Looks through the writable data at hand.</summary>
    public static GoModuleData? TryFind(ElfImage image, GoPclntab table)
    {
        // Words are compared as they are stored, so that whole sections are searched by the vector instructions of IndexOf.
        var size = image.Is64Bit ? 8 : 4;
        Span<byte> wanted = stackalloc byte[8];
        if (image.IsBigEndian)
            BinaryPrimitives.WriteUInt64BigEndian(wanted, image.Is64Bit ? table.Address.Value : table.Address.Value << 32);
        else
            BinaryPrimitives.WriteUInt64LittleEndian(wanted, table.Address.Value);
        wanted = wanted[..size];
        foreach (ref readonly var s in image.Segments)
        {
            if (s.Type != ElfConstants.PT_LOAD || (s.Flags & ElfConstants.PF_W) == 0)
                continue;
            foreach (ref readonly var extent in image.Image.Extents)
            {
                var from = Math.Max(s.Offset.Value, extent.Offset.Value);
                var to = Math.Min(s.Offset.Value + s.FileSize, extent.Offset.Value + (ulong)extent.Bytes.Length);
                from = (from + 7) & ~7UL;
                if (from >= to)
                    continue;
                if (TryFind(image, table, wanted, extent.Bytes[(int)(from - extent.Offset.Value)..(int)(to - extent.Offset.Value)], new FileOffset(from)) is { } found)
                    return found;
            }
        }

        return null;
    }

    private static GoModuleData? TryFind(ElfImage image, GoPclntab table, ReadOnlySpan<byte> wanted, ReadOnlyMemory<byte> bytes, FileOffset start)
    {
        for (var at = 0; at + wanted.Length <= bytes.Length;)
        {
            var next = wanted.Length == 8
                ? MemoryMarshal.Cast<byte, ulong>(bytes.Span[at..]).IndexOf(MemoryMarshal.Read<ulong>(wanted))
                : MemoryMarshal.Cast<byte, uint>(bytes.Span[at..]).IndexOf(MemoryMarshal.Read<uint>(wanted));
            if (next < 0)
                return null;
            at += next * wanted.Length;
            var length = Math.Min(GoConstants.ModuleDataWords * wanted.Length, bytes.Length - at);
            var found = new GoModuleData(image, bytes.Slice(at, length), new FileOffset(start.Value + (ulong)at));
            // pcHeader, then the names' slice; in the old layout a slice of the table itself.
            if (table.IsModuleData(found))
                return found;
            at += wanted.Length;
        }

        return null;
    }
}
