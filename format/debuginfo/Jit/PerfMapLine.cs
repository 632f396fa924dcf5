using TraceKit.Binary;

namespace TraceKit.DebugInfo.Jit;

/// <summary>One well-formed line of a perf-map: where its code is, and where in the text its name is.</summary>
/// <param name="Start">First byte of code.</param>
/// <param name="End">Past the last byte.</param>
/// <param name="Order">Number of the line: the greater one is the newer one.</param>
/// <param name="NameStart">Offset in the text.</param>
/// <param name="NameLength">Bytes.</param>
internal readonly record struct PerfMapLine(ulong Start, ulong End, int Order, int NameStart, int NameLength)
{
    /// <summary>Cuts the lines into pieces that do not overlap, in address order: each byte belongs to the newest line that claims it.</summary>
    /// <remarks>A sweep over the starts with the open lines in a heap, newest on top: O(n log n) whatever the lines say.</remarks>
    public static List<PerfMapLine> MakeDisjoint(List<PerfMapLine> lines, out int overlapped)
    {
        lines.Sort(static (a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : a.Order.CompareTo(b.Order));
        var pieces = new List<PerfMapLine>(lines.Count);
        var open = new PriorityQueue<PerfMapLine, int>();
        var losers = new HashSet<int>();
        var at = 0UL;
        for (var next = 0; next < lines.Count || open.Count > 0;)
        {
            while (open.TryPeek(out var done, out _) && done.End <= at)
                open.Dequeue();
            if (open.Count == 0)
            {
                if (next >= lines.Count)
                    break;
                at = Math.Max(at, lines[next].Start);
            }

            while (next < lines.Count && lines[next].Start <= at)
            {
                var line = lines[next++];
                if (open.TryPeek(out var top, out _) && top.End > at)
                    losers.Add(Math.Min(top.Order, line.Order));
                if (line.End > at)
                    open.Enqueue(line, -line.Order);
                else
                    losers.Add(line.Order);
            }

            if (!open.TryPeek(out var newest, out _) || newest.End <= at)
                continue;
            // The newest line holds up to its end, or up to the next start, where the question is asked again.
            var end = next < lines.Count ? Math.Min(newest.End, lines[next].Start) : newest.End;
            if (pieces.Count > 0 && pieces[^1].Order == newest.Order && pieces[^1].End == at)
                pieces[^1] = pieces[^1] with { End = end };
            else
                pieces.Add(newest with { Start = at, End = end });
            at = end;
        }

        overlapped = losers.Count;
        return pieces;
    }

    /// <summary>The well-formed lines of a perf-map, in the order of the file.</summary>
    /// <param name="text">The file.</param>
    /// <param name="bad">Lines that are not of the form, or that name no byte.</param>
    public static List<PerfMapLine> ReadAll(ReadOnlySpan<byte> text, out int bad)
    {
        var lines = new List<PerfMapLine>();
        bad = 0;
        for (var position = 0; position < text.Length;)
        {
            var length = text[position..].IndexOf((byte)'\n');
            var line = length < 0 ? text[position..] : text.Slice(position, length);
            if (line.Length > 0 && line[^1] == '\r')
                line = line[..^1];
            if (TryParse(line, position, lines.Count, out var parsed))
                lines.Add(parsed);
            else if (line.Length > 0)
                bad++;
            position += length < 0 ? text.Length : length + 1;
        }

        return lines;
    }

    private static bool TryParse(ReadOnlySpan<byte> line, int position, int order, out PerfMapLine parsed)
    {
        parsed = default;
        var at = 0;
        if (!TryParseHex(line, ref at, out var start) || !TryParseHex(line, ref at, out var size))
            return false;
        while (at < line.Length && line[at] == ' ')
            at++;
        var nameLength = line.Length - at;
        if (nameLength is 0 or > InputLimits.NameBytes || size == 0 || start + size < start)
            return false;
        parsed = new PerfMapLine(start, start + size, order, position + at, nameLength);
        return true;
    }

    /// <summary>One hexadecimal number, <c>0x</c> allowed, and the blank after it.</summary>
    private static bool TryParseHex(ReadOnlySpan<byte> line, ref int at, out ulong value)
    {
        value = 0;
        while (at < line.Length && line[at] == ' ')
            at++;
        if (line[at..].StartsWith("0x"u8))
            at += 2;
        var first = at;
        for (; at < line.Length && char.IsAsciiHexDigit((char)line[at]); at++)
            value = (value << 4) | HexDigit(line[at]);
        if (at == first || at - first > 16 || at >= line.Length || line[at] != ' ')
            return false;
        at++;
        return true;
    }

    private static uint HexDigit(byte digit) => digit <= '9' ? (uint)digit - '0' : (uint)(digit | 0x20) - 'a' + 10;
}
