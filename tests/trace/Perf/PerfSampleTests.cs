using System.Buffers.Binary;
using TraceKit.Format.Perf;
using TraceKit.Testing;
using static TraceKit.Format.Perf.PerfSampleFormat;

namespace TraceKit.Format.Tests.Perf;

public sealed class PerfSampleTests
{
    private static readonly SampleLayout Wide = new(
        PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ADDR | PERF_SAMPLE_ID | PERF_SAMPLE_STREAM_ID |
        PERF_SAMPLE_CPU | PERF_SAMPLE_PERIOD | PERF_SAMPLE_READ | PERF_SAMPLE_CALLCHAIN | PERF_SAMPLE_RAW | PERF_SAMPLE_BRANCH_STACK |
        PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER | PERF_SAMPLE_WEIGHT | PERF_SAMPLE_DATA_SRC | PERF_SAMPLE_TRANSACTION |
        PERF_SAMPLE_REGS_INTR | PERF_SAMPLE_PHYS_ADDR | PERF_SAMPLE_CGROUP | PERF_SAMPLE_DATA_PAGE_SIZE | PERF_SAMPLE_CODE_PAGE_SIZE | PERF_SAMPLE_AUX,
        PerfReadFormat.PERF_FORMAT_GROUP | PerfReadFormat.PERF_FORMAT_ID | PerfReadFormat.PERF_FORMAT_TOTAL_TIME_ENABLED,
        PerfBranchSampleType.PERF_SAMPLE_BRANCH_HW_INDEX, (1 << 7) | (1 << 8) | (1 << 6), 1, true, PerfArchitecture.X64);

