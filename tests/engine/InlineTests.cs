using TraceKit.Binary;
using TraceKit.DebugInfo.Source;
using TraceKit.Engine.Aggregates;
using TraceKit.Engine.Model;
using TraceKit.Engine.Stacks;
using TraceKit.Engine.Symbols;

namespace TraceKit.Engine.Tests;

/// <summary>Inlined functions on their way from a resolver to the aggregates.</summary>
public sealed class InlineTests
{
    /// <summary>`leaf` was inlined into `mid`, which was inlined into `outer`; `outer` calls itself once.</summary>
    internal static Analysis Inlined() => new AnalysisBuilder()
        .At("leaf (inlined)", "/src/leaf.h", 3).At("mid (inlined)", "/src/mid.h", 7).At("outer@app", "/src/app.c", 20).At("main@app", "/src/app.c", 30)
        .Add("cpu-clock", "app", 1, 1, 0, 1, 5, ["leaf (inlined)", "mid (inlined)", "outer@app", "main@app"])
        .Add("cpu-clock", "app", 1, 1, 0, 2, 3, ["outer@app", "main@app"])
        .Add("cpu-clock", "app", 1, 1, 0, 3, 2, ["leaf@app", "mid (inlined)", "outer@app", "main@app"])
        .Build();

    private static string Dump(FlatProfile profile) =>
        string.Join("\n", profile.Entries.Select(e => $"{string.Join("|", e.Values)} {e.SelfWeight} {e.TotalWeight}"));

    /// <summary>A sample is the concrete function's own; what was inlined has its share of passing, and no own.</summary>
    [Fact]
    public void FlatProfile_Inlined_SelfIsTheConcreteFunctions() =>
        Assert.Equal(
            """
            main 0 10
            outer 8 10
            mid (inlined) 0 7
            leaf (inlined) 0 5
            leaf 2 2
            """,
            Dump(FlatProfile.Build(Inlined(), SortKey.ParseList("sym"), children: true)));

    /// <summary>Without callers only functions that have addresses of their own have entries, as in perf.</summary>
    [Fact]
    public void FlatProfile_InlinedWithoutChildren_ConcreteOnly() =>
        Assert.Equal("outer 8 10\nleaf 2 2", Dump(FlatProfile.Build(Inlined(), SortKey.ParseList("sym"))));

    /// <summary>A sample's own line is that of its address, wherever that was inlined from; callers stand at their calls.</summary>
    [Fact]
    public void FlatProfile_BySourceLine_SelfIsTheInnermostLine()
    {
        Assert.Equal("leaf.h:3 5 5\napp.c:20 3 10\n??:0 2 2", Dump(FlatProfile.Build(Inlined(), SortKey.ParseList("srcline"))));
        Assert.Equal(
            "app.c:20|outer 3 10\napp.c:30|main 0 10\nmid.h:7|mid (inlined) 0 7\nleaf.h:3|leaf (inlined) 0 5\nleaf.h:3|outer 5 5\n??:0|leaf 2 2",
            string.Join('\n', Dump(FlatProfile.Build(Inlined(), SortKey.ParseList("srcline,sym"), children: true)).Split('\n').OrderByDescending(l => int.Parse(l.Split(' ')[^1], null)).ThenBy(l => l, StringComparer.Ordinal)));
        Assert.Equal("leaf.h 5 5\napp.c 3 10\n?? 2 2", Dump(FlatProfile.Build(Inlined(), SortKey.ParseList("srcfile"))));
        Assert.Equal("/src/leaf.h 5 5", Dump(FlatProfile.Build(Inlined(), [new SortKey(SortKeyKind.SourceFile, "srcfile") { IsFullPath = true }])).Split('\n')[0]);
    }

    /// <summary>The tree goes down to the innermost inlined function, which has the weight.</summary>
    [Fact]
    public void CallTree_Inlined_EndsInTheInnermost()
    {
        var tree = CallTree.Build(Inlined());
        var lines = new List<string>();
        for (var i = 1; i < tree.Count; i++)
            lines.Add($"{new string(' ', tree.Depths[i])}{tree.Name(i)} {tree.SelfWeights[i]} {tree.TotalWeights[i]}");
        Assert.Equal(" main 0 10\n  outer 3 10\n   mid (inlined) 0 7\n    leaf (inlined) 5 5\n    leaf 2 2", string.Join('\n', lines));
    }

