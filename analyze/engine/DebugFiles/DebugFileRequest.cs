using TraceKit.DebugInfo.Elf;

namespace TraceKit.Engine.DebugFiles;

/// <summary>What is known of a module whose files are wanted.</summary>
public sealed record DebugFileRequest
{
    /// <summary>Absolute path as it was mapped, or <c>[vdso]</c>.</summary>
    public required string Path { get; init; }

    /// <summary>Build-id in lower-case hex; empty when it has none.</summary>
    public string BuildId { get; init; } = "";

    /// <summary>Its <c>.gnu_debuglink</c>; null when unknown.</summary>
    public ElfDebugLink? DebugLink { get; init; }

    /// <summary>What the recording has of the file; null when nothing. Tells apart files without a build-id, by their headers.</summary>
    public ElfImage? Image { get; init; }

    /// <summary>Release of the kernel that was recorded (<c>uname -r</c>), which a vDSO without a build-id is known by; empty when unknown.</summary>
    public string KernelRelease { get; init; } = "";

    /// <summary>A request for the files of an image: its path, build-id and debuglink.</summary>
    public static DebugFileRequest For(ElfImage image, string path) => new()
    {
        Path = path,
        BuildId = Convert.ToHexStringLower(image.BuildId.Span),
        DebugLink = image.DebugLink,
        Image = image,
    };
}
