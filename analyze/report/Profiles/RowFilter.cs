using TraceKit.Engine;
using TraceKit.Engine.Stacks;

namespace TraceKit.Report.Profiles;

/// <summary>Which samples the lines of a report are about; percentages may still be of all.</summary>
public sealed record RowFilter
{
    /// <summary>Names of threads; empty for all.</summary>
    public IReadOnlyList<string> Comms { get; init; } = [];

    /// <summary>Processes; empty for all.</summary>
    public IReadOnlyList<int> Pids { get; init; } = [];

    /// <summary>Threads; empty for all.</summary>
    public IReadOnlyList<int> Tids { get; init; } = [];

    /// <summary>Modules that samples hit, by name or path; empty for all.</summary>
    public IReadOnlyList<string> Modules { get; init; } = [];

    /// <summary>Functions that samples hit; empty for all.</summary>
    public IReadOnlyList<string> Functions { get; init; } = [];

    /// <summary>Whether percentages are of these samples only; else of all, as they were before.</summary>
    public bool IsRelative { get; init; }

    /// <summary>Whether a row is wanted; null when all are.</summary>
    internal Func<int, bool>? For(Analysis analysis)
    {
        if (Comms.Count + Pids.Count + Tids.Count + Modules.Count + Functions.Count == 0)
            return null;
        var threads = analysis.Threads.Select(t => Has(Comms, t.Comm) && Has(Pids, t.Pid) && Has(Tids, t.Tid)).ToArray();
        var functions = Modules.Count + Functions.Count == 0 ? null : new bool[analysis.Functions.Count];
        for (var i = 0; i < functions?.Length; i++)
        {
            var function = analysis.Functions[i];
            functions[i] = Has(Functions, function.Name) && (Has(Modules, function.ModuleName) || (function.Module >= 0 && Has(Modules, analysis.Modules[function.Module].Path)));
        }

        return row =>
        {
            if (!threads[analysis.Samples.Threads[row]])
                return false;
            if (functions is null)
                return true;
            var stack = analysis.Samples.Stacks[row];
            return stack != StackTable.Empty && functions[analysis.Functions.OfFrame[analysis.Stacks.Frames[stack]]];
        };
    }

    private static bool Has<T>(IReadOnlyList<T> wanted, T value) => wanted.Count == 0 || wanted.Contains(value);
}
