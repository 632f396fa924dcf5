using System.Text;
using TraceKit.Binary;
using TraceKit.DebugInfo.Jit;

namespace TraceKit.DebugInfo.Tests.Jit;

/// <summary>What a JIT address meant at the time.</summary>
public class JitTimelineTests
{
    private const string First = "1000 100 old\n2000 100 stays\n", Second = "1000 80 new\n3000 10 late\n";

    private static JitTimeline Growing => JitTimeline.Build([new JitMapText(Encoding.UTF8.GetBytes(First + Second), [(50, (ulong)First.Length), (90, (ulong)(First.Length + Second.Length))], 90)], []);

    /// <summary>A line that came between two marks holds from the first of them on; what it covers of an older one, that loses then; the rest of the older one stays.</summary>
    [Theory]
    [InlineData(0x1000, 10, "old")]
    [InlineData(0x1000, 49, "old")]
    [InlineData(0x1000, 50, "new")]
    [InlineData(0x107f, 90, "new")]
    [InlineData(0x1080, 90, "old")]
    [InlineData(0x2010, 1, "stays")]
    [InlineData(0x2010, 99, "stays")]
    [InlineData(0x3000, 1, "late")]
    public void JitTimeline_PerfMapWithMarks_MeansWhatItMeantThen(ulong address, long time, string name)
    {
        Assert.True(Growing.TryFind(new Avma(address), time, out var entry));
        Assert.Equal(name, Growing.Name(entry));
    }

    /// <summary>Only addresses that changed have keys of their own; a key gives back code and address, and one more is still the same code.</summary>
    [Fact]
    public void JitTimeline_Keys_OnlyWhereMeaningsChanged()
    {
        var timeline = Growing;
        Assert.True(timeline.HasChanges);
        Assert.Equal(0x2010UL, timeline.Key(new Avma(0x2010), 70));
        Assert.Equal(0x1090UL, timeline.Key(new Avma(0x1090), 70));
        Assert.Equal(0x9000UL, timeline.Key(new Avma(0x9000), 70));
        ulong before = timeline.Key(new Avma(0x1010), 49), after = timeline.Key(new Avma(0x1010), 50);
        Assert.True(JitTimeline.IsKey(before) && JitTimeline.IsKey(after) && before != after);
        Assert.False(JitTimeline.IsKey(0x7fff_ffff_ffff) || JitTimeline.IsKey(0xffff_ffff_8000_0000));
        foreach (var (key, name) in (ReadOnlySpan<(ulong, string)>)[(before, "old"), (after, "new"), (after + 1, "new"), (0x2010, "stays")])
        {
            Assert.True(timeline.TryResolve(key, out var entry, out var address));
            Assert.Equal(name, timeline.Name(entry));
            Assert.Equal(key == 0x2010 ? 0x2010UL : key == after + 1 ? 0x1011UL : 0x1010UL, address.Value);
        }
    }

    /// <summary>Without marks there is one time: a later line wins, as in a map that was read once, and nothing changes.</summary>
    [Fact]
    public void JitTimeline_NoMarks_LastLineWins()
    {
        var timeline = JitTimeline.Build([new JitMapText(Encoding.UTF8.GetBytes(First + Second + "bad\n"), [], 90)], []);
        Assert.False(timeline.HasChanges);
        Assert.Equal(1, timeline.Bad);
        Assert.True(timeline.TryFind(new Avma(0x1000), 1, out var entry));
        Assert.Equal("new", timeline.Name(entry));
    }

    /// <summary>A map that was begun anew (jcmd writes the whole file each time) holds since the one before was last seen.</summary>
    [Fact]
    public void JitTimeline_SecondFile_YoungerThanTheFirst()
    {
        var timeline = JitTimeline.Build([new JitMapText(Encoding.UTF8.GetBytes("1000 10 b\n"), [(80, 10)], 80), new JitMapText(Encoding.UTF8.GetBytes("1000 10 a\n"), [(20, 10), (40, 10)], 40)], []);
        foreach (var (time, name) in (ReadOnlySpan<(long, string)>)[(1, "a"), (39, "a"), (40, "b"), (99, "b")])
        {
            Assert.True(timeline.TryFind(new Avma(0x1001), time, out var entry));
            Assert.Equal(name, timeline.Name(entry));
        }
    }

