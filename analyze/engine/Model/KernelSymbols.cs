using TraceKit.Binary;
using TraceKit.DebugInfo.Kernel;

namespace TraceKit.Engine.Model;

/// <summary>
/// The kernel's symbols: a hundred thousand, of which a recording asks for some hundred. Who knows beforehand what will be asked says it (<see cref="Expect"/>); then only those are kept, and
/// the whole list is read when something else is asked for after all. Any thread may ask.
/// </summary>
internal sealed class KernelSymbols
{
    private readonly Func<ulong[]?, Kallsyms?> _open;
    private readonly Lock _gate = new();
    private ulong[] _expected = [];
    private volatile Kallsyms? _near; // answers what is expected
    private volatile Kallsyms? _whole;
    private bool _isOpen;

    /// <param name="open">Reads the list, or what some addresses (ascending) need of it; null when there is none.</param>
    public KernelSymbols(Func<ulong[]?, Kallsyms?> open) => _open = open;

    /// <summary>Whether there is anything to find, and if not, why; null without a list.</summary>
    public KallsymsState? State => Any()?.State;

    /// <summary>One line for the user that says what <see cref="State"/> means.</summary>
    public string Reason => Any()?.Reason ?? "";

    /// <summary>Modules by name, in the order of the list; the first is the kernel.</summary>
    public IReadOnlyList<string> Modules => Any()?.Modules ?? [];

    /// <summary>The lowest address of the list; 0 without one.</summary>
    public ulong Start => Any() is { Count: > 0 } symbols ? symbols.StartOf(0).Value : 0; // the lowest is kept, whatever else is

    /// <summary>Says what will be asked. Without effect when the list is open already.</summary>
    /// <param name="addresses">Ascending, each once.</param>
    public void Expect(ulong[] addresses)
    {
        lock (_gate)
        {
            if (!_isOpen)
                _expected = addresses;
        }
    }

    /// <summary>Finds the function that holds an address.</summary>
    public bool TryFind(ulong address, out KernelSymbol symbol)
    {
        var from = Any();
        if (from is not null && _whole is null && Array.BinarySearch(_expected, address) < 0)
            from = Whole();
        symbol = default;
        return from is not null && from.TryFind(new Avma(address), out symbol);
    }

    private Kallsyms? Any()
    {
        if (_whole is { } whole)
            return whole;
        if (_near is { } near)
            return near;
        lock (_gate)
        {
            if (!_isOpen)
            {
                if (_expected.Length > 0)
                    _near = _open(_expected);
                else
                    _whole = _open(null);
                _isOpen = true;
            }

            return _whole ?? _near;
        }
    }

    private Kallsyms? Whole()
    {
        lock (_gate)
            return _whole ??= _open(null);
    }
}
