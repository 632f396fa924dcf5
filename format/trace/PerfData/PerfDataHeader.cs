using System.Buffers.Binary;
using System.Globalization;
using TraceKit.Binary;

namespace TraceKit.Format.PerfData;

/// <summary>A part of the file (<c>struct perf_file_section</c>).</summary>
/// <param name="Offset">Bytes from the start.</param>
/// <param name="Size">Bytes.</param>
public readonly record struct PerfDataSection(ulong Offset, ulong Size);

/// <summary>The first bytes of a file: byte order, mode, and where the parts are.</summary>
/// <remarks>
/// <c>perf.data-file-format.txt</c>:
/// <code>
///  0 u64 magic "PERFILE2"    24 attrs {offset, size}      72 u64 features[4]
///  8 u64 size of the header  40 data {offset, size}
/// 16 u64 size of an attr     56 event types {offset, size}
/// </code>
/// In a pipe only magic and size (16), and records follow.
/// </remarks>
public sealed class PerfDataHeader
{
    /// <summary>Bytes of the header of a file.</summary>
    public const int FileSize = 104;

    /// <summary>Bytes of the header of a pipe.</summary>
    public const int PipeSize = 16;

    private const ulong Magic2 = 0x32454c4946524550; // "PERFILE2"
    private const ulong Magic1 = 0x454c494646524550; // "PERFFILE"
    private readonly ulong[] _features;

    private PerfDataHeader(bool isBigEndian, ulong[] features)
    {
        IsBigEndian = isBigEndian;
        _features = features;
    }

    /// <summary>Byte order of everything in the file.</summary>
    public bool IsBigEndian { get; }

    /// <summary>Whether metadata come as records among the others: written to a pipe.</summary>
    public bool IsPipe { get; private init; }

    /// <summary>Bytes of an entry of <see cref="Attributes"/>: the attribute and the place of its ids.</summary>
    public ulong AttributeSize { get; private init; }

    /// <summary>The attributes.</summary>
    public PerfDataSection Attributes { get; private init; }

    /// <summary>The records; size 0 when the recorder was killed.</summary>
    public PerfDataSection Data { get; private init; }

    /// <summary>Whether a feature's bit is set.</summary>
    public bool Has(int feature) => (uint)feature < PerfDataFeature.Count && (_features[feature >> 6] >> (feature & 63) & 1) != 0;

    /// <summary>Whether a file begins as one of perf does, in any byte order.</summary>
    public static bool IsPerfData(ReadOnlySpan<byte> start)
    {
        if (start.Length < 8)
            return false;
        var magic = BinaryPrimitives.ReadUInt64LittleEndian(start);
        return magic is Magic1 or Magic2 || BinaryPrimitives.ReverseEndianness(magic) is Magic1 or Magic2;
    }

    /// <summary>Reads the header.</summary>
    /// <param name="input">The file.</param>
    /// <exception cref="BadDataException">No perf.data, or cut within its header.</exception>
    public static PerfDataHeader Read(IPerfDataInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        Span<byte> bytes = stackalloc byte[FileSize];
        var length = input.Read(0, bytes);
        bytes = bytes[..length];
        if (!IsPerfData(bytes))
            BadDataException.Throw("header", 0, BadDataCode.NotThisFormat, "'PERFILE2'", length < 8 ? $"{length} bytes" : "0x" + Convert.ToHexStringLower(bytes[..8]));
        if (length < PipeSize)
            BadDataException.Throw("header", (ulong)length, BadDataCode.Truncated, $"{PipeSize} bytes", $"{length}");
        var magic = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        // The old magic reads the same in both orders only by its neighbour: the size of the header is small.
        var isBig = magic == Magic1 ? BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]) > uint.MaxValue : magic != Magic2;
        var cursor = new SpanCursor(bytes, "header", isBig);
        cursor.TrySeek(8);
        var size = cursor.ReadUInt64("size of the header");
        if (size == PipeSize)
            return new PerfDataHeader(isBig, new ulong[4]) { IsPipe = true };
        if (size < FileSize - 32)
            BadDataException.Throw("header", 8, BadDataCode.InvalidValue, "a header of 16, 72 or 104 bytes", size.ToString(CultureInfo.InvariantCulture));
        var attributeSize = cursor.ReadUInt64("size of an attribute");
        var attributes = ReadSection(ref cursor);
        var data = ReadSection(ref cursor);
        ReadSection(ref cursor); // names of events, before attributes had ids
        var features = new ulong[4];
        for (var i = 0; i < features.Length && size >= FileSize; i++)
            features[i] = cursor.ReadUInt64("features");
        // A bitmap of "unsigned long": of a 32-bit machine the halves of each word are the other way round (perf_file_header__read).
        if (isBig && !Bit(features, PerfDataFeature.HEADER_HOSTNAME))
        {
            for (var i = 0; i < features.Length; i++)
                features[i] = ulong.RotateLeft(features[i], 32);
        }

        return new PerfDataHeader(isBig, features) { AttributeSize = attributeSize, Attributes = attributes, Data = data };
    }

    private static bool Bit(ulong[] words, int bit) => (words[bit >> 6] >> (bit & 63) & 1) != 0;

    private static PerfDataSection ReadSection(ref SpanCursor cursor) => new(cursor.ReadUInt64("offset of a section"), cursor.ReadUInt64("size of a section"));
}
