namespace TraceKit.Binary;

/// <summary>Every bound on what input may ask for, with its reason. Sizes are bytes.</summary>
public static class InputLimits
{
    /// <summary>Raw (decompressed) bytes of one .dtr chunk: small enough to allocate for each core, large enough to compress well.</summary>
    public const int ChunkRawBytes = 4 << 20;

    /// <summary>Records that one sample chunk stands for: thinned stacks shrink 100 times and more, and decoding must stay bounded.</summary>
    public const long SampleChunkRecordBytes = 256 << 20;

    /// <summary>One perf record: its header's size field has 16 bits.</summary>
    public const int PerfRecordBytes = 65535;

    /// <summary>Stack frames of one sample: <c>kernel.perf_event_max_stack</c> is 127 by default, this leaves room for admins who raised it.</summary>
    public const int StackFrames = 4096;

    /// <summary>Bytes of one LEB128 number: 64 bits need 10; more is padding that no producer writes.</summary>
    public const int Leb128Bytes = 10;

    /// <summary>Bytes of one file or symbol name: PATH_MAX is 4096; C++ and Rust names reach tens of KB.</summary>
    public const int NameBytes = 1 << 20;

    /// <summary>Section headers of one ELF file: -ffunction-sections objects reach 100k.</summary>
    public const int ElfSections = 1 << 20;

    /// <summary>Program headers of one ELF file.</summary>
    public const int ElfSegments = 1 << 16;

    /// <summary>Nesting of any structure that is walked (types, expressions, MessagePack).</summary>
    public const int Depth = 256;

    /// <summary>Types, or members of types, that one walk through them looks at: the largest structs and enums in use have some thousands, types that contain themselves have no end.</summary>
    public const int TypeSteps = 1 << 14;

    /// <summary>Steps of one DWARF expression: real ones have under 50, a loop must end.</summary>
    public const int ExpressionSteps = 1 << 12;

    /// <summary>Arguments of one probe, and fields of one argument: the kernel takes 128 (<c>MAX_TRACE_ARGS</c>).</summary>
    public const int ProbeArguments = 128;

    /// <summary>Names of values of one argument: the largest enums in use have some thousands, Go programs some ten thousand types.</summary>
    public const int ValueNames = 1 << 16;

    /// <summary>Places of one event: a probe in the middle of an inlined function has one for each copy.</summary>
    public const int ProbePlaces = 1 << 12;
}
