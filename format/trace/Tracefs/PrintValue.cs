namespace TraceKit.Format.Tracefs;

/// <summary>What an expression of a print format yields: a number, a text, or bytes of an array.</summary>
internal readonly struct PrintValue
{
    private PrintValue(long number, string? text, byte[]? bytes, bool isSigned)
    {
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

    public bool IsTrue => Text is not null || Bytes is not null || Number != 0;

    public static PrintValue OfNumber(long number, bool isSigned = true) => new(number, null, null, isSigned);

    public static PrintValue OfText(string text) => new(0, text, null, false);

    public static PrintValue OfBytes(byte[] bytes) => new(0, null, bytes, false);
}
