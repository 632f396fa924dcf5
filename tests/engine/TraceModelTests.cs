using TraceKit.Engine.Model;

namespace TraceKit.Engine.Tests;

public sealed class TraceModelTests
{
    private const int A = 0, B = 1, C = 2;

    private static Mapping Map(ulong start, ulong end, int module, ulong offset = 0) => new(start, end, offset, module);

    private static string Thread(TraceModel model, int pid, int tid, long time) =>
        model.FindThread(pid, tid, time) is { } thread ? $"{thread.Comm}{(thread.IsGuessed ? "?" : "")}" : "none";

    /// <summary>Module and offset at an address, as one word; "-" when nothing is there.</summary>
    private static string At(TraceModel model, int pid, ulong address, long time)
    {
        var index = model.FindThread(pid, pid, time)!.Space.Find(address, time);
        if (index < 0)
            return "-";
        var mapping = model.Mappings[index];
        return $"{"ABC"[mapping.Module]}+{address - mapping.Start + mapping.PageOffset:x}";
    }

    /// <summary>A sample taken while an exec is under way still has the registers of the program before: its address is that program's, though the new one has other mappings.</summary>
    [Fact]
    public void Find_AddressOfTheProgramBeforeExec_IsItsMapping()
    {
        var builder = new TraceModelBuilder();
        builder.Comm(1, 7, 7, "sh", exec: true);
        builder.Map(2, 7, new Mapping(0x1000, 0x2000, 0, 0));
        builder.Comm(10, 7, 7, "ls", exec: true);
        builder.Map(11, 7, new Mapping(0x5000, 0x6000, 0, 1));
        builder.Comm(20, 7, 7, "cat", exec: true);
        builder.Map(21, 7, new Mapping(0x8000, 0x9000, 0, 2));
        var model = builder.Build([]);
        var ls = model.FindThread(7, 7, 12)!.Space;
        Assert.Equal(0, model.Mappings[ls.Find(0x1800, 12)].Module);
        Assert.Equal(1, model.Mappings[ls.Find(0x5800, 12)].Module);
        Assert.Equal(-1, ls.Find(0x8800, 12));
        var cat = model.FindThread(7, 7, 22)!.Space;
        Assert.Equal(1, model.Mappings[cat.Find(0x5800, 22)].Module);
        Assert.Equal(-1, cat.Find(0x1800, 22));
    }

    /// <summary>A name holds from its record on, and the first one also before.</summary>
    [Fact]
    public void Comm_Renamed_NameAtThatTime()
    {
        var builder = new TraceModelBuilder();
        builder.Comm(0, 10, 10, "first", exec: false);
        builder.Comm(100, 10, 10, "second", exec: false);
        builder.Comm(200, 10, 10, "second", exec: false);
        var model = builder.Build([]);
        Assert.Equal(["first", "first", "second", "second"], new long[] { 0, 99, 100, 300 }.Select(t => Thread(model, 10, 10, t)));
        Assert.Equal(2, model.Threads.Count);
    }

    /// <summary>A thread that was only seen to be renamed has no known name before.</summary>
    [Fact]
    public void Comm_UnknownBefore_IsNotGuessedBackwards()
    {
        var builder = new TraceModelBuilder();
        builder.Comm(100, 10, 10, "late", exec: false);
        var model = builder.Build([]);
        Assert.Equal(":10?", Thread(model, 10, 10, 50));
        Assert.Equal("late", Thread(model, 10, 10, 150));
        Assert.Equal("none", Thread(model, 11, 10, 150));
    }

    /// <summary>Exec gives new mappings; the old ones still answer for earlier samples.</summary>
    [Fact]
    public void Exec_NewProgram_HasItsOwnMappings()
    {
        var builder = new TraceModelBuilder();
        builder.Comm(0, 10, 10, "sh", exec: false);
        builder.Map(0, 10, Map(0x1000, 0x2000, A));
        builder.Fork(50, 10, 11, 10, 10);
        builder.Comm(100, 10, 10, "ls", exec: true);
        builder.Map(101, 10, Map(0x1000, 0x3000, B));
        var model = builder.Build([]);
        Assert.Equal("A+10", At(model, 10, 0x1010, 99));
        Assert.Equal("B+10", At(model, 10, 0x1010, 100)); // its record came after the sample
        Assert.Equal("B+1010", At(model, 10, 0x2010, 500));
        Assert.Equal("sh", Thread(model, 10, 11, 80));
        Assert.Equal(100, model.FindThread(10, 11, 80)!.End);
        Assert.Equal(1, model.FindThread(10, 10, 500)!.Space.Versions);
    }

