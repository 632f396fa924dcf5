using TraceKit.Binary;
using TraceKit.DebugInfo.Jit;
using TraceKit.DebugInfo.Source;
using TraceKit.Testing;

namespace TraceKit.DebugInfo.Tests.Jit;

/// <summary>Jitdump files, in both byte orders.</summary>
public class JitDumpTests
{
    private static byte[] Small(bool bigEndian = false) => new JitDumpBuilder(bigEndian)
        .Lines(9, 0x1000, (0x1000, 3, "/a.js"), (0x1002, 4, "same"), (0x1003, 9, "/b.js"))
        .Unwinding(9, [1, 2, 3], [4])
        .Load(10, 0x1000, "first fn", [0x55, 0x90, 0x90, 0xc3], 1)
        .Load(20, 0x2000, "second", [0xc3], 2)
        .Move(30, 0x1000, 0x3000, 4, 1)
        .Close(40).Build();

    /// <summary>Loads with what came before them, moves with what their code had.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void JitDump_LoadsAndMoves_Complete(bool bigEndian)
    {
        var dump = JitDump.Parse(Small(bigEndian), "jit-7.dump");
        Assert.Equal((bigEndian, 62U, 7U, false, 0, 0), (dump.IsBigEndian, dump.Machine, dump.Pid, dump.HasArchTimestamps, dump.BadRecords, dump.TrailingBytes));
        Assert.Equal(["first fn 0x1000 4 10", "second 0x2000 1 20", "first fn 0x3000 4 30"], dump.Codes.Select(c => $"{dump.Name(c)} {c.Start} {c.Size} {c.Time}"));
        Assert.Equal([0x55, 0x90, 0x90, 0xc3], dump.Code(dump.Codes[2]).ToArray());
        Assert.Equal([1, 2, 3], dump.EhFrame(dump.Codes[0]).ToArray());
        Assert.True(dump.EhFrame(dump.Codes[1]).IsEmpty);
        foreach (var code in (ReadOnlySpan<JitDumpCode>)[dump.Codes[0], dump.Codes[2]])
            Assert.Equal([(0UL, 3U, "/a.js"), (2UL, 4U, "/a.js"), (3UL, 9U, "/b.js")], dump.Lines(code));
    }

    /// <summary>A file that is being written ends inside a record: what is whole counts, the rest is told.</summary>
    [Fact]
    public void JitDump_CutInsideARecord_KeepsWhatIsWhole()
    {
        var whole = new JitDumpBuilder().Load(10, 0x1000, "a", [0xc3], 1).Load(11, 0x1100, "b", [0xc3], 2).Build();
        var dump = JitDump.Parse(whole.AsMemory(0, whole.Length - 1), "jit");
        Assert.Equal(["a"], dump.Codes.Select(c => dump.Name(c)));
        Assert.True(dump.TrailingBytes > 0);
    }

    /// <summary>Not a jitdump, or one of another version, says so.</summary>
    [Fact]
    public void JitDump_OtherFile_BadData()
    {
        Assert.Equal(BadDataCode.NotThisFormat, Assert.Throws<BadDataException>(() => JitDump.Parse(new byte[64], "x")).Code);
        var other = Small();
        other[4] = 2;
        Assert.Equal(BadDataCode.UnsupportedVersion, Assert.Throws<BadDataException>(() => JitDump.Parse(other, "x")).Code);
    }

    /// <summary>Lines come out by key, in code that moved too.</summary>
    [Fact]
    public void JitTimeline_Lines_ByKey()
    {
        var timeline = JitTimeline.Build([], [JitDump.Parse(Small(), "jit")]);
        Assert.True(timeline.HasLines);
        var frames = new SourceFrames();
        timeline.Resolve([new Svma(timeline.Key(new Avma(0x1001), 15)), new Svma(0x2000), new Svma(timeline.Key(new Avma(0x3003), 35))], frames);
        Assert.Equal(("first fn", "/a.js", 3U), (frames.Text(frames[0][0].Name), frames.Text(frames[0][0].File), frames[0][0].Line));
        Assert.True(frames[1].IsEmpty);
        Assert.Equal(("/b.js", 9U), (frames.Text(frames[2][0].File), frames[2][0].Line));
    }

    /// <summary>Unwinding data of a jitdump as rows, counted from behind the code; code that moved keeps rows of its new place.</summary>
    [Fact]
    public void JitTimeline_UnwindingData_Rows()
    {
        var frames = new CfiAssembler(0x7f0000001008).X64Cie().Fde(0x7f0000001000, 5, p => p.Advance(1).DefCfaOffset(16).Offset(6, 2)).End().ToArray();
        var dump = new JitDumpBuilder().Unwinding(1, frames, [1, 2, 3]).Load(1, 0x7f0000001000, "framed", [0x55, 0x90, 0x90, 0x5d, 0xc3], 1).Load(2, 0x7f0000002000, "bare", [0xc3], 2).Build();
        var timeline = JitTimeline.Build([], [JitDump.Parse(dump, "jit")]);
        Assert.True(timeline.TryFind(new Avma(0x7f0000001002), 5, out var framed));
        var table = timeline.Unwind(framed);
        Assert.NotNull(table);
        Assert.True(table.TryFind(new Svma(0x7f0000001002), out var rule));
        Assert.Equal((16, 0x200UL), (rule.CfaOffset, rule.Saved));
        Assert.True(table.TryFind(new Svma(0x7f0000001000), out rule));
        Assert.Equal(8, rule.CfaOffset);
        Assert.False(table.TryFind(new Svma(0x7f0000001005), out _));
        Assert.True(timeline.TryFind(new Avma(0x7f0000002000), 5, out var bare));
        Assert.Null(timeline.Unwind(bare));
    }

    /// <summary>Cut and flipped anywhere: only the room's own exception.</summary>
    [Fact]
    public void JitDump_Damaged_OnlyBadData() => Hostile.CutAndFlip(Small(), bytes =>
    {
        var timeline = JitTimeline.Build([], [JitDump.Parse(bytes, "jit")]);
        timeline.Resolve([new Svma(0x1001), new Svma(0x3002)], new SourceFrames());
        for (var i = 0; i < timeline.Count; i++)
            _ = timeline.Name(timeline[i]) + timeline.Code(timeline[i]).Length + timeline.Unwind(timeline[i])?.Count;
    });
}
