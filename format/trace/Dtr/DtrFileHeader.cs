using System.Buffers.Binary;
using TraceKit.Binary;

namespace TraceKit.Format.Dtr;

/// <summary>The first 64 bytes of a .dtr file.</summary>
/// <remarks>
/// <code>
///  0 8 bytes magic 89 44 54 52 0d 0a 1a 0a    12 u32 bytes of this header (64)    32 u64 created, ns since 1970-01-01 UTC
///  8 u16 major version                        16 16 bytes file id (random)        40 20 bytes zero
/// 10 u16 minor version                                                            60 u32 CRC of bytes 0..59
/// </code>
/// </remarks>
/// <param name="Major">A reader refuses a greater one.</param>
/// <param name="Minor">Only skippable additions.</param>
/// <param name="FileId">Random.</param>
/// <param name="CreatedUnixNanoseconds">CLOCK_REALTIME when the file was made.</param>
public readonly record struct DtrFileHeader(ushort Major, ushort Minor, Guid FileId, ulong CreatedUnixNanoseconds)
{
    /// <summary>Bytes of the header.</summary>
    public const int Size = 64;

    /// <summary>The major version that this build writes and reads.</summary>
    public const ushort CurrentMajor = 1;

    /// <summary>The minor version that this build writes.</summary>
    public const ushort CurrentMinor = 0;

    /// <summary>The first eight bytes. As in PNG: a high bit, line ends of both kinds and an end-of-file catch text transfers.</summary>
    public static ReadOnlySpan<byte> Magic => [0x89, (byte)'D', (byte)'T', (byte)'R', 0x0d, 0x0a, 0x1a, 0x0a];

    /// <summary>What each chunk of the file carries.</summary>
    public uint Salt
    {
        get
        {
            Span<byte> id = stackalloc byte[16];
            FileId.TryWriteBytes(id, bigEndian: true, out _);
            return Crc32C.Compute(id);
        }
    }

    /// <summary>Writes the 64 bytes.</summary>
    public void Write(Span<byte> destination)
    {
        var header = destination[..Size];
        header.Clear();
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header[8..], Major);
        BinaryPrimitives.WriteUInt16LittleEndian(header[10..], Minor);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], Size);
        FileId.TryWriteBytes(header[16..], bigEndian: true, out _);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], CreatedUnixNanoseconds);
        BinaryPrimitives.WriteUInt32LittleEndian(header[60..], Crc32C.Compute(header[..60]));
    }

    /// <summary>Reads the 64 bytes.</summary>
    /// <exception cref="BadDataException">Not a .dtr file, cut short, damaged, or of a greater major version.</exception>
    public static DtrFileHeader Read(ReadOnlySpan<byte> data)
    {
        const string Where = "file header";
        if (data.Length == 0)
            BadDataException.Throw(Where, 0, BadDataCode.NotThisFormat, "a .dtr file", "an empty file");
        var magic = Math.Min(data.Length, Magic.Length);
        if (!data[..magic].SequenceEqual(Magic[..magic]))
            BadDataException.Throw(Where, 0, BadDataCode.NotThisFormat, "a .dtr file (89 44 54 52 0d 0a 1a 0a)", Convert.ToHexStringLower(data[..magic]));
        if (data.Length < Size)
            BadDataException.Throw(Where, (ulong)data.Length, BadDataCode.Truncated, $"{Size} bytes", $"the end of the file after {data.Length}");
        var stored = BinaryPrimitives.ReadUInt32LittleEndian(data[60..]);
        var computed = Crc32C.Compute(data[..60]);
        if (stored != computed)
            BadDataException.Throw(Where, 60, BadDataCode.ChecksumMismatch, $"CRC-32C 0x{computed:x8}", $"0x{stored:x8}");
        var major = BinaryPrimitives.ReadUInt16LittleEndian(data[8..]);
        var minor = BinaryPrimitives.ReadUInt16LittleEndian(data[10..]);
        if (major != CurrentMajor)
            BadDataException.Throw(Where, 8, BadDataCode.UnsupportedVersion, $"major version {CurrentMajor}", $"{major}.{minor}");
        var size = BinaryPrimitives.ReadUInt32LittleEndian(data[12..]);
        if (size != Size)
            BadDataException.Throw(Where, 12, BadDataCode.InvalidValue, $"{Size} bytes of header", $"{size}");
        return new DtrFileHeader(major, minor, new Guid(data.Slice(16, 16), bigEndian: true),
            BinaryPrimitives.ReadUInt64LittleEndian(data[32..]));
    }
}
