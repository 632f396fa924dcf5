using TraceKit.Format.Perf;
using static TraceKit.Format.Perf.PerfSampleFormat;

namespace TraceKit.Format.Tests.Perf;

public sealed class SideBandTests
{
    private static readonly SampleLayout Layout = new(
        PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU | PERF_SAMPLE_IDENTIFIER, 0, 0, 0, 0, true, PerfArchitecture.X64);

    private static readonly SampleId Who = new(10, 11, 1234, 77, 0, 3);

    /// <summary>What the writer builds, the readers read: each field and the trailer.</summary>
    [Fact]
    public void Writer_EachRecord_ReadsBack()
    {
        var buffer = new byte[512];
        var record = Read(buffer, PerfRecordWriter.WriteComm(buffer, Layout, Who, 10, 11, "bash"u8, exec: true));
        Assert.Equal(8 + 8 + 8 + 32, record.Size);
        Assert.True(CommRecord.TryParse(record, Layout, out var comm));
        Assert.Equal("bash"u8, comm.Comm);
        Assert.True(comm.IsExec);
        Assert.Equal(Who, comm.SampleId);
        Assert.True(Layout.TryReadId(record, out var id));
        Assert.Equal(77UL, id);

        record = Read(buffer, PerfRecordWriter.WriteMmap2(buffer, Layout, Who, 10, 11, 0x400000, 0x1000, 0x2000, 8, 1, 99, 5, 5, 2, "/bin/a b"u8));
        Assert.True(Mmap2Record.TryParse(record, Layout, out var map));
        Assert.Equal((0x400000UL, 0x1000UL, 0x2000UL), (map.Address, map.Length, map.PageOffset));
        Assert.Equal((8U, 1U, 99UL, 5UL), (map.Major, map.Minor, map.Inode, map.InodeGeneration));
        Assert.Equal((5U, 2U), (map.Protection, map.MapFlags));
        Assert.Equal("/bin/a b"u8, map.Filename);
        Assert.False(map.HasBuildId);

        var buildId = Enumerable.Range(1, 20).Select(i => (byte)i).ToArray();
        record = Read(buffer, PerfRecordWriter.WriteMmap2(buffer, Layout, Who, 10, 11, 0x400000, 0x1000, 0, buildId, 5, 2, "x"u8));
        Assert.True(Mmap2Record.TryParse(record, Layout, out map));
        Assert.Equal(buildId, map.BuildId.ToArray());
        Assert.Equal(0UL, map.Inode);

        record = Read(buffer, PerfRecordWriter.WriteFork(buffer, Layout, Who, 20, 10, 21, 11, 5));
        Assert.True(ForkRecord.TryParse(record, Layout, out var fork));
        Assert.Equal((20U, 10U, 21U, 11U, 5UL, false, true), (fork.Pid, fork.ParentPid, fork.Tid, fork.ParentTid, fork.Time, fork.IsExit, fork.IsNewProcess));

        record = Read(buffer, PerfRecordWriter.WriteExit(buffer, Layout, Who, 20, 10, 21, 11, 6));
        Assert.True(ForkRecord.TryParse(record, Layout, out fork));
        Assert.True(fork.IsExit);

        record = Read(buffer, PerfRecordWriter.WriteLost(buffer, Layout, Who, 77, 1000));
        Assert.True(LostRecord.TryParse(record, Layout, out var lost));
        Assert.Equal((77UL, 1000UL), (lost.Id, lost.Lost));

        record = Read(buffer, PerfRecordWriter.WriteThrottle(buffer, Layout, Who, true, 9, 77, 78));
        Assert.True(ThrottleRecord.TryParse(record, Layout, out var throttle));
        Assert.True(throttle.IsThrottle);
        Assert.Equal((9UL, 77UL, 78UL), (throttle.Time, throttle.Id, throttle.StreamId));

        record = Read(buffer, PerfRecordWriter.WriteKsymbol(buffer, Layout, Who, 0xffffffff81000000, 64, 1, 1, "bpf_prog"u8));
        Assert.True(KsymbolRecord.TryParse(record, Layout, out var symbol));
        Assert.Equal((0xffffffff81000000UL, 64U, true), (symbol.Address, symbol.Length, symbol.IsUnregister));
        Assert.Equal("bpf_prog"u8, symbol.Name);

        record = Read(buffer, PerfRecordWriter.WriteRecord(buffer, PerfRecordType.PERF_RECORD_SWITCH, PerfRecordMisc.PERF_RECORD_MISC_SWITCH_OUT, [], Layout, Who));
        Assert.True(SwitchRecord.TryParse(record, Layout, out var switched));
        Assert.True(switched.IsOut);
        Assert.Equal(Who, switched.SampleId);
    }

    /// <summary>Records cut anywhere are refused or read short, and never throw; each parser refuses other types.</summary>
    [Fact]
    public void TryParse_CutAnywhereOrOtherType_NeverThrows()
    {
        var buffer = new byte[512];
        var size = PerfRecordWriter.WriteMmap2(buffer, Layout, Who, 1, 1, 2, 3, 4, [1, 2], 5, 2, "/bin/x"u8);
        for (var cut = 8; cut <= size; cut++)
        {
            for (uint type = 0; type < 24; type++)
            {
                var bytes = buffer[..cut];
                bytes[0] = (byte)type;
                bytes[6] = (byte)cut;
                var record = Read(bytes, cut);
                Assert.Equal(type == 10 && cut >= 8 + 64 + 32, Mmap2Record.TryParse(record, Layout, out var map));
                if (type == 10 && cut == size)
                    Assert.Equal(2, map.BuildId.Length);
                _ = MmapRecord.TryParse(record, Layout, out _) | CommRecord.TryParse(record, Layout, out _) | ForkRecord.TryParse(record, Layout, out _) |
                    LostRecord.TryParse(record, Layout, out _) | LostSamplesRecord.TryParse(record, Layout, out _) |
                    ThrottleRecord.TryParse(record, Layout, out _) | SwitchCpuWideRecord.TryParse(record, Layout, out _) |
                    BpfEventRecord.TryParse(record, Layout, out _) | CgroupRecord.TryParse(record, Layout, out _);
                if (NamespacesRecord.TryParse(record, Layout, out var namespaces))
                    namespaces.TryGet(6, out _, out _);
            }
        }
    }

    /// <summary>The registers that unwinding needs have the DWARF numbers of the psABI and of AAPCS64.</summary>
    [Fact]
    public void ToDwarf_UnwindRegisters_MatchTheAbi()
    {
        Assert.Equal((6, 7, 16, 3, 15), (PerfRegsX86.ToDwarf(6), PerfRegsX86.ToDwarf(7), PerfRegsX86.ToDwarf(8), PerfRegsX86.ToDwarf(1), PerfRegsX86.ToDwarf(23)));
        Assert.Equal((-1, -1), (PerfRegsX86.ToDwarf(-1), PerfRegsX86.ToDwarf(40)));
        Assert.Equal((29, 30, 31, 32, -1), (PerfRegsArm64.ToDwarf(29), PerfRegsArm64.ToDwarf(30), PerfRegsArm64.ToDwarf(31), PerfRegsArm64.ToDwarf(32), PerfRegsArm64.ToDwarf(33)));
    }

    private static PerfRecord Read(byte[] buffer, int size)
    {
        Assert.True(PerfRecord.TryRead(buffer.AsSpan(0, size), out var record));
        Assert.Equal(size, record.Size);
        return record;
    }
}
