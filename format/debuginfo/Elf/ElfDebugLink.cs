namespace TraceKit.DebugInfo.Elf;

/// <summary>Content of <c>.gnu_debuglink</c>: the name of the separate debug file and the CRC-32 of its bytes.</summary>
/// <param name="fileName">File name without a folder.</param>
/// <param name="crc">CRC-32 (IEEE 802.3) of the whole debug file.</param>
public sealed class ElfDebugLink(string fileName, uint crc)
{
    /// <summary>File name without a folder.</summary>
    public string FileName { get; } = fileName;

    /// <summary>CRC-32 (IEEE 802.3, as zlib's) of the whole debug file.</summary>
    public uint Crc { get; } = crc;
}