    /// <summary>Exec into a program of the same name is another program all the same.</summary>
    [Fact]
    public void Exec_SameName_NewSpace()
    {
        var builder = new TraceModelBuilder();
        builder.Comm(0, 10, 10, "sh", exec: false);
        builder.Map(0, 10, Map(0x1000, 0x2000, A));
        builder.Comm(100, 10, 10, "sh", exec: true);
        builder.Map(101, 10, Map(0x1000, 0x2000, B));
        var model = builder.Build([]);
        Assert.Equal("A+0", At(model, 10, 0x1000, 99));
        Assert.Equal("B+0", At(model, 10, 0x1000, 100));
    }

    /// <summary>A child sees its parent's mappings as they were, until it maps over them; the parent does not notice.</summary>
    [Fact]
    public void Fork_Child_CopiesOnWrite()
    {
        var builder = new TraceModelBuilder();
        builder.Comm(0, 10, 10, "srv", exec: false);
        builder.Map(0, 10, Map(0x1000, 0x2000, A));
        builder.Fork(100, 20, 20, 10, 10);
        builder.Fork(110, 21, 21, 10, 10);
        builder.Map(200, 10, Map(0x1000, 0x2000, B)); // the parent's alone
        builder.Map(300, 20, Map(0x1800, 0x2800, C));
        var model = builder.Build([]);
        Assert.Equal("srv", Thread(model, 20, 20, 150));
        Assert.Equal("A+0", At(model, 20, 0x1000, 250));
        Assert.Equal("A+800", At(model, 20, 0x1800, 299));
        Assert.Equal("C+0", At(model, 20, 0x1800, 300));
        Assert.Equal("C+0", At(model, 20, 0x1800, 400));
        Assert.Equal("B+0", At(model, 10, 0x1000, 250));
        Assert.Equal("A+0", At(model, 10, 0x1000, 150));
        Assert.Equal("A+fff", At(model, 21, 0x1fff, 999));
    }

    /// <summary>Children that map nothing share one space: nothing is copied, and equal stacks of theirs are one.</summary>
    [Fact]
    public void Fork_UnchangedChildren_ShareTheSpace()
    {
        var builder = new TraceModelBuilder();
        builder.Comm(0, 10, 10, "srv", exec: false);
        builder.Map(0, 10, Map(0x1000, 0x2000, A));
        builder.Fork(100, 20, 20, 10, 10);
        builder.Fork(110, 30, 30, 20, 20);
        var model = builder.Build([]);
        Assert.Single(model.Spaces);
        Assert.Equal("A+0", At(model, 30, 0x1000, 120));
    }

    /// <summary>A number that is used again is another process, whether or not the exit was seen.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void PidReuse_NewIncarnation_OwnMappingsAndName(bool exitSeen)
    {
        var builder = new TraceModelBuilder();
        builder.Comm(0, 1, 1, "init", exec: false);
        builder.Comm(0, 10, 10, "old", exec: false);
        builder.Map(0, 10, Map(0x1000, 0x2000, A));
        if (exitSeen)
            builder.Exit(50, 10);
        builder.Fork(100, 10, 10, 1, 1);
        builder.Map(120, 10, Map(0x1000, 0x2000, B));
        var model = builder.Build([]);
        Assert.Equal("old", Thread(model, 10, 10, 60)); // the last samples may come after the exit's record
        Assert.Equal("init", Thread(model, 10, 10, 100));
        Assert.Equal("A+0", At(model, 10, 0x1000, 60));
        Assert.Equal("B+0", At(model, 10, 0x1000, 130));
        Assert.Equal(exitSeen ? 50 : 100, model.FindThread(10, 10, 20)!.End);
    }

