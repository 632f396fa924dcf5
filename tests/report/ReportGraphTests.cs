using TraceKit.Engine;
using TraceKit.Engine.Aggregates;
using TraceKit.Report.Profiles;
using TraceKit.Report.Text;

namespace TraceKit.Report.Tests;

/// <summary>Call graphs of a report against the engine's own call trees, on random stacks with much recursion.</summary>
public sealed class ReportGraphTests
{
    private static Analysis Random(int seed)
    {
        var random = new Random(seed);
        var builder = new AnalysisBuilder();
        for (var i = 0; i < 60; i++)
        {
            // Every third function was inlined into the next one, chains of them included.
            var stack = Enumerable.Range(0, random.Next(1, 9)).Select(_ => random.Next(3) == 0 ? $"f{random.Next(4)} (inlined)" : $"f{random.Next(4)}@app").Append("main@app").ToArray();
            builder.Add("cpu-clock", $"t{random.Next(2)}", 1, 1 + random.Next(2), 0, i, random.Next(1, 50), stack);
        }

        return builder.Build();
    }

    /// <summary>Paths from the first printed frame on, each with its weight.</summary>
    private static SortedDictionary<string, long> Paths(IReadOnlyList<CallGraphNode> roots)
    {
        var paths = new SortedDictionary<string, long>(StringComparer.Ordinal);
        void Walk(CallGraphNode node, string prefix)
        {
            foreach (var frame in node.Frames)
            {
                prefix += "/" + frame;
                paths[prefix] = paths.GetValueOrDefault(prefix) + node.Weight;
            }

            foreach (var child in node.Children)
                Walk(child, prefix);
        }

        foreach (var root in roots)
            Walk(root, "");
        return paths;
    }

    private static SortedDictionary<string, long> Paths(params CallTree[] trees)
    {
        var paths = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var tree in trees)
        {
            var names = new string[tree.Count];
            names[0] = "";
            for (var node = 1; node < tree.Count; node++)
            {
                names[node] = names[tree.Parents[node]] + "/" + tree.Name(node);
                if (tree.TotalWeights[node] > 0)
                    paths[names[node]] = paths.GetValueOrDefault(names[node]) + tree.TotalWeights[node];
            }
        }

        return paths;
    }

    /// <summary>With nothing cut, every path has the weight that the engine's call tree gives it, in both orders.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Graphs_OfRandomStacks_AgreeWithCallTrees(int seed)
    {
        var analysis = Random(seed);
        var keys = SortKey.ParseList("comm,dso,sym");
        foreach (var children in new[] { false, true })
        {
            foreach (var order in new[] { CallOrder.Caller, CallOrder.Callee })
            {
                var profile = FlatProfile.Build(analysis, keys, children);
                var report = ReportBuilder.Build(analysis, new ReportOptions { SortKeys = "comm,dso,sym", Children = children, Graph = new CallGraphStyle { Order = order, MinPercent = 0 } });
                for (var i = 0; i < profile.Entries.Count; i++)
                {
                    var entry = profile.Entries[i];
                    var rows = entry.Rows.ToArray();
                    CallTree[] expected = !children ? [entry.BuildCallTree(analysis, order)]
                        : order == CallOrder.Callee ? [entry.BuildCallTreeAround(analysis, order)]
                        : [entry.BuildCallTree(analysis, order), CallTree.BuildAround(analysis, order, [.. entry.GroupRows.ToArray().Except(rows)], entry.Function)];
                    Assert.Equal(Paths(expected), Paths(report.Sections[0].Rows[i].Graphs));
                }
            }
        }
    }

    /// <summary>Lines without a function among their keys show the stacks of their own samples.</summary>
    [Fact]
    public void Graphs_OfLinesByThread_AreTheirSamples()
    {
        var analysis = Random(7);
        var profile = FlatProfile.Build(analysis, SortKey.ParseList("comm"));
        foreach (var order in new[] { CallOrder.Caller, CallOrder.Callee })
        {
            var report = ReportBuilder.Build(analysis, new ReportOptions { SortKeys = "comm", Graph = new CallGraphStyle { Order = order, MinPercent = 0 } });
            for (var i = 0; i < profile.Entries.Count; i++)
                Assert.Equal(Paths(profile.Entries[i].BuildCallTree(analysis, order)), Paths(report.Sections[0].Rows[i].Graphs));
        }
    }
}
