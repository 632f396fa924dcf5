using TraceKit.Engine.Aggregates;
using TraceKit.Engine.Spans;
using TraceKit.Format.Dtr.Metadata;
using TraceKit.Probes.Filters;
using static TraceKit.Engine.Tests.SpanTrace;

namespace TraceKit.Engine.Tests;

/// <summary>Which end belongs to which start, and what is said of those that have no partner.</summary>
public sealed class SpanTests
{
    /// <summary>Nested spans of a key end in the opposite order, of a queue in the same; of one at a time the latest or the earliest start counts.</summary>
    [Theory]
    [InlineData(SpanOrder.Nested, "10+30 20+10", "")]
    [InlineData(SpanOrder.Queue, "10+20 20+20", "")]
    [InlineData(SpanOrder.Latest, "20+10", "BeganBefore 1 Restarted 1")]
    [InlineData(SpanOrder.Earliest, "10+20", "BeganBefore 1 PassedOver 1")]
    public void Ends_OfOneKey_BelongByOrder(SpanOrder order, string spans, string unmatched)
    {
        var analysis = new SpanTrace().Start(10, 100).Start(20, 100).End(30, 100).End(40, 100).Run(order);
        Assert.Equal((spans, unmatched), (Dump(analysis), Unmatched(analysis)));
    }

    /// <summary>A queue of many stays in order while ends and starts alternate.</summary>
    [Fact]
    public void Queue_OfMany_KeepsItsOrder()
    {
        var analysis = new SpanTrace().Start(1, 100).Start(2, 100).Start(3, 100).End(10, 100).Start(11, 100).End(12, 100).End(13, 100).End(14, 100).Start(15, 100).End(16, 100).Run(SpanOrder.Queue);
        Assert.Equal("1+9 2+10 3+10 11+3 15+1", Dump(analysis));
    }

    /// <summary>Threads are told apart, whatever CPU they ran on; equal fields of different names match across threads.</summary>
    [Fact]
    public void Keys_ThreadOrFields_TellSpansApart()
    {
        var trace = new SpanTrace().Start(10, 100, 7, 1, 0).Start(11, 101, 8, 1, 1).End(20, 101, 7, 1, 0).End(31, 100, 8, 1, 1);
        Assert.Equal("10+21 11+9", Dump(trace.Run()));
        Assert.Equal("10+10 11+20", Dump(trace.Run(key: [new("id", "number")])));
        Assert.Equal("10+10 11+20", Dump(trace.Run(key: [new("kind", "kind"), new("id", "number")])));
        Assert.Equal("10+21 11+9", Dump(trace.Run(key: [])));
        Assert.Equal("10+10 11+20", Dump(trace.Run(key: [new("cpu", "cpu")])));
    }

    /// <summary>Either side may have a condition of its own, though the events are the same.</summary>
    [Fact]
    public void Conditions_OfEitherSide_AreAskedApart()
    {
        var trace = new SpanTrace().Start(10, 100, kind: 1).Start(15, 100, kind: 3).Start(30, 100, kind: 2);
        var analysis = trace.Run(change: d => d with
        {
            Start = d.Start with { Filter = FilterExpression.Parse("kind == 1") },
            End = d.Start with { Filter = FilterExpression.Parse("kind == 2") },
        });
        Assert.Equal(("10+20", ""), (Dump(analysis), Unmatched(analysis)));
    }

    /// <summary>Recursion: each return belongs to the innermost call, and what a call does itself is apart from what it calls.</summary>
    [Fact]
    public void Calls_Recursive_NestAndHaveTimeOfTheirOwn()
    {
        var analysis = new SpanTrace().Entry(10, 100).Entry(20, 100).Entry(30, 100).Return(35, 100).Return(50, 100).Entry(60, 100).Return(70, 100).Return(100, 100).RunCalls();
        Assert.Equal("10+90 20+30 30+5 60+10", Dump(analysis));
        Assert.Equal("50 25 5 10", string.Join(' ', analysis.Longest.OrderBy(s => s.Start).Select(s => s.Self)));
        Assert.Equal("0 1 2 1", string.Join(' ', analysis.Longest.OrderBy(s => s.Start).Select(s => s.Depth)));
        Assert.Equal((135, 90), (analysis.Groups[0].Durations.Sum, analysis.Groups[0].Self));
    }

    /// <summary>A caller that returns first takes with it what never will: the next calls are matched right.</summary>
    [Fact]
    public void Calls_LeftByTheirCaller_EndWithIt()
    {
        var trace = new SpanTrace();
        var outer = trace.Trace.AddEvent("probe:g", 2, 5, 1UL << 10, FormatOf("g", "__probe_ip"));
        var outerReturn = trace.Trace.AddEvent("probe:g__return", 2, 6, 1UL << 10, FormatOf("g__return", "__probe_ret_ip"));
        trace.Trace.Sample(5, 100, 100, 0, 1, [], outer, new byte[16]);
        trace.Entry(10, 100).Entry(12, 100);
        trace.Trace.Sample(20, 100, 100, 0, 1, [], outerReturn, new byte[16]);
        trace.Entry(30, 100).Return(40, 100);
        var analysis = trace.RunCalls();
        Assert.Equal("5+15 30+10", Dump(analysis));
        Assert.Equal("CallerReturned 2", Unmatched(analysis));
    }

