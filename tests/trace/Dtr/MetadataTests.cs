using MessagePack;
using TraceKit.Binary;
using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Metadata;
using TraceKit.Format.Perf;
using TraceKit.Testing;

namespace TraceKit.Format.Tests.Dtr;

public sealed class MetadataTests
{
    private static readonly HostInfo Host = new()
    {
        HostName = "web-1", KernelRelease = "6.18.0", Architecture = "x86_64", ClockId = 1, RealtimeOffset = -5, CpuCount = 2, OnlineCpus = "0-1",
        PageSize = 4096, CommandLine = ["tracekit-capture", "record"], UserId = 1000, StartTime = 7, EndTime = 9, Container = null, Notes = ["cycles: not here"],
    };

    private static readonly EventTable Events = new()
    {
        Architecture = PerfArchitecture.X64,
        Events = [new EventDescription { Name = "cpu-clock", AttrBytes = [1, 2, 3], Ids = [new EventId { Id = 9, Cpu = 1, Pid = -1 }], Filter = null, GroupLeader = -1 },
            new EventDescription { Name = "probe:f", Format = "name: f", ProbeDefinition = "p:f", IsSideBandOnly = true },
            new EventDescription
            {
                Name = "probe:g", Format = "name: g", Filter = "size > 100", AnalyzerFilter = "dest == 172.31.28.139", FilterSource = "size > 100 && dest == 172.31.28.139",
                Arguments =
                [
                    new EventArgument { Name = "dest", Kind = 1, Fields = ["dest"], TypeText = "__be32", Origin = "BTF; skc_daddr at +0", Expression = "dest=sk->__sk_common.skc_daddr:ip4" },
                    new EventArgument { Name = "state", Kind = 8, Fields = ["state"], Names = [new ValueName { Value = -1, Name = "NONE" }, new ValueName { Value = 1, Name = "TCP_ESTABLISHED" }] },
                    new EventArgument { Name = "path", Kind = 11, Fields = ["path_n", "path_0", "path_1"], TypeText = null },
                ],
                Places = [new EventPlace { Function = "ns::g(int)", Path = "/bin/g", Address = 0x401136, SourceFile = "/src/g.cc", SourceLine = 12, InlinedIn = "main" }, new EventPlace { Function = "g", IsReturn = true, Module = "ext4" }],
            }],
    };

    private static readonly ModuleInfo Module = new()
    {
        Id = 4, Kind = ModuleKind.Elf, BuildId = [0xab, 0xcd], Path = "/lib/x.so", OtherPaths = ["/y"], DeviceMajor = 8, Inode = 77, FileLength = 1000,
        Extents = [new ModuleExtent { FileOffset = 0, Length = 40, BlobOffset = 0 }, new ModuleExtent { FileOffset = 1UL << 46, Length = 24, BlobOffset = 40, Time = 5 }],
        BlobBytes = 64, MissingReason = "why", Marks = [new ModuleMark { Time = 7, Length = 12 }, new ModuleMark { Time = 9, Length = 64 }],
    };

    /// <summary>Every field of every type comes back, null and empty apart.</summary>
    [Fact]
    public void EncodeDecode_EachType_GivesTheSameFields()
    {
        Assert.Equivalent(Host, HostInfo.Decode(Host.Encode()), strict: true);
        Assert.Equivalent(Events, EventTable.Decode(Events.Encode()), strict: true);
        Assert.Equivalent(Module, ModuleInfo.Decode(Module.Encode()), strict: true);
        var processes = new ProcessTable { Processes = [new ProcessInfo { Pid = 1, Comm = "init", Argv0 = "/sbin/init", Cgroup = null }] };
        Assert.Equivalent(processes, ProcessTable.Decode(processes.Encode()), strict: true);
        var losses = new LossTable { Losses = [new LossReport { Cpu = -1, Cause = LossCause.RingFull, FirstTime = 1, LastTime = 2, Count = 3, EventIndex = -1 }] };
        Assert.Equivalent(losses, LossTable.Decode(losses.Encode()), strict: true);
        var summary = new RecordingSummary { Events = [new EventTotals { EventIndex = 0, Samples = 5 }], Samples = 5, RawStacks = 1, StopReason = "Ctrl+C" };
        Assert.Equivalent(summary, RecordingSummary.Decode(summary.Encode()), strict: true);
    }

