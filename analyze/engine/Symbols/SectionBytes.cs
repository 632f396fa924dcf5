using TraceKit.DebugInfo.Elf;

namespace TraceKit.Engine.Symbols;

/// <summary>Which sections of a file are really there.</summary>
internal static class SectionBytes
{
    /// <summary>Whether a section's bytes are at hand: a snapshot has the headers of all sections, and the bytes of some.</summary>
    public static bool HasBytes(this ElfImage image, string name) =>
        image.TrySection(name, out var section) && section.Type != ElfConstants.SHT_NOBITS && section.Size > 0
        // Of a snapshot all bytes: some of them may be there by chance. A file on the disk is not read for it.
        && image.Image.TryRead(section.Offset, image.Image.Extents.IsEmpty ? Math.Min(section.Size, 16) : section.Size, out _);

    /// <summary>Whether it has units of debugging information.</summary>
    public static bool HasDwarf(this ElfImage image) => image.HasBytes(".debug_info") || image.HasBytes(".zdebug_info");

    /// <summary>Whether it says how to unwind.</summary>
    public static bool HasUnwind(this ElfImage image) =>
        image.HasBytes(".eh_frame") || image.HasBytes(".debug_frame") || image.HasBytes(".zdebug_frame") || image.HasBytes(".gopclntab") || image.HasBytes(".data.rel.ro.gopclntab");
}
