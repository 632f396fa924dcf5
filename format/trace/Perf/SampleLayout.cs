using System.Numerics;
using System.Runtime.InteropServices;

namespace TraceKit.Format.Perf;

/// <summary>Where the fields of an event's records stand: computed once per attribute, used for each record.</summary>
/// <remarks>perf_event.h, the comments at PERF_RECORD_SAMPLE and struct sample_id. Offsets are from the record's start, -1 when absent.</remarks>
public sealed class SampleLayout
{
    /// <summary>The layout of records that <paramref name="attr"/> asks for.</summary>
    /// <param name="attr">The event's attribute.</param>
    /// <param name="architecture">Whose register numbers the masks use.</param>
    public SampleLayout(PerfEventAttr attr, PerfArchitecture architecture = PerfArchitecture.X64)
        : this(attr.SampleType, attr.ReadFormat, attr.BranchSampleType, attr.SampleRegsUser, attr.SampleRegsIntr,
            attr.Has(PerfAttrFlags.sample_id_all), architecture)
    {
    }

    /// <summary>The layout from the parts of an attribute that decide it.</summary>
    public SampleLayout(ulong sampleType, ulong readFormat, ulong branchSampleType, ulong regsUser, ulong regsIntr, bool sampleIdAll,
        PerfArchitecture architecture)
    {
        SampleType = sampleType;
        ReadFormat = readFormat;
        BranchSampleType = branchSampleType;
        RegsUser = regsUser;
        RegsIntr = regsIntr;
        SampleIdAll = sampleIdAll;
        Architecture = architecture;

        var at = PerfRecord.HeaderSize;
        IdentifierOffset = Place(PerfSampleFormat.PERF_SAMPLE_IDENTIFIER, ref at);
        IpOffset = Place(PerfSampleFormat.PERF_SAMPLE_IP, ref at);
        TidOffset = Place(PerfSampleFormat.PERF_SAMPLE_TID, ref at);
        TimeOffset = Place(PerfSampleFormat.PERF_SAMPLE_TIME, ref at);
        AddrOffset = Place(PerfSampleFormat.PERF_SAMPLE_ADDR, ref at);
        IdOffset = Place(PerfSampleFormat.PERF_SAMPLE_ID, ref at);
        StreamIdOffset = Place(PerfSampleFormat.PERF_SAMPLE_STREAM_ID, ref at);
        CpuOffset = Place(PerfSampleFormat.PERF_SAMPLE_CPU, ref at);
        PeriodOffset = Place(PerfSampleFormat.PERF_SAMPLE_PERIOD, ref at);
        FixedSize = at;

        RegsUserCount = BitOperations.PopCount(regsUser);
        RegsIntrCount = BitOperations.PopCount(regsIntr);
        var (sp, ip) = architecture switch
        {
            PerfArchitecture.X64 => (PerfRegsX86.PERF_REG_X86_SP, PerfRegsX86.PERF_REG_X86_IP),
            PerfArchitecture.Arm64 => (PerfRegsArm64.PERF_REG_ARM64_SP, PerfRegsArm64.PERF_REG_ARM64_PC),
            _ => (-1, -1),
        };
        StackPointerIndex = RegisterIndex(sp);
        InstructionPointerIndex = RegisterIndex(ip);

        // struct sample_id, from the record's end backwards.
        if (!sampleIdAll)
            return;
        var back = 0;
        TrailerIdentifierBack = PlaceBack(PerfSampleFormat.PERF_SAMPLE_IDENTIFIER, ref back);
        TrailerCpuBack = PlaceBack(PerfSampleFormat.PERF_SAMPLE_CPU, ref back);
        TrailerStreamIdBack = PlaceBack(PerfSampleFormat.PERF_SAMPLE_STREAM_ID, ref back);
        TrailerIdBack = PlaceBack(PerfSampleFormat.PERF_SAMPLE_ID, ref back);
        TrailerTimeBack = PlaceBack(PerfSampleFormat.PERF_SAMPLE_TIME, ref back);
        TrailerTidBack = PlaceBack(PerfSampleFormat.PERF_SAMPLE_TID, ref back);
        TrailerSize = back;
    }

    /// <summary><see cref="PerfSampleFormat"/> bits.</summary>
    public ulong SampleType { get; }

