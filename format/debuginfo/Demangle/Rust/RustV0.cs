using System.Runtime.CompilerServices;

namespace TraceKit.DebugInfo.Demangle.Rust;

/// <summary>Rust's second scheme, <c>_R…</c>: a grammar of its own, printed while it is read (Rust RFC 2603).</summary>
/// <remarks>Back references go to an earlier byte and are read again there, so depth and steps are counted.</remarks>
internal ref partial struct RustV0
{
    private const int MaxDepth = 300;
    private const int MaxSteps = 1_000_000;

    private readonly ReadOnlySpan<byte> _text;
    private readonly BoundedText _out;
    private int _at;
    private int _depth;
    private int _steps;
    private int _lifetimes;
    private bool _silent;

    private readonly int _maxGenerics;
    private int _generics;

    private RustV0(ReadOnlySpan<byte> text, int genericDepth, BoundedText output)
    {
        _maxGenerics = genericDepth;
        _text = text;
        _out = output;
    }

    public static bool TryDemangle(ReadOnlySpan<byte> mangled, int genericDepth, BoundedText output)
    {
        // A version number would stand after _R; none but the first version, which has no number, exists.
        if (!mangled.StartsWith("_R"u8) || mangled.Length < 4 || !char.IsAsciiLetterUpper((char)mangled[2]))
            return false;
        output.Clear();
        var text = mangled[2..];
        // .llvm.HASH, .cold: no part of the grammar, and not shown, as c++filt does it.
        var suffix = text.IndexOf((byte)'.');
        if (suffix >= 0)
            text = text[..suffix];
        foreach (var c in text)
        {
            if (c != '_' && !char.IsAsciiLetterOrDigit((char)c))
                return false;
        }

        var reader = new RustV0(text, genericDepth, output);
        if (!reader.Path(inValue: true))
            return false;
        // The crate that made this copy of a generic function: read, not shown.
        reader._silent = true;
        if (reader._at < text.Length && !reader.Path(inValue: false))
            return false;
        return reader._at == text.Length && !output.Overflowed;
    }

    private readonly byte Peek => _at < _text.Length ? _text[_at] : (byte)0;

    private bool Take(char expected)
    {
        if (Peek != expected)
            return false;
        _at++;
        return true;
    }

    private bool Enter()
    {
        if (_depth >= MaxDepth || ++_steps > MaxSteps || _out.Overflowed || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            return false;
        _depth++;
        return true;
    }

    private readonly void Print(string text)
    {
        if (!_silent)
            _out.Append(text);
    }

    private readonly void Print(ulong value)
    {
        if (!_silent)
            _out.Append(value.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>_ is 0, 0_ is 1…: digits, then a to z, then A to Z.</summary>
    private bool TryBase62(out ulong value)
    {
        value = 0;
        if (Take('_'))
            return true;
        for (; Peek != '_'; _at++)
        {
            var c = Peek;
            var digit = c switch
            {
                >= (byte)'0' and <= (byte)'9' => c - '0',
                >= (byte)'a' and <= (byte)'z' => c - 'a' + 10,
                >= (byte)'A' and <= (byte)'Z' => c - 'A' + 36,
                _ => -1,
            };
            if (digit < 0 || value > (ulong.MaxValue - 64) / 62)
                return false;
            value = (value * 62) + (ulong)digit;
        }

        _at++;
        value++;
        return true;
    }

    /// <summary>A tagged number that may be missing: s… for disambiguators, G… for binders.</summary>
    private bool TryOptionalBase62(char tag, out ulong value)
    {
        value = 0;
        if (!Take(tag))
            return true;
        if (!TryBase62(out value))
            return false;
        value++;
        return true;
    }

    /// <summary>[u] length [_] bytes</summary>
    private bool TryIdentifier(out ReadOnlySpan<byte> name, out bool punycode)
    {
        name = default;
        punycode = Take('u');
        if (!TryDecimal(out var length))
            return false;
        // The underscore parts the length from a name that begins with a digit or an underscore.
        _ = Take('_');
        if (length > _text.Length - _at)
            return false;
        name = _text.Slice(_at, length);
        _at += length;
        return true;
    }

    private bool TryDecimal(out int value)
    {
        value = 0;
        if (Take('0'))
            return true;
        var first = _at;
        for (; Peek is >= (byte)'0' and <= (byte)'9'; _at++)
        {
            value = (value * 10) + Peek - '0';
            if (value > _text.Length)
                return false;
        }

        return _at > first;
    }

    private readonly void PrintIdentifier(ReadOnlySpan<byte> name, bool punycode)
    {
        if (_silent)
            return;
        if (!punycode)
            _out.Append(name);
        else if (Punycode.TryDecode(name, out var text))
            _out.Append(text);
        else
            PrintUndecoded(name);
    }

    private readonly void PrintUndecoded(ReadOnlySpan<byte> name)
    {
        _out.Append("punycode{");
        _out.Append(name);
        _out.Append('}');
    }

    /// <summary>Where a back reference points: before itself, so that reading ends.</summary>
    private bool TryBackReference(out int target)
    {
        var self = _at - 1;
        target = 0;
        if (!TryBase62(out var value) || value >= (ulong)self)
            return false;
        target = (int)value;
        return true;
    }

    private bool Path(bool inValue)
    {
        if (!Enter())
            return false;
        var done = PathHere(inValue);
        _depth--;
        return done;
    }

    private bool PathHere(bool inValue)
    {
        var tag = Peek;
        _at++;
        switch (tag)
        {
            case (byte)'C':
                if (!TryOptionalBase62('s', out _) || !TryIdentifier(out var crate, out var punycode))
                    return false;
                PrintIdentifier(crate, punycode);
                return true;
            case (byte)'N':
                return NestedPath(inValue);
            case (byte)'M' or (byte)'X':
                // Where the impl stands says nothing to the reader.
                if (!TryOptionalBase62('s', out _) || !Silently())
                    return false;
                return Implementation(withTrait: tag == 'X');
            case (byte)'Y':
                return Implementation(withTrait: true);
            case (byte)'I':
                if (!Path(inValue))
                    return false;
                Print(inValue ? "::<" : "<");
                if (!ShownGenericArguments())
                    return false;
                Print(">");
                return true;
            case (byte)'B':
                if (!TryBackReference(out var target))
                    return false;
                if (_silent)
                    return true;
                var after = _at;
                _at = target;
                var done = Path(inValue);
                _at = after;
                return done;
            default:
                return false;
        }
    }

    private bool Silently()
    {
        var outer = _silent;
        _silent = true;
        var done = Path(inValue: false);
        _silent = outer;
        return done;
    }

    private bool Implementation(bool withTrait)
    {
        Print("<");
        if (!Type())
            return false;
        if (withTrait)
        {
            Print(" as ");
            if (!Path(inValue: false))
                return false;
        }

        Print(">");
        return true;
    }

    /// <summary>N namespace path identifier: capital namespaces are the compiler's (C closure, S shim).</summary>
    private bool NestedPath(bool inValue)
    {
        var space = Peek;
        _at++;
        if (!char.IsAsciiLetter((char)space) || !Path(inValue))
            return false;
        if (!TryOptionalBase62('s', out var disambiguator) || !TryIdentifier(out var name, out var punycode))
            return false;
        if (char.IsAsciiLetterLower((char)space))
        {
            if (name.IsEmpty)
                return true;
            Print("::");
            PrintIdentifier(name, punycode);
            return true;
        }

        Print("::{");
        Print(space switch { (byte)'C' => "closure", (byte)'S' => "shim", _ => ((char)space).ToString() });
        if (!name.IsEmpty)
        {
            Print(":");
            PrintIdentifier(name, punycode);
        }

        Print("#");
        Print(disambiguator);
        Print("}");
        return true;
    }

    /// <summary>The arguments, or three dots where they are too deep: then they are read and not shown.</summary>
    private bool ShownGenericArguments()
    {
        if (_generics >= _maxGenerics && !_silent)
        {
            Print("...");
            _silent = true;
            var good = GenericArguments();
            _silent = false;
            return good;
        }

        _generics++;
        var shown = GenericArguments();
        _generics--;
        return shown;
    }

    private bool GenericArguments()
    {
        for (var i = 0; !Take('E'); i++)
        {
            if (i > 0)
                Print(", ");
            if (!GenericArgument())
                return false;
        }

        return true;
    }

    private bool GenericArgument()
    {
        if (Take('L'))
        {
            if (!TryBase62(out var lifetime))
                return false;
            return PrintLifetime(lifetime);
        }

        return Take('K') ? Constant(inValue: false) : Type();
    }

    /// <summary>0 is the erased one; the others count from the innermost binder outwards.</summary>
    private readonly bool PrintLifetime(ulong index)
    {
        if (_silent)
            return true;
        Print("'");
        if (index == 0)
        {
            Print("_");
            return true;
        }

        if (index > (ulong)_lifetimes)
            return false;
        var depth = (ulong)_lifetimes - index;
        if (depth < 26)
        {
            _out.Append((char)('a' + (int)depth));
            return true;
        }

        Print("_");
        Print(depth);
        return true;
    }
}
