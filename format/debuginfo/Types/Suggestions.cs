namespace TraceKit.DebugInfo.Types;

/// <summary>Finds what somebody meant to write: names at the least distance from a wrong one.</summary>
/// <remarks>Optimal string alignment: insert, delete, replace, swap of neighbours; a letter in the wrong case costs as much as a wrong one, but a name that differs in case only is near.</remarks>
public static class Suggestions
{
    /// <summary>Longer names are not compared: nobody mistypes them by hand, and the cost grows with the square.</summary>
    private const int MaxLength = 256;

    /// <summary>The nearest of the known names; null when none is near: at most a third of its letters differ.</summary>
    /// <param name="wrong">What was written.</param>
    /// <param name="known">What could have been meant.</param>
    public static string? Nearest(string wrong, IEnumerable<string> known)
    {
        string? best = null;
        var bestDistance = int.MaxValue;
        foreach (var candidate in known)
        {
            var distance = Near(wrong, candidate, bestDistance - 1);
            if (distance < bestDistance)
                (best, bestDistance) = (candidate, distance);
            if (bestDistance == 0)
                break;
        }

        return best;
    }

    /// <summary>The nearest few of the known names, best first; of equal ones the first given comes first.</summary>
    /// <param name="wrong">What was written.</param>
    /// <param name="known">What could have been meant; it may be long: each is compared only as far as it can win.</param>
    /// <param name="most">How many at most.</param>
    public static IReadOnlyList<string> NearestFew(string wrong, IEnumerable<string> known, int most)
    {
        var found = new List<(int Distance, string Name)>();
        foreach (var candidate in known)
        {
            var limit = found.Count < most ? int.MaxValue - 1 : found[^1].Distance - 1;
            var distance = Near(wrong, candidate, limit);
            if (distance > limit)
                continue;
            var place = found.Count;
            while (place > 0 && found[place - 1].Distance > distance)
                place--;
            if (place > 0 && found[place - 1].Name == candidate)
                continue;
            found.Insert(place, (distance, candidate));
            if (found.Count > most)
                found.RemoveAt(most);
        }

        var names = new string[found.Count];
        for (var i = 0; i < names.Length; i++)
            names[i] = found[i].Name;
        return names;
    }

    /// <summary><c>; did you mean 'd_name'?</c>, to be put behind a message; empty when no name is near.</summary>
    /// <param name="wrong">What was written.</param>
    /// <param name="known">What could have been meant.</param>
    public static string DidYouMean(string wrong, IEnumerable<string> known) => DidYouMean(Nearest(wrong, known));

    /// <summary><c>; did you mean 'd_name'?</c> for a suggestion that is at hand; empty for null.</summary>
    public static string DidYouMean(string? suggestion) => suggestion is null ? "" : $"; did you mean '{suggestion}'?";

    /// <summary>Edits from one name to the other, as the remarks count them.</summary>
    public static int Distance(string a, string b) => Distance(a, b, int.MaxValue - 1);

    /// <summary>The distance when the candidate is near and not farther than a limit; else a number above all limits.</summary>
    private static int Near(string wrong, string candidate, int limit)
    {
        if (candidate.Length > MaxLength || wrong.Length > MaxLength)
            return int.MaxValue;
        var letters = candidate.AsSpan().TrimStart('-').Length;
        var allowed = Math.Min(limit, Math.Max(1, letters / 3));
        if (allowed < 0 || Math.Abs(wrong.Length - candidate.Length) > allowed)
            return int.MaxValue;
        var distance = Distance(wrong, candidate, allowed);
        if (distance <= allowed)
            return distance;
        return limit >= 1 && string.Equals(wrong, candidate, StringComparison.OrdinalIgnoreCase) ? 1 : int.MaxValue;
    }

    /// <summary>Three rows of the usual table; ends as soon as a whole row is above the limit.</summary>
    private static int Distance(string a, string b, int limit)
    {
        Span<int> rows = b.Length < MaxLength + 1 ? stackalloc int[3 * (MaxLength + 1)] : new int[3 * (b.Length + 1)];
        var width = rows.Length / 3;
        var before = rows[..width];
        var last = rows.Slice(width, width);
        var current = rows[(2 * width)..];
        for (var j = 0; j <= b.Length; j++)
            last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            var least = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                var value = Math.Min(Math.Min(last[j] + 1, current[j - 1] + 1), last[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    value = Math.Min(value, before[j - 2] + 1);
                current[j] = value;
                least = Math.Min(least, value);
            }

            if (least > limit)
                return int.MaxValue;
            var free = before;
            before = last;
            last = current;
            current = free;
        }

        return last[b.Length];
    }
}