    /// <summary><see cref="PerfReadFormat"/> bits.</summary>
    public ulong ReadFormat { get; }

    /// <summary><see cref="PerfBranchSampleType"/> bits.</summary>
    public ulong BranchSampleType { get; }

    /// <summary>Mask of user registers.</summary>
    public ulong RegsUser { get; }

    /// <summary>Mask of interrupt registers.</summary>
    public ulong RegsIntr { get; }

    /// <summary>Whether records other than samples end with <c>struct sample_id</c>.</summary>
    public bool SampleIdAll { get; }

    /// <summary>Whose register numbers the masks use.</summary>
    public PerfArchitecture Architecture { get; }

    /// <summary>Count of user registers in a sample.</summary>
    public int RegsUserCount { get; }

    /// <summary>Count of interrupt registers in a sample.</summary>
    public int RegsIntrCount { get; }

    /// <summary>Which of the user registers is the stack pointer; -1 when none.</summary>
    public int StackPointerIndex { get; }

    /// <summary>Which of the user registers is the instruction pointer; -1 when none.</summary>
    public int InstructionPointerIndex { get; }

    /// <summary>Offset of IDENTIFIER in a sample.</summary>
    public int IdentifierOffset { get; }

    /// <summary>Offset of IP in a sample.</summary>
    public int IpOffset { get; }

    /// <summary>Offset of pid and tid in a sample.</summary>
    public int TidOffset { get; }

    /// <summary>Offset of the time in a sample.</summary>
    public int TimeOffset { get; }

    /// <summary>Offset of ADDR in a sample.</summary>
    public int AddrOffset { get; }

    /// <summary>Offset of ID in a sample.</summary>
    public int IdOffset { get; }

    /// <summary>Offset of STREAM_ID in a sample.</summary>
    public int StreamIdOffset { get; }

    /// <summary>Offset of the CPU in a sample.</summary>
    public int CpuOffset { get; }

    /// <summary>Offset of the period in a sample.</summary>
    public int PeriodOffset { get; }

    /// <summary>Bytes of a sample up to the first field of variable size, with the header.</summary>
    public int FixedSize { get; }

    /// <summary>Bytes of <c>struct sample_id</c> at the end of records that aren't samples.</summary>
    public int TrailerSize { get; }

    internal int TrailerIdentifierBack { get; }

    internal int TrailerCpuBack { get; }

    internal int TrailerStreamIdBack { get; }

    internal int TrailerIdBack { get; }

    internal int TrailerTimeBack { get; }

    internal int TrailerTidBack { get; }

    /// <summary>Whether a field of <see cref="PerfSampleFormat"/> is there.</summary>
    public bool Has(ulong field) => (SampleType & field) != 0;

    /// <summary>Which of the user registers has this number; -1 when it isn't in the mask.</summary>
    /// <param name="register">Bit number: <see cref="PerfRegsX86"/>, <see cref="PerfRegsArm64"/>.</param>
    public int RegisterIndex(int register) =>
        register is < 0 or > 63 || (RegsUser >> register & 1) == 0
            ? -1
            : BitOperations.PopCount(RegsUser & ((1UL << register) - 1));

    /// <summary>
    /// The id that tells which event a record belongs to: IDENTIFIER, else ID. All events of one ring must have it at the same place,
    /// so any of their layouts will do.
    /// </summary>
    /// <returns>False when the layout has neither or the record is too short.</returns>
    public bool TryReadId(PerfRecord record, out ulong id)
    {
        int at;
        if (record.Type == PerfRecordType.PERF_RECORD_SAMPLE)
        {
            at = IdentifierOffset >= 0 ? IdentifierOffset : IdOffset;
        }
        else
        {
            var back = TrailerIdentifierBack > 0 ? TrailerIdentifierBack : TrailerIdBack;
            at = back > 0 ? record.Bytes.Length - back : -1;
        }

        if (at < PerfRecord.HeaderSize || at + 8 > record.Bytes.Length)
        {
            id = 0;
            return false;
        }

        id = MemoryMarshal.Read<ulong>(record.Bytes[at..]);
        return true;
    }

    private int Place(ulong field, ref int at)
    {
        if ((SampleType & field) == 0)
            return -1;
        at += 8;
        return at - 8;
    }

    private int PlaceBack(ulong field, ref int back) => (SampleType & field) == 0 ? 0 : back += 8;
}
