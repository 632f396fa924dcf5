using System.Globalization;
using TraceKit.DebugInfo.Unwind;
using TraceKit.Engine;
using TraceKit.Engine.Symbols;
using TraceKit.Engine.Unwinding;
using TraceKit.Report.Text;

namespace TraceKit.Report.Profiles;

/// <summary>What is not in the numbers, in sentences: every output shows them.</summary>
public static class LossNotes
{
    /// <summary>Places where stacks stopped that one sentence names.</summary>
    private const int MostStops = 5;

    /// <summary>One sentence for each kind of loss that happened; what went well is one short sentence too, so that silence never means "not counted".</summary>
    public static IReadOnlyList<string> Of(Analysis analysis)
    {
        var totals = analysis.Totals;
        var notes = new List<string> { $"Samples: {N(totals.Read)} read, {N(totals.Used)} used, {N(totals.Filtered)} left out by options, {N(totals.Lost)} lost" };
        notes.AddRange(Filters(analysis));
        if (analysis.Events.Sum(e => e.UnknownKinds) is > 0 and var unknown)
            notes.Add($"Arguments: {N(unknown)} have types of a newer tracekit and are shown as plain numbers");
        if (totals.Throttled > 0)
            notes.Add($"Throttled by the kernel: {N(totals.Throttled)} times (samples not taken; their number is unknown)");
        if (totals.DamagedChunks > 0 || totals.DamagedBytes > 0)
            notes.Add($"Damaged: {N(totals.DamagedChunks)} chunks, {N(totals.DamagedBytes)} bytes of the file could not be read");
        if (totals.Malformed > 0 || totals.UnknownEvent > 0)
            notes.Add($"Not understood: {N(totals.Malformed)} records against their layout, {N(totals.UnknownEvent)} of events the file does not describe");
        if (Aux(totals.AuxBytes, totals.AuxKind) is { Length: > 0 } aux)
            notes.Add(aux);
        if (totals.UnknownThread > 0)
            notes.Add($"Threads known by number only: {N(totals.UnknownThread)} samples");
        notes.Add(Unresolved(totals));
        notes.Add(Stacks(analysis));
        notes.AddRange(Missing(analysis, MostModules));
        return notes;
    }

    /// <summary>Only what a reader of a picture must know: losses and damage, nothing when all went well.</summary>
    public static IReadOnlyList<string> Serious(Analysis analysis)
    {
        var totals = analysis.Totals;
        var notes = new List<string>();
        if (totals.Lost > 0)
            notes.Add($"{N(totals.Lost)} of {N(totals.Made)} samples lost while recording");
        if (totals.Throttled > 0)
            notes.Add($"throttled by the kernel {N(totals.Throttled)} times");
        if (totals.DamagedChunks > 0 || totals.DamagedBytes > 0)
            notes.Add($"{N(totals.DamagedChunks)} chunks, {N(totals.DamagedBytes)} bytes of the file could not be read");
        return notes;
    }

    /// <summary>The filters of the recording that the kernel could not evaluate whole: what is done about them, and what they left out.</summary>
    public static IEnumerable<string> Filters(Analysis analysis)
    {
        foreach (var traceEvent in analysis.Events)
        {
            if (traceEvent.AnalyzerFilter.Length == 0)
                continue;
            var (name, rest) = (SafeText.Show(traceEvent.Name), SafeText.Show(traceEvent.AnalyzerFilter));
            if (traceEvent.FilterProblem.Length > 0)
                yield return $"Filter of {name} not applied: '{rest}': {SafeText.Show(traceEvent.FilterProblem)}";
            else if (analysis.StoredFiltersIgnored)
                yield return $"Filter of {name} left aside as asked for: '{rest}'";
            else
                yield return $"Filter of {name}: {(traceEvent.Filter.Length > 0 ? $"'{SafeText.Show(traceEvent.Filter)}' was applied by the kernel, " : "")}'{rest}' here";
        }

        if (analysis.Totals.LeftOutByRecording > 0)
            yield return $"Left out by these filters: {N(analysis.Totals.LeftOutByRecording)} samples (--no-stored-filter shows them)";
    }

