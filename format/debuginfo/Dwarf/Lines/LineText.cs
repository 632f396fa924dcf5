namespace TraceKit.DebugInfo.Dwarf.Lines;

/// <summary>A text somewhere in the sections, not read yet.</summary>
internal readonly struct LineText(LineTextSource source, uint offset)
{
    /// <summary>Where the text begins.</summary>
    public readonly uint Offset = offset;

    /// <summary>In which section.</summary>
    public readonly LineTextSource Source = source;
}

/// <summary>The sections that texts stand in.</summary>
internal enum LineTextSource : byte
{
    /// <summary>There is no text.</summary>
    None = 0,

    /// <summary>In the line table itself.</summary>
    DebugLine,

    /// <summary><c>.debug_str</c>.</summary>
    DebugStr,

    /// <summary><c>.debug_line_str</c>.</summary>
    DebugLineStr,

    /// <summary><c>.debug_str</c> of the supplementary file.</summary>
    SupplementaryStr,
}

/// <summary>One entry of the file name table.</summary>
internal struct LineFile
{
    /// <summary>The name as written: absolute, or relative to the directory.</summary>
    public LineText Name;

    /// <summary>The file's content, where the producer embedded it (LLVM).</summary>
    public LineText Source;

    /// <summary>Number of the directory, as the table's version counts.</summary>
    public uint Directory;

    /// <summary>Where in <c>.debug_line</c> the MD5 of the content stands; 0 when it is not given.</summary>
    public int Md5At;
}
