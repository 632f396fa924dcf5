using System.Text;
using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Listing;

/// <summary>The text of <c>-F</c>: functions that can be probed, by name, one a line.</summary>
public static class FunctionListing
{
    /// <summary>Filters, sorts and writes.</summary>
    /// <param name="names">Gives the names for people that a glob means, all for null; in any order, several times perhaps.</param>
    /// <param name="filter">A glob, or several joined as <see cref="NameFilter"/> says; null for all but those that perf leaves out too: names with an underscore first.</param>
    /// <param name="target">As messages name it.</param>
    /// <exception cref="ProbeSyntaxException">The filter is none.</exception>
    /// <exception cref="Targets.ProbeTargetException">No name matches.</exception>
    public static string Text(Func<string?, IEnumerable<string>> names, string? filter, string target)
    {
        var kept = Select(names, filter);
        if (kept.Count == 0)
        {
            var all = new List<string>(names(null));
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

    private static List<string> Select(Func<string?, IEnumerable<string>> names, string? filter)
    {
        var kept = new List<string>();
        if (filter is null)
        {
            foreach (var name in names(null))
            {
                if (!name.StartsWith('_'))
                    kept.Add(name);
            }

            return kept;
        }

        // Names of C++ hold &, ( and !: what is a name as it stands is meant as one.
        kept.AddRange(names(filter));
        if (kept.Count > 0 || !NameFilter.HasOperators(filter))
            return kept;
        var parsed = NameFilter.Parse(filter);
        foreach (var name in names(null))
        {
            if (parsed.Matches(name))
                kept.Add(name);
        }

        return kept;
    }
}
