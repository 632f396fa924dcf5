using System.Globalization;
using System.Text;

namespace TraceKit.Format.Tracefs;

/// <summary>Texts in the kernel's memory that records name by address only: tracefs' <c>printk_formats</c>, lines <c>0xffffffff82a3c040 : "text"</c>.</summary>
public static class PrintkFormats
{
    /// <summary>More than any kernel has; a few thousand are usual.</summary>
    private const int Most = 1 << 18;

    /// <summary>Reads the file; lines that are none are passed over.</summary>
    /// <param name="file">The whole file.</param>
    /// <returns>Texts by address.</returns>
    public static Dictionary<ulong, string> Parse(ReadOnlySpan<byte> file)
    {
        var texts = new Dictionary<ulong, string>();
        while (!file.IsEmpty && texts.Count < Most)
        {
            var end = file.IndexOf((byte)'\n');
            var line = Encoding.Latin1.GetString(end < 0 ? file : file[..end]).AsSpan().Trim();
            file = end < 0 ? default : file[(end + 1)..];
            var colon = line.IndexOf(" : \"");
            if (colon < 3 || !line.StartsWith("0x") || !line.EndsWith("\"") || line.Length < colon + 5
                || !ulong.TryParse(line[2..colon].Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var address))
                continue;
            texts.TryAdd(address, line[(colon + 4)..^1].ToString().Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\t", "\t", StringComparison.Ordinal));
        }

        return texts;
    }
}
