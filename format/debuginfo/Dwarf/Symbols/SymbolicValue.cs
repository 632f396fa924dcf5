namespace TraceKit.DebugInfo.Dwarf.Symbols;

/// <summary>A value on the stack of an expression that is only known when the program runs: a base, offsets to add and words to load.</summary>
/// <remarks>With offsets o0, o1, …: the base plus o0; for each further one the word there is loaded and the offset added.</remarks>
internal readonly struct SymbolicValue
{
    /// <summary>No register: the number itself.</summary>
    public const int Number = -1;

    /// <summary>No register: an address of the file.</summary>
    public const int Address = -2;

    private readonly long[]? _offsets;

    private SymbolicValue(int register, ulong address, long[] offsets, bool isPart)
    {
        Base = register;
        Place = address;
        _offsets = offsets;
        IsPart = isPart;
    }

    /// <summary>DWARF number of a register, <see cref="Number"/> or <see cref="Address"/>.</summary>
    public int Base { get; }

    /// <summary>The address of the file.</summary>
    public ulong Place { get; }

    /// <summary>What is added and loaded; at least one.</summary>
    public long[] Offsets => _offsets ?? [0];

    /// <summary>Fewer bytes than a word, or of a type of its own: nothing more can be computed with it.</summary>
    public bool IsPart { get; }

    /// <summary>Whether it is a number.</summary>
    public bool IsNumber => Base == Number && Offsets.Length == 1;

    /// <summary>The number.</summary>
    public long Value => Offsets[0];

    /// <summary>A number.</summary>
    public static SymbolicValue Of(long number) => new(Number, 0, [number], false);

    /// <summary>A register plus an offset.</summary>
    public static SymbolicValue Of(int register, long offset, bool isPart = false) => new(register, 0, [offset], isPart);

    /// <summary>An address of the file.</summary>
    public static SymbolicValue At(ulong address) => new(Address, address, [0], false);

    /// <summary>With a number added.</summary>
    public SymbolicValue Plus(long number)
    {
        var offsets = (long[])Offsets.Clone();
        offsets[^1] += number;
        return new SymbolicValue(Base, Place, offsets, IsPart);
    }

    /// <summary>The word that it points to.</summary>
    public SymbolicValue Load(bool isPart) => new(Base, Place, [.. Offsets, 0], isPart);
}
