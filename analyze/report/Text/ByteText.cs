using System.Buffers.Text;
using System.Text;

namespace TraceKit.Report.Text;

/// <summary>Text as UTF-8 bytes, put together in one reused buffer: what prints millions of lines.</summary>
public sealed class ByteText
{
    private byte[] _bytes = new byte[1 << 17];

    /// <summary>Bytes so far.</summary>
    public int Length { get; set; }

    /// <summary>What was appended; valid until the next change.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <summary>Appends one byte.</summary>
    public ByteText Append(byte letter)
    {
        Ensure(1)[0] = letter;
        Length++;
        return this;
    }

    /// <summary>Appends bytes as they are.</summary>
    public ByteText Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Ensure(bytes.Length));
        Length += bytes.Length;
        return this;
    }

    /// <summary>Appends text.</summary>
    public ByteText Append(ReadOnlySpan<char> text)
    {
        Length += Encoding.UTF8.GetBytes(text, Ensure(text.Length * 3));
        return this;
    }

    /// <summary>Appends text of another builder.</summary>
    public ByteText Append(StringBuilder text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var chunk in text.GetChunks())
            Append(chunk.Span);
        return this;
    }

    /// <summary>Appends the same byte several times; nothing for a negative count.</summary>
    public ByteText Repeat(byte letter, int count)
    {
        if (count <= 0)
            return this;
        Ensure(count)[..count].Fill(letter);
        Length += count;
        return this;
    }

    /// <summary>Appends a decimal number, right-aligned in a width, or left-aligned in a negative one.</summary>
    public ByteText Decimal(long value, int width = 0)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, digits, out var count);
        return Padded(digits[..count], width);
    }

    /// <inheritdoc cref="Decimal(long, int)"/>
    public ByteText Decimal(ulong value, int width = 0)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, digits, out var count);
        return Padded(digits[..count], width);
    }

    /// <summary>Appends a decimal number with zeros before it.</summary>
    public ByteText Zeros(ulong value, int digits)
    {
        var room = Ensure(Math.Max(digits, 20));
        Span<byte> text = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, text, out var count);
        var zeros = Math.Max(0, digits - count);
        room[..zeros].Fill((byte)'0');
        text[..count].CopyTo(room[zeros..]);
        Length += zeros + count;
        return this;
    }

    /// <summary>Appends a hexadecimal number, right-aligned.</summary>
    public ByteText Hex(ulong value, int width = 0)
    {
        Span<byte> digits = stackalloc byte[16];
        Utf8Formatter.TryFormat(value, digits, out var count, 'x');
        return Padded(digits[..count], width);
    }

    /// <summary>Appends bytes, right-aligned in a width, or left-aligned in a negative one.</summary>
    public ByteText Padded(ReadOnlySpan<byte> text, int width)
    {
        Repeat((byte)' ', width - text.Length);
        Append(text);
        return Repeat((byte)' ', -width - text.Length);
    }

    /// <summary>Empties it.</summary>
    public void Clear() => Length = 0;

    private Span<byte> Ensure(int count)
    {
        if (_bytes.Length - Length < count)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
        return _bytes.AsSpan(Length);
    }
}
