using System.Globalization;
using System.Text;

namespace TraceKit.DebugInfo.Demangle.Rust;

/// <summary>Constants in generic arguments and array lengths.</summary>
internal ref partial struct RustV0
{
    /// <param name="inValue">Inside another constant, where no braces are needed.</param>
    private bool Constant(bool inValue)
    {
        if (!Enter())
            return false;
        var done = ConstantHere(inValue);
        _depth--;
        return done;
    }

    private bool ConstantHere(bool inValue)
    {
        var tag = Peek;
        _at++;
        switch (tag)
        {
            case (byte)'p':
                Print("_");
                return true;
            case (byte)'h' or (byte)'t' or (byte)'m' or (byte)'y' or (byte)'o' or (byte)'j':
                return Integer(signed: false);
            case (byte)'a' or (byte)'s' or (byte)'l' or (byte)'x' or (byte)'n' or (byte)'i':
                return Integer(signed: true);
            case (byte)'b':
                if (!TryHex(out var truth) || truth is not ([(byte)'0'] or [(byte)'1'] or []))
                    return false;
                Print(truth is [(byte)'1'] ? "true" : "false");
                return true;
            case (byte)'c':
                return Character();
            case (byte)'e':
                // A str by itself is no value: show what it points at.
                Print("*");
                return Text();
            case (byte)'R' or (byte)'Q':
                if (tag == 'R' && Take('e'))
                    return Text();
                return Braced(inValue, tag);
            case (byte)'A' or (byte)'T' or (byte)'V':
                return Braced(inValue, tag);
            case (byte)'B':
                if (!TryBackReference(out var target))
                    return false;
                if (_silent)
                    return true;
                var after = _at;
                _at = target;
                var done = Constant(inValue);
                _at = after;
                return done;
            default:
                return false;
        }
    }

    /// <summary>A value with structure stands in braces where a type could stand.</summary>
    private bool Braced(bool inValue, byte tag)
    {
        Print(inValue ? "" : "{");
        var done = tag switch
        {
            (byte)'A' => Values("[", "]", single: "]"),
            (byte)'T' => Values("(", ")", single: ",)"),
            (byte)'V' => Structure(),
            _ => Reference(tag),
        };
        Print(inValue ? "" : "}");
        return done;
    }

    private bool Reference(byte tag)
    {
        Print(tag == 'Q' ? "&mut " : "&");
        return Constant(inValue: true);
    }

    private bool Values(string open, string close, string single)
    {
        Print(open);
        var count = 0;
        for (; !Take('E'); count++)
        {
            if (count > 0)
                Print(", ");
            if (!Constant(inValue: true))
                return false;
        }

        Print(count == 1 ? single : close);
        return true;
    }

    /// <summary>V path, then U for none, T for numbered or S for named fields.</summary>
    private bool Structure()
    {
        if (!Path(inValue: true))
            return false;
        if (Take('U'))
            return true;
        if (Take('T'))
            return Values("(", ")", single: ")");
        if (!Take('S'))
            return false;
        Print(" { ");
        for (var i = 0; !Take('E'); i++)
        {
            if (i > 0)
                Print(", ");
            if (!TryOptionalBase62('s', out _) || !TryIdentifier(out var name, out var punycode))
                return false;
            PrintIdentifier(name, punycode);
            Print(": ");
            if (!Constant(inValue: true))
                return false;
        }

        Print(" }");
        return true;
    }

    private bool Integer(bool signed)
    {
        Print(signed && Take('n') ? "-" : "");
        if (!TryHex(out var digits))
            return false;
        var text = Encoding.ASCII.GetString(digits).TrimStart('0');
        if (text.Length > 16)
            Print("0x" + text);
        else
            Print(text.Length == 0 ? 0UL : ulong.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
        return true;
    }

    private bool Character()
    {
        if (!TryHex(out var digits) || digits.Length is 0 or > 8)
            return false;
        var value = uint.Parse(Encoding.ASCII.GetString(digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        if (!Rune.TryCreate(value, out var rune))
            return false;
        Print("'");
        Print(Escape(rune, '\''));
        Print("'");
        return true;
    }

    /// <summary>Pairs of hexadecimal digits: UTF-8.</summary>
    private bool Text()
    {
        if (!TryHex(out var digits) || digits.Length % 2 != 0)
            return false;
        var bytes = Convert.FromHexString(Encoding.ASCII.GetString(digits));
        Print("\"");
        foreach (var rune in Encoding.UTF8.GetString(bytes).EnumerateRunes())
            Print(Escape(rune, '"'));
        Print("\"");
        return true;
    }

    private static string Escape(Rune rune, char quote) => rune.Value switch
    {
        '\0' => "\\0",
        '\t' => "\\t",
        '\n' => "\\n",
        '\r' => "\\r",
        '\\' => "\\\\",
        _ when rune.Value == quote => "\\" + quote,
        _ when !rune.IsAscii || Rune.IsControl(rune) => $"\\u{{{rune.Value:x}}}",
        _ => rune.ToString(),
    };

    /// <summary>Lower-case hexadecimal digits up to an underscore.</summary>
    private bool TryHex(out ReadOnlySpan<byte> digits)
    {
        digits = default;
        var length = _text[Math.Min(_at, _text.Length)..].IndexOf((byte)'_');
        if (length < 0)
            return false;
        digits = _text.Slice(_at, length);
        _at += length + 1;
        foreach (var c in digits)
        {
            if (c is not (>= (byte)'0' and <= (byte)'9' or >= (byte)'a' and <= (byte)'f'))
                return false;
        }

        return true;
    }
}
