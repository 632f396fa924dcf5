using System.Buffers;
using System.Globalization;
using System.Text;

namespace TraceKit.Engine.Fields;

/// <summary>Texts of programs as text: what is no UTF-8 is shown byte by byte.</summary>
internal static class TextBytes
{
    /// <summary>As the kernel writes it where it could not read a text.</summary>
    public const string Fault = "(fault)";

    /// <summary>What follows a text of which the end was not recorded.</summary>
    public static string Cut(long missing) => string.Create(CultureInfo.InvariantCulture, $"...(+{missing} bytes)");

    /// <summary>UTF-8, with <c>\xff</c> for bytes that are none, and <c>\0</c> for NUL.</summary>
    public static string Show(ReadOnlySpan<byte> bytes)
    {
        if (Ascii.IsValid(bytes) && !bytes.Contains((byte)0))
            return Encoding.ASCII.GetString(bytes);
        var text = new StringBuilder(bytes.Length + 16);
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var used) != OperationStatus.Done)
            {
                foreach (var b in bytes[..used])
                    text.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
            }
            else if (rune.Value == 0)
            {
                text.Append("\\0");
            }
            else
            {
                text.Append(rune);
            }

            bytes = bytes[used..];
        }

        return text.ToString();
    }
}
