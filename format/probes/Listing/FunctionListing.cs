using System.Text;
using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Listing;

/// <summary>The text of <c>-F</c>: functions that can be probed, by name, one a line.</summary>
public static class FunctionListing
{
    /// <summary>Sorts, filters and writes.</summary>
    /// <param name="names">Names for people, in any order, several times perhaps.</param>
    /// <param name="filter">A glob, or several joined as <see cref="NameFilter"/> says; null for all but those that perf leaves out too: names with an underscore first.</param>
    /// <param name="target">As messages name it.</param>
    /// <exception cref="ProbeSyntaxException">The filter is none.</exception>
    /// <exception cref="Targets.ProbeTargetException">No name matches.</exception>
    public static string Text(IEnumerable<string> names, string? filter, string target)
    {
        var all = new List<string>(names);
        var kept = Select(all, filter);
        if (kept.Count == 0)
        {
            if (filter is null)
                throw new Targets.ProbeTargetException(all.Count == 0 ? $"{target}: no functions are known" : $"{target}: all {all.Count} functions begin with '_': -F '*' lists them");
            var plain = NameFilter.HasOperators(filter) ? null : Suggestions.Nearest(filter.Replace("*", "", StringComparison.Ordinal), all);
            throw new Targets.ProbeTargetException($"{target}: none of its {all.Count} functions matches '{filter}'{Suggestions.DidYouMean(plain)}");
        }

        kept.Sort(string.CompareOrdinal);
        var text = new StringBuilder();
        string? last = null;
        foreach (var name in kept)
        {
            if (name != last)
                text.Append(name).Append('\n');
            last = name;
        }

        return text.ToString();
    }

    private static List<string> Select(List<string> all, string? filter)
    {
        if (filter is null)
            return all.FindAll(static n => !n.StartsWith('_'));
        if (!NameFilter.HasOperators(filter))
            return all.FindAll(n => Glob.Matches(filter, n));
        // Names of C++ hold &, ( and !: what is a name as it stands is meant as one.
        var exact = all.FindAll(n => Glob.Matches(filter, n));
        if (exact.Count > 0)
            return exact;
        var parsed = NameFilter.Parse(filter);
        return all.FindAll(parsed.Matches);
    }
}
