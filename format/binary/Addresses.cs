namespace TraceKit.Binary;

/// <summary>An actual virtual memory address: where something is in a running process or kernel.</summary>
/// <param name="Value">Bytes from the start of the address space.</param>
public readonly record struct Avma(ulong Value) : IComparable<Avma>
{
    /// <inheritdoc/>
    public int CompareTo(Avma other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => $"0x{Value:x}";

    /// <summary>Orders addresses.</summary>
    public static bool operator <(Avma left, Avma right) => left.Value < right.Value;

    /// <summary>Orders addresses.</summary>
    public static bool operator >(Avma left, Avma right) => left.Value > right.Value;

    /// <summary>Orders addresses.</summary>
    public static bool operator <=(Avma left, Avma right) => left.Value <= right.Value;

    /// <summary>Orders addresses.</summary>
    public static bool operator >=(Avma left, Avma right) => left.Value >= right.Value;
}

/// <summary>A stated virtual memory address: what the file's own tables (symbols, CFI, program headers) say.</summary>
/// <param name="Value">As in <c>st_value</c>, <c>p_vaddr</c>, <c>initial_location</c>.</param>
public readonly record struct Svma(ulong Value) : IComparable<Svma>
{
    /// <inheritdoc/>
    public int CompareTo(Svma other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => $"0x{Value:x}";

    /// <summary>Orders addresses.</summary>
    public static bool operator <(Svma left, Svma right) => left.Value < right.Value;

    /// <summary>Orders addresses.</summary>
    public static bool operator >(Svma left, Svma right) => left.Value > right.Value;

    /// <summary>Orders addresses.</summary>
    public static bool operator <=(Svma left, Svma right) => left.Value <= right.Value;

    /// <summary>Orders addresses.</summary>
    public static bool operator >=(Svma left, Svma right) => left.Value >= right.Value;
}

/// <summary>A position in a file, in bytes from its start.</summary>
/// <param name="Value">Bytes.</param>
public readonly record struct FileOffset(ulong Value) : IComparable<FileOffset>
{
    /// <inheritdoc/>
    public int CompareTo(FileOffset other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => $"+0x{Value:x}";

    /// <summary>Orders offsets.</summary>
    public static bool operator <(FileOffset left, FileOffset right) => left.Value < right.Value;

    /// <summary>Orders offsets.</summary>
    public static bool operator >(FileOffset left, FileOffset right) => left.Value > right.Value;

    /// <summary>Orders offsets.</summary>
    public static bool operator <=(FileOffset left, FileOffset right) => left.Value <= right.Value;

    /// <summary>Orders offsets.</summary>
    public static bool operator >=(FileOffset left, FileOffset right) => left.Value >= right.Value;
}
