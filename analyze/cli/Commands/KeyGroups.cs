using TraceKit.Cli.Host;
using TraceKit.DebugInfo.Types;
using TraceKit.Engine;
using TraceKit.Engine.Aggregates;

namespace TraceKit.Cli.Commands;

/// <summary>Reads <c>--by</c>.</summary>
internal static class KeyGroups
{
    /// <summary>The keys.</summary>
    public static IReadOnlyList<SortKey> Parse(string? text)
    {
        try
        {
            var keys = SortKey.ParseList(text ?? "");
            if (keys.Any(k => k.Kind == SortKeyKind.Parent))
                throw new UserErrorException("--by parent: perf's parent is a key of 'report'; the function that called is 'caller'");
            return text is null || keys.Count > 0 ? keys : throw new UserErrorException("--by: expected at least one key");
        }
        catch (FormatException problem)
        {
            throw new UserErrorException($"--by {problem.Message}");
        }
    }

    /// <summary>The error of a key that these events do not have.</summary>
    public static UserErrorException Unknown(Trace trace, string name, IEnumerable<int> events)
    {
        string[] known = [.. SortKey.CommonNames, .. events.SelectMany(e => trace.Events[e].Fields.Select(f => f.Name)).Distinct(StringComparer.Ordinal)];
        var near = Suggestions.Nearest(name, known);
        return new UserErrorException($"--by {name}: no such key or field in {trace.Path}{(near is null ? "" : $", did you mean '{near}'?")}; expected one of {string.Join(", ", known)}");
    }
}
