using TraceKit.Binary;
using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Compile;

/// <summary>Where the prologue of a function ends that was compiled without optimization: only from there on its variables are where debug information says.</summary>
internal static class Prologue
{
    /// <summary>Whether the compiler was told to optimize. Where it does not say (clang, rustc), it counts as not, as it does for perf: moving on is harmless then.</summary>
    public static bool IsOptimized(DebugFunction function)
    {
        if (function.Producer is not { } producer)
            return true;
        if (function.Language == SourceLanguage.Go)
            return true;
        for (var at = producer.IndexOf("-O", StringComparison.Ordinal); at >= 0; at = producer.IndexOf("-O", at + 2, StringComparison.Ordinal))
        {
            if (at > 0 && producer[at - 1] != ' ')
                continue;
            return !producer.AsSpan(at).StartsWith("-O0", StringComparison.Ordinal);
        }

        return false;
    }

    /// <summary>The first instruction behind the prologue: where the second statement of the line table begins, or the one it marks. The entry itself when that is not known.</summary>
    public static Svma EndOf(DebugFunctionCopy copy, ISourcePlaces? places)
    {
        if (places is null || copy.Ranges.Count == 0)
            return copy.Entry;
        foreach (var range in copy.Ranges)
        {
            if (!range.Contains(copy.Entry))
                continue;
            foreach (var row in places.RowsIn(range))
            {
                if (row.Address.Value < copy.Entry.Value)
                    continue;
                if (row.IsPrologueEnd || row.Address.Value > copy.Entry.Value)
                    return row.Address;
            }
        }

        return copy.Entry;
    }
}
