namespace TraceKit.DebugInfo.Demangle;

/// <summary>The text being made: it stops at a limit and then says so, since a short mangled name can stand for gigabytes.</summary>
internal sealed class BoundedText
{
    /// <summary>Characters of one demangled name; the longest of 290,000 real ones was under 20,000.</summary>
    public const int MaxLength = 1 << 17;

    private char[] _buffer = new char[256];

    /// <summary>Characters so far.</summary>
    public int Length { get; private set; }

    /// <summary>More was appended than fits: the text is not to be used.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>The character appended last, even when it was taken back since; NUL when there was none.</summary>
    /// <remarks>c++filt looks at that one to tell <c>&gt; &gt;</c> from <c>&gt;&gt;</c>: names shall be equal to its.</remarks>
    public char Last { get; private set; }

    public void Clear()
    {
        Length = 0;
        Overflowed = false;
        Last = '\0';
    }

    public void Append(char value)
    {
        if (!Ensure(1))
            return;
        _buffer[Length++] = Last = value;
    }

    public void Append(string value)
    {
        if (value.Length == 0 || !Ensure(value.Length))
            return;
        value.CopyTo(_buffer.AsSpan(Length));
        Length += value.Length;
        Last = value[^1];
    }

    /// <summary>Appends UTF-8; bytes that are none become U+FFFD.</summary>
    public void Append(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length == 0 || !Ensure(utf8.Length))
            return;
        Length += System.Text.Encoding.UTF8.GetChars(utf8, _buffer.AsSpan(Length));
        Last = _buffer[Length - 1];
    }

    public void Append(long value) => Append(value.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Takes back what was appended since the text had <paramref name="length"/> characters.</summary>
    public void CutTo(int length) => Length = Math.Min(Length, length);

    public override string ToString() => new(_buffer, 0, Length);

    private bool Ensure(int count)
    {
        if (Overflowed || count > MaxLength - Length)
        {
            Overflowed = true;
            return false;
        }

        if (Length + count > _buffer.Length)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, Length + count));
        return true;
    }
}