    /// <summary>Every field of a record with all fields is found where the kernel puts it.</summary>
    [Fact]
    public void TryParse_AllFields_GivesEach()
    {
        var bytes = WideRecord();
        Assert.True(PerfRecord.TryRead(bytes, out var record));
        Assert.True(PerfSample.TryParse(record, Wide, out var sample));

        Assert.Equal(0x11UL, sample.Identifier);
        Assert.Equal(0x401000UL, sample.Ip);
        Assert.Equal((7U, 8U), (sample.Pid, sample.Tid));
        Assert.Equal(99UL, sample.Time);
        Assert.Equal(0x22UL, sample.Addr);
        Assert.Equal((0x11UL, 0x33UL), (sample.Id, sample.StreamId));
        Assert.Equal((3U, 5UL), (sample.Cpu, sample.Period));
        Assert.Equal(8 + 8 + 2 * 16, sample.ReadValues.Length);
        Assert.Equal([PerfContext.PERF_CONTEXT_USER, 0x401000UL], sample.Callchain.ToArray());
        Assert.Equal(12, sample.Raw.Length);
        Assert.Equal(8 + 8 + 24, sample.BranchStack.Length);
        Assert.Equal(PerfRegsAbi.PERF_SAMPLE_REGS_ABI_64, sample.UserAbi);
        Assert.Equal([0xb0UL, 0x7ff0UL, 0x401000UL], sample.UserRegs.ToArray());
        Assert.Equal(1, Wide.StackPointerIndex);
        Assert.Equal(2, Wide.InstructionPointerIndex);
        Assert.Equal((16, 8), (sample.StackSize, sample.StackDynSize));
        Assert.Equal((1UL, 2UL, 3UL), (sample.Weight, sample.DataSrc, sample.Transaction));
        Assert.Equal([0xa0UL], sample.IntrRegs.ToArray());
        Assert.Equal((4UL, 5UL, 6UL, 7UL), (sample.PhysAddr, sample.Cgroup, sample.DataPageSize, sample.CodePageSize));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], sample.Aux.ToArray());
        Assert.Equal(0, sample.TrailingBytes);
    }

    /// <summary>A record cut anywhere is refused, and no cut or flipped byte makes the parser throw.</summary>
    [Fact]
    public void TryParse_CutOrFlippedAnywhere_NeverThrows()
    {
        var whole = WideRecord();
        for (var cut = 0; cut < whole.Length; cut++)
        {
            Assert.False(PerfRecord.TryRead(whole.AsSpan(0, cut), out _));
            var shorter = whole[..cut];
            if (cut >= 8)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(shorter.AsSpan(6), (ushort)cut);
                Assert.False(PerfSample.TryParse(new PerfRecord(shorter), Wide, out _));
            }
        }

        for (var at = 0; at < whole.Length; at++)
        {
            foreach (var value in (byte[])[0x00, 0x7f, 0x80, 0xff])
            {
                var flipped = (byte[])whole.Clone();
                flipped[at] = value;
                if (PerfRecord.TryRead(flipped, out var record) && PerfSample.TryParse(record, Wide, out var sample))
                    Touch(sample);
            }
        }
    }

    /// <summary>A task without user memory has neither dump nor dyn_size.</summary>
    [Fact]
    public void TryParse_StackOfSizeZero_HasNoDynSize()
    {
        var layout = new SampleLayout(PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER, 0, 0, 1 << 7, 0, false, PerfArchitecture.X64);
        var bytes = new PerfRecordBuilder { Abi = 0 }.Build(layout);
        Assert.Equal(8 + 8 + 8, bytes.Length);
        Assert.True(PerfSample.TryParse(new PerfRecord(bytes), layout, out var sample));
        Assert.Equal((0, 0), (sample.StackSize, sample.StackDynSize));
        Assert.Equal(0, sample.UserRegs.Length);
    }

    /// <summary>An attribute of any size comes back byte for byte, and its fields are where perf_event.h has them.</summary>
    [Theory]
    [InlineData(64)]
    [InlineData(120)]
    [InlineData(136)]
    [InlineData(200)]
    public void PerfEventAttr_AnySize_RoundTrips(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), (uint)size);
        Assert.True(PerfEventAttr.TryRead(bytes.Concat(new byte[9]).ToArray(), out var attr));
        var copy = new byte[size];
        attr!.WriteTo(copy);
        Assert.Equal(bytes, copy);
        Assert.Equal(BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(24)), attr.SampleType);
        if (size == 64)
            Assert.Equal(0UL, attr.SampleRegsUser);
        for (var cut = 0; cut < size; cut++)
            Assert.False(PerfEventAttr.TryRead(bytes.AsSpan(0, cut), out _));
    }

    /// <summary>Fields set on a new attribute stand at the offsets of struct perf_event_attr.</summary>
    [Fact]
    public void PerfEventAttr_Fields_StandWhereTheHeaderHasThem()
    {
        var attr = new PerfEventAttr { Type = 1, Config = 2, SamplePeriodOrFrequency = 3, SampleStackUser = 8192, ClockId = 1, SampleMaxStack = 127, PreciseIp = 2 };
        attr.Set(PerfAttrFlags.sample_id_all | PerfAttrFlags.inherit, true);
        attr.Set(PerfAttrFlags.inherit, false);
        Assert.Equal(128U, BinaryPrimitives.ReadUInt32LittleEndian(attr.Bytes[4..]));
        Assert.Equal(8192U, BinaryPrimitives.ReadUInt32LittleEndian(attr.Bytes[88..]));
        Assert.Equal(1U, BinaryPrimitives.ReadUInt32LittleEndian(attr.Bytes[92..]));
        Assert.Equal(127, BinaryPrimitives.ReadUInt16LittleEndian(attr.Bytes[108..]));
        Assert.Equal((1UL << 18) | (2UL << 15), attr.Flags);
        Assert.True(attr.Has(PerfAttrFlags.sample_id_all));
    }

    private static void Touch(in PerfSample s) =>
        _ = s.Ip + s.Time + s.Period + (ulong)s.ReadValues.Length + (ulong)s.Callchain.Length + (ulong)s.Raw.Length + (ulong)s.BranchStack.Length +
            (ulong)s.UserRegs.Length + (ulong)s.Stack.Length + s.StackDynSizeField + s.Weight + (ulong)s.IntrRegs.Length + s.CodePageSize + (ulong)s.Aux.Length;

    private static byte[] WideRecord()
    {
        var read = new byte[8 + 8 + 2 * 16];
        read[0] = 2;
        var branch = new byte[8 + 8 + 24];
        branch[0] = 1;
        var tail = new List<byte>();
        foreach (var word in (ulong[])[1, 2, 3, PerfRegsAbi.PERF_SAMPLE_REGS_ABI_64, 0xa0, 4, 5, 6, 7, 8])
            tail.AddRange(BitConverter.GetBytes(word));
        tail.AddRange([1, 2, 3, 4, 5, 6, 7, 8]);
        return new PerfRecordBuilder
        {
            Identifier = 0x11, Ip = 0x401000, Pid = 7, Tid = 8, Time = 99, Addr = 0x22, Id = 0x11, StreamId = 0x33, Cpu = 3, Period = 5, Read = read,
            Callchain = [PerfContext.PERF_CONTEXT_USER, 0x401000], Raw = new byte[12], Branch = branch, Registers = [0xb0, 0x7ff0, 0x401000],
            Stack = new byte[16], DynSize = 8, Tail = [.. tail],
        }.Build(Wide);
    }
}
