using TraceKit.Binary;

namespace TraceKit.DebugInfo.Cfi;

/// <summary>Rows that come from elsewhere than CFI (Go's pclntab): they fill what <c>.eh_frame</c> and <c>.debug_frame</c> leave open in an <see cref="UnwindTable"/>.</summary>
/// <remarks>Functions may come in any order; the rows of one ascend. Not safe for several threads while it is filled.</remarks>
public sealed class UnwindRowList
{
    private readonly List<(Svma Start, Svma End, int FirstRow)> _functions = [];
    private readonly List<(Svma Start, UnwindRule Rule)> _rows = [];
    private readonly List<(Svma Start, Svma End)> _roots = [];

    /// <summary>Functions.</summary>
    public int Count => _functions.Count;

    /// <summary>Rows of all functions.</summary>
    public int RowCount => _rows.Count;

    /// <summary>The rows that follow are of this function.</summary>
    /// <param name="start">Its first address.</param>
    /// <param name="end">First address after it.</param>
    public void BeginFunction(Svma start, Svma end) => _functions.Add((start, end, _rows.Count));

    /// <summary>A function that has no caller, whatever CFI says of it: where a runtime starts its threads (Go's <c>goexit</c>, <c>mstart</c>).</summary>
    /// <param name="start">Its first address.</param>
    /// <param name="end">First address after it.</param>
    public void AddRoot(Svma start, Svma end) => _roots.Add((start, end));

    /// <summary>A rule that holds from an address up to the next row's, or to the function's end.</summary>
    /// <param name="start">Not before the row added last, nor before the function. Before the first row of a function nothing is known.</param>
    /// <param name="rule">What holds; see the machine's encoder for the order of saved registers.</param>
    public void Add(Svma start, UnwindRule rule) => _rows.Add((start, rule));

    internal IReadOnlyList<(Svma Start, Svma End)> Roots => _roots;

    internal ReadOnlySpan<(Svma Start, UnwindRule Rule)> Rows(int function, out Svma start, out Svma end)
    {
        (start, end, var first) = _functions[function];
        var last = function + 1 < _functions.Count ? _functions[function + 1].FirstRow : _rows.Count;
        return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_rows)[first..last];
    }
}
