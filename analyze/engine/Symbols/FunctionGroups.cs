namespace TraceKit.Engine.Symbols;

/// <summary>Shows several functions as one (<c>--group</c>), and runs of them in a stack as one frame (<c>--fold</c>).</summary>
/// <remarks>
/// A group is a function to everything that adds up: it has what its members have as their own, inlined members included, and each sample once in its total.
/// It is of its members' module, or of <see cref="SeveralModules"/>.
/// </remarks>
public static class FunctionGroups
{
    /// <summary>The module of a group whose functions are of several.</summary>
    public const string SeveralModules = "[several]";

    /// <summary>The analysis with its functions grouped; the first rule that matches a name decides. Functions without a name are left as they are.</summary>
    public static Analysis Apply(Analysis analysis, IReadOnlyList<FunctionRule> rules)
    {
        var functions = analysis.Functions;
        var all = new List<Function>(functions.Count);
        for (var i = 0; i < functions.Count; i++)
            all.Add(functions[i]);
        var map = new int[functions.Count];
        var groups = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < map.Length; i++)
        {
            map[i] = i;
            if (NameFor(functions[i], rules, out var folds) is not { } name)
                continue;
            if (!groups.TryGetValue(name, out var group))
            {
                groups.Add(name, group = all.Count);
                all.Add(functions[i] with { Name = name, RawName = name, IsInlined = false, IsFolded = folds });
            }

            map[i] = group;
            var (before, member) = (all[group], functions[i]);
            if (before.Module != member.Module)
                before = before with { Module = -1, ModuleName = SeveralModules };
            all[group] = before with { Kind = before.Kind == member.Kind ? before.Kind : Stacks.FrameKind.User };
        }

        return groups.Count == 0 ? analysis : analysis.WithFunctions(functions.Renumbered([.. all], map));
    }

    private static string? NameFor(Function function, IReadOnlyList<FunctionRule> rules, out bool folds)
    {
        folds = false;
        if (!function.IsKnown)
            return null;
        foreach (var rule in rules)
        {
            folds = rule.Folds;
            if (rule.NameFor(function.Name) is { } name)
                return name;
        }

        return null;
    }
}
