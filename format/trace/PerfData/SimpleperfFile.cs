using System.Globalization;
using System.Text;
using TraceKit.Binary;
using TraceKit.Format.Perf;

namespace TraceKit.Format.PerfData;

/// <summary>A symbol as simpleperf stores it.</summary>
/// <param name="Address">Address in the file's tables (of the kernel: in memory).</param>
/// <param name="Size">Bytes.</param>
/// <param name="Name">Name.</param>
public readonly record struct SimpleperfSymbol(ulong Address, uint Size, string Name);

/// <summary>A file that samples lie in, with the symbols that they hit (<c>FEAT_FILE</c>, <c>FEAT_FILE2</c>).</summary>
/// <remarks>simpleperf <c>record_file_format.h</c>, <c>record_file.proto</c>. Always little-endian.</remarks>
/// <param name="Path">As it was mapped.</param>
/// <param name="Type">0 kernel, 1 kernel module, 2 ELF file, 3 dex file, 4 symbol map, 5 unknown.</param>
/// <param name="MinimumAddress">Address of the first executable segment.</param>
/// <param name="MinimumOffset">Its offset in the file; of a kernel module its address in memory.</param>
/// <param name="Symbols">By address.</param>
public sealed record SimpleperfFile(string Path, uint Type, ulong MinimumAddress, ulong MinimumOffset, IReadOnlyList<SimpleperfSymbol> Symbols)
{
    /// <summary><see cref="Type"/> of the kernel.</summary>
    public const uint Kernel = 0;

    /// <summary><see cref="Type"/> of an executable or shared object.</summary>
    public const uint Elf = 2;

    /// <summary>Reads <c>FEAT_FILE</c>: u32 size, then the file, again and again.</summary>
    internal static List<SimpleperfFile> ReadAll(ReadOnlySpan<byte> section)
    {
        var files = new List<SimpleperfFile>();
        var cursor = new SpanCursor(section, "FEAT_FILE");
        while (cursor.Remaining > 0)
        {
            var size = cursor.ReadUInt32("size of a file");
            if (size > (uint)cursor.Remaining)
                cursor.ThrowInvalid($"at most {cursor.Remaining} bytes", $"{size}");
            var file = new SpanCursor(cursor.ReadBytes((int)size, "a file"), "FEAT_FILE");
            var path = CString(ref file);
            var type = file.ReadUInt32("type of a file");
            var minimum = file.ReadUInt64("least address");
            var count = file.ReadUInt32("count of symbols");
            if (count > (uint)file.Remaining / 13)
                file.ThrowInvalid($"at most {file.Remaining / 13} symbols", $"{count}");
            var symbols = new SimpleperfSymbol[count];
            for (var i = 0; i < symbols.Length; i++)
                symbols[i] = new SimpleperfSymbol(file.ReadUInt64("address"), file.ReadUInt32("size"), CString(ref file));
            if (type == 3)
            {
                // Offsets of the dex files in it.
                for (var left = file.ReadUInt32("count of offsets"); left > 0; left--)
                    file.ReadUInt64("offset");
            }

            var offset = type is 1 or 2 && file.Remaining >= 8 ? file.ReadUInt64("offset of the least address") : 0;
            Array.Sort(symbols, static (a, b) => a.Address.CompareTo(b.Address));
            files.Add(new SimpleperfFile(path, type, minimum, offset, symbols));
        }

        return files;
    }

    /// <summary>Reads <c>FEAT_FILE2</c>: u32 size, then a protocol buffer <c>FileFeature</c>, again and again.</summary>
    internal static List<SimpleperfFile> ReadAllMessages(ReadOnlySpan<byte> section)
    {
        var files = new List<SimpleperfFile>();
        var cursor = new SpanCursor(section, "FEAT_FILE2");
        while (cursor.Remaining > 0)
        {
            var size = cursor.ReadUInt32("size of a file");
            if (size > (uint)cursor.Remaining)
                cursor.ThrowInvalid($"at most {cursor.Remaining} bytes", $"{size}");
            files.Add(ReadMessage(new SpanCursor(cursor.ReadBytes((int)size, "a file"), "FEAT_FILE2")));
        }

        return files;
    }

