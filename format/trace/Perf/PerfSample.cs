using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace TraceKit.Format.Perf;

/// <summary>A view of one <c>PERF_RECORD_SAMPLE</c>: no copy, no allocation.</summary>
/// <remarks>
/// Borrows the record's bytes. A field that the layout lacks reads as zero or empty; <see cref="Layout"/> tells which is there.
/// </remarks>
public readonly ref partial struct PerfSample
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly Parts _parts;

    private PerfSample(ReadOnlySpan<byte> bytes, SampleLayout layout, scoped in Parts parts)
    {
        _bytes = bytes;
        Layout = layout;
        _parts = parts;
    }

    /// <summary>Where the fields are.</summary>
    public SampleLayout Layout { get; }

    /// <summary>The whole record.</summary>
    public PerfRecord Record => new(_bytes);

    /// <summary>Id of the event (PERF_SAMPLE_IDENTIFIER).</summary>
    public ulong Identifier => At(Layout.IdentifierOffset);

    /// <summary>Instruction pointer.</summary>
    public ulong Ip => At(Layout.IpOffset);

    /// <summary>Process id in the recorder's namespace.</summary>
    public uint Pid => (uint)At(Layout.TidOffset);

    /// <summary>Thread id.</summary>
    public uint Tid => (uint)(At(Layout.TidOffset) >> 32);

    /// <summary>Nanoseconds of the recording's clock.</summary>
    public ulong Time => At(Layout.TimeOffset);

    /// <summary>Address that the event concerns.</summary>
    public ulong Addr => At(Layout.AddrOffset);

    /// <summary>Id of the event (PERF_SAMPLE_ID).</summary>
    public ulong Id => At(Layout.IdOffset);

    /// <summary>Id of the event on this CPU or task.</summary>
    public ulong StreamId => At(Layout.StreamIdOffset);

    /// <summary>CPU number.</summary>
    public uint Cpu => (uint)At(Layout.CpuOffset);

    /// <summary>Events that this sample stands for.</summary>
    public ulong Period => At(Layout.PeriodOffset);

    /// <summary>Counter values, as <see cref="SampleLayout.ReadFormat"/> lays them out.</summary>
    public ReadOnlySpan<byte> ReadValues => Slice(_parts.Read, _parts.ReadSize);

    /// <summary>Addresses, leaf first, with the markers of <see cref="PerfContext"/>.</summary>
    public ReadOnlySpan<ulong> Callchain => Words(_parts.Callchain, _parts.CallchainCount);

    /// <summary>The tracepoint's record, with the kernel's padding.</summary>
    public ReadOnlySpan<byte> Raw => Slice(_parts.Raw, _parts.RawSize);

    /// <summary>Bytes of a <c>struct perf_branch_entry</c>: from, to, flags.</summary>
    public const int BranchEntryBytes = 24;

    /// <summary>The <c>struct perf_branch_entry</c> of each branch, latest first: what stands between <c>nr</c> (and <c>hw_idx</c>) and the counters of <c>PERF_SAMPLE_BRANCH_COUNTERS</c>.</summary>
    public ReadOnlySpan<byte> Branches
    {
        get
        {
            var words = BranchStack;
            var start = (Layout.BranchSampleType & PerfBranchSampleType.PERF_SAMPLE_BRANCH_HW_INDEX) != 0 ? 16 : 8;
            if (words.Length < start)
                return default;
            var entries = words[start..];
            return entries[..(int)(Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(words), (ulong)(entries.Length / BranchEntryBytes)) * BranchEntryBytes)];
        }
    }

    /// <summary>Branch records from <c>nr</c> on.</summary>
    public ReadOnlySpan<byte> BranchStack => Slice(_parts.Branch, _parts.BranchSize);

    /// <summary><see cref="PerfRegsAbi"/> of the user registers.</summary>
    public ulong UserAbi => At(_parts.RegsUser);

    /// <summary>User registers, lowest bit of the mask first; empty with ABI_NONE.</summary>
    public ReadOnlySpan<ulong> UserRegs => Words(_parts.RegsUser + 8, _parts.RegsUserCount);

    /// <summary>The stack dump from the stack pointer up, <see cref="StackSize"/> bytes; only <see cref="StackDynSize"/> of them are the stack.</summary>
    public ReadOnlySpan<byte> Stack => Slice(_parts.Stack, _parts.StackSize);

    /// <summary>Bytes of the dump in the record.</summary>
    public int StackSize => _parts.StackSize;

    /// <summary>Bytes that the kernel could copy; what follows them in <see cref="Stack"/> means nothing.</summary>
    public int StackDynSize => _parts.StackSize == 0 ? 0 : (int)Math.Min(At(_parts.Stack + _parts.StackSize), (ulong)_parts.StackSize);

    /// <summary><c>dyn_size</c> as it stands; 0 when there is no dump.</summary>
    public ulong StackDynSizeField => _parts.StackSize == 0 ? 0 : At(_parts.Stack + _parts.StackSize);

    /// <summary>PERF_SAMPLE_WEIGHT or WEIGHT_STRUCT.</summary>
    public ulong Weight => At(_parts.Weight);

    /// <summary>Kind of memory access.</summary>
    public ulong DataSrc => At(_parts.DataSrc);

    /// <summary>Transaction state.</summary>
    public ulong Transaction => At(_parts.Transaction);

    /// <summary><see cref="PerfRegsAbi"/> of the interrupt registers.</summary>
    public ulong IntrAbi => At(_parts.RegsIntr);

    /// <summary>Registers at the interrupt.</summary>
    public ReadOnlySpan<ulong> IntrRegs => Words(_parts.RegsIntr + 8, _parts.RegsIntrCount);

    /// <summary>Physical address.</summary>
    public ulong PhysAddr => At(_parts.PhysAddr);

    /// <summary>Cgroup id.</summary>
    public ulong Cgroup => At(_parts.Cgroup);

    /// <summary>Page size of the data address.</summary>
    public ulong DataPageSize => At(_parts.DataPageSize);

    /// <summary>Page size of the code address.</summary>
    public ulong CodePageSize => At(_parts.CodePageSize);

    /// <summary>AUX data.</summary>
    public ReadOnlySpan<byte> Aux => Slice(_parts.Aux, _parts.AuxSize);

    /// <summary>Bytes after the last known field: 0 in every record of a known kernel.</summary>
    public int TrailingBytes => _bytes.Length - _parts.End;

    /// <summary>Bytes from the field after STACK_USER to the record's end, as they stand.</summary>
    internal ReadOnlySpan<byte> AfterStack => _bytes[_parts.AfterStack..];

    private ulong At(int offset) => offset <= 0 ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(_bytes[offset..]);

    private ReadOnlySpan<byte> Slice(int offset, int size) => size == 0 ? default : _bytes.Slice(offset, size);

    private ReadOnlySpan<ulong> Words(int offset, int count) =>
        count == 0 ? default : MemoryMarshal.Cast<byte, ulong>(_bytes.Slice(offset, count * 8));
}
