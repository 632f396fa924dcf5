namespace TraceKit.DebugInfo.Demangle.Itanium;

/// <summary>Names: Itanium C++ ABI §5.1.2 to §5.1.4.</summary>
internal ref partial struct ItaniumParser
{
    /// <summary>name ::= nested-name | local-name | unscoped-name [template-args] | substitution template-args</summary>
    private int ParseName(bool topLevel)
    {
        switch (Peek)
        {
            case (byte)'N':
                return ParseNestedName();
            case (byte)'Z':
                return ParseLocalName();
            case (byte)'S' when PeekSecond != 't':
                var substituted = ParseSubstitution(inPrefix: false);
                return Peek == 'I' ? AddTemplate(substituted, ParseTemplateArguments()) : substituted;
        }

        var name = ParseUnscopedName();
        if (name == Fail || Peek != 'I')
            return name;
        Remember(name);
        return AddTemplate(name, ParseTemplateArguments());
    }

    /// <summary>unscoped-name ::= [St] [L] unqualified-name</summary>
    private int ParseUnscopedName()
    {
        if (!Take("St"u8))
            return ParseUnqualifiedName(Fail);
        var std = _nodes.AddText("std");
        return AddPair(NodeKind.Qualified, std, ParseUnqualifiedName(std));
    }

    /// <summary>nested-name ::= N [cv-qualifiers] [ref-qualifier] prefix E</summary>
    private int ParseNestedName()
    {
        _at++;
        var qualifiers = ParseQualifiers();
        if (Take('R'))
            qualifiers |= Qualifiers.Lvalue;
        else if (Take('O'))
            qualifiers |= Qualifiers.Rvalue;
        var name = ParsePrefix();
        if (name == Fail || !Take('E'))
            return Fail;
        return qualifiers == Qualifiers.None ? name : _nodes.Add(NodeKind.MemberQualifiers, name, (int)qualifiers);
    }

    private Qualifiers ParseQualifiers()
    {
        var qualifiers = Qualifiers.None;
        if (Take('r'))
            qualifiers |= Qualifiers.Restrict;
        if (Take('V'))
            qualifiers |= Qualifiers.Volatile;
        if (Take('K'))
            qualifiers |= Qualifiers.Const;
        return qualifiers;
    }

    /// <summary>prefix: every step but the last is a substitution candidate.</summary>
    private int ParsePrefix()
    {
        var scope = Fail;
        while (true)
        {
            var first = Peek;
            if (first == 'E')
                return scope;
            if (first == 'M' && scope != Fail)
            {
                // data-member-prefix: the lambda after it stands in that member's initializer.
                _at++;
                continue;
            }

            if (first == 'I')
            {
                scope = scope == Fail ? Fail : AddTemplate(scope, ParseTemplateArguments());
            }
            else
            {
                var step = first switch
                {
                    (byte)'S' => ParseSubstitution(inPrefix: true),
                    (byte)'T' => ParseTemplateParameter(),
                    (byte)'D' when PeekSecond is (byte)'T' or (byte)'t' => ParseType(),
                    _ => ParseUnqualifiedName(scope),
                };
                scope = scope == Fail ? step : AddPair(NodeKind.Qualified, scope, step);
            }

            if (scope == Fail)
                return Fail;
            if (first != 'S' && Peek != 'E')
                Remember(scope);
        }
    }

    /// <summary>unqualified-name ::= operator-name | ctor-dtor-name | [L] source-name | unnamed-type-name | DC source-name+ E, [abi-tags]</summary>
    /// <param name="scope">Whose constructor C1 is; <see cref="Fail"/> at the outermost level.</param>
    private int ParseUnqualifiedName(int scope)
    {
        if (!Enter())
            return Fail;
        var name = Peek switch
        {
            >= (byte)'0' and <= (byte)'9' => ParseSourceName(),
            >= (byte)'a' and <= (byte)'z' => ParseOperatorName(),
            (byte)'C' => ParseConstructor(scope),
            (byte)'D' => PeekSecond == 'C' ? ParseStructuredBinding() : ParseDestructor(scope),
            (byte)'L' => ParseInternalName(),
            (byte)'U' => ParseUnnamedType(),
            _ => Fail,
        };
        _depth--;
        return name != Fail && Peek == 'B' ? ParseAbiTags(name) : name;
    }

    private int ParseAbiTags(int name)
    {
        while (name != Fail && Take('B'))
            name = AddPair(NodeKind.AbiTag, name, ParseSourceName());
        return name;
    }

    /// <summary>source-name ::= length identifier</summary>
    private int ParseSourceName()
    {
        if (Peek == 'n' || !TryParseNumber(out var length) || length <= 0 || length > _text.Length - _at)
            return Fail;
        var first = _at;
        _at += length;
        var name = _text.Slice(first, length);
        // _GLOBAL__N_…: how gcc spells an unnamed namespace.
        if (length >= 10 && name.StartsWith("_GLOBAL_"u8) && name[8] is (byte)'.' or (byte)'_' or (byte)'$' && name[9] == 'N')
            return _nodes.AddText("(anonymous namespace)");
        return _nodes.Add(NodeKind.Name, first, length);
    }

    private int ParseInternalName()
    {
        _at++;
        var name = ParseSourceName();
        return name == Fail || !SkipDiscriminator() ? Fail : name;
    }

    /// <summary>operator-name ::= two letters | cv type | li source-name | v digit source-name</summary>
    private int ParseOperatorName()
    {
        if (Peek == 'o' && PeekSecond == 'n')
            _at += 2;
        byte first = Peek, second = PeekSecond;
        if (first == 0 || second == 0)
            return Fail;
        _at += 2;
        if (first == 'v' && second is >= (byte)'0' and <= (byte)'9')
            return Add(NodeKind.VendorOperator, ParseSourceName());
        if (first == 'c' && second == 'v')
        {
            var outer = _inConversion;
            _inConversion = true;
            var type = ParseType();
            _inConversion = outer;
            return Add(NodeKind.Conversion, type);
        }

        var index = Operators.Find(first, second);
        if (index < 0)
            return Fail;
        return Operators.Code(index) == "li" ? Add(NodeKind.LiteralOperator, ParseSourceName()) : _nodes.Add(NodeKind.Operator, index);
    }

    /// <summary>ctor-name ::= C1 to C5 | CI1, CI2 base-type</summary>
    private int ParseConstructor(int scope)
    {
        _at++;
        var inherited = Take('I');
        if (Peek is < (byte)'1' or > (byte)'5')
            return Fail;
        _at++;
        if (inherited && ParseType() == Fail)
            return Fail;
        return Add(NodeKind.Constructor, ClassName(scope));
    }

    private int ParseDestructor(int scope)
    {
        _at++;
        if (Peek is not ((byte)'0' or (byte)'1' or (byte)'2' or (byte)'4' or (byte)'5'))
            return Fail;
        _at++;
        return Add(NodeKind.Destructor, ClassName(scope));
    }

    /// <summary>The last name of a scope, without its template arguments and tags: what its constructors are called.</summary>
    private readonly int ClassName(int scope)
    {
        while (scope != Fail)
        {
            var node = _nodes[scope];
            switch (node.Kind)
            {
                case NodeKind.Qualified or NodeKind.Local:
                    scope = node.B;
                    break;
                case NodeKind.Template or NodeKind.AbiTag or NodeKind.MemberQualifiers:
                    scope = node.A;
                    break;
                case NodeKind.Text when StandardSubstitution.ClassNameOf(_nodes.Texts[node.A]) is { } name:
                    return _nodes.AddText(name);
                default:
                    return scope;
            }
        }

        return Fail;
    }

    /// <summary>DC source-name+ E</summary>
    private int ParseStructuredBinding()
    {
        _at += 2;
        var names = new List<int>();
        do
        {
            var name = ParseSourceName();
            if (name == Fail)
                return Fail;
            names.Add(name);
        }
        while (!Take('E'));
        return _nodes.Add(NodeKind.StructuredBinding, 0, List(names));
    }

    /// <summary>unnamed-type-name ::= Ut [number] _ | Ul parameter-types E [number] _</summary>
    private int ParseUnnamedType()
    {
        _at++;
        int number;
        if (Take('t'))
            return TryParseCompactNumber(out number) ? Remember(_nodes.Add(NodeKind.UnnamedType, number)) : Fail;
        if (!Take('l'))
            return Fail;
        var parameters = ParseParameterTypes();
        if (parameters == Fail || !Take('E') || !TryParseCompactNumber(out number))
            return Fail;
        return _nodes.Add(NodeKind.Lambda, number, parameters);
    }

    /// <summary>local-name ::= Z encoding E (s | [d [number] _] name) [discriminator]</summary>
    private int ParseLocalName()
    {
        _at++;
        var function = ParseEncoding(topLevel: false);
        if (function == Fail || !Take('E'))
            return Fail;
        // Whose return type it were would be unclear to the reader: leave it out.
        if (_nodes[function].Kind == NodeKind.Encoding && _nodes[_nodes[function].B].Kind == NodeKind.Function)
            function = AddPair(NodeKind.Encoding, _nodes[function].A, _nodes.Add(NodeKind.Function, -1, _nodes[_nodes[function].B].B));
        if (Take('s'))
            return SkipDiscriminator() ? AddPair(NodeKind.Local, function, _nodes.AddText("string literal")) : Fail;
        var argument = -1;
        if (Take('d') && !TryParseCompactNumber(out argument))
            return Fail;
        var name = ParseName(topLevel: false);
        if (name == Fail)
            return Fail;
        if (_nodes[name].Kind is not (NodeKind.Lambda or NodeKind.UnnamedType) && !SkipDiscriminator())
            return Fail;
        if (argument >= 0)
            name = AddPair(NodeKind.DefaultArgument, argument, name);
        return AddPair(NodeKind.Local, function, name);
    }

    /// <summary>discriminator ::= _ digit | __ number _: tells same names of one function apart, and is not shown.</summary>
    private bool SkipDiscriminator()
    {
        if (!Take('_'))
            return true;
        var isLong = Take('_');
        // Without digits the underscore belongs to what comes after (reference temporaries); there it may be missing.
        if (!TryParseNumber(out var value))
            return value == 0;
        return value >= 0 && (!isLong || value < 10 || Take('_'));
    }

    private readonly int AddTemplate(int name, int arguments) =>
        name == Fail || arguments == Fail ? Fail : _nodes.Add(NodeKind.Template, name, arguments);

    private readonly int List(List<int> items) => _nodes.AddList(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(items));
}
