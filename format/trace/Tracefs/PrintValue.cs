namespace TraceKit.Format.Tracefs;

/// <summary>What an expression of a print format yields: a number, a text, or bytes of an array.</summary>
internal readonly struct PrintValue
{
    private PrintValue(long number, string? text, byte[]? bytes, bool isSigned, int size, bool isUnknown = false, bool isBare = false)
    {
        Size = size;
        IsUnknown = isUnknown;
        IsBare = isBare;
        Number = number;
        Text = text;
        Bytes = bytes;
        IsSigned = isSigned;
    }

    public long Number { get; }

    public string? Text { get; }

    public byte[]? Bytes { get; }

    /// <summary>Decides how division, comparison and right shift read <see cref="Number"/>.</summary>
    public bool IsSigned { get; }

    /// <summary>Bytes of the number as the record has it; 0 of constants, which take the size of what they meet.</summary>
    public int Size { get; }

    /// <summary>It hangs on something that is not in the record: the time now, a variable of the kernel.</summary>
    public bool IsUnknown { get; }

    /// <summary>A text that stands for a name that is missing: perf does not pad it.</summary>
    public bool IsBare { get; }

    /// <summary>Shown where a value is not known.</summary>
    public static PrintValue Unknown => new(0, "?", null, false, 0, isUnknown: true);

    public bool IsNumber => Text is null && Bytes is null && !IsUnknown;

    public bool IsTrue => Text is not null || Bytes is not null || Number != 0;

    public static PrintValue OfNumber(long number, bool isSigned = true, int size = 8) => new(number, null, null, isSigned, size);

    public static PrintValue OfText(string text, bool isBare = false) => new(0, text, null, false, 0, isBare: isBare);

    public static PrintValue OfBytes(byte[] bytes) => new(0, null, bytes, false, 0);
}