    /// <summary>A jitdump's own times go before a map's; times of the processor's counter count only as order.</summary>
    [Theory]
    [InlineData(0, 15, "one")]
    [InlineData(0, 25, "two")]
    [InlineData(1, 15, "two")]
    public void JitTimeline_Dump_BeforeTheMap(ulong flags, long time, string name)
    {
        var dump = new JitDumpBuilder(flags: flags).Load(10, 0x1000, "one", new byte[16], 1).Load(20, 0x1000, "two", new byte[16], 2).Build();
        var timeline = JitTimeline.Build([new JitMapText("1000 10 mapped\n2000 10 only\n"u8.ToArray(), [], 5)], [JitDump.Parse(dump, "jit")]);
        Assert.True(timeline.TryFind(new Avma(0x1008), time, out var entry));
        Assert.Equal(name, timeline.Name(entry));
        Assert.True(timeline.TryFind(new Avma(0x2008), time, out entry));
        Assert.Equal("only", timeline.Name(entry));
    }

    /// <summary>Code bytes: those read while the address held the code of the sample, and never those of its successor.</summary>
    [Fact]
    public void JitCodeView_Function_CodeOfItsTime()
    {
        var memory = JitCode.Build([new(new Avma(0x1000), new byte[] { 1, 1, 1, 1 }, 30), new(new Avma(0x0ff0), (byte[])[.. new byte[16], 2, 2, 2, 2, 2], 60), new(new Avma(0x2000), new byte[] { 3 }, 60)]);
        var view = new JitCodeView(Growing, memory) { Time = 20 };
        Assert.True(view.MayChange);
        Assert.True(view.TryFunction(new Svma(0x1002), out var start, out var code));
        Assert.Equal((0x1000UL, "01010101"), (start.Value, Convert.ToHexString(code.Span)));
        view.Time = 70;
        Assert.True(view.TryFunction(new Svma(0x1004), out _, out code));
        Assert.Equal("0202020202", Convert.ToHexString(code.Span));
        Assert.True(view.TryFunction(new Svma(0x2000), out _, out code));
        Assert.False(view.TryFunction(new Svma(0x2001), out _, out _));
        Assert.False(view.TryFunction(new Svma(0x3000), out _, out _));
        Assert.False(view.TryFunction(new Svma(0x9000), out _, out _));
    }

    /// <summary>A function over several readings is one: page by page the nearest in time.</summary>
    [Fact]
    public void JitCode_PagesReadApart_Joined()
    {
        byte[] first = new byte[0x2000], again = new byte[0x1000], rest = new byte[0x1000];
        Array.Fill(first, (byte)1);
        Array.Fill(again, (byte)2);
        Array.Fill(rest, (byte)3);
        var memory = JitCode.Build([new(new Avma(0x10000), first, 10), new(new Avma(0x11000), again, 50), new(new Avma(0x12000), rest, 20)]);
        foreach (var (time, middle) in (ReadOnlySpan<(long, byte)>)[(12, 1), (45, 2)])
        {
            Assert.True(memory.TryRead(new Avma(0x10f00), 0x2000, time, long.MinValue, long.MaxValue, out var bytes));
            Assert.Equal([.. Enumerable.Repeat((byte)1, 0x100), .. Enumerable.Repeat(middle, 0x1000), .. Enumerable.Repeat((byte)3, 0xf00)], bytes.ToArray());
        }

        Assert.True(memory.TryRead(new Avma(0x12f00), 0x2000, 20, long.MinValue, long.MaxValue, out var cut));
        Assert.Equal(0x100, cut.Length);
        Assert.True(memory.TryRead(new Avma(0x10000), 0x800, 20, 5, 15, out cut));
        Assert.Equal(0x800, cut.Length);
        Assert.False(memory.TryRead(new Avma(0x12000), 0x10, 20, 30, 40, out _));
    }

    /// <summary>A hundred thousand lines over each other, and lines of all sizes: bounded in time and memory, and counted.</summary>
    [Fact]
    public void JitTimeline_ManyOverlaps_Bounded()
    {
        var text = new StringBuilder();
        for (var i = 0; i < 20_000; i++)
            text.Append($"{0x1000 + i:x} {40_000 - 2 * i:x} nested{i}\n");
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        var marks = Enumerable.Range(1, 20_000).Select(i => ((long)i, (ulong)(bytes.Length * (long)i / 20_000))).ToArray();
        var timeline = JitTimeline.Build([new JitMapText(bytes, marks, 30_000)], []);
        Assert.Equal(20_000, timeline.Count);
        Assert.True(timeline.Dropped > 0);
        Assert.True(timeline.TryFind(new Avma(0x1000), 1, out _));
    }
}
