using System.Buffers.Binary;
using TraceKit.DebugInfo.Elf;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.Engine.DebugFiles;

/// <summary>What a candidate must agree with to be of the same build.</summary>
/// <param name="BuildId">In lower-case hex; empty when there is none.</param>
/// <param name="DebugLink">Checksum of the debug file, where the module states it.</param>
/// <param name="Image">What the recording has of the file.</param>
internal sealed record FileIdentity(string BuildId, ElfDebugLink? DebugLink, ElfImage? Image)
{
    /// <summary>What is said of a file that nothing but its path speaks for.</summary>
    public const string ByPath = "used by its path alone: the recording has no build-id of it";

    /// <summary>The same, with what the main file knows more.</summary>
    public FileIdentity With(ElfImage main) =>
        new(BuildId.Length > 0 ? BuildId : Convert.ToHexStringLower(main.BuildId.Span), DebugLink ?? main.DebugLink, Image ?? main);

    public (DebugFileOutcome Outcome, string Detail) CheckMain(ElfOnDisk file, bool isByPath)
    {
        var image = file.Image;
        var id = Convert.ToHexStringLower(image.BuildId.Span);
        if (BuildId.Length > 0 && id.Length > 0 && BuildId != id)
            return OtherBuild(id);
        if (IsDebugOnly(image))
            return (DebugFileOutcome.NotUsable, "a debug file, without the code");
        if (BuildId.Length > 0 && id == BuildId)
            return (DebugFileOutcome.Used, "");
        if (Image is null)
            return isByPath && BuildId.Length == 0 ? (DebugFileOutcome.Used, ByPath) : (DebugFileOutcome.NoIdentity, "");
        return SameLayout(image) ? (DebugFileOutcome.Used, "no build-id; length and all headers are the same")
            : (DebugFileOutcome.OtherFile, "no build-id, and its length or headers differ");
    }

    public (DebugFileOutcome Outcome, string Detail) CheckDebug(ElfOnDisk file)
    {
        var image = file.Image;
        var id = Convert.ToHexStringLower(image.BuildId.Span);
        if (BuildId.Length > 0 && id.Length > 0 && BuildId != id)
            return OtherBuild(id);
        if (!HasContent(image))
            return (DebugFileOutcome.NotUsable, "the same build, but it has neither symbols nor debugging information");
        if (BuildId.Length > 0 && id == BuildId)
            return (DebugFileOutcome.Used, "");
        if (DebugLink is null)
            return (DebugFileOutcome.NoIdentity, "");
        if (!file.TryCrc(out var crc))
            return (DebugFileOutcome.NotReadable, "");
        return crc == DebugLink.Crc ? (DebugFileOutcome.Used, "")
            : (DebugFileOutcome.OtherFile, $"its CRC-32 is 0x{crc:x8}, .gnu_debuglink says 0x{DebugLink.Crc:x8}");
    }

    /// <summary>Packages have no build-id: which of their units belong to the module is known by each unit's id.</summary>
    public static (DebugFileOutcome Outcome, string Detail) CheckPackage(ElfOnDisk file) =>
        file.Image.TrySection(".debug_cu_index", out _) ? (DebugFileOutcome.Used, "") : (DebugFileOutcome.NotUsable, "no package of split units");

    public static (DebugFileOutcome Outcome, string Detail) CheckSplitUnit(ElfOnDisk file, ulong id)
    {
        var image = file.Image;
        if (!image.TrySection(".debug_info.dwo", out var info))
            return (DebugFileOutcome.NotUsable, "no split units");

        // DWARF 5 §7.5.1.2: a split unit's header states the id. (Before version 5 an attribute does, which the reader of units compares.)
        if ((info.Flags & SHF_COMPRESSED) != 0 || !image.Image.TryRead(info.Offset, Math.Min(info.Size, 32), out var bytes) || bytes.Length < 32)
            return (DebugFileOutcome.Used, "");
        var big = image.IsBigEndian;
        var header = bytes.Span;
        var wide = header[..4].IndexOfAnyExcept((byte)0xff) < 0;
        header = header[(wide ? 12 : 4)..];
        var version = big ? BinaryPrimitives.ReadUInt16BigEndian(header) : BinaryPrimitives.ReadUInt16LittleEndian(header);
        if (version < 5 || header[2] != 5) // DW_UT_split_compile
            return (DebugFileOutcome.Used, "");
        header = header[(wide ? 12 : 8)..];
        var found = big ? BinaryPrimitives.ReadUInt64BigEndian(header) : BinaryPrimitives.ReadUInt64LittleEndian(header);
        return found == id ? (DebugFileOutcome.Used, "") : (DebugFileOutcome.OtherFile, $"its unit is 0x{found:x16}, wanted is 0x{id:x16}");
    }

    private (DebugFileOutcome Outcome, string Detail) OtherBuild(string id) => (DebugFileOutcome.OtherFile, $"its build-id is {id}, wanted is {BuildId}");

    private static bool HasContent(ElfImage image)
    {
        foreach (ref readonly var s in image.Sections)
        {
            if (s.Type is not (SHT_NOBITS or SHT_NULL) && (s.Type == SHT_SYMTAB || s.Name.StartsWith(".debug_", StringComparison.Ordinal) || s.Name.StartsWith(".zdebug_", StringComparison.Ordinal)))
                return true;
        }

        return false;
    }

    /// <summary>What <c>objcopy --only-keep-debug</c> leaves: sections of code without their bytes.</summary>
    private static bool IsDebugOnly(ElfImage image)
    {
        foreach (ref readonly var s in image.Sections)
        {
            if (s.IsCode && s.Type == SHT_NOBITS && s.Size != 0)
                return true;
        }

        return false;
    }

    private bool SameLayout(ElfImage other)
    {
        if (Image!.Image.Length != other.Image.Length || Image.Machine != other.Machine || Image.Type != other.Type || Image.Entry != other.Entry ||
            Image.Segments.Length != other.Segments.Length || Image.Sections.Length != other.Sections.Length)
        {
            return false;
        }

        for (var i = 0; i < Image.Segments.Length; i++)
        {
            ref readonly var a = ref Image.Segments[i];
            ref readonly var b = ref other.Segments[i];
            if ((a.Type, a.Flags, a.Offset, a.Address, a.FileSize, a.MemorySize) != (b.Type, b.Flags, b.Offset, b.Address, b.FileSize, b.MemorySize))
                return false;
        }

        for (var i = 0; i < Image.Sections.Length; i++)
        {
            ref readonly var a = ref Image.Sections[i];
            ref readonly var b = ref other.Sections[i];
            if ((a.Name, a.Type, a.Flags, a.Address, a.Offset, a.Size) != (b.Name, b.Type, b.Flags, b.Address, b.Offset, b.Size))
                return false;
        }

        return true;
    }
}