    /// <summary>What is not decoded, and what decodes it; empty when there is nothing.</summary>
    /// <param name="bytes">Bytes of AUX data.</param>
    /// <param name="kind">Who made them.</param>
    public static string Aux(long bytes, string kind) => bytes == 0 ? ""
        : $"Not decoded: {N(bytes)} bytes of {(kind.Length > 0 ? kind : "AUX")} traces (perf inject --itrace=i100us -i perf.data -o decoded.data makes samples of them, with the programs at hand)";

    private static string Unresolved(AnalysisTotals totals)
    {
        long named = totals.SamplesByReason[0], unnamed = 0;
        var reasons = new List<string>();
        for (var i = 1; i < totals.SamplesByReason.Length; i++)
        {
            if (totals.SamplesByReason[i] == 0)
                continue;
            unnamed += totals.SamplesByReason[i];
            reasons.Add($"{Describe((UnresolvedReason)i)} {N(totals.SamplesByReason[i])}");
        }

        return unnamed == 0
            ? "Unresolved: 0 samples without a function's name"
            : $"Unresolved: {N(unnamed)} of {N(named + unnamed)} samples without a function's name ({Share(unnamed, named + unnamed)}): {string.Join(", ", reasons)}";
    }

    private const int MostModules = 5;

    /// <summary>Modules of which something is missing, worst first, and how to supply it.</summary>
    /// <param name="analysis">Whose.</param>
    /// <param name="most">The most modules to name.</param>
    public static IReadOnlyList<string> Missing(Analysis analysis, int most)
    {
        var missing = analysis.Missing.Where(m => m.CanBeSupplied).ToArray();
        var notes = missing.Take(most).Select(Describe).ToList();
        if (missing.Length > most)
            notes.Add($"{N(missing.Length - most)} more modules lack something ('tracekit symbols list' names them)");
        if (missing.Length > 0)
            notes.Add($"Supply them: tracekit symbols add {(analysis.FileName is { Length: > 0 } and not "-" ? SafeText.Show(analysis.FileName) : "FILE.dtr")} --debug-dir DIR");
        return notes;
    }

    /// <summary>What is missing of a module, and what that costs: <c>libfoo.so (build-id 12ab…): no symbols; 1234 samples unnamed</c>.</summary>
    public static string Describe(MissingPieces missing)
    {
        var module = missing.Module;
        var costs = new List<string>();
        if (missing.UnnamedSamples > 0)
            costs.Add($"{N(missing.UnnamedSamples)} samples unnamed");
        else if (missing.UnnamedFrames > 0)
            costs.Add($"{N(missing.UnnamedFrames)} callers unnamed");
        if (missing.StoppedStacks > 0)
            costs.Add($"{N(missing.StoppedStacks)} stacks end there");
        if (missing.Lineless > 0)
            costs.Add($"{N(missing.Lineless)} samples without a line");
        var what = missing.Reason switch
        {
            UnresolvedReason.None => missing.StoppedStacks > 0 ? "no unwind information" : "no lines there",
            UnresolvedReason.NoModuleSnapshot => module.SnapshotProblem.Length > 0 ? SafeText.Show(module.SnapshotProblem) : "no snapshot",
            UnresolvedReason.NoSymbolTable => "no symbols",
            UnresolvedReason.NoSymbol => "no symbols there",
            _ => Describe(missing.Reason),
        };
        return $"Missing: {SafeText.Show(module.Name)} ({(module.BuildId.Length > 0 ? "build-id " + module.BuildId : "no build-id")}): {what}; {string.Join(", ", costs)}";
    }

    private static string Stacks(Analysis analysis)
    {
        var unwind = analysis.Unwind;
        var empty = analysis.Totals.EmptyStacks > 0 ? $"; {N(analysis.Totals.EmptyStacks)} samples without any frame" : "";
        if (!analysis.Events.Any(e => e.HasStacks))
            return "Stacks: not recorded (record with -g)" + empty;
        if (unwind.Samples == 0)
            return "Stacks: not judged, they are the kernel's call chains as they came" + empty;
        return $"Stacks: {Complete(unwind)}{string.Concat(Incomplete(analysis, MostStops).Select(part => "; " + part))}{empty}";
    }

    /// <summary>What share of the stacks reached their outermost frame.</summary>
    public static string Complete(UnwindTotals unwind) => $"{Share(unwind.ReachedRoot, unwind.Samples)} complete ({N(unwind.ReachedRoot)} of {N(unwind.Samples)})";

