namespace TraceKit.Format.Dtr.Samples;

/// <summary>What records of one shape share: which predictions hold, and so what the columns carry.</summary>
/// <param name="Event">Event of the chunk (its own numbering).</param>
/// <param name="Flags"><see cref="ShapeFlags"/>.</param>
/// <param name="Misc">The record header's misc.</param>
/// <param name="Identity">IDENTIFIER, else ID, else 0.</param>
internal readonly record struct SampleShape(int Event, uint Flags, ushort Misc, ulong Identity);

/// <summary>Bits of a shape's flag word.</summary>
internal static class ShapeFlags
{
    /// <summary>The record stands as it is in the Verbatim column; no other flag is set.</summary>
    public const uint Verbatim = 1 << 0;

    /// <summary>IP is the first callchain entry that is no marker.</summary>
    public const uint IpFromChain = 1 << 1;

    /// <summary>CPU is the chunk's stream.</summary>
    public const uint CpuIsStream = 1 << 2;

    /// <summary>Period as in the event's sample before (0 at first).</summary>
    public const uint PeriodSame = 1 << 3;

    /// <summary>Address as in the event's sample before (0 at first).</summary>
    public const uint AddrSame = 1 << 4;

    /// <summary>ID is the shape's identity.</summary>
    public const uint IdIsIdentity = 1 << 5;

    /// <summary>STREAM_ID as in the event's sample before (0 at first).</summary>
    public const uint StreamIdSame = 1 << 6;

    /// <summary>Thread as in the sample before.</summary>
    public const uint ThreadSame = 1 << 7;

    /// <summary>Three bits: how the callchain is built.</summary>
    public const int ChainShift = 8;

    /// <summary>Any entries: one part, with markers as entries.</summary>
    public const uint ChainAny = 0;

    /// <summary>CONTEXT_USER, then entries.</summary>
    public const uint ChainUser = 1;

    /// <summary>CONTEXT_KERNEL, entries, CONTEXT_USER, entries.</summary>
    public const uint ChainKernelUser = 2;

    /// <summary>CONTEXT_KERNEL, then entries.</summary>
    public const uint ChainKernel = 3;

    /// <summary>Two bits: the abi of user registers, 0 to 2. A record with another is verbatim.</summary>
    public const int AbiShift = 11;

    /// <summary>The user IP register is the sample's IP.</summary>
    public const uint RegisterIpIsIp = 1 << 13;

    /// <summary>Two bits: how the stack dump is stored.</summary>
    public const int StackShift = 14;

    /// <summary>Its size is 0: no bytes and no dyn_size.</summary>
    public const uint StackNone = 0;

    /// <summary>Byte for byte.</summary>
    public const uint StackRaw = 1;

    /// <summary>Kept pointers, the rest is zero.</summary>
    public const uint StackPointers = 2;

    /// <summary>Stack size as in the event's dump before (0 at first).</summary>
    public const uint StackSizeSame = 1 << 16;

    /// <summary>dyn_size is the size.</summary>
    public const uint StackDynIsSize = 1 << 17;

    /// <summary>The tracepoint record's size as predicted.</summary>
    public const uint RawSizeSame = 1 << 18;

    /// <summary>Bytes follow STACK_USER's place: they stand in Verbatim.</summary>
    public const uint HasTail = 1 << 19;

    /// <summary>Every bit in use.</summary>
    public const uint All = (1 << 20) - 1;
}
