using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace TraceKit.Format.Tracefs;

/// <summary>Bytes of records in the forms that the kernel's printf gives them (<c>Documentation/core-api/printk-formats.rst</c>).</summary>
internal static class PrintBytes
{
    /// <summary><c>%pI4</c>, <c>%pi4</c>: in the order of the network.</summary>
    public static string Ip4(ReadOnlySpan<byte> address, bool zeros, bool reverse)
    {
        var text = new StringBuilder(15);
        for (var i = 0; i < 4; i++)
            text.Append(i > 0 ? "." : "").Append(address[reverse ? 3 - i : i].ToString(zeros ? "d3" : "d", CultureInfo.InvariantCulture));
        return text.ToString();
    }

    /// <summary><c>%pI6</c> and <c>%pi6</c>: all digits, with or without colons.</summary>
    public static string Ip6(ReadOnlySpan<byte> address, bool colons)
    {
        var digits = Convert.ToHexStringLower(address[..16]);
        if (!colons)
            return digits;
        var text = new StringBuilder(39);
        for (var i = 0; i < 32; i += 4)
            text.Append(i > 0 ? ":" : "").Append(digits, i, 4);
        return text.ToString();
    }

    /// <summary><c>%pI6c</c>: the longest row of zeros left out (RFC 5952), an embedded IPv4 address in its own form.</summary>
    public static string Ip6Short(ReadOnlySpan<byte> address)
    {
        Span<ushort> words = stackalloc ushort[8];
        for (var i = 0; i < 8; i++)
            words[i] = BinaryPrimitives.ReadUInt16BigEndian(address[(i * 2)..]);
        var isMapped = !words[..5].ContainsAnyExcept((ushort)0) && words[5] == 0xffff;
        var isIsatap = (words[4] | 0x0200) == 0x0200 && words[5] == 0x5efe;
        var range = isMapped || isIsatap ? 6 : 8;
        int longest = 1, at = -1;
        for (var i = 0; i < range; i++)
        {
            var zeros = 0;
            while (i + zeros < range && words[i + zeros] == 0)
                zeros++;
            if (zeros > longest)
                (longest, at) = (zeros, i);
        }

        var text = new StringBuilder(39);
        var needsColon = false;
        for (var i = 0; i < range; i++)
        {
            if (i == at)
            {
                text.Append(needsColon || i == 0 ? "::" : ":");
                needsColon = false;
                i += longest - 1;
                continue;
            }

            text.Append(needsColon ? ":" : "").Append(words[i].ToString("x", CultureInfo.InvariantCulture));
            needsColon = true;
        }

        if (range == 6)
            text.Append(needsColon ? ":" : "").Append(Ip4(address[12..], zeros: false, reverse: false));
        return text.ToString();
    }

    /// <summary><c>%pIS</c>: a <c>struct sockaddr_in</c> or <c>sockaddr_in6</c>; nothing for other families.</summary>
    public static string SocketAddress(ReadOnlySpan<byte> socket, bool port, bool compressed)
    {
        if (socket.Length < 2)
            return "";
        var family = socket[0] | socket[1];
        if (family == 2)
        {
            if (socket.Length < 16)
                return "INVALIDIPv4";
            return Ip4(socket[4..], zeros: false, reverse: false) + (port ? ":" + BinaryPrimitives.ReadUInt16BigEndian(socket[2..]).ToString(CultureInfo.InvariantCulture) : "");
        }

        if (family != 10)
            return "";
        if (socket.Length < 28)
            return "INVALIDIPv6";
        var address = compressed ? Ip6Short(socket[8..]) : Ip6(socket[8..], colons: true);
        return port ? $"[{address}]:{BinaryPrimitives.ReadUInt16BigEndian(socket[2..]).ToString(CultureInfo.InvariantCulture)}" : address;
    }

    /// <summary><c>%pU</c> with <c>b</c>, <c>B</c>, <c>l</c> or <c>L</c>.</summary>
    public static string Uuid(ReadOnlySpan<byte> bytes, bool littleEndian, bool upper)
    {
        var text = new Guid(bytes[..16], bigEndian: !littleEndian).ToString();
        return upper ? text.ToUpperInvariant() : text;
    }

    /// <summary><c>%pM</c>, <c>%pMF</c>, <c>%pMR</c>, <c>%pm</c>.</summary>
    public static string Mac(ReadOnlySpan<byte> bytes, string separator, bool reverse)
    {
        var text = new StringBuilder(17);
        for (var i = 0; i < 6; i++)
            text.Append(i > 0 ? separator : "").Append(bytes[reverse ? 5 - i : i].ToString("x2", CultureInfo.InvariantCulture));
        return text.ToString();
    }

    /// <summary><c>%*ph</c>: bytes with something between them.</summary>
    public static string Hex(ReadOnlySpan<byte> bytes, string separator)
    {
        var text = new StringBuilder(bytes.Length * 3);
        for (var i = 0; i < bytes.Length; i++)
            text.Append(i > 0 ? separator : "").Append(bytes[i].ToString("x2", CultureInfo.InvariantCulture));
        return text.ToString();
    }

    /// <summary><c>%*pb</c>: all bits in hexadecimal, a comma every 32.</summary>
    public static string BitMask(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length * 3);
        for (var i = bytes.Length - 1; i >= 0; i--)
        {
            text.Append(bytes[i].ToString("x2", CultureInfo.InvariantCulture));
            if (i > 0 && i % 4 == 0)
                text.Append(',');
        }

        return text.ToString();
    }

    /// <summary><c>%*pbl</c>: <c>0-3,8</c>.</summary>
    public static string BitList(ReadOnlySpan<byte> bytes, int bits)
    {
        var text = new StringBuilder();
        bits = Math.Min(bits, bytes.Length * 8);
        for (var i = 0; i < bits; i++)
        {
            if (!Has(bytes, i))
                continue;
            var last = i;
            while (last + 1 < bits && Has(bytes, last + 1))
                last++;
            text.Append(text.Length > 0 ? "," : "").Append(i.ToString(CultureInfo.InvariantCulture));
            if (last > i)
                text.Append('-').Append(last.ToString(CultureInfo.InvariantCulture));
            i = last;
        }

        return text.ToString();
    }

    private static bool Has(ReadOnlySpan<byte> bytes, int bit) => (bytes[bit / 8] >> (bit % 8) & 1) != 0;
}