    /// <summary>Answers as told; counts how it is asked.</summary>
    private sealed class Told(Dictionary<ulong, (string Name, string File, uint Line)[]> chains) : ISourceResolver
    {
        public List<ulong[]> Asked { get; } = [];

        public void Resolve(ReadOnlySpan<Svma> addresses, SourceFrames frames)
        {
            Asked.Add([.. addresses.ToArray().Select(a => a.Value)]);
            foreach (var address in addresses)
            {
                foreach (var (name, file, line) in chains.GetValueOrDefault(address.Value, []))
                    frames.Add(new SourceFrame(frames.Intern(name), frames.Intern(file), line, 0));
                frames.EndAddress();
            }
        }
    }

    private static ModuleData Data(params ISourceResolver[] resolvers) => new(
        new TraceModule { Index = 0, Kind = ModuleKind.Elf, Path = "/app", Name = "app" }, new ModulePieces { OwnSource = _ => resolvers });

    private static FrameTable Frames(params ulong[] addresses) =>
        new(new int[addresses.Length], addresses, new FrameKind[addresses.Length]);

    private static string Levels(FunctionTable functions, int frame) =>
        string.Join(", ", functions.Levels(frame).ToArray().Select(l => $"{functions[l.Function].Label}@{functions.FileName(l.File)}:{l.Line}"));

    /// <summary>All addresses of a module are one sorted batch; the second resolver is asked only for what the first does not know; names are demangled.</summary>
    [Fact]
    public void Symbolizer_TwoResolvers_EachAskedOnceForWhatIsLeft()
    {
        var first = new Told(new() { [16] = [("_Z3addii", "a.h", 1), ("outer", "a.c", 9)], [32] = [("", "b.c", 4)] });
        var second = new Told(new() { [48] = [("gopher", "g.go", 2)] });
        var (functions, _) = new Symbolizer([Data(first, second)], new KernelSymbols(_ => null), SourceDetail.Inlines).Run(Frames(16, 32, 48, 64));
        Assert.Equal([16UL, 32, 48, 64], Assert.Single(first.Asked));
        Assert.Equal([48UL, 64], Assert.Single(second.Asked));
        Assert.StartsWith("add (inlined)@a.h:1, ", Levels(functions, 0), StringComparison.Ordinal);
        Assert.EndsWith("@a.c:9", Levels(functions, 0), StringComparison.Ordinal);
        Assert.Equal("b.c", functions.FileName(functions.Levels(1)[0].File));
        Assert.Equal("g.go", functions.FileName(functions.Levels(2)[0].File));
        Assert.Equal(0u, functions.Levels(3)[0].Line);
        Assert.True(functions.HasInlined);
    }

    /// <summary>Without inlined functions, a line is still that of the address and not that of the call that was inlined.</summary>
    [Fact]
    public void Symbolizer_LinesOnly_ConcreteFunctionAtTheInnermostLine()
    {
        var resolver = new Told(new() { [16] = [("inner", "a.h", 1), ("outer", "a.c", 9)] });
        var (functions, _) = new Symbolizer([Data(resolver)], new KernelSymbols(_ => null), SourceDetail.Lines).Run(Frames(16));
        Assert.EndsWith("@a.h:1", Levels(functions, 0), StringComparison.Ordinal);
        Assert.Equal(1, functions.Levels(0).Length);
    }

    /// <summary>Names as asked: demangled, with templates cut at a depth, or as the files have them.</summary>
    [Theory]
    [InlineData(true, int.MaxValue, "std::vector<std::vector<int, std::allocator<int> >, std::allocator<std::vector<int, std::allocator<int> > > >::push_back")]
    [InlineData(true, 1, "std::vector<std::vector<...>, std::allocator<...> >::push_back")]
    [InlineData(true, 0, "std::vector<...>::push_back")]
    [InlineData(false, 0, "_ZNSt6vectorIS_IiSaIiEESaIS1_EE9push_backEOS1_")]
    public void Symbolizer_NameStyle_ShowsNamesSo(bool demangle, int depth, string expected)
    {
        var resolver = new Told(new() { [16] = [("_ZNSt6vectorIS_IiSaIiEESaIS1_EE9push_backEOS1_", "a.h", 1), ("outer", "a.c", 9)] });
        var (functions, _) = new Symbolizer([Data(resolver)], new KernelSymbols(_ => null), SourceDetail.Inlines, new NameStyle(demangle, depth)).Run(Frames(16));
        Assert.Equal(expected, functions[functions.Levels(0)[0].Function].Name);
    }
}
