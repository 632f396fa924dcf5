namespace TraceKit.DebugInfo.Elf;

/// <summary>Content of <c>.gnu_debugaltlink</c>: the file that dwz moved what several debug files share to.</summary>
/// <param name="fileName">Path as written: absolute, or relative to the folder of the debug file.</param>
/// <param name="buildId">Build-id of that file.</param>
public sealed class ElfAlternateLink(string fileName, ReadOnlyMemory<byte> buildId)
{
    /// <summary>Path as written: absolute, or relative to the folder of the debug file.</summary>
    public string FileName { get; } = fileName;

    /// <summary>Build-id of that file.</summary>
    public ReadOnlyMemory<byte> BuildId { get; } = buildId;
}
