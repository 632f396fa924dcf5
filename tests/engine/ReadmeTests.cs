using TraceKit.Engine.Aggregates;
using TraceKit.Testing;

namespace TraceKit.Engine.Tests;

public sealed class ReadmeTests
{
    /// <summary>The room's example, as it stands in its README, runs.</summary>
    [Fact]
    public void Readme_Example_Runs()
    {
        var path = Path.GetTempFileName();
        var output = new StringWriter { NewLine = "\n" };
        try
        {
            File.WriteAllBytes(path, AnalysisTests.Small().ToBytes());

            // README
            using var trace = Trace.Open(path);
            var analysis = Analysis.Run(trace, new AnalysisOptions { Events = ["cpu-clock"] });
            var profile = FlatProfile.Build(analysis, SortKey.ParseList("comm,dso,sym"), children: true);
            foreach (var entry in profile.Entries)
                output.WriteLine($"{100.0 * entry.TotalWeight / profile.TotalWeight:f2}% {string.Join(" ", entry.Values)}");
            var tree = CallTree.Build(analysis, CallOrder.Callee);
            output.WriteLine($"{analysis.Totals.Used} samples, {analysis.Totals.Lost} lost, heaviest: {tree.Name(tree.Children(0)[0])}");

            // README end
        }
        finally
        {
            File.Delete(path);
        }

        Assert.Equal(
            """
            75.00% app [JIT] tid 10 jit_main
            75.00% app [JIT] tid 10 jit_work
            25.00% app [kernel.kallsyms] vfs_read
            25.00% app [JIT] tid 10 jit_leaf
            25.00% other [JIT] tid 20 0x10110
            25.00% app [kernel.kallsyms] do_syscall_64
            4 samples, 3 lost, heaviest: 0x10110

            """, output.ToString());
    }

    /// <summary>The example in the page and the one that is run are the same lines.</summary>
    [Fact]
    public void Readme_Example_IsTheOneThatRuns()
    {
        var root = Golden.RepositoryRoot();
        var page = File.ReadAllText(Path.Combine(root, "analyze", "engine", "README.md"));
        var code = File.ReadAllText(Path.Combine(root, "tests", "engine", "ReadmeTests.cs"));
        foreach (var line in page.Split("```csharp")[1].Split("```")[0].Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => !l.StartsWith("using TraceKit", StringComparison.Ordinal)))
            Assert.Contains(line.Trim(), code, StringComparison.Ordinal);
    }
}