    /// <summary>What a dead thread left open is not of the next thread with its number; what is open at the end says whether its thread was.</summary>
    [Fact]
    public void Threads_ThatEnd_EndTheirSpans()
    {
        var trace = new SpanTrace();
        trace.Trace.Comm(0, 100, 100, "app").Comm(0, 200, 200, "other").Fork(5, 100, 101, 100, 100).Exit(20, 100, 101).Fork(30, 100, 101, 100, 100).Exit(60, 200, 200);
        trace.Start(10, 101).Start(40, 101).End(50, 101).Start(55, 200).Start(56, 100).End(70, 101);
        var analysis = trace.Run();
        Assert.Equal("40+10", Dump(analysis));
        Assert.Equal("NoStart 1 StillOpen 1 ThreadEnded 2", Unmatched(analysis));
    }

    /// <summary>A thread that takes another name is the same thread.</summary>
    [Fact]
    public void Threads_Renamed_GoOn()
    {
        var trace = new SpanTrace();
        trace.Trace.Comm(0, 100, 100, "one").Comm(15, 100, 100, "two");
        var analysis = trace.Start(10, 100).End(20, 100).Run(options: new SpanOptions { Definitions = [], Longest = 10, By = [new(SortKey.ParseList("comm")[0], false, "comm"), new(SortKey.ParseList("comm")[0], true, "end.comm")] });
        Assert.Equal("10+10", Dump(analysis));
        Assert.Equal("one two", string.Join(' ', analysis.Groups[0].Labels));
    }

    /// <summary>Where records were lost, what has no partner is said to be of that, and what has one across the loss is doubted: counted apart, unless it is asked for.</summary>
    [Fact]
    public void Losses_Around_AreTold()
    {
        var trace = new SpanTrace();
        trace.Trace.Lost(25, 3);
        var analysis = trace.End(5, 100).Start(10, 100).End(20, 100).Start(22, 100).End(30, 100).End(40, 100).Start(50, 100).Run();
        Assert.Equal("10+10", Dump(analysis));
        Assert.Equal("BeganBefore 1 StartLost 1 StillOpen 1", Unmatched(analysis));
        Assert.Equal(1, analysis.AcrossLosses[0]);
        Assert.Equal("10+10 22+8", Dump(trace.Run(options: new SpanOptions { Definitions = [], Longest = 100, AcrossLosses = true })));
    }

    /// <summary>A queue is shifted by what was lost, however long ago; the earliest start may be the lost one, until its key's next end; others are in doubt only when they were open.</summary>
    [Theory]
    [InlineData(SpanOrder.Nested, "10+5 60+9 70+25 80+10", 1)]
    [InlineData(SpanOrder.Queue, "10+5", 4)]
    [InlineData(SpanOrder.Latest, "10+5 60+9 80+10", 1)]
    [InlineData(SpanOrder.Earliest, "10+5 60+9 70+20", 1)]
    public void Losses_ByOrder_PutInDoubtWhatTheyMayHaveChanged(SpanOrder order, string spans, long doubtful)
    {
        var trace = new SpanTrace().Start(10, 100).End(15, 100).Start(20, 100).End(55, 100).Start(60, 100).End(69, 100).Start(70, 100).Start(80, 100).End(90, 100).End(95, 100);
        trace.Trace.Loss(new LossReport { Cpu = 1, Cause = LossCause.RingFull, Count = 1, FirstTime = 30, LastTime = 50 });
        var analysis = trace.Run(order);
        Assert.Equal((spans, doubtful), (Dump(analysis), analysis.AcrossLosses[0]));
    }

    /// <summary>Of the earliest start: before the first end after a loss it may be the earliest that is missing.</summary>
    [Fact]
    public void Losses_BeforeTheEarliestStart_PutItInDoubt()
    {
        var trace = new SpanTrace().Start(10, 100).End(15, 100).Start(60, 100).End(70, 100).Start(80, 100).End(85, 100);
        trace.Trace.Loss(new LossReport { Cpu = 1, Cause = LossCause.RingFull, Count = 1, FirstTime = 30, LastTime = 50 });
        var analysis = trace.Run(SpanOrder.Earliest);
        Assert.Equal(("10+5 80+5", 1), (Dump(analysis), analysis.AcrossLosses[0]));
    }

    /// <summary>The time from each event to the next: of all, or of each key.</summary>
    [Fact]
    public void Between_Events_IsOfEachKey()
    {
        var trace = new SpanTrace().Start(10, 100).Start(15, 101).Start(30, 100).Start(31, 101);
        SpanDefinition Between(SpanDefinition d) => d with { End = d.Start, IsBetween = true };
        Assert.Equal(("10+5 15+15 30+1", ""), (Dump(trace.Run(SpanOrder.Latest, [], Between)), Unmatched(trace.Run(SpanOrder.Latest, [], Between))));
        Assert.Equal("10+20 15+16", Dump(trace.Run(SpanOrder.Latest, null, Between)));
    }

