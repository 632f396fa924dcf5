using TraceKit.Engine;
using TraceKit.Engine.Aggregates;
using TraceKit.Report.Profiles;

namespace TraceKit.Report.Flame;

/// <summary>Flame graphs from an analysis.</summary>
public static class FlameViews
{
    /// <summary>The flame graph of all samples: caller below, callee above, heaviest first from the left.</summary>
    /// <param name="analysis">Whose samples.</param>
    /// <param name="name">The recording, for the title.</param>
    public static FlameView Of(Analysis analysis, string name)
    {
        var tree = CallTree.Build(analysis);
        var frames = new FlameFrame[tree.Count];
        frames[0] = new FlameFrame(0, "all", "", tree.TotalWeights[0], FlameKind.All);
        for (var node = 1; node < tree.Count; node++)
        {
            var function = analysis.Functions[tree.Functions[node]];
            var kind = !function.IsKnown ? FlameKind.Unknown : ReportGraphs.IsKernel(function) ? FlameKind.Kernel : FlameKind.User;
            frames[node] = new FlameFrame(tree.Depths[node], function.Label, function.ModuleName, tree.TotalWeights[node], kind);
        }

        var used = analysis.Events.Where(e => Uses(analysis, e.Index)).ToArray();
        var events = string.Join(", ", used.Select(e => e.Name));
        return new FlameView
        {
            Title = $"{name}: {events}",
            Unit = used.Length > 0 && used.All(e => e.WeightIsTime) ? "ns" : used.Length > 1 && used.Any(e => e.WeightIsTime) ? "ns and events, mixed" : "events",
            Frames = frames,
            Notes = LossNotes.Serious(analysis),
        };
    }

    private static bool Uses(Analysis analysis, int index) => analysis.Samples.Events.Contains(index);
}
