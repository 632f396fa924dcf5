using System.Buffers.Binary;
using TraceKit.DebugInfo.Elf;

namespace TraceKit.Capture.Snapshots;

/// <summary>What a file's debug information takes in memory.</summary>
internal static class DebugSize
{
    /// <summary>Whether there is any.</summary>
    public static bool HasUnits(ModuleFile file) => file.Headers.TrySection(".debug_info", out _) || file.Headers.TrySection(".zdebug_info", out _);

    /// <summary>Bytes in memory: sections as they are, compressed ones also inflated.</summary>
    /// <param name="file">The file.</param>
    /// <param name="isRead">Which sections, by name.</param>
    public static ulong Of(ModuleFile file, Func<string, bool> isRead)
    {
        ulong sum = 0;
        Span<byte> head = stackalloc byte[24];
        foreach (ref readonly var section in file.Headers.Sections)
        {
            if (section.Type == ElfConstants.SHT_NOBITS || !isRead(section.Name))
                continue;
            sum += section.Size;
            // Elf64_Chdr: type 4, reserved 4, size 8, alignment 8; "ZLIB" and the size, big-endian, before that was agreed upon.
            if (section.Size >= 24 && file.TryRead(section.Offset.Value, head))
            {
                if ((section.Flags & ElfConstants.SHF_COMPRESSED) != 0)
                    sum += file.Headers.IsBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(head[8..]) : BinaryPrimitives.ReadUInt64LittleEndian(head[8..]);
                else if (section.Name[1] == 'z')
                    sum += BinaryPrimitives.ReadUInt64BigEndian(head[4..]);
            }
        }

        return sum;
    }
}
