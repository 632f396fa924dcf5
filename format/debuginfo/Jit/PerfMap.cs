using System.Text;
using TraceKit.Binary;

namespace TraceKit.DebugInfo.Jit;

/// <summary>
/// The symbols of <c>/tmp/perf-PID.map</c>: one <c>START SIZE name</c> a line, numbers hexadecimal, as JVMs, Node and .NET write it.
/// </summary>
/// <remarks>
/// linux/tools/perf/Documentation/jit-interface.txt. Compilers append while the process lives and reuse freed memory, so where lines
/// overlap the latest one is what the code was when the file was copied; what it covers of earlier ones is taken from them.
/// Immutable: any number of threads may look up.
/// </remarks>
public sealed class PerfMap
{
    private readonly ReadOnlyMemory<byte> _text;
    private readonly ulong[] _starts;
    private readonly ulong[] _ends;
    private readonly int[] _nameStarts;
    private readonly int[] _nameLengths;

    private PerfMap(ReadOnlyMemory<byte> text, ulong[] starts, ulong[] ends, int[] nameStarts, int[] nameLengths)
    {
        _text = text;
        _starts = starts;
        _ends = ends;
        _nameStarts = nameStarts;
        _nameLengths = nameLengths;
    }

    /// <summary>Disjoint pieces, in address order. A line that a later one splits counts twice, one that is wholly covered not at all.</summary>
    public int Count => _starts.Length;

    /// <summary>Lines that are not of the form, or that name no byte: skipped. The file may end inside a line that was being written.</summary>
    public int BadLines { get; private init; }

    /// <summary>Lines that lost bytes to a later one.</summary>
    public int OverlappedLines { get; private init; }

    /// <summary>The piece at <paramref name="index"/> of <see cref="Count"/>, in address order.</summary>
    public JitSymbol this[int index] => new(
        Encoding.UTF8.GetString(_text.Span.Slice(_nameStarts[index], _nameLengths[index])),
        new Avma(_starts[index]),
        _ends[index] - _starts[index]);

    /// <summary>Reads the file's text.</summary>
    /// <param name="text">Kept, not copied: names are decoded from it when asked for.</param>
    /// <returns>Whatever lines are well formed; never throws.</returns>
    public static PerfMap Parse(ReadOnlyMemory<byte> text)
    {
        var lines = PerfMapLine.ReadAll(text.Span, out var bad);
        var pieces = PerfMapLine.MakeDisjoint(lines, out var overlapped);
        var count = pieces.Count;
        ulong[] starts = new ulong[count], ends = new ulong[count];
        int[] nameStarts = new int[count], nameLengths = new int[count];
        for (var i = 0; i < count; i++)
        {
            starts[i] = pieces[i].Start;
            ends[i] = pieces[i].End;
            nameStarts[i] = pieces[i].NameStart;
            nameLengths[i] = pieces[i].NameLength;
        }

        return new PerfMap(text, starts, ends, nameStarts, nameLengths) { BadLines = bad, OverlappedLines = overlapped };
    }

    /// <summary>Finds the piece that holds <paramref name="address"/>.</summary>
    /// <param name="address">In the process that wrote the map.</param>
    /// <param name="symbol">Its name is decoded on each call: look up distinct addresses once.</param>
    public bool TryFind(Avma address, out JitSymbol symbol)
    {
        var index = Array.BinarySearch(_starts, address.Value);
        if (index < 0)
            index = ~index - 1;
        if (index < 0 || address.Value >= _ends[index])
        {
            symbol = default;
            return false;
        }

        symbol = this[index];
        return true;
    }
}
