using System.Buffers.Binary;

namespace TraceKit.Format.Perf;

/// <summary>
/// <c>struct perf_event_attr</c> of perf_event.h. It keeps the very bytes: what a newer kernel appended survives a round trip.
/// </summary>
/// <remarks>A field past <see cref="Size"/> reads as zero and refuses to be set.</remarks>
public sealed class PerfEventAttr
{
    /// <summary>Bytes of the first published structure.</summary>
    public const int PERF_ATTR_SIZE_VER0 = 64;

    /// <summary>Bytes up to and with <c>sig_data</c>: what a new attribute has. Kernels that know less accept it while the rest is zero.</summary>
    public const int PERF_ATTR_SIZE_VER7 = 128;

    /// <summary>Most bytes that a kernel takes (one page).</summary>
    public const int MaxSize = 4096;

    private readonly byte[] _bytes;

    /// <summary>An attribute of all zeros but its size.</summary>
    public PerfEventAttr()
        : this(new byte[PERF_ATTR_SIZE_VER7]) =>
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(4), PERF_ATTR_SIZE_VER7);

    private PerfEventAttr(byte[] bytes) => _bytes = bytes;

    /// <summary>The structure's bytes, <see cref="Size"/> of them.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary><see cref="PerfTypeId"/>, or a dynamic PMU's number.</summary>
    public uint Type
    {
        get => Get32(0);
        set => Set32(0, value);
    }

    /// <summary>Bytes of the structure.</summary>
    public int Size => _bytes.Length;

    /// <summary>Which event of the type.</summary>
    public ulong Config
    {
        get => Get64(8);
        set => Set64(8, value);
    }

    /// <summary>Events between two samples, or samples a second with <see cref="PerfAttrFlags.freq"/>.</summary>
    public ulong SamplePeriodOrFrequency
    {
        get => Get64(16);
        set => Set64(16, value);
    }

    /// <summary><see cref="PerfSampleFormat"/> bits.</summary>
    public ulong SampleType
    {
        get => Get64(24);
        set => Set64(24, value);
    }

    /// <summary><see cref="PerfReadFormat"/> bits.</summary>
    public ulong ReadFormat
    {
        get => Get64(32);
        set => Set64(32, value);
    }

    /// <summary><see cref="PerfAttrFlags"/> bits, with <c>precise_ip</c> at bits 15 and 16.</summary>
    public ulong Flags
    {
        get => Get64(40);
        set => Set64(40, value);
    }

    /// <summary><c>precise_ip</c>, 0 to 3.</summary>
    public int PreciseIp
    {
        get => (int)(Flags >> 15) & 3;
        set => Flags = (Flags & ~(3UL << 15)) | ((ulong)(value & 3) << 15);
    }

    /// <summary><c>wakeup_events</c>, or bytes with <see cref="PerfAttrFlags.watermark"/>.</summary>
    public uint WakeupEventsOrWatermark
    {
        get => Get32(48);
        set => Set32(48, value);
    }

    /// <summary><c>bp_type</c>.</summary>
    public uint BreakpointType
    {
        get => Get32(52);
        set => Set32(52, value);
    }

    /// <summary><c>config1</c>, <c>bp_addr</c>, <c>kprobe_func</c>, <c>uprobe_path</c>.</summary>
    public ulong Config1
    {
        get => Get64(56);
        set => Set64(56, value);
    }

    /// <summary><c>config2</c>, <c>bp_len</c>, <c>kprobe_addr</c>, <c>probe_offset</c>.</summary>
    public ulong Config2
    {
        get => Get64(64);
        set => Set64(64, value);
    }

    /// <summary><see cref="PerfBranchSampleType"/> bits.</summary>
    public ulong BranchSampleType
    {
        get => Get64(72);
        set => Set64(72, value);
    }

    /// <summary>Mask of registers of user space in each sample: <see cref="PerfRegsX86"/>, <see cref="PerfRegsArm64"/>.</summary>
    public ulong SampleRegsUser
    {
        get => Get64(80);
        set => Set64(80, value);
    }

    /// <summary>Bytes of user stack in each sample.</summary>
    public uint SampleStackUser
    {
        get => Get32(88);
        set => Set32(88, value);
    }

    /// <summary>Clock of the time field with <see cref="PerfAttrFlags.use_clockid"/>: 1 is CLOCK_MONOTONIC.</summary>
    public int ClockId
    {
        get => (int)Get32(92);
        set => Set32(92, (uint)value);
    }

    /// <summary>Mask of registers at the interrupt.</summary>
    public ulong SampleRegsIntr
    {
        get => Get64(96);
        set => Set64(96, value);
    }

    /// <summary><c>aux_watermark</c>.</summary>
    public uint AuxWatermark
    {
        get => Get32(104);
        set => Set32(104, value);
    }

    /// <summary>Most entries of a callchain; 0 is the system's limit.</summary>
    public ushort SampleMaxStack
    {
        get => (ushort)Get32(108);
        set => Set32(108, (Get32(108) & 0xffff0000) | value);
    }

    /// <summary>Whether a flag of <see cref="PerfAttrFlags"/> is set.</summary>
    public bool Has(ulong flag) => (Flags & flag) != 0;

    /// <summary>Sets or clears flags of <see cref="PerfAttrFlags"/>.</summary>
    public void Set(ulong flags, bool value) => Flags = value ? Flags | flags : Flags & ~flags;

    /// <summary>Reads a structure; its own size field says how much of <paramref name="data"/> is it.</summary>
    /// <returns>False when the size field is under 64 (0 counts as 64), over a page, or more than there is.</returns>
    public static bool TryRead(ReadOnlySpan<byte> data, out PerfEventAttr? attr)
    {
        attr = null;
        if (data.Length < PERF_ATTR_SIZE_VER0)
            return false;
        var size = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
        if (size == 0)
            size = PERF_ATTR_SIZE_VER0;
        if (size is < PERF_ATTR_SIZE_VER0 or > MaxSize || size > data.Length)
            return false;
        attr = new PerfEventAttr(data[..(int)size].ToArray());
        return true;
    }

    /// <summary>Copies the structure.</summary>
    /// <param name="destination">At least <see cref="Size"/> bytes.</param>
    public void WriteTo(Span<byte> destination) => _bytes.CopyTo(destination);

    /// <summary>A copy that can be changed alone.</summary>
    public PerfEventAttr Clone() => new((byte[])_bytes.Clone());

    private uint Get32(int offset) =>
        offset + 4 <= _bytes.Length ? BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(offset)) : 0;

    private ulong Get64(int offset) =>
        offset + 8 <= _bytes.Length ? BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan(offset)) : 0;

    private void Set32(int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Field(offset, 4), value);

    private void Set64(int offset, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Field(offset, 8), value);

    private Span<byte> Field(int offset, int size) =>
        offset + size <= _bytes.Length
            ? _bytes.AsSpan(offset, size)
            : throw new InvalidOperationException($"perf_event_attr of {_bytes.Length} bytes has no field at {offset}");
}