    /// <summary>A mapping over the middle of an older one leaves both its ends.</summary>
    [Fact]
    public void Map_OverTheMiddle_EndsStay()
    {
        var builder = new TraceModelBuilder();
        builder.Map(0, 10, Map(0x1000, 0x4000, A));
        builder.Map(100, 10, Map(0x2000, 0x3000, B, 0x500));
        var model = builder.Build([]);
        Assert.Equal(["A+1000", "A+fff", "A+2000"], new ulong[] { 0x2000, 0x1fff, 0x3000 }.Select(a => At(model, 10, a, 50)));
        Assert.Equal(["B+500", "A+fff", "A+2000", "-"], new ulong[] { 0x2000, 0x1fff, 0x3000, 0x4000 }.Select(a => At(model, 10, a, 100)));
        var space = model.FindThread(10, 10, 0)!.Space;
        Assert.Equal(2, space.Versions);
        Assert.NotEqual(space.VersionAt(99), space.VersionAt(100));
        Assert.Equal(space.VersionAt(100), space.VersionAt(long.MaxValue));
    }

    /// <summary>Mapping the same bytes again at the same place (mprotect does it) changes nothing.</summary>
    [Fact]
    public void Map_SameAgain_OneVersion()
    {
        var builder = new TraceModelBuilder();
        builder.Map(0, 10, Map(0x1000, 0x4000, A));
        builder.Map(100, 10, Map(0x2000, 0x3000, A, 0x1000));
        builder.Map(200, 10, Map(0x1000, 0x4000, A));
        var model = builder.Build([]);
        Assert.Equal(1, model.FindThread(10, 10, 0)!.Space.Versions);
        Assert.Equal(1, model.FindThread(10, 10, 0)!.Space.PieceCount);
    }

    /// <summary>A sample that is a little older than its mapping's record still finds it.</summary>
    [Fact]
    public void Map_RecordComesLate_EarlierSampleFindsIt()
    {
        var builder = new TraceModelBuilder();
        builder.Map(100, 10, Map(0x1000, 0x2000, A));
        Assert.Equal("A+8", At(builder.Build([]), 10, 0x1008, 90));
    }

    /// <summary>Against a plain array of pages, over random maps: every address and time agrees.</summary>
    [Fact]
    public void Map_Random_AgreesWithPageArray()
    {
        var random = new Random(3);
        for (var round = 0; round < 20; round++)
        {
            var builder = new TraceModelBuilder();
            var pages = new (int Module, long Offset)?[64];
            var snapshots = new List<(int, long)?[]>();
            for (var time = 1; time <= 40; time++)
            {
                int start = random.Next(63), end = random.Next(start + 1, 64), module = random.Next(3), offset = random.Next(4);
                builder.Map(time, 10, Map((ulong)start << 12, (ulong)end << 12, module, (ulong)offset << 12));
                for (var p = start; p < end; p++)
                    pages[p] = (module, p - start + offset);
                snapshots.Add([.. pages]);
            }

            var model = builder.Build([]);
            for (var time = 1; time <= 40; time++)
            {
                for (var p = 0; p < 64; p++)
                {
                    // Before its first mapping a page shows the one to come.
                    var expected = snapshots[time - 1][p] ?? snapshots.Select(s => s[p]).FirstOrDefault(x => x is not null);
                    var text = expected is { } e ? $"{"ABC"[e.Item1]}+{e.Item2 << 12:x}" : "-";
                    Assert.Equal(text, At(model, 10, (ulong)p << 12, time));
                }
            }
        }
    }

    /// <summary>Mappings that would take the square of their number are cut off and counted.</summary>
    [Fact]
    public void Map_QuadraticHistory_IsBounded()
    {
        var builder = new TraceModelBuilder();
        for (var i = 0; i < 2000; i++)
            builder.Map(i + 1, 10, Map((ulong)i << 12, (ulong)(i + 1) << 12, A));
        for (var i = 0; i < 2000; i++)
            builder.Map(5000 + i, 10, Map(0, 2000ul << 12, i % 2 + 1));
        var space = builder.Build([]).FindThread(10, 10, 1)!.Space;
        Assert.True(space.Dropped > 0);
    }
}
