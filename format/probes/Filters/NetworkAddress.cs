using System.Globalization;

namespace TraceKit.Probes.Filters;

/// <summary>Reads IP addresses and networks. IPv6: RFC 4291 §2.2; prefixes: RFC 4632 §3.1.</summary>
internal static class NetworkAddress
{
    /// <summary><c>172.31.28.139</c>, most significant byte first.</summary>
    public static bool TryReadIp4(ReadOnlySpan<char> text, out uint address)
    {
        address = 0;
        for (var part = 0; part < 4; part++)
        {
            var dot = part < 3 ? text.IndexOf('.') : text.Length;
            if (dot is < 1 or > 3 || !byte.TryParse(text[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var value) || (dot > 1 && text[0] == '0'))
                return false;
            address = (address << 8) | value;
            text = part < 3 ? text[(dot + 1)..] : default;
        }

        return true;
    }

    /// <summary><c>fe80::1</c>, <c>::ffff:10.0.0.1</c>: 16 bytes in network order.</summary>
    public static bool TryReadIp6(ReadOnlySpan<char> text, Span<byte> address)
    {
        address[..16].Clear();
        Span<ushort> groups = stackalloc ushort[8];
        var count = 0;
        var gap = -1;
        if (text.StartsWith("::"))
        {
            gap = 0;
            text = text[2..];
        }

        while (!text.IsEmpty)
        {
            if (count >= 8)
                return false;
            if (text.Contains('.'))
            {
                var end = text.IndexOf(':');
                if (end >= 0)
                {
                    if (!TryGroup(text[..end], out groups[count]))
                        return false;
                }
                else
                {
                    if (count > 6 || !TryReadIp4(text, out var v4))
                        return false;
                    groups[count++] = (ushort)(v4 >> 16);
                    groups[count++] = (ushort)v4;
                    break;
                }
            }

            var colon = text.IndexOf(':');
            if (!TryGroup(colon < 0 ? text : text[..colon], out groups[count]))
                return false;
            count++;
            if (colon < 0)
                break;
            text = text[(colon + 1)..];
            if (text.IsEmpty)
                return false;
            if (text[0] != ':')
                continue;
            if (gap >= 0)
                return false;
            gap = count;
            text = text[1..];
        }

        if (gap < 0 ? count != 8 : count > 7)
            return false;
        for (var i = 0; i < count; i++)
        {
            var at = gap >= 0 && i >= gap ? 8 - count + i : i;
            address[at * 2] = (byte)(groups[i] >> 8);
            address[(at * 2) + 1] = (byte)groups[i];
        }

        return true;
    }

    /// <summary>Splits <c>ADDRESS/BITS</c>; without a slash all bits count.</summary>
    public static bool TrySplitPrefix(ReadOnlySpan<char> text, int all, out ReadOnlySpan<char> address, out int bits)
    {
        var slash = text.IndexOf('/');
        address = slash < 0 ? text : text[..slash];
        bits = all;
        return slash < 0 || (int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out bits) && bits <= all);
    }

    private static bool TryGroup(ReadOnlySpan<char> text, out ushort value)
    {
        value = 0;
        return text.Length is >= 1 and <= 4 && ushort.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
