using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using TraceKit.Binary;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.DebugInfo.Elf;

/// <summary>Sections that are stored compressed, and the small ELF file that <c>.gnu_debugdata</c> holds.</summary>
public sealed partial class ElfImage
{
    /// <summary>zlib cannot expand by more than 1032 to 1: a larger claim is refused before anything is allocated.</summary>
    private const ulong ZlibRatio = 1032;

    /// <summary>zstd can expand by 32768 to 1 (RFC 8878 §3.1.1.2, a block that is a run of one byte), debugging information never by more than some dozens.</summary>
    private const ulong ZstdRatio = 1032;

    /// <summary>What a section may be inflated to: the <c>.debug_info</c> of browsers stays below.</summary>
    private const ulong MaximumInflatedBytes = 2000UL << 20;

    /// <summary>From here on a section is inflated as it is read.</summary>
    private const ulong StreamedBytes = 1 << 20;

    /// <summary>What <c>.gnu_debugdata</c> may be inflated to: it holds a <c>.symtab</c> of functions; the largest seen has 6 MB.</summary>
    private const int MaximumDebugDataBytes = 128 << 20;

    /// <summary>
    /// The ELF file that <c>.gnu_debugdata</c> holds (compressed by XZ): a <c>.symtab</c> of the functions that <c>.dynsym</c> does not have.
    /// </summary>
    /// <returns>False when there is none, no <see cref="Decompressor"/> was brought, or it is damaged.</returns>
    public bool TryDebugData([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ElfImage? image)
    {
        image = null;
        if (Decompressor is null || !TrySection(".gnu_debugdata", out var section) || !TryStoredData(section, out var stored) ||
            !Decompressor.TryXz(stored.Span, MaximumDebugDataBytes, out var inflated))
        {
            return false;
        }

        try
        {
            image = Parse(inflated, $"{Name}(.gnu_debugdata)", Decompressor);
            return true;
        }
        catch (BadDataException)
        {
            return false;
        }
    }

    // gABI "Section compression": Elf64_Chdr is ch_type u32, reserved u32, ch_size u64, ch_addralign u64; Elf32_Chdr three u32.
    private ReadOnlyMemory<byte> Inflate(in ElfSection section, ReadOnlyMemory<byte> stored)
    {
        var c = Cursor(stored.Span, section.Name);
        var method = c.ReadUInt32("ch_type");
        if (Is64Bit)
            c.ReadUInt32("ch_reserved");
        var size = ReadWord(ref c, "ch_size");
        ReadWord(ref c, "ch_addralign");
        var packed = stored[c.Position..];
        return method switch
        {
            ELFCOMPRESS_ZLIB => InflateZlib(section.Name, packed, size, (ulong)c.Position),
            ELFCOMPRESS_ZSTD when Decompressor is not null => InflateZstd(section.Name, packed, size, (ulong)c.Position),
            _ => throw new BadDataException(Name, section.Name, 0, BadDataCode.Unsupported, Decompressor is null ? "ELFCOMPRESS_ZLIB (1)" : "ELFCOMPRESS_ZLIB (1) or ELFCOMPRESS_ZSTD (2)", $"{method}"),
        };
    }

    /// <summary><c>.zdebug_*</c>, as binutils wrote them before sections could be marked compressed: "ZLIB", the size as 64 bits big-endian, zlib data.</summary>
    private ReadOnlyMemory<byte> InflateOld(in ElfSection section, ReadOnlyMemory<byte> stored)
    {
        var head = stored.Span;
        return head.Length >= 12 && head.StartsWith("ZLIB"u8) ? InflateZlib(section.Name, stored[12..], BinaryPrimitives.ReadUInt64BigEndian(head[4..]), 12) : stored;
    }

    private byte[] InflateZlib(string section, ReadOnlyMemory<byte> packed, ulong size, ulong at)
    {
        using var source = MemoryMarshal.TryGetArray(packed, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false) : new MemoryStream(packed.ToArray(), writable: false);
        return InflateZlib(section, source, size, at);
    }

    /// <summary>Inflates a large section piece by piece as it is read, so that its stored bytes are never in memory as a whole.</summary>
    private bool TryInflateFromFile(in ElfSection section, out ReadOnlyMemory<byte> data)
    {
        data = default;
        if (!TryOpenPacked(section, out var source, out var size))
            return false;
        using (source)
            data = InflateZlib(section.Name, source, size, (ulong)(Is64Bit ? 24 : 12));
        return true;
    }

    /// <summary>Opens a large section of zlib data to be inflated from its start on, by whoever needs little of it.</summary>
    /// <param name="section">The section.</param>
    /// <param name="inflated">Its bytes in order; throws <see cref="InvalidDataException"/> where they are damaged.</param>
    /// <param name="size">How many there should be.</param>
    /// <returns>False when it is small, not compressed so, or not read on demand.</returns>
    internal bool TryOpenInflating(in ElfSection section, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Stream? inflated, out int size)
    {
        inflated = null;
        size = 0;
        if (Type == ET_REL || !TryOpenPacked(section, out var source, out var stated))
            return false;
        CheckSize(section.Name, source.Length, stated, ZlibRatio);
        size = (int)stated;
        inflated = new ZLibStream(source, CompressionMode.Decompress);
        return true;
    }

    private bool TryOpenPacked(in ElfSection section, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SparseStream? source, out ulong size)
    {
        source = null;
        size = 0;
        var header = Is64Bit ? 24 : 12; // Chdr, as above
        if (!Image.IsOnDemand || (section.Flags & SHF_COMPRESSED) == 0 || section.Type is SHT_NOBITS or SHT_NULL || section.Size < StreamedBytes ||
            section.Offset.Value > Image.Length || section.Size > Image.Length - section.Offset.Value || !Image.TryRead(section.Offset, (ulong)header, out var head))
        {
            return false;
        }

        var c = Cursor(head.Span, section.Name);
        if (c.ReadUInt32("ch_type") != ELFCOMPRESS_ZLIB)
            return false;
        if (Is64Bit)
            c.ReadUInt32("ch_reserved");
        size = ReadWord(ref c, "ch_size");
        source = new SparseStream(Image, section.Offset.Value + (ulong)header, section.Size - (ulong)header);
        return true;
    }

    private byte[] InflateZlib(string section, Stream source, ulong size, ulong at)
    {
        CheckSize(section, source.Length, size, ZlibRatio);
        var inflated = Decompressor?.Allocate((int)size) ?? GC.AllocateUninitializedArray<byte>((int)size);
        try
        {
            using var zlib = new ZLibStream(source, CompressionMode.Decompress);
            zlib.ReadExactly(inflated);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new BadDataException(Name, section, at, BadDataCode.InvalidValue, $"zlib data of {size} bytes", e.Message);
        }

        return inflated;
    }

    private byte[] InflateZstd(string section, ReadOnlyMemory<byte> packed, ulong size, ulong at)
    {
        CheckSize(section, packed.Length, size, ZstdRatio);
        var inflated = Decompressor!.Allocate((int)size);
        if (!Decompressor.TryZstd(packed.Span, inflated))
            throw new BadDataException(Name, section, at, BadDataCode.InvalidValue, $"a zstd frame of {size} bytes", "damaged data, or of another length");
        return inflated;
    }

    private void CheckSize(string section, long packed, ulong size, ulong ratio)
    {
        if (size > (ulong)packed * ratio + 64 || size > MaximumInflatedBytes)
            throw new BadDataException(Name, section, 0, BadDataCode.LimitExceeded, $"at most {ratio} bytes from each of {packed}, and {MaximumInflatedBytes}", $"{size}");
    }
}
