namespace TraceKit.Format.Dtr.Samples;

/// <summary>The columns of a sample chunk, in the order in which they stand. FORMAT.md has the encoding of each.</summary>
internal enum SampleColumn
{
    /// <summary>Definitions of shapes, events and threads, at first use.</summary>
    Definitions = 0,

    /// <summary>For each record: its shape.</summary>
    Shapes = 1,

    /// <summary>For samples of another thread than the one before: the thread.</summary>
    Threads = 2,

    /// <summary>Time differences.</summary>
    Times = 3,

    /// <summary>Single values that weren't as predicted.</summary>
    Scalars = 4,

    /// <summary>For each callchain part: entries dropped and added.</summary>
    ChainEdits = 5,

    /// <summary>Added callchain entries as tokens.</summary>
    ChainTokens = 6,

    /// <summary>Addresses at first use.</summary>
    ChainSymbols = 7,

    /// <summary>Tracepoint records: sizes and masks of changed words.</summary>
    RawMasks = 8,

    /// <summary>Tracepoint records: the changed words.</summary>
    RawWords = 9,

    /// <summary>User registers.</summary>
    Registers = 10,

    /// <summary>Stack dumps of kept pointers: runs of same, dropped and added words.</summary>
    StackEdits = 11,

    /// <summary>Added stack words as tokens.</summary>
    StackTokens = 12,

    /// <summary>Stack words at first use.</summary>
    StackSymbols = 13,

    /// <summary>Stack dumps byte for byte.</summary>
    StackRaw = 14,

    /// <summary>Whole records that are no samples of their layout, and fields that have no column.</summary>
    Verbatim = 15,
}
