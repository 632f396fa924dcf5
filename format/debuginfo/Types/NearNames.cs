using System.Text;

namespace TraceKit.DebugInfo.Types;

/// <summary>Finds the names closest to a wrong one: by letters to insert, remove, replace or swap, at most one for every three.</summary>
/// <remarks>For messages only; a few hundred thousand names take some ten milliseconds.</remarks>
public sealed class NearNames
{
    private const int Kept = 4;

    private readonly string _wanted;
    private readonly int _limit;
    private readonly List<(int Distance, string Name)> _best = [];
    private readonly int[] _rows;

    /// <summary>Begins a search.</summary>
    /// <param name="wanted">The wrong name; what is beyond 256 letters is not looked at.</param>
    public NearNames(string wanted)
    {
        _wanted = wanted.Length > 256 ? wanted[..256] : wanted;
        _limit = Math.Max(1, _wanted.Length / 3);
        _rows = new int[3 * (_wanted.Length + 1)];
    }

    /// <summary>Offers a name in UTF-8.</summary>
    public void Add(ReadOnlySpan<byte> name)
    {
        if (Math.Abs(name.Length - _wanted.Length) <= Limit)
            Add(Encoding.UTF8.GetString(name));
    }

    /// <summary>Offers a name.</summary>
    public void Add(string name)
    {
        if (name.Length == 0 || Math.Abs(name.Length - _wanted.Length) > Limit)
            return;
        var distance = Distance(name);
        if (distance > Limit)
            return;
        foreach (var (_, known) in _best)
        {
            if (known == name)
                return;
        }

        var at = _best.Count;
        while (at > 0 && _best[at - 1].Distance > distance)
            at--;
        _best.Insert(at, (distance, name));
        if (_best.Count > Kept)
            _best.RemoveAt(Kept);
    }

    /// <summary>What was found, best first.</summary>
    public IReadOnlyList<string> Best()
    {
        var names = new string[_best.Count];
        for (var i = 0; i < names.Length; i++)
            names[i] = _best[i].Name;
        return names;
    }

    private int Limit => _best.Count < Kept ? _limit : _best[^1].Distance - 1;

    /// <summary>Optimal string alignment, three rows.</summary>
    private int Distance(string name)
    {
        var width = _wanted.Length + 1;
        Span<int> before = _rows.AsSpan(0, width), last = _rows.AsSpan(width, width), row = _rows.AsSpan(2 * width, width);
        for (var j = 0; j < width; j++)
            last[j] = j;
        for (var i = 1; i <= name.Length; i++)
        {
            row[0] = i;
            var least = i;
            for (var j = 1; j < width; j++)
            {
                var same = name[i - 1] == _wanted[j - 1];
                var cost = Math.Min(Math.Min(last[j] + 1, row[j - 1] + 1), last[j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && name[i - 1] == _wanted[j - 2] && name[i - 2] == _wanted[j - 1])
                    cost = Math.Min(cost, before[j - 2] + 1);
                row[j] = cost;
                least = Math.Min(least, cost);
            }

            if (least > Limit)
                return int.MaxValue;
            var swap = before;
            before = last;
            last = row;
            row = swap;
        }

        return last[width - 1];
    }
}
