using System.Runtime.InteropServices;
using TraceKit.Binary;
using TraceKit.DebugInfo.Dwarf;

namespace TraceKit.DebugInfo.Source;

/// <summary>Makes a <see cref="SourceIndex"/> of answers that somebody gave: it knows those addresses and no others.</summary>
internal sealed class SourceAnswers(SourceFrames frames)
{
    private readonly List<UnitFunction> _nodes = [];
    private readonly Dictionary<UnitFunction, int> _nodeNumbers = [];
    private readonly List<UnitRow> _rows = [];
    private readonly Dictionary<UnitRow, int> _rowNumbers = [];

    /// <summary>Makes the index.</summary>
    /// <param name="addresses">Ascending, each once; the chains are those of the frames.</param>
    public byte[] Write(ReadOnlySpan<Svma> addresses)
    {
        var pieces = new List<SourcePiece>(addresses.Length);
        for (var i = 0; i < addresses.Length; i++)
        {
            var chain = frames[i];
            if (chain.IsEmpty || addresses[i].Value == ulong.MaxValue)
                continue;
            // A place alone is one of no function.
            var node = chain is [{ Name: 0 }] ? -1 : Node(chain);
            var row = Number(_rowNumbers, _rows, new UnitRow(0, 0, chain[0].File, chain[0].Line, chain[0].Column));
            pieces.Add(new SourcePiece(addresses[i].Value, addresses[i].Value + 1, node, row));
        }

        return new SourceIndexWriter(frames.Text, _nodes, _rows).Write(pieces);
    }

    /// <summary>The innermost function; callers get the lower numbers.</summary>
    private int Node(ReadOnlySpan<SourceFrame> chain)
    {
        var node = -1;
        for (var level = chain.Length - 1; level >= 0; level--)
        {
            var place = level + 1 < chain.Length ? chain[level + 1] : default; // where it is called
            node = Number(_nodeNumbers, _nodes, new UnitFunction(chain[level].Name, node, level + 1 < chain.Length, place.File, place.Line, place.Column));
        }

        return node;
    }

    private static int Number<T>(Dictionary<T, int> numbers, List<T> list, T value)
        where T : notnull
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, value, out var known);
        if (!known)
        {
            number = list.Count;
            list.Add(value);
        }

        return number;
    }
}
