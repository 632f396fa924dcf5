using TraceKit.Engine.Filters;
using TraceKit.Probes.Filters;

namespace TraceKit.Engine;

public sealed partial class Trace
{
    /// <summary>What of a filter makes no sense for any event: a name that none has, or a value that no field of that name can have. Null when all of it makes sense for one or another.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="wanted">By event index, which events count; null for all.</param>
    public FilterSyntaxException? FindProblem(FilterExpression filter, Func<int, bool>? wanted = null)
    {
        ArgumentNullException.ThrowIfNull(filter);
        Dictionary<int, FilterSyntaxException>? common = null;
        foreach (var source in EventSources)
        {
            if (source.Event.IsSideBandOnly || wanted?.Invoke(source.Event.Index) == false)
                continue;
            var problems = new List<FilterSyntaxException>();
            filter.Bind(source.FilterFields.FilterFields, FilterPatterns.Instance, problems);
            var here = new Dictionary<int, FilterSyntaxException>();
            foreach (var problem in problems)
                here.TryAdd(problem.TestStart, problem);
            if (common is null)
            {
                common = here;
                continue;
            }

            foreach (var place in common.Keys.ToArray())
            {
                if (!here.TryGetValue(place, out var other))
                    common.Remove(place);
                else if (Worth(other) > Worth(common[place]))
                    common[place] = other;
            }
        }

        return common is null || common.Count == 0 ? null : common[common.Keys.Min()];

        // A wrong value says more than a name that this event lacks; a suggestion more than a list.
        static int Worth(FilterSyntaxException problem) => (problem.Expected.StartsWith("one of ", StringComparison.Ordinal) ? 0 : 2) + (problem.Expected.Contains("did you mean", StringComparison.Ordinal) ? 1 : 0);
    }
}
