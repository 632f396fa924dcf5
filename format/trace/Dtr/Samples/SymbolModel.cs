namespace TraceKit.Format.Dtr.Samples;

/// <summary>
/// Numbers symbols in the order of first use and predicts the next from the two before. Encoder and decoder run the same model, so both
/// always agree. A symbol is a value and a small tag (0 for callchains; distance and kind for stack words).
/// </summary>
internal sealed class SymbolModel
{
    /// <summary>Symbols that get a number; later new ones are sent each time.</summary>
    public const int MaxSymbols = 1 << 16;

    private const int TableBits = 13;

    private readonly uint[] _byPair = new uint[1 << TableBits];
    private readonly uint[] _byOne = new uint[1 << TableBits];
    private ulong[] _values = new ulong[256];
    private uint[] _tags = new uint[256];
    private int[] _slots = new int[1024];
    private int _count;

    public int Count => _count;

    /// <summary>What the prediction tables are asked for: filled by <see cref="Predict"/>.</summary>
    private uint _pairSlot;
    private uint _oneSlot;

    public void Clear()
    {
        Array.Clear(_byPair);
        Array.Clear(_byOne);
        Array.Clear(_slots);
        _count = 0;
    }

    public ulong Value(int symbol) => _values[symbol];

    public uint Tag(int symbol) => _tags[symbol];

    /// <summary>Sets the context: identities of the last and the one before.</summary>
    public void Predict(ulong last, ulong before)
    {
        var one = last * 0x9E3779B97F4A7C15UL;
        _oneSlot = (uint)(one >> (64 - TableBits));
        _pairSlot = (uint)(((one ^ (before * 0xC2B2AE3D27D4EB4FUL)) * 0x9E3779B97F4A7C15UL) >> (64 - TableBits));
    }

    /// <summary>Symbol number predicted from both, -1 for none.</summary>
    public int FromPair => (int)_byPair[_pairSlot] - 1;

    /// <summary>Symbol number predicted from the last, -1 for none.</summary>
    public int FromOne => (int)_byOne[_oneSlot] - 1;

    public bool Is(int symbol, uint tag, ulong value) => symbol >= 0 && _values[symbol] == value && _tags[symbol] == tag;

    /// <summary>Teaches what followed; -1 (a symbol without a number) teaches nothing.</summary>
    public void Learn(int symbol)
    {
        if (symbol < 0)
            return;
        _byPair[_pairSlot] = (uint)symbol + 1;
        _byOne[_oneSlot] = (uint)symbol + 1;
    }

    /// <summary>The symbol's number, or -1.</summary>
    public int Find(uint tag, ulong value)
    {
        var mask = _slots.Length - 1;
        for (var at = Hash(tag, value) & mask; ; at = (at + 1) & mask)
        {
            var symbol = _slots[at] - 1;
            if (symbol < 0)
                return -1;
            if (_values[symbol] == value && _tags[symbol] == tag)
                return symbol;
        }
    }

    /// <summary>Numbers a symbol for an encoder.</summary>
    /// <returns>-1 when no numbers are left.</returns>
    public int Add(uint tag, ulong value)
    {
        var symbol = Append(tag, value);
        if (symbol < 0)
            return -1;
        if (_count * 2 > _slots.Length)
            Rehash();
        else
            Insert(symbol);
        return symbol;
    }

    /// <summary>Numbers a symbol for a decoder, which never looks one up by value.</summary>
    public int Append(uint tag, ulong value)
    {
        if (_count == MaxSymbols)
            return -1;
        if (_count == _values.Length)
        {
            Array.Resize(ref _values, _count * 2);
            Array.Resize(ref _tags, _count * 2);
        }

        _values[_count] = value;
        _tags[_count] = tag;
        return _count++;
    }

    private static int Hash(uint tag, ulong value) => (int)(((value ^ ((ulong)tag << 40)) * 0x9E3779B97F4A7C15UL) >> 40);

    private void Rehash()
    {
        _slots = new int[_slots.Length * 2];
        for (var i = 0; i < _count; i++)
            Insert(i);
    }

    private void Insert(int symbol)
    {
        var mask = _slots.Length - 1;
        var at = Hash(_tags[symbol], _values[symbol]) & mask;
        while (_slots[at] != 0)
            at = (at + 1) & mask;
        _slots[at] = symbol + 1;
    }
}
