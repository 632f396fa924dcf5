using TraceKit.DebugInfo.Unwind;
using TraceKit.Engine.Model;
using TraceKit.Engine.Stacks;

namespace TraceKit.Engine.Symbols;

/// <summary>What an analysis would have needed of one module and the recording does not have.</summary>
/// <param name="Module">Which.</param>
/// <param name="Reason">Why its addresses have no names; <see cref="UnresolvedReason.None"/> when they have.</param>
/// <param name="UnnamedSamples">Samples whose innermost function is one without a name here.</param>
/// <param name="UnnamedFrames">Distinct addresses without a name, callers included.</param>
/// <param name="StoppedStacks">Stacks that ended here for want of unwind information.</param>
/// <param name="Lineless">Samples without a source line, where lines were asked for.</param>
public sealed record MissingPieces(TraceModule Module, UnresolvedReason Reason, long UnnamedSamples, long UnnamedFrames, long StoppedStacks, long Lineless)
{
    /// <summary>Whether a file of the module, found by its build-id, can supply it.</summary>
    public bool CanBeSupplied => Module.Kind == ModuleKind.Elf && Module.Path.StartsWith('/');

    /// <summary>Modules that lack something that this analysis needed; the one that costs most samples first.</summary>
    /// <param name="analysis">Named and counted.</param>
    /// <param name="lines">Whether lines were asked for.</param>
    /// <param name="hasUnwind">Whether a module says how to unwind: then a stack that ends in it is none for want of a piece.</param>
    internal static List<MissingPieces> Of(Analysis analysis, bool lines, Func<int, bool> hasUnwind)
    {
        var byModule = new SortedDictionary<int, (UnresolvedReason Reason, long Samples, long Frames, long Stacks, long Lineless)>();
        var functions = analysis.Functions;
        var frames = analysis.Frames;
        var samplesOfFrame = new long[frames.Count];
        var samples = analysis.Samples;
        for (var row = 0; row < samples.Count; row++)
        {
            if (samples.Stacks[row] != StackTable.Empty)
                samplesOfFrame[analysis.Stacks.Frames[samples.Stacks[row]]] += samples.Counts[row];
        }

        for (var frame = 0; frame < frames.Count; frame++)
        {
            var module = frames.Modules[frame];
            if (module < 0)
                continue;
            var reason = functions[functions.OfFrame[frame]].Reason;
            var lineless = lines && samplesOfFrame[frame] > 0 && functions.Levels(frame)[0].Line == 0 ? samplesOfFrame[frame] : 0;
            if (reason == UnresolvedReason.None && lineless == 0)
                continue;
            var so = byModule.GetValueOrDefault(module);
            if (reason != UnresolvedReason.None)
                so = (reason, so.Samples + samplesOfFrame[frame], so.Frames + 1, so.Stacks, so.Lineless);
            byModule[module] = so with { Lineless = so.Lineless + lineless };
        }

        foreach (var stop in analysis.Unwind.ByModule)
        {
            if (stop.Module < 0 || stop.Stop != UnwindStop.NoUnwindInfo || hasUnwind(stop.Module))
                continue;
            var so = byModule.GetValueOrDefault(stop.Module);
            byModule[stop.Module] = so with { Stacks = so.Stacks + stop.Samples };
        }

        return [.. byModule.Select(m => new MissingPieces(analysis.Modules[m.Key], m.Value.Reason, m.Value.Samples, m.Value.Frames, m.Value.Stacks, m.Value.Lineless))
            .OrderByDescending(m => m.UnnamedSamples + m.StoppedStacks + m.Lineless).ThenByDescending(m => m.UnnamedFrames).ThenBy(m => m.Module.Index)];
    }
}
