namespace TraceKit.DebugInfo.Demangle.Rust;

/// <summary>Types and the constants in them.</summary>
internal ref partial struct RustV0
{
    private static string? BasicType(byte tag) => tag switch
    {
        (byte)'a' => "i8",
        (byte)'b' => "bool",
        (byte)'c' => "char",
        (byte)'d' => "f64",
        (byte)'e' => "str",
        (byte)'f' => "f32",
        (byte)'h' => "u8",
        (byte)'i' => "isize",
        (byte)'j' => "usize",
        (byte)'l' => "i32",
        (byte)'m' => "u32",
        (byte)'n' => "i128",
        (byte)'o' => "u128",
        (byte)'p' => "_",
        (byte)'s' => "i16",
        (byte)'t' => "u16",
        (byte)'u' => "()",
        (byte)'v' => "...",
        (byte)'x' => "i64",
        (byte)'y' => "u64",
        (byte)'z' => "!",
        _ => null,
    };

    private bool Type()
    {
        if (!Enter())
            return false;
        var done = TypeHere();
        _depth--;
        return done;
    }

    private bool TypeHere()
    {
        var tag = Peek;
        if (BasicType(tag) is { } basic)
        {
            _at++;
            Print(basic);
            return true;
        }

        _at++;
        switch (tag)
        {
            case (byte)'R' or (byte)'Q':
                Print("&");
                if (Take('L'))
                {
                    if (!TryBase62(out var lifetime))
                        return false;
                    if (lifetime != 0)
                    {
                        if (!PrintLifetime(lifetime))
                            return false;
                        Print(" ");
                    }
                }

                Print(tag == 'Q' ? "mut " : "");
                return Type();
            case (byte)'P':
                Print("*const ");
                return Type();
            case (byte)'O':
                Print("*mut ");
                return Type();
            case (byte)'A' or (byte)'S':
                Print("[");
                if (!Type())
                    return false;
                if (tag == 'A')
                {
                    Print("; ");
                    if (!Constant(inValue: true))
                        return false;
                }

                Print("]");
                return true;
            case (byte)'T':
                Print("(");
                var count = 0;
                for (; !Take('E'); count++)
                {
                    if (count > 0)
                        Print(", ");
                    if (!Type())
                        return false;
                }

                Print(count == 1 ? ",)" : ")");
                return true;
            case (byte)'F':
                return InBinder(function: true);
            case (byte)'D':
                return DynamicType();
            case (byte)'B':
                if (!TryBackReference(out var target))
                    return false;
                if (_silent)
                    return true;
                var after = _at;
                _at = target;
                var done = Type();
                _at = after;
                return done;
            default:
                _at--;
                return Path(inValue: false);
        }
    }

    /// <summary>dyn bounds E, then the lifetime of the object.</summary>
    private bool DynamicType()
    {
        Print("dyn ");
        if (!InBinder(function: false) || !Take('L') || !TryBase62(out var lifetime))
            return false;
        if (lifetime == 0)
            return true;
        Print(" + ");
        return PrintLifetime(lifetime);
    }

    /// <summary>for&lt;'a, 'b&gt; in front, names bound for what is inside.</summary>
    private bool InBinder(bool function)
    {
        if (!TryOptionalBase62('G', out var bound) || bound > 1000)
            return false;
        var outer = _lifetimes;
        if (bound > 0)
        {
            Print("for<");
            for (ulong i = 0; i < bound; i++)
            {
                if (i > 0)
                    Print(", ");
                _lifetimes++;
                PrintLifetime(1);
            }

            Print("> ");
        }

        var done = function ? Function() : Bounds();
        _lifetimes = outer;
        return done;
    }

    /// <summary>[U] [K abi] types E return-type</summary>
    private bool Function()
    {
        Print(Take('U') ? "unsafe " : "");
        if (Take('K'))
        {
            Print("extern \"");
            if (Take('C'))
            {
                Print("C");
            }
            else
            {
                if (!TryIdentifier(out var abi, out var punycode) || punycode || abi.IsEmpty)
                    return false;
                // Written with _ for the - that a symbol may not have.
                Print(System.Text.Encoding.ASCII.GetString(abi).Replace('_', '-'));
            }

            Print("\" ");
        }

        Print("fn(");
        for (var i = 0; !Take('E'); i++)
        {
            if (i > 0)
                Print(", ");
            if (!Type())
                return false;
        }

        Print(")");
        if (Take('u'))
            return true;
        Print(" -> ");
        return Type();
    }

    private bool Bounds()
    {
        for (var i = 0; !Take('E'); i++)
        {
            if (i > 0)
                Print(" + ");
            if (!DynamicTrait())
                return false;
        }

        return true;
    }

    /// <summary>A trait whose list of generic arguments stays open for its associated types: Iterator&lt;Item = u8&gt;.</summary>
    private bool DynamicTrait()
    {
        if (!OpenPath(out var open))
            return false;
        while (Take('p'))
        {
            Print(open ? ", " : "<");
            open = true;
            if (!TryIdentifier(out var name, out var punycode))
                return false;
            PrintIdentifier(name, punycode);
            Print(" = ");
            if (!Type())
                return false;
        }

        Print(open ? ">" : "");
        return true;
    }

    private bool OpenPath(out bool open)
    {
        open = false;
        if (!Enter())
            return false;
        var done = OpenPathHere(ref open);
        _depth--;
        return done;
    }

    private bool OpenPathHere(ref bool open)
    {
        if (Take('B'))
        {
            if (!TryBackReference(out var target))
                return false;
            if (_silent)
                return true;
            var after = _at;
            _at = target;
            var done = OpenPath(out open);
            _at = after;
            return done;
        }

        if (!Take('I'))
            return Path(inValue: false);
        if (!Path(inValue: false))
            return false;
        Print("<");
        open = true;
        return GenericArguments();
    }
}
