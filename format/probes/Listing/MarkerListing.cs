using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Targets;

namespace TraceKit.Probes.Listing;

/// <summary>The text of <c>-F '%…'</c>: markers in place of functions, as definitions name them.</summary>
public static class MarkerListing
{
    /// <summary>Filters, sorts and writes.</summary>
    /// <param name="target">What is probed.</param>
    /// <param name="glob">Matches <c>%sdt_PROVIDER:NAME</c> or <c>%PROVIDER:NAME</c>.</param>
    /// <exception cref="ProbeTargetException">No marker matches.</exception>
    public static string Text(ProbeTarget target, string glob)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var marker in target.FindMarkers(null, "*"))
        {
            var name = $"%sdt_{marker.Provider}:{marker.Name}";
            if (Glob.Matches(glob, name) || Glob.Matches(glob, $"%{marker.Provider}:{marker.Name}"))
                names.Add(name);
        }

        return names.Count > 0 ? string.Join('\n', names) + "\n" : throw new ProbeTargetException($"{target.Name} has no marker '{glob}'");
    }
}