    /// <summary>Groups by keys of either end; the longest are kept, and their records' texts and stacks found again.</summary>
    [Fact]
    public void Groups_AndLongest_AreOfTheirEnds()
    {
        var trace = new SpanTrace();
        for (var i = 0UL; i < 50; i++)
            trace.Start(100 * i, 100, i, i % 2).End(100 * i + 1 + i, 100, i, 7);
        using var open = trace.Trace.Open();
        var options = new AnalysisOptions();
        var spans = new SpanOptions
        {
            Definitions = [new SpanDefinition { Name = "op", Start = new([1]), End = new([2]) }],
            By = [new(SortKey.ParseList("kind")[0], false, "kind"), new(SortKey.ParseList("kind")[0], true, "end.kind"), new(SortKey.ParseList("time:1us")[0], false, "time:1us")],
            Longest = 3,
        };
        var analysis = SpanAnalysis.Run(open, options, spans);
        Assert.Equal(10, analysis.Groups.Count);
        Assert.Equal("0 7 0.000000", string.Join(' ', analysis.Groups[0].Labels));
        Assert.Equal("50 49 48", string.Join(' ', analysis.Longest.Select(s => s.Duration)));
        SpanDetails.Fill(open, options, analysis, analysis.Longest, SpanStack.End);
        Assert.Equal(("id=49 kind=1", "number=49 kind=7"), (analysis.Longest[0].StartText, analysis.Longest[0].EndText));
        Assert.Equal(0x1000UL + 4950, analysis.Longest[0].Stack[0].Address);
    }

    /// <summary>A key that a record does not have is counted, not guessed.</summary>
    [Fact]
    public void Key_NotInTheRecord_IsCounted()
    {
        var analysis = new SpanTrace().Start(10, 100).End(20, 100).Run(key: [new("nothing", "nothing")]);
        Assert.Equal(("", "NoKey 2"), (Dump(analysis), Unmatched(analysis)));
    }

    /// <summary>Any sequence of starts and ends: nested matching is that of a plain stack, and nothing is left without a number.</summary>
    [Fact]
    public void RandomSequences_AgainstAPlainStack_AreEqual()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var trace = new SpanTrace();
            var stacks = new Dictionary<uint, Stack<ulong>>();
            var expected = new List<string>();
            var (starts, ends) = (0, 0);
            for (var time = 1UL; time < 300; time++)
            {
                var tid = 100 + (uint)random.Next(3);
                if (!stacks.TryGetValue(tid, out var stack))
                    stacks.Add(tid, stack = new());
                if (random.Next(2) == 0)
                {
                    trace.Start(time, tid, cpu: (uint)random.Next(4));
                    stack.Push(time);
                    starts++;
                }
                else
                {
                    trace.End(time, tid, cpu: (uint)random.Next(4));
                    ends++;
                    if (stack.TryPop(out var start))
                        expected.Add($"{start}+{time - start}");
                }
            }

            var analysis = trace.Run(options: new SpanOptions { Definitions = [], Longest = 1000 });
            Assert.Equal(expected.Order(StringComparer.Ordinal), Dump(analysis).Split(' ').Order(StringComparer.Ordinal));
            Assert.Equal((starts, ends), (analysis.Matched(0) + analysis.UnmatchedStarts(0), analysis.Matched(0) + analysis.UnmatchedEnds(0)));
        }
    }

    /// <summary>Pairs are found by their names and probes by their fields; a return under a number is the same function's.</summary>
    [Fact]
    public void Finder_FindsPairs()
    {
        var trace = new TestTrace();
        foreach (var (name, field) in new[]
        {
            ("probe:vfs_read", "__probe_ip"), ("probe:vfs_read_1", "__probe_ret_ip"), ("probe:alone", "__probe_ip"), ("syscalls:sys_enter_read", "fd"), ("syscalls:sys_exit_read", "ret"), ("raw_syscalls:sys_enter", "id"),
            ("raw_syscalls:sys_exit", "id"), ("irq:softirq_entry", "vec"), ("irq:softirq_exit", "vec"), ("sdt_hotspot:gc__begin", "arg1"), ("sdt_hotspot:gc__end", "arg1"), ("ext4:ext4_sync_file_enter", "ino"), ("sched:sched_switch", "prev_pid"),
        })
            trace.AddEvent(name, 2, 1, 1UL << 10, FormatOf(name[(name.IndexOf(':') + 1)..], field));
        using var open = trace.Open();
        Assert.Equal(
            "vfs_read tid Nested, read tid Latest, system calls tid,id Latest, softirq_entry..softirq_exit cpu,vec Nested, gc__begin..gc__end tid Nested",
            string.Join(", ", SpanFinder.Find(open).Select(d => $"{d.Name} {string.Join(',', d.Key.Select(k => k.Start))} {d.Order}")));
    }

    private static string FormatOf(string name, string field) => $"name: {name}\nID: 1\nformat:\n\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n\n\tfield:u64 {field};\toffset:8;\tsize:8;\tsigned:0;\n\nprint fmt: \"x\"\n";
}
