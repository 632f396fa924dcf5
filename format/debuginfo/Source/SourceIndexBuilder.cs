using TraceKit.Binary;
using TraceKit.DebugInfo.Dwarf;

namespace TraceKit.DebugInfo.Source;

/// <summary>Collects what <see cref="DwarfInfo"/> would answer for every address of the chosen units, and flattens it.</summary>
internal sealed class SourceIndexBuilder(DwarfInfo dwarf)
{
    private readonly UnitResolver _resolver = new(dwarf);
    private readonly UnitContent _content = new();
    private readonly List<UnitFunction> _nodes = [];
    private readonly List<UnitRow> _rows = [];

    /// <summary>Makes the index.</summary>
    public byte[] Build(ReadOnlySpan<Svma> addresses)
    {
        var chosen = addresses.IsEmpty ? null : Choose(addresses);
        List<SourcePiece> pieces = [];
        for (var order = 0; order < 3; order++)
            pieces = SourcePieces.Overlay(pieces, Collect(order, chosen, pieces), functionsWin: false);
        return new SourceIndexWriter(_resolver.Frames.Text, _nodes, _rows).Write(pieces);
    }

    /// <summary>The units that are asked for these addresses.</summary>
    private HashSet<int> Choose(ReadOnlySpan<Svma> addresses)
    {
        var frames = new SourceFrames();
        dwarf.Units(); // all of them will be looked at
        dwarf.Resolve(addresses, frames);
        var chosen = new HashSet<int>();
        for (var i = 0; i < addresses.Length; i++)
        {
            // Whoever answers; and where nobody does, nobody needs to be kept.
            for (var order = 0; order < 3 && !frames[i].IsEmpty; order++)
            {
                var any = false;
                for (var choice = 0; choice < DwarfInfo.MostChoices && dwarf.Claims(order).Find(addresses[i].Value, choice) is >= 0 and var unit; choice++)
                    any |= chosen.Add(unit) || true;
                if (any)
                    break;
            }
        }

        return chosen;
    }

    /// <summary>What the units of one order of claims have where nothing is known yet.</summary>
    private List<SourcePiece> Collect(int order, HashSet<int>? chosen, List<SourcePiece> known)
    {
        var map = dwarf.Claims(order);
        var claims = new List<(int Unit, int Choice, ulong Start, ulong End)>();
        var boundaries = map.Boundaries();
        for (var i = 0; i + 1 < boundaries.Length; i++)
        {
            if (order > 0 && !SourcePieces.HasGap(known, boundaries[i], boundaries[i + 1]))
                continue;
            for (var choice = 0; choice < DwarfInfo.MostChoices && map.Find(boundaries[i], choice) is >= 0 and var unit; choice++)
            {
                if ((chosen is null || chosen.Contains(unit)) && !ClaimedBefore(order, boundaries[i], boundaries[i + 1], unit))
                    claims.Add((unit, choice, boundaries[i], boundaries[i + 1]));
            }
        }

        claims.Sort();
        var layers = new List<SourcePiece>[DwarfInfo.MostChoices];
        for (var i = 0; i < layers.Length; i++)
            layers[i] = [];
        for (var i = 0; i < claims.Count; i++)
        {
            if (i == 0 || claims[i].Unit != claims[i - 1].Unit)
                ReadUnit(claims[i].Unit);
            Cut(claims[i].Start, claims[i].End, layers[claims[i].Choice]);
        }

        List<SourcePiece> all = [];
        foreach (var layer in layers)
        {
            layer.Sort(static (a, b) => a.Start.CompareTo(b.Start));
            all = SourcePieces.Overlay(all, layer, functionsWin: true);
        }

        return all;
    }

    /// <summary>A unit that claimed these addresses in an earlier order had nothing there.</summary>
    private bool ClaimedBefore(int order, ulong start, ulong end, int unit)
    {
        for (var earlier = 0; earlier < order; earlier++)
        {
            for (var choice = 0; choice < DwarfInfo.MostChoices && dwarf.Claims(earlier).Find(start, choice) is >= 0 and var before; choice++)
            {
                if (before == unit && dwarf.Claims(earlier).Find(end - 1, choice) == unit)
                    return true;
            }
        }

        return false;
    }

    private int _firstNode, _firstRow;

    private void ReadUnit(int unit)
    {
        _resolver.Collect(dwarf.Units()[unit], _content);
        (_firstNode, _firstRow) = (_nodes.Count, _rows.Count);
        foreach (var function in _content.Functions)
            _nodes.Add(function with { Around = function.Around < 0 ? -1 : function.Around + _firstNode });
        _rows.AddRange(_content.Rows);
    }

    /// <summary>Adds what the unit read last has from one address to just before another.</summary>
    private void Cut(ulong start, ulong end, List<SourcePiece> pieces)
    {
        int r = SourcePieces.FirstEndingAfter(_content.Ranges, start, static range => range.End), w = SourcePieces.FirstEndingAfter(_content.Rows, start, static row => row.End);
        for (var at = start; at < end;)
        {
            while (r < _content.Ranges.Count && _content.Ranges[r].End <= at)
                r++;
            while (w < _content.Rows.Count && _content.Rows[w].End <= at)
                w++;
            int node = -1, place = -1;
            var next = end;
            if (r < _content.Ranges.Count)
            {
                var inside = _content.Ranges[r].Start <= at;
                node = inside ? _firstNode + _content.Ranges[r].Function : -1;
                next = Math.Min(next, inside ? _content.Ranges[r].End : _content.Ranges[r].Start);
            }

            if (w < _content.Rows.Count)
            {
                var inside = _content.Rows[w].Start <= at;
                place = inside ? _firstRow + w : -1;
                next = Math.Min(next, inside ? _content.Rows[w].End : _content.Rows[w].Start);
            }

            SourcePieces.Append(pieces, new SourcePiece(at, next, node, place));
            at = next;
        }
    }
}
