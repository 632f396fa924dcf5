namespace TraceKit.DebugInfo.Source;

/// <summary>Numbers of the source index (FORMAT.md, "Source index"). Little-endian, offsets from the start of the index.</summary>
/// <remarks>
/// <code>
///  0  u32 magic "TKSI"      4  u16 version         6  u16 bytes of the header
///  8  u64 base address     16  u32 texts          20  u32 nodes
/// 24  u32 function blocks  28  u32 place blocks   32  u8[5] widths of a node's fields, u8[3] zero
/// 40  u32 offsets of: texts' ends, texts, nodes, function blocks, functions, place blocks, places; u32 length of all
/// </code>
/// </remarks>
internal static class SourceIndexFormat
{
    public const uint Magic = 0x49534b54;
    public const ushort Version = 1;
    public const int HeaderBytes = 72;
    public const int NodeFields = 5;

    /// <summary>Steps of one block: few enough that finding one of them costs less than the search for the block.</summary>
    public const int BlockSteps = 32;

    /// <summary>Bytes of a block in the list of blocks: its first address, from the base on, and where its steps begin.</summary>
    public const int BlockBytes = 8;

    /// <summary>Bits of a place's first byte: something is known; another file follows; another column follows.</summary>
    public const byte HasPlace = 1, NewFile = 2, NewColumn = 4;
}
