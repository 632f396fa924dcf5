namespace TraceKit.Format.Dtr;

/// <summary>The flag word of a chunk header. Bits not named here are zero in version 1.</summary>
[Flags]
public enum ChunkFlags : ushort
{
    /// <summary>Stored as it is; may be skipped by who does not know the type.</summary>
    None = 0,

    /// <summary>The payload is one LZ4 block (no frame).</summary>
    Lz4 = 1,

    /// <summary>Four bits that say how the payload is compressed: 0 stored, 1 LZ4; others are unknown.</summary>
    CompressionMask = 0x000f,

    /// <summary>A reader that does not know the type must refuse the file.</summary>
    Required = 0x8000,
}
