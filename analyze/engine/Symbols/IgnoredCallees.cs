namespace TraceKit.Engine.Symbols;

/// <summary>Cuts stacks at functions whose callees are not of interest (<c>--ignore-callees</c>): what they call counts as their own.</summary>
public static class IgnoredCallees
{
    /// <summary>The analysis with each stack ending in the outermost of its functions that the rule matches; inlined functions do not count.</summary>
    public static Analysis Apply(Analysis analysis, FunctionRule rule)
    {
        var functions = analysis.Functions;
        var matches = rule.MatchesOf(functions);
        ReadOnlySpan<int> parents = analysis.Stacks.Parents, frames = analysis.Stacks.Frames;
        var endOf = new int[parents.Length];
        var isCut = new bool[parents.Length];
        for (var i = 1; i < endOf.Length; i++)
        {
            isCut[i] = isCut[parents[i]] || matches[functions.OfFrame[frames[i]]];
            endOf[i] = isCut[parents[i]] ? endOf[parents[i]] : i;
        }

        return analysis.WithSamples(analysis.Events, analysis.Samples.WithStacks([.. analysis.Samples.Stacks.ToArray().Select(s => endOf[s])]));
    }
}
