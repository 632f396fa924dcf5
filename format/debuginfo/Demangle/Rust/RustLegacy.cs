using System.Text;

namespace TraceKit.DebugInfo.Demangle.Rust;

/// <summary>Rust's first scheme: <c>_ZN3std2io5Write9write_all17h0123456789abcdefE</c>, a C++ nested name whose last part is a hash.</summary>
internal static class RustLegacy
{
    private const int HashBytes = 17;

    public static bool TryDemangle(ReadOnlySpan<byte> mangled, BoundedText output)
    {
        if (!mangled.StartsWith("_ZN"u8))
            return false;
        var at = 3;
        var last = mangled[..0];
        var parts = 0;
        // First see that it is one: C++ names share the beginning.
        while (TryReadPart(mangled, ref at, out var part))
        {
            last = part;
            parts++;
        }

        if (parts < 2 || at >= mangled.Length || mangled[at] != 'E' || !IsHash(last))
            return false;
        var suffix = mangled[(at + 1)..];
        // .llvm.HASH, .cold: not shown, as c++filt does it.
        if (!suffix.IsEmpty && suffix[0] != '.')
            return false;
        at = 3;
        for (var i = 0; i < parts - 1; i++)
        {
            TryReadPart(mangled, ref at, out var part);
            if (i > 0)
                output.Append("::");
            AppendPart(part, output);
        }

        return !output.Overflowed;
    }

    private static bool TryReadPart(ReadOnlySpan<byte> mangled, scoped ref int at, out ReadOnlySpan<byte> part)
    {
        var length = 0;
        var first = at;
        part = default;
        var position = at;
        for (; position < mangled.Length && mangled[position] is >= (byte)'0' and <= (byte)'9'; position++)
        {
            length = (length * 10) + mangled[position] - '0';
            if (length > mangled.Length)
                return false;
        }

        if (position == first || length == 0 || length > mangled.Length - position)
            return false;
        part = mangled.Slice(position, length);
        at = position + length;
        return true;
    }

    /// <summary>h and 16 hexadecimal digits, at least 5 different ones: a C++ name that looks like it is very unlikely.</summary>
    private static bool IsHash(ReadOnlySpan<byte> part)
    {
        if (part.Length != HashBytes || part[0] != 'h')
            return false;
        var seen = 0;
        foreach (var c in part[1..])
        {
            if (c is not (>= (byte)'0' and <= (byte)'9' or >= (byte)'a' and <= (byte)'f'))
                return false;
            seen |= 1 << (c <= '9' ? c - '0' : c - 'a' + 10);
        }

        return System.Numerics.BitOperations.PopCount((uint)seen) >= 5;
    }

    /// <summary>Undoes the escapes: $LT$ is &lt;, $u20$ a blank, .. is ::.</summary>
    private static void AppendPart(ReadOnlySpan<byte> part, BoundedText output)
    {
        if (part.StartsWith("_$"u8))
            part = part[1..];
        while (!part.IsEmpty)
        {
            if (part[0] == '.')
            {
                var isPath = part.Length > 1 && part[1] == '.';
                output.Append(isPath ? "::" : ".");
                part = part[(isPath ? 2 : 1)..];
                continue;
            }

            if (part[0] == '$' && TryReadEscape(part, out var text, out var length))
            {
                output.Append(text);
                part = part[length..];
                continue;
            }

            var plain = part[1..].IndexOfAny((byte)'$', (byte)'.') + 1;
            if (plain == 0)
                plain = part.Length;
            output.Append(part[..plain]);
            part = part[plain..];
        }
    }

    private static bool TryReadEscape(ReadOnlySpan<byte> part, out string text, out int length)
    {
        text = "";
        var end = part[1..].IndexOf((byte)'$');
        length = end + 2;
        if (end <= 0)
            return false;
        var code = Encoding.ASCII.GetString(part.Slice(1, end));
        text = code switch
        {
            "C" => ",",
            "SP" => "@",
            "BP" => "*",
            "RF" => "&",
            "LT" => "<",
            "GT" => ">",
            "LP" => "(",
            "RP" => ")",
            _ => "",
        };
        if (text.Length > 0)
            return true;
        if (code[0] != 'u' || !uint.TryParse(code.AsSpan(1), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var rune))
            return false;
        // A control character in a name could only be there to do harm.
        if (!Rune.IsValid(rune) || Rune.IsControl(new Rune(rune)))
            return false;
        text = new Rune(rune).ToString();
        return true;
    }
}
