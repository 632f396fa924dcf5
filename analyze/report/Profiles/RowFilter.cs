using TraceKit.Engine;
using TraceKit.Engine.Aggregates;
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

    /// <summary>A part of the names of functions that samples hit; empty for all.</summary>
    public string PartOfFunction { get; init; } = "";

    /// <summary>Only samples that hit a function with a name; as in perf, percentages are then of these.</summary>
    public bool OnlyResolved { get; init; }

    /// <summary>Whether percentages are of these samples only; else of all, as they were before.</summary>
    public bool IsRelative { get; init; }

    /// <summary>Whether a row is wanted; null when all are.</summary>
    /// <param name="analysis">Whose rows.</param>
    /// <param name="parent">A key that rows must have a value of; null for none.</param>
    internal Func<int, bool>? For(Analysis analysis, SortKey? parent = null)
    {
        if (parent is { } key)
        {
            var having = RowGroups.Having(analysis, key);
            return WithoutParent(analysis) is { } others ? row => having(row) && others(row) : having;
        }

        return WithoutParent(analysis);
    }

    private Func<int, bool>? WithoutParent(Analysis analysis)
    {
        var ofFunctions = Modules.Count + Functions.Count > 0 || PartOfFunction.Length > 0 || OnlyResolved;
        if (Comms.Count + Pids.Count + Tids.Count == 0 && !ofFunctions)
            return null;
        var threads = analysis.Threads.Select(t => Has(Comms, t.Comm) && Has(Pids, t.Pid) && Has(Tids, t.Tid)).ToArray();
        var functions = ofFunctions ? new bool[analysis.Functions.Count] : null;
        for (var i = 0; i < functions?.Length; i++)
        {
            var function = analysis.Functions[i];
            functions[i] = Has(Functions, function.Name) && (function.IsKnown || !OnlyResolved) && function.Name.Contains(PartOfFunction, StringComparison.Ordinal) && (Has(Modules, function.ModuleName) || (function.Module >= 0 && Has(Modules, analysis.Modules[function.Module].Path)));
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
