using System.Globalization;
using System.Text;

namespace TraceKit.Report.Text;

/// <summary>
/// Makes what a traced program wrote (names, arguments, paths) fit for a terminal: control characters are shown, never sent.
/// A file from another host must not be able to move the cursor or rename the window of who reads it.
/// </summary>
public static class SafeText
{
    /// <summary>
    /// The text with C0 controls in caret notation (<c>^X</c>, <c>^[</c>, DEL as <c>^?</c>), and C1 controls, line separators,
    /// direction overrides and lone surrogates as <c>\u{9b}</c>.
    /// </summary>
    public static string Show(string text)
    {
        var plain = text.AsSpan().IndexOfAnyExceptInRange(' ', '~');
        for (var i = plain < 0 ? text.Length : plain; i < text.Length; i++)
        {
            if (IsUnsafe(text[i]))
                return Escape(text, i);
        }

        return text;
    }

    /// <summary>Whether the text is shown as it is.</summary>
    public static bool IsSafe(ReadOnlySpan<char> text)
    {
        // Nearly all of it is plain ASCII, which is told many letters at a time.
        var first = text.IndexOfAnyExceptInRange(' ', '~');
        if (first < 0)
            return true;
        text = text[first..];
        foreach (var letter in text)
        {
            if (IsUnsafe(letter))
                return false;
        }

        return true;
    }

    /// <summary>The bytes as text: UTF-8 where valid, else <c>\xff</c>; controls as <see cref="Show(string)"/>.</summary>
    public static string Show(ReadOnlySpan<byte> utf8)
    {
        if (Ascii.IsValid(utf8) && !utf8.ContainsAnyInRange((byte)0, (byte)0x1f) && !utf8.Contains((byte)0x7f))
            return Encoding.ASCII.GetString(utf8);
        var result = new StringBuilder(utf8.Length + 16);
        while (!utf8.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(utf8, out var rune, out var used);
            if (status == System.Buffers.OperationStatus.Done)
                AppendRune(result, rune);
            else
                for (var i = 0; i < used; i++)
                    result.Append(CultureInfo.InvariantCulture, $"\\x{utf8[i]:x2}");
            utf8 = utf8[used..];
        }

        return result.ToString();
    }

    private static string Escape(string text, int from)
    {
        var result = new StringBuilder(text, 0, from, text.Length + 16);
        for (var i = from; i < text.Length;)
        {
            if (Rune.TryGetRuneAt(text, i, out var rune))
            {
                AppendRune(result, rune);
                i += rune.Utf16SequenceLength;
            }
            else
            {
                result.Append(CultureInfo.InvariantCulture, $"\\u{{{(int)text[i]:x}}}");
                i++;
            }
        }

        return result.ToString();
    }

    private static void AppendRune(StringBuilder result, Rune rune)
    {
        if (rune.Value < 0x20)
            result.Append('^').Append((char)(rune.Value + 0x40));
        else if (rune.Value == 0x7f)
            result.Append("^?");
        else if (rune.IsBmp && IsUnsafe((char)rune.Value))
            result.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
        else
            result.Append(rune.ToString());
    }

    // Controls, bidirectional marks and overrides (they reorder what stands beside them), separators, BOM, halves of surrogate pairs.
    private static bool IsUnsafe(char c) => c < 0x20 || (c >= 0x7f && c <= 0x9f) || c is '\u061c' or '\u200e' or '\u200f'
        || (c >= '\u2028' && c <= '\u202e') || (c >= '\u2066' && c <= '\u2069') || c == '\ufeff' || char.IsSurrogate(c);
}
