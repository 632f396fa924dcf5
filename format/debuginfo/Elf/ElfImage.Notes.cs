using System.Text;
using TraceKit.Binary;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.DebugInfo.Elf;

public sealed partial class ElfImage
{
    /// <summary>Notes longer than this are not searched for a build-id: the longest seen are the probes of libjvm, 20 KB.</summary>
    private const ulong MaximumNoteBytes = 1 << 20;

    private ReadOnlyMemory<byte> FindBuildId()
    {
        foreach (ref readonly var section in _sections.AsSpan())
        {
            if (section.Type == SHT_NOTE && section.Size <= MaximumNoteBytes && TryBuildId(StoredPrefix(section), out var id))
                return id;
        }

        foreach (ref readonly var segment in _segments.AsSpan())
        {
            if (segment.Type == PT_NOTE && TryBuildId(Image.ReadUpTo(segment.Offset, Math.Min(segment.FileSize, MaximumNoteBytes)), out var id))
                return id;
        }

        return default;
    }

    // gABI "Note section": namesz, descsz, type, each 32 bits; name and descriptor padded to 4.
    // (PT_NOTE with p_align 8 holds only .note.gnu.property, which pads its descriptor to 8; the build id never stands there.)
    private bool TryBuildId(ReadOnlyMemory<byte> notes, out ReadOnlyMemory<byte> id)
    {
        id = default;
        var c = Cursor(notes.Span, "notes");
        while (c.TryReadUInt32(out var nameSize) && c.TryReadUInt32(out var descriptorSize) && c.TryReadUInt32(out var type))
        {
            if (nameSize > (uint)c.Remaining || !c.TryReadBytes((int)nameSize, out var name) || !TrySkipPadding(ref c, nameSize))
                return false;
            var at = c.Position;
            if (descriptorSize > (uint)c.Remaining || !c.TryReadBytes((int)descriptorSize, out _))
                return false;
            if (type == NT_GNU_BUILD_ID && descriptorSize is > 0 and <= 64 && name.SequenceEqual("GNU\0"u8))
            {
                id = notes.Slice(at, (int)descriptorSize);
                return true;
            }

            if (!TrySkipPadding(ref c, descriptorSize))
                return false;
        }

        return false;
    }

    private static bool TrySkipPadding(ref SpanCursor c, uint size) =>
        c.TryReadBytes(Math.Min((int)(-size & 3), c.Remaining), out _);

    private ElfDebugLink? FindDebugLink()
    {
        // Name, NUL, padding to 4, CRC-32.
        if (!TrySection(".gnu_debuglink", out var section) || section.Size > 4096)
            return null;
        var c = Cursor(StoredPrefix(section).Span, ".gnu_debuglink");
        if (!c.TryReadCString(out var name) || name.Length == 0 || !c.TrySeek((c.Position + 3) & ~3) || !c.TryReadUInt32(out var crc))
            return null;
        return new ElfDebugLink(Encoding.UTF8.GetString(name), crc);
    }

    private ElfAlternateLink? FindAlternateLink()
    {
        // Name, NUL, build-id up to the section's end.
        if (!TrySection(".gnu_debugaltlink", out var section) || section.Size > 8192)
            return null;
        var content = StoredPrefix(section);
        var c = Cursor(content.Span, ".gnu_debugaltlink");
        return c.TryReadCString(out var name) && name.Length != 0 ? new ElfAlternateLink(Encoding.UTF8.GetString(name), content[c.Position..]) : null;
    }
}
