using TraceKit.Engine.Aggregates;

namespace TraceKit.Engine.Tests;

public sealed class AggregateTests
{
    /// <summary>Five samples whose sums can be checked by hand; `fib` recurs.</summary>
    internal static Analysis Five() => new AnalysisBuilder()
        .Add("cpu-clock", "app", 10, 10, 0, 100, 5, ["work@app", "main@app", "_start@app"])
        .Add("cpu-clock", "app", 10, 11, 1, 200, 5, ["fib@app", "fib@app", "main@app", "_start@app"])
        .Add("cpu-clock", "app", 10, 10, 0, 300, 5, ["memcpy@libc.so.6", "work@app", "main@app", "_start@app"])
        .Add("cpu-clock", "sh", 20, 20, 0, 400, 7, ["read@[kernel.kallsyms]", "main@sh"])
        .Add("cpu-clock", "app", 10, 10, 1, 500, 5, ["fib@app", "main@app", "_start@app"])
        .Build();

    private static string Dump(FlatProfile profile) =>
        string.Join("\n", profile.Entries.Select(e => $"{string.Join("|", e.Values)} {e.SelfWeight}/{e.SelfCount} {e.TotalWeight}/{e.TotalCount}"));

    private static string Dump(CallTree tree)
    {
        var lines = new List<string>();
        for (var i = 0; i < tree.Count; i++)
            lines.Add($"{new string(' ', tree.Depths[i])}{(i == 0 ? "all" : tree.Name(i))} {tree.SelfWeights[i]}/{tree.SelfCounts[i]} {tree.TotalWeights[i]}/{tree.TotalCounts[i]}");
        return string.Join("\n", lines);
    }

    /// <summary>Recursion counts once in the total of a function, and order is by self weight, then name.</summary>
    [Fact]
    public void FlatProfile_BySymbol_SelfAndTotalAreExact()
    {
        var profile = FlatProfile.Build(Five(), SortKey.ParseList("comm,dso,sym"));
        Assert.Equal(
            """
            app|app|fib 10/2 10/2
            sh|[kernel.kallsyms]|read 7/1 7/1
            app|app|work 5/1 10/2
            app|libc.so.6|memcpy 5/1 5/1
            """, Dump(profile));
        Assert.Equal(27, profile.TotalWeight);
        Assert.Equal(5, profile.TotalCount);
    }

    /// <summary>With children every function on a stack has an entry, callers first.</summary>
    [Fact]
    public void FlatProfile_WithChildren_CallersHaveEntries()
    {
        var profile = FlatProfile.Build(Five(), SortKey.ParseList("sym"), children: true);
        Assert.Equal(
            """
            _start 0/0 20/4
            main 0/0 20/4
            fib 10/2 10/2
            work 5/1 10/2
            read 7/1 7/1
            main 0/0 7/1
            memcpy 5/1 5/1
            """, Dump(profile));
    }

    /// <summary>Keys that are not of frames group rows; modules sum their functions, each sample once.</summary>
    [Theory]
    [InlineData("comm", "app 20/4 20/4\nsh 7/1 7/1")]
    [InlineData("pid,tid", "10|10 15/3 15/3\n20|20 7/1 7/1\n10|11 5/1 5/1")]
    [InlineData("cpu", "0 17/3 17/3\n1 10/2 10/2")]
    [InlineData("event", "cpu-clock 27/5 27/5")]
    [InlineData("dso", "app 15/3 20/4\n[kernel.kallsyms] 7/1 7/1\nlibc.so.6 5/1 5/1")]
    public void FlatProfile_OtherKeys_SumsAreExact(string keys, string expected) =>
        Assert.Equal(expected, Dump(FlatProfile.Build(Five(), SortKey.ParseList(keys))));

    /// <summary>Buckets of time begin at multiples of their width, as perf's do, and are shown in seconds.</summary>
    [Fact]
    public void FlatProfile_ByTime_BucketsAreMultiples()
    {
        var builder = new AnalysisBuilder();
        foreach (var time in new[] { 1_999_999_999L, 2_000_000_000, 2_049_999_999, 2_050_000_000, 3_000_000_000 })
            builder.Add("cpu-clock", "app", 1, 1, 0, time, 1, ["f@app"]);
        Assert.Equal("2.000000 2/2 2/2\n1.950000 1/1 1/1\n2.050000 1/1 1/1\n3.000000 1/1 1/1", Dump(FlatProfile.Build(builder.Build(), SortKey.ParseList("time:50ms"))));
        Assert.Equal("2.000000 3/3 3/3\n1.900000 1/1 1/1\n3.000000 1/1 1/1", Dump(FlatProfile.Build(builder.Build(), SortKey.ParseList("time"))));
        Assert.Throws<FormatException>(() => SortKey.ParseList("time:fast"));
        Assert.Throws<FormatException>(() => SortKey.ParseList("time:0ms"));
    }

    /// <summary>The caller is that of the frame an entry is about, also where it only calls others; who has none says so.</summary>
    [Fact]
    public void FlatProfile_ByCaller_IsTheFunctionAbove()
    {
        Assert.Equal(
            "fib|fib 5/1 5/1\nfib|main 5/1 10/2\nmemcpy|work 5/1 5/1\nread|main 7/1 7/1\nwork|main 5/1 10/2",
            string.Join('\n', Dump(FlatProfile.Build(Five(), SortKey.ParseList("sym,caller"))).Split('\n').Order(StringComparer.Ordinal)));
        Assert.Contains("_start|- 0/0 20/4", Dump(FlatProfile.Build(Five(), SortKey.ParseList("sym,caller"), children: true)), StringComparison.Ordinal);
        Assert.Equal("main 10/2 20/4\nmain 7/1 7/1\nfib 5/1 5/1\nwork 5/1 5/1", Dump(FlatProfile.Build(Five(), SortKey.ParseList("caller"))));
    }

