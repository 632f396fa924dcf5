namespace TraceKit.DebugInfo.Dwarf;

/// <summary>One step over the attributes of an entry: neighbours that nobody asks for are one step.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Form">Of the attribute that is read.</param>
/// <param name="Attribute">Which attribute is read.</param>
/// <param name="Argument">Bytes to skip, or the number of the implicit constant.</param>
internal readonly record struct PlanOp(PlanOpKind Kind, ushort Form, ushort Attribute, int Argument);

/// <summary>The kinds of steps.</summary>
internal enum PlanOpKind : byte
{
    /// <summary>A stated number of bytes.</summary>
    Skip,

    /// <summary>A LEB128 number.</summary>
    SkipLeb128,

    /// <summary>A NUL-terminated string.</summary>
    SkipString,

    /// <summary>A block whose length is a LEB128 number.</summary>
    SkipBlock,

    /// <summary>Some other value, by its form.</summary>
    SkipForm,

    /// <summary>A value that is wanted.</summary>
    Read,

    /// <summary>A form nobody knows: nothing after it can be read.</summary>
    Unknown,
}
