namespace TraceKit.DebugInfo.Source;

/// <summary>Lists of pieces, ascending and without overlap.</summary>
internal static class SourcePieces
{
    /// <summary>Adds a piece at the end; one that goes on like the last one becomes part of it.</summary>
    public static void Append(List<SourcePiece> list, in SourcePiece piece)
    {
        if (piece.End <= piece.Start || piece is { Node: < 0, Row: < 0 })
            return;
        if (list.Count > 0 && list[^1] is var last && last.End == piece.Start && last.Node == piece.Node && last.Row == piece.Row)
            list[^1] = last with { End = piece.End };
        else
            list.Add(piece);
    }

    /// <summary>Two lists in one.</summary>
    /// <param name="first">Counts where both have something.</param>
    /// <param name="second">Counts elsewhere.</param>
    /// <param name="functionsWin">A function of the second list counts where the first has only a source place.</param>
    public static List<SourcePiece> Overlay(List<SourcePiece> first, List<SourcePiece> second, bool functionsWin)
    {
        if (first.Count == 0 || second.Count == 0)
            return first.Count == 0 ? second : first;
        var both = new List<SourcePiece>(first.Count + second.Count);
        int f = 0, s = 0;
        for (ulong at = 0; ;)
        {
            while (f < first.Count && first[f].End <= at)
                f++;
            while (s < second.Count && second[s].End <= at)
                s++;
            var a = f < first.Count ? first[f] : new SourcePiece(ulong.MaxValue, ulong.MaxValue, -1, -1);
            var b = s < second.Count ? second[s] : new SourcePiece(ulong.MaxValue, ulong.MaxValue, -1, -1);
            if (a.Start == ulong.MaxValue && b.Start == ulong.MaxValue)
                return both;
            at = Math.Max(at, Math.Min(a.Start, b.Start));
            var end = Math.Min(a.Start > at ? a.Start : a.End, b.Start > at ? b.Start : b.End);
            var useFirst = a.Start <= at && (b.Start > at || !functionsWin || a.Node >= 0 || b.Node < 0);
            Append(both, (useFirst ? a : b) with { Start = at, End = end });
            at = end;
        }
    }

    /// <summary>Whether some address from one to just before another is in no piece.</summary>
    public static bool HasGap(List<SourcePiece> list, ulong start, ulong end)
    {
        for (var i = FirstEndingAfter(list, start, static piece => piece.End); i < list.Count && list[i].Start <= start; i++)
        {
            start = list[i].End;
            if (start >= end)
                return false;
        }

        return true;
    }

    /// <summary>Position of the first that ends after an address; the list is sorted and nothing in it overlaps.</summary>
    public static int FirstEndingAfter<T>(List<T> sorted, ulong address, Func<T, ulong> end)
    {
        int low = 0, high = sorted.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (end(sorted[middle]) <= address)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