    /// <summary>Rows can be grouped by the function that they hit, and groups are named and ordered without going through texts.</summary>
    [Fact]
    public void RowGroups_BySymbolAndThread_HaveRowsAndNames()
    {
        var groups = RowGroups.Make(Five(), SortKey.ParseList("sym,tid"));
        Assert.Equal(["work 10: 0", "fib 11: 1", "memcpy 10: 2", "read 20: 3", "fib 10: 4"],
            Enumerable.Range(0, groups.Count).Select(g => $"{string.Join(' ', groups.Texts(g))}: {string.Join(' ', groups.Rows(g).ToArray())}"));
        Assert.Equal([0, 1, 2, 3, 4], groups.OfRow.ToArray());
        Assert.Equal([4, 1, 2, 3, 0], Enumerable.Range(0, groups.Count).Order(Comparer<int>.Create(groups.Compare)));
        Assert.Equal([-1, -1, -1, 0, -1], RowGroups.Make(Five(), SortKey.ParseList("comm"), row => row == 3).OfRow.ToArray());
    }

    /// <summary>Events without a field are not confused with events whose field is 0 or empty.</summary>
    [Fact]
    public void FlatProfile_ByField_MissingIsItsOwnGroup()
    {
        var analysis = new AnalysisBuilder()
            .Add("a:b", "x", 1, 1, 0, 1, 1, ["f"], new Dictionary<string, object> { ["n"] = 0L, ["s"] = "zero" })
            .Add("a:b", "x", 1, 1, 0, 2, 1, ["f"], new Dictionary<string, object> { ["n"] = 0L, ["s"] = "" })
            .Add("a:b", "x", 1, 1, 0, 3, 1, ["f"], new Dictionary<string, object> { ["n"] = -1L, ["s"] = "zero" })
            .Add("a:c", "x", 1, 1, 0, 4, 1, ["f"])
            .Build();
        Assert.Equal("0 2/2 2/2\n 1/1 1/1\n-1 1/1 1/1", Dump(FlatProfile.Build(analysis, SortKey.ParseList("n"))));
        Assert.Equal("zero 2/2 2/2\n 1/1 1/1\n 1/1 1/1", Dump(FlatProfile.Build(analysis, SortKey.ParseList("s"))));
    }

    /// <summary>From the outermost caller down, heaviest first, ties by name.</summary>
    [Fact]
    public void CallTree_Caller_IsTheTreeOfStacks() => Assert.Equal(
        """
        all 0/0 27/5
         _start 0/0 20/4
          main 0/0 20/4
           fib 5/1 10/2
            fib 5/1 5/1
           work 5/1 10/2
            memcpy 5/1 5/1
         main 0/0 7/1
          read 7/1 7/1
        """, Dump(CallTree.Build(Five())));

    /// <summary>From the innermost function outwards.</summary>
    [Fact]
    public void CallTree_Callee_IsInverted() => Assert.Equal(
        """
        all 0/0 27/5
         fib 0/0 10/2
          fib 0/0 5/1
           main 0/0 5/1
            _start 5/1 5/1
          main 0/0 5/1
           _start 5/1 5/1
         read 0/0 7/1
          main 7/1 7/1
         memcpy 0/0 5/1
          work 0/0 5/1
           main 0/0 5/1
            _start 5/1 5/1
         work 0/0 5/1
          main 0/0 5/1
           _start 5/1 5/1
        """, Dump(CallTree.Build(Five(), CallOrder.Callee)));

    /// <summary>An entry's call graph counts exactly the entry's samples.</summary>
    [Fact]
    public void CallTree_OfEntry_HasItsRowsOnly()
    {
        var analysis = Five();
        var entry = FlatProfile.Build(analysis, SortKey.ParseList("sym")).Entries[0];
        Assert.Equal("fib", entry.Values[0]);
        Assert.Equal(
            """
            all 0/0 10/2
             _start 0/0 10/2
              main 0/0 10/2
               fib 5/1 10/2
                fib 5/1 5/1
            """, Dump(entry.BuildCallTree(analysis, CallOrder.Caller)));
    }

    /// <summary>Around a function: what it calls, and who calls it, over all samples that have it.</summary>
    [Fact]
    public void CallTree_Around_StartsAtTheFunction()
    {
        var analysis = Five();
        var entry = FlatProfile.Build(analysis, SortKey.ParseList("sym"), children: true).Entries.Single(e => e.Values[0] == "work");
        Assert.Equal("all 0/0 10/2\n work 5/1 10/2\n  memcpy 5/1 5/1", Dump(entry.BuildCallTreeAround(analysis, CallOrder.Caller)));
        Assert.Equal("all 0/0 10/2\n work 0/0 10/2\n  main 0/0 10/2\n   _start 10/2 10/2", Dump(entry.BuildCallTreeAround(analysis, CallOrder.Callee)));
    }

    /// <summary>Bins are of one width, cover first to last, and lose nothing.</summary>
    [Fact]
    public void Timeline_ByComm_CountsIntoBins()
    {
        var timeline = Timeline.Build(Five(), TimelineKey.Comm, bins: 4);
        Assert.Equal(100, timeline.Start);
        Assert.Equal(101, timeline.BinWidth);
        Assert.Equal(4, timeline.Bins);
        Assert.Equal(["app", "sh"], timeline.Series.Select(s => s.Name));
        Assert.Equal([2, 1, 0, 1], timeline.Series[0].Counts);
        Assert.Equal([0, 0, 7, 0], timeline.Series[1].Weights);
        Assert.Equal(["0", "1"], Timeline.Build(Five(), TimelineKey.Cpu, 4).Series.Select(s => s.Name));
    }
}
