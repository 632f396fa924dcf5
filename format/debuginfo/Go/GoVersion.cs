using System.Buffers.Binary;
using System.Text;
using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;

namespace TraceKit.DebugInfo.Go;

/// <summary>Which Go made a program, as its build information says.</summary>
/// <remarks><c>.go.buildinfo</c>, debug/buildinfo of Go's library: magic, size of pointers, flags; from Go 1.18 on the version's text itself, before a pointer to a string header.</remarks>
public static class GoVersion
{
    private const int HeaderBytes = 32, MaxLength = 64;
    private const byte BigEndian = 1, Inline = 2;

    /// <summary><c>go1.19.8</c>; null when the file has no build information, or it cannot be followed.</summary>
    public static string? Find(ElfImage image)
    {
        if (!image.TrySection(".go.buildinfo", out var section) || section.Size < HeaderBytes)
            return null;
        var data = image.Image.ReadUpTo(section.Offset, Math.Min(section.Size, HeaderBytes + 1 + MaxLength)).Span;
        if (data.Length < HeaderBytes || data[0] != 0xff || !data[1..].StartsWith(" Go buildinf:"u8) || (data[15] & BigEndian) != 0)
            return null;
        if ((data[15] & Inline) != 0)
        {
            // The length is a varint; a version of 128 bytes is none.
            int length = data.Length > HeaderBytes ? data[HeaderBytes] : 0;
            return length is > 0 and <= MaxLength && data.Length > HeaderBytes + length ? Text(data.Slice(HeaderBytes + 1, length)) : null;
        }

        if (data[14] != 8 || !TryRead(image, BinaryPrimitives.ReadUInt64LittleEndian(data[16..]), 16, out var header))
            return null;
        var size = BinaryPrimitives.ReadUInt64LittleEndian(header.Span[8..]);
        return size is > 0 and <= MaxLength && TryRead(image, BinaryPrimitives.ReadUInt64LittleEndian(header.Span), (int)size, out var text) ? Text(text.Span) : null;
    }

    /// <summary>19 of <c>go1.19.8</c>; null when that is not known (development versions say <c>devel</c>).</summary>
    public static int? FindMinor(ElfImage image)
    {
        if (Find(image) is not { } text || !text.StartsWith("go1.", StringComparison.Ordinal))
            return null;
        var minor = 0;
        var i = 4;
        for (; i < text.Length && i < 8 && char.IsAsciiDigit(text[i]); i++)
            minor = minor * 10 + text[i] - '0';
        return i > 4 ? minor : null;
    }

    private static bool TryRead(ElfImage image, ulong address, int length, out ReadOnlyMemory<byte> bytes)
    {
        bytes = image.TryToFileOffset(new Svma(address), out var offset) ? image.Image.ReadUpTo(offset, (ulong)length) : default;
        return bytes.Length == length;
    }

    private static string? Text(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            if (b is < 0x20 or > 0x7e)
                return null;
        }

        return Encoding.ASCII.GetString(bytes);
    }
}
