namespace TraceKit.DebugInfo.Demangle.Itanium;

/// <summary>Names of what the compiler makes by itself: Itanium C++ ABI §5.1.4.</summary>
internal ref partial struct ItaniumParser
{
    private int ParseSpecialName()
    {
        byte first = Peek, second = PeekSecond;
        _at = Math.Min(_at + 2, _text.Length);
        return (first, second) switch
        {
            ((byte)'T', (byte)'V') => Special("vtable for ", ParseType()),
            ((byte)'T', (byte)'T') => Special("VTT for ", ParseType()),
            ((byte)'T', (byte)'I') => Special("typeinfo for ", ParseType()),
            ((byte)'T', (byte)'S') => Special("typeinfo name for ", ParseType()),
            ((byte)'T', (byte)'F') => Special("typeinfo fn for ", ParseType()),
            ((byte)'T', (byte)'J') => Special("java Class for ", ParseType()),
            ((byte)'T', (byte)'H') => Special("TLS init function for ", ParseName(topLevel: false)),
            ((byte)'T', (byte)'W') => Special("TLS wrapper function for ", ParseName(topLevel: false)),
            ((byte)'T', (byte)'A') => Special("template parameter object for ", ParseTemplateArgument()),
            ((byte)'T', (byte)'C') => ParseConstructionVtable(),
            ((byte)'T', (byte)'h') => Thunk("non-virtual thunk to ", SkipCallOffset('h')),
            ((byte)'T', (byte)'v') => Thunk("virtual thunk to ", SkipCallOffset('v')),
            ((byte)'T', (byte)'c') => Thunk("covariant return thunk to ", SkipCallOffset('\0') && SkipCallOffset('\0')),
            ((byte)'G', (byte)'V') => Special("guard variable for ", ParseName(topLevel: false)),
            ((byte)'G', (byte)'R') => ParseReferenceTemporary(),
            ((byte)'G', (byte)'A') => Special("hidden alias for ", ParseEncoding(topLevel: false)),
            ((byte)'G', (byte)'T') => ParseTransactionClone(),
            ((byte)'G', (byte)'I') => Special("initializer for module ", ParseSourceName()),
            _ => Fail,
        };
    }

    private readonly int Special(string text, int node) => node == Fail ? Fail : _nodes.Add(NodeKind.Special, _nodes.AddTextOnly(text), node);

    private int Thunk(string text, bool offsets) => offsets ? Special(text, ParseEncoding(topLevel: false)) : Fail;

    /// <summary>call-offset ::= h number _ | v number _ number _; the letter may have been taken already.</summary>
    private bool SkipCallOffset(char taken)
    {
        if (taken == '\0')
        {
            taken = (char)Peek;
            if (taken is not ('h' or 'v'))
                return false;
            _at++;
        }

        if (!TryParseNumber(out _) || !Take('_'))
            return false;
        return taken == 'h' || (TryParseNumber(out _) && Take('_'));
    }

    /// <summary>TC derived offset _ base</summary>
    private int ParseConstructionVtable()
    {
        var derived = ParseType();
        if (derived == Fail || !TryParseNumber(out var offset) || offset < 0 || !Take('_'))
            return Fail;
        return AddPair(NodeKind.ConstructionVtable, ParseType(), derived);
    }

    /// <summary>GR name [seq-id] _</summary>
    private int ParseReferenceTemporary()
    {
        var name = ParseName(topLevel: false);
        if (name == Fail)
            return Fail;
        if (!TryParseNumber(out var number))
            number = 0;
        _ = Take('_');
        return _nodes.Add(NodeKind.ReferenceTemporary, name, number);
    }

    private int ParseTransactionClone()
    {
        var safe = Take('n');
        if (!safe)
            _ = Take('t');
        return Special(safe ? "non-transaction clone for " : "transaction clone for ", ParseEncoding(topLevel: false));
    }
}