    /// <summary>A key that a newer writer added is passed over, whatever its value, and deep nesting does not recurse.</summary>
    [Fact]
    public void Decode_UnknownKeys_PassesOver()
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        writer.WriteMapHeader(3);
        writer.Write("future");
        for (var i = 0; i < 200_000; i++)
            writer.WriteArrayHeader(1);
        writer.Write(1);
        writer.Write("also");
        writer.WriteMapHeader(1);
        writer.Write("a");
        writer.Write(new byte[3]);
        writer.Write("hostname");
        writer.Write("h");
        writer.Flush();
        Assert.Equal("h", HostInfo.Decode(buffer.WrittenMemory).HostName);
    }

    /// <summary>What an ordinary event has nothing of takes no byte: files of today and of before are the same there.</summary>
    [Fact]
    public void Encode_EventWithoutArguments_WritesTheNineKeysOnly()
    {
        var plain = new EventTable { Events = [new EventDescription { Name = "cpu-clock" }] }.Encode();
        Assert.Equal(0x89, plain[plain.AsSpan().IndexOf("name"u8) - 2]); // a map of nine
        Assert.True(plain.AsSpan().IndexOf("arguments"u8) < 0);
    }

    /// <summary>More names than an argument may have are refused before anything is kept of them.</summary>
    [Fact]
    public void Decode_MoreNamesThanTheLimit_ThrowsBadData()
    {
        var names = new ValueName[InputLimits.ValueNames + 1];
        Array.Fill(names, new ValueName());
        var payload = new EventTable { Events = [new EventDescription { Arguments = [new EventArgument { Names = names }] }] }.Encode();
        Assert.Equal(BadDataCode.LimitExceeded, Assert.Throws<BadDataException>(() => EventTable.Decode(payload)).Code);
    }

    /// <summary>Cut or flipped anywhere: read, or refused as bad data; never another exception.</summary>
    [Fact]
    public void Decode_CutOrFlippedAnywhere_ThrowsOnlyBadData()
    {
        Hostile(Host.Encode(), p => HostInfo.Decode(p));
        Hostile(Events.Encode(), p => EventTable.Decode(p));
        Hostile(Module.Encode(), p => ModuleInfo.Decode(p));
    }

    /// <summary>A blob of several parts is put together; a lost part leaves zeros and is counted; an invented length does not allocate.</summary>
    [Fact]
    public void BlobPart_SeveralParts_AreJoined()
    {
        var blob = new byte[BlobPart.MaxPartBytes * 2 + 100];
        new Random(3).NextBytes(blob);
        using var builder = new DtrBuilder();
        Assert.True(BlobPart.Write(builder.Writer, 4, blob));
        var file = builder.ToArray();
        var module = new ModuleInfo { Id = 4, BlobBytes = (ulong)blob.Length };
        using (var reader = DtrReader.Open(file, "x"))
        {
            Assert.Equal(blob, BlobPart.ReadAll(reader, module, 1 << 30, out var missing));
            Assert.Equal(0, missing);
            var invented = new ModuleInfo { Id = 4, BlobBytes = 1UL << 62 };
            Assert.Throws<BadDataException>(() => BlobPart.ReadAll(reader, invented, long.MaxValue, out _));
            file[(int)reader.Chunks[1].Offset + 100] ^= 1;
        }

        using var damaged = DtrReader.Open(file, "x");
        var part = BlobPart.ReadAll(damaged, module, 1 << 30, out var lost);
        Assert.Equal(BlobPart.MaxPartBytes, lost);
        Assert.Equal(blob[..BlobPart.MaxPartBytes], part[..BlobPart.MaxPartBytes]);
        Assert.Equal(new byte[BlobPart.MaxPartBytes], part[BlobPart.MaxPartBytes..(2 * BlobPart.MaxPartBytes)]);
    }

    private static void Hostile(byte[] whole, Action<ReadOnlyMemory<byte>> decode)
    {
        for (var cut = 0; cut < whole.Length; cut++)
            Try(whole.AsMemory(0, cut), decode);
        for (var at = 0; at < whole.Length; at++)
        {
            foreach (var value in (byte[])[0x00, 0x7f, 0x80, 0xc1, 0xdb, 0xdd, 0xdf, 0xff])
            {
                var flipped = (byte[])whole.Clone();
                flipped[at] = value;
                Try(flipped, decode);
            }
        }
    }

    private static void Try(ReadOnlyMemory<byte> payload, Action<ReadOnlyMemory<byte>> decode)
    {
        try
        {
            decode(payload);
        }
        catch (BadDataException)
        {
            return;
        }
    }
}
