namespace TraceKit.DebugInfo.Source;

/// <summary>What a batch of addresses turned out to be: for each a chain of functions, innermost first. Columns; reused from batch to batch.</summary>
/// <remarks>
/// The last frame of a chain is the concrete function that has the address, those before it were inlined. A chain is empty where nothing is known.
/// Texts are numbered within this object and stored once; number 0 is the unknown text.
/// </remarks>
public sealed class SourceFrames
{
    private readonly List<SourceFrame> _frames = [];
    private readonly List<int> _ends = [];
    private readonly List<string> _texts = [""];
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal) { [""] = 0 };

    /// <summary>Addresses answered so far.</summary>
    public int Count => _ends.Count;

    /// <summary>Distinct texts, the unknown one included.</summary>
    public int TextCount => _texts.Count;

    /// <summary>The chain of an address, innermost first; valid until something is added.</summary>
    /// <param name="address">Position of the address in the batch.</param>
    public ReadOnlySpan<SourceFrame> this[int address] =>
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_frames)[(address == 0 ? 0 : _ends[address - 1]).._ends[address]];

    /// <summary>A text by its number; empty for 0.</summary>
    public string Text(int number) => _texts[number];

    /// <summary>The number of a text; for resolvers.</summary>
    public int Intern(string text)
    {
        if (_numbers.TryGetValue(text, out var number))
            return number;
        number = _texts.Count;
        _texts.Add(text);
        _numbers.Add(text, number);
        return number;
    }

    /// <summary>Adds a frame to the chain of the address that is being answered; for resolvers, innermost first.</summary>
    public void Add(SourceFrame frame) => _frames.Add(frame);

    /// <summary>Closes the chain of the address that is being answered; for resolvers, once per address in order.</summary>
    public void EndAddress() => _ends.Add(_frames.Count);

    /// <summary>Forgets addresses and frames; texts keep their numbers.</summary>
    public void Clear()
    {
        _frames.Clear();
        _ends.Clear();
    }
}