    /// <summary>Where the others stopped, and why: most first, the rest in one sum; how large a dump would have sufficed; what was found without unwind information.</summary>
    /// <param name="analysis">Whose stacks.</param>
    /// <param name="most">How many places are named.</param>
    public static IEnumerable<string> Incomplete(Analysis analysis, int most)
    {
        var unwind = analysis.Unwind;
        var stops = unwind.ByModule.Where(s => s.Stop != UnwindStop.DumpTruncated).ToList();
        foreach (var stop in stops.Take(most))
            yield return $"{N(stop.Samples)} stopped {Place(analysis, stop.Module)}: {Describe(stop.Stop)}";
        if (stops.Count > most)
            yield return $"{N(stops.Skip(most).Sum(s => s.Samples))} stopped elsewhere, for {string.Join(", ", stops.Skip(most).Select(s => s.Stop).Distinct().Order().Select(Describe))}";
        if (unwind.Of(UnwindStop.DumpTruncated) is > 0 and var truncated)
            yield return $"{N(truncated)} truncated: {DumpAdvice(unwind)}";
        if (unwind.CodeSteps > 0)
            yield return $"{N(unwind.CodeSteps)} of {N(unwind.Frames)} frames found by their instructions for want of unwind information";
        if (unwind.FramePointerSteps > 0)
            yield return $"{N(unwind.FramePointerSteps)} of {N(unwind.Frames)} frames found by the frame pointer for want of unwind information";
    }

    /// <summary>Which size of stack dump would have been large enough.</summary>
    private static string DumpAdvice(UnwindTotals unwind)
    {
        var size = unwind.SufficientDumpSize;
        if (size > UnwindTotals.LargestDumpSize || size <= (ulong)unwind.DumpSize)
            return $"even --call-graph dwarf,{UnwindTotals.LargestDumpSize}, the most the kernel copies, would not have sufficed for all ({N(unwind.DumpSize)} recorded)";
        return unwind.SufficientIsLeast
            ? $"at least --call-graph dwarf,{N((long)size)} was needed ({N(unwind.DumpSize)} recorded)"
            : $"--call-graph dwarf,{N((long)size)} would have sufficed for all ({N(unwind.DumpSize)} recorded)";
    }

    private static string Place(Analysis analysis, int module) => module < 0 ? "where nothing is mapped" : $"in {Text.SafeText.Show(analysis.Modules[module].Name)}";

    /// <summary>A reason in words.</summary>
    public static string Describe(UnresolvedReason reason) => reason switch
    {
        UnresolvedReason.None => "named",
        UnresolvedReason.NoMapping => "nothing mapped there",
        UnresolvedReason.NoModuleSnapshot => "no snapshot of the module",
        UnresolvedReason.NoSymbolTable => "no symbol table",
        UnresolvedReason.NoSymbol => "no symbol there",
        UnresolvedReason.DamagedSnapshot => "damaged snapshot",
        UnresolvedReason.HiddenKernelSymbols => "kernel symbols hidden",
        UnresolvedReason.JitWithoutMap => "JIT code without a perf-map",
        UnresolvedReason.NotInPerfMap => "not in the perf-map",
        UnresolvedReason.NotCode => "not code",
        UnresolvedReason.Guest => "in a guest of a hypervisor",
        _ => reason.ToString(),
    };

    /// <summary>A reason in words.</summary>
    public static string Describe(UnwindStop stop) => stop switch
    {
        UnwindStop.ReachedRoot => "whole",
        UnwindStop.DumpTruncated => "dump too small",
        UnwindStop.NoMapping => "return address not in code",
        UnwindStop.NoUnwindInfo => "no unwind information",
        UnwindStop.BadCfi => "damaged unwind information",
        UnwindStop.ExpressionFailed => "unwind expression failed",
        UnwindStop.NoProgress => "frames went in circles",
        UnwindStop.FrameLimit => "too many frames",
        UnwindStop.NotReadable => "value on no stack that could be dumped",
        UnwindStop.UnknownRegister => "register not known",
        _ => stop.ToString(),
    };

    private static string N(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Share(long part, long total) => (total == 0 ? 0 : 100.0 * part / total).ToString("0.00", CultureInfo.InvariantCulture) + "%";
}