    /// <summary>Reads <c>FEAT_META_INFO</c>: pairs of texts.</summary>
    internal static Dictionary<string, string> ReadMetaInfo(ref SpanCursor cursor)
    {
        var info = new Dictionary<string, string>(StringComparer.Ordinal);
        while (cursor.Remaining > 0)
            info[CString(ref cursor)] = CString(ref cursor);
        return info;
    }

    /// <summary>An event's name in <c>event_type_info</c>: lines <c>name,type,config</c>; empty when it is not there.</summary>
    internal static string EventName(string lines, PerfEventAttr attr)
    {
        foreach (var line in lines.Split('\n'))
        {
            var parts = line.Split(',');
            if (parts.Length >= 3 && uint.TryParse(parts[^2], NumberStyles.None, CultureInfo.InvariantCulture, out var type) && ulong.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var config) && type == attr.Type && config == attr.Config)
                return string.Join(',', parts[..^2]);
        }

        return "";
    }

    /// <summary><c>FileFeature</c>: 1 path, 2 type, 3 min_vaddr, 4 symbol, 5 dex_file, 6 elf_file, 7 kernel_module.</summary>
    private static SimpleperfFile ReadMessage(SpanCursor cursor)
    {
        var path = "";
        ulong type = 5, minimum = 0, offset = 0;
        var symbols = new List<SimpleperfSymbol>();
        while (TryField(ref cursor, out var field, out var number, out var bytes))
        {
            switch (field)
            {
                case 1:
                    path = Encoding.UTF8.GetString(bytes);
                    break;
                case 2:
                    type = number;
                    break;
                case 3:
                    minimum = number;
                    break;
                case 4:
                    symbols.Add(ReadSymbol(new SpanCursor(bytes, "FEAT_FILE2")));
                    break;
                case 6 or 7:
                    var inner = new SpanCursor(bytes, "FEAT_FILE2");
                    while (TryField(ref inner, out var innerField, out var value, out _))
                        offset = innerField == 1 ? value : offset;
                    break;
            }
        }

        symbols.Sort(static (a, b) => a.Address.CompareTo(b.Address));
        return new SimpleperfFile(path, (uint)type, minimum, offset, symbols);
    }

    /// <summary><c>Symbol</c>: 1 vaddr, 2 len, 3 name.</summary>
    private static SimpleperfSymbol ReadSymbol(SpanCursor cursor)
    {
        ulong address = 0, size = 0;
        var name = "";
        while (TryField(ref cursor, out var field, out var number, out var bytes))
        {
            switch (field)
            {
                case 1:
                    address = number;
                    break;
                case 2:
                    size = number;
                    break;
                case 3:
                    name = Encoding.UTF8.GetString(bytes);
                    break;
            }
        }

        return new SimpleperfSymbol(address, (uint)size, name);
    }

    /// <summary>The next field of a protocol buffer: varint, 64 bits, bytes or 32 bits.</summary>
    private static bool TryField(ref SpanCursor cursor, out int field, out ulong number, out ReadOnlySpan<byte> bytes)
    {
        (field, number) = (0, 0);
        bytes = default;
        if (cursor.Remaining == 0)
            return false;
        var tag = cursor.ReadUleb128("tag");
        field = (int)Math.Min(tag >> 3, int.MaxValue);
        switch (tag & 7)
        {
            case 0:
                number = cursor.ReadUleb128("number");
                return true;
            case 1:
                number = cursor.ReadUInt64("number");
                return true;
            case 2:
                var size = cursor.ReadUleb128("length");
                if (size > (ulong)cursor.Remaining)
                    cursor.ThrowInvalid($"at most {cursor.Remaining} bytes", $"{size}");
                bytes = cursor.ReadBytes((int)size, "bytes");
                return true;
            case 5:
                number = cursor.ReadUInt32("number");
                return true;
            default:
                cursor.ThrowInvalid("a field of type 0, 1, 2 or 5", $"{tag & 7}");
                return false;
        }
    }

    private static string CString(ref SpanCursor cursor)
    {
        if (!cursor.TryReadCString(out var text))
            cursor.ThrowInvalid("a text that ends with NUL", $"{cursor.Remaining} bytes without");
        return Encoding.UTF8.GetString(text);
    }
}
