using System.Globalization;
using TraceKit.Engine.Streams;
using TraceKit.Engine.Symbols;

namespace TraceKit.Report.Scripts;

/// <summary>Samples taken in functions, said by name or by address: as <c>perf script -S</c> takes them.</summary>
/// <remarks>An address is one where a function begins, that of the sample itself, or the first of <paramref name="range"/> bytes.</remarks>
/// <param name="names">Names, and addresses as <c>0x4007a0</c>.</param>
/// <param name="range">Bytes from each address on.</param>
public sealed class PlaceFilter(IEnumerable<string> names, ulong range = 0)
{
    private readonly HashSet<string> _names = [.. names];
    private readonly ulong[] _addresses = [.. names.Select(AddressOf).OfType<ulong>()];

    /// <summary>The address that a word says; null when it is a name.</summary>
    public static ulong? AddressOf(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        return word.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && ulong.TryParse(word.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var address) ? address : null;
    }

    /// <summary>Whether the sample was taken there.</summary>
    public bool Wants(EventRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var ip = record.Ip;
        if (Array.Exists(_addresses, a => ip == a || (ip > a && ip - a < range)))
            return true;
        var frame = record.NameOf(ip).Frames[^1];
        return frame.Reason == UnresolvedReason.None && (_names.Contains(frame.Name) || (frame.Offset != ResolvedFrame.NoOffset && Array.IndexOf(_addresses, ip - frame.Offset) >= 0));
    }
}
