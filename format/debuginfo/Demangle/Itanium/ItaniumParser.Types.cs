namespace TraceKit.DebugInfo.Demangle.Itanium;

/// <summary>Types, template arguments and substitutions: Itanium C++ ABI §5.1.5, §5.1.9, §5.1.10.</summary>
internal ref partial struct ItaniumParser
{
    private int ParseType()
    {
        if (!Enter())
            return Fail;
        var node = ParseTypeHere();
        _depth--;
        return node;
    }

    private int ParseTypeHere()
    {
        switch (Peek)
        {
            case (byte)'r' or (byte)'V' or (byte)'K':
                return ParseQualifiedType();
            case (byte)'P':
                return ParseWrapped(NodeKind.Pointer);
            case (byte)'R':
                return ParseWrapped(NodeKind.LvalueReference);
            case (byte)'O':
                return ParseWrapped(NodeKind.RvalueReference);
            case (byte)'C':
                return ParseWrapped(NodeKind.Complex);
            case (byte)'G':
                return ParseWrapped(NodeKind.Imaginary);
            case (byte)'F':
                return Remember(ParseFunctionType());
            case (byte)'A':
                return Remember(ParseArray());
            case (byte)'M':
                _at++;
                var owner = ParseType();
                return owner == Fail ? Fail : Remember(AddPair(NodeKind.MemberPointer, owner, ParseType()));
            case (byte)'T':
                return ParseTemplateParameterType();
            case (byte)'S' when PeekSecond is (byte)'_' or (>= (byte)'0' and <= (byte)'9') or (>= (byte)'A' and <= (byte)'Z'):
                var substituted = ParseSubstitution(inPrefix: false);
                return Peek == 'I' ? Remember(AddTemplate(substituted, ParseTemplateArguments())) : substituted;
            case (byte)'S':
                return ParseStandardType();
            case (byte)'U':
                return Remember(ParseVendorQualified());
            case (byte)'u':
                _at++;
                var vendor = ParseSourceName();
                return Remember(Peek == 'I' ? AddTemplate(vendor, ParseTemplateArguments()) : vendor);
            case (byte)'D':
                return ParseExtendedType();
            case (byte)'N' or (byte)'Z' or (>= (byte)'0' and <= (byte)'9'):
                return Remember(ParseName(topLevel: false));
        }

        if (BuiltinTypes.Find(Peek) is not { } builtin)
            return Fail;
        _at++;
        return _nodes.AddText(builtin);
    }

    private int ParseWrapped(NodeKind kind)
    {
        _at++;
        return Remember(Add(kind, ParseType()));
    }

    /// <summary>CV-qualifiers: one candidate for all of them together. On a function type they are those of a member function.</summary>
    private int ParseQualifiedType()
    {
        var qualifiers = ParseQualifiers();
        if (StartsFunctionType())
        {
            var function = ParseFunctionType();
            return Remember(Add(NodeKind.MemberQualifiers, function, (int)qualifiers));
        }

        var type = ParseType();
        if ((qualifiers & Qualifiers.Const) != 0)
            type = Add(NodeKind.Const, type);
        if ((qualifiers & Qualifiers.Volatile) != 0)
            type = Add(NodeKind.Volatile, type);
        if ((qualifiers & Qualifiers.Restrict) != 0)
            type = Add(NodeKind.Restrict, type);
        return Remember(type);
    }

    private readonly bool StartsFunctionType() => Peek == 'F' || (Peek == 'D' && PeekSecond is (byte)'x' or (byte)'o' or (byte)'O' or (byte)'w');

    /// <summary>function-type ::= [exception-spec] [Dx] F [Y] return-type parameter-types [ref-qualifier] E</summary>
    private int ParseFunctionType()
    {
        if (Take("Do"u8))
            return Add(NodeKind.Noexcept, ParseFunctionType());
        if (Take("DO"u8))
        {
            var condition = ParseExpression();
            return condition == Fail || !Take('E') ? Fail : Add(NodeKind.Noexcept, ParseFunctionType(), condition);
        }

        if (Take("Dw"u8))
        {
            var types = ParseTypesUntilEnd();
            return types == Fail ? Fail : Add(NodeKind.Throw, ParseFunctionType(), types);
        }

        if (Take("Dx"u8))
            return Add(NodeKind.MemberQualifiers, ParseFunctionType(), (int)Qualifiers.TransactionSafe);
        if (!Take('F'))
            return Fail;
        _ = Take('Y');
        var type = ParseBareFunctionType(hasReturnType: true);
        if (type == Fail)
            return Fail;
        if (Take('R'))
            type = _nodes.Add(NodeKind.MemberQualifiers, type, (int)Qualifiers.Lvalue);
        else if (Take('O'))
            type = _nodes.Add(NodeKind.MemberQualifiers, type, (int)Qualifiers.Rvalue);
        return Take('E') ? type : Fail;
    }

    /// <summary>bare-function-type ::= [J] [return type] parameter types</summary>
    private int ParseBareFunctionType(bool hasReturnType)
    {
        if (Take('J'))
            hasReturnType = true;
        var result = -1;
        if (hasReturnType && (result = ParseType()) == Fail)
            return Fail;
        var parameters = ParseParameterTypes();
        return parameters == Fail ? Fail : _nodes.Add(NodeKind.Function, result, parameters);
    }

    /// <summary>One or more types up to what cannot begin one; a lone v is no parameter.</summary>
    private int ParseParameterTypes()
    {
        var types = new List<int>();
        while (!(Peek is 0 or (byte)'E' or (byte)'.' || (Peek is (byte)'R' or (byte)'O' && PeekSecond == 'E')))
        {
            var type = ParseType();
            if (type == Fail)
                return Fail;
            types.Add(type);
        }

        if (types.Count == 0)
            return Fail;
        if (types.Count == 1 && _nodes[types[0]] is { Kind: NodeKind.Text } only && _nodes.Texts[only.A] == "void")
            types.Clear();
        return List(types);
    }

    private int ParseTypesUntilEnd()
    {
        var types = new List<int>();
        while (!Take('E'))
        {
            var type = ParseType();
            if (type == Fail)
                return Fail;
            types.Add(type);
        }

        return List(types);
    }

    /// <summary>array-type ::= A [number | expression] _ type</summary>
    private int ParseArray()
    {
        _at++;
        var dimension = -1;
        if (Peek is >= (byte)'0' and <= (byte)'9')
            dimension = ParseDigits();
        else if (Peek != '_' && (dimension = ParseExpression()) == Fail)
            return Fail;
        return Take('_') ? AddArray(NodeKind.Array, dimension, ParseType()) : Fail;
    }

    private readonly int AddArray(NodeKind kind, int dimension, int element) => element == Fail ? Fail : _nodes.Add(kind, dimension, element);

    private int ParseDigits()
    {
        var first = _at;
        while (Peek is >= (byte)'0' and <= (byte)'9')
            _at++;
        return _nodes.Add(NodeKind.Name, first, _at - first);
    }

    private int ParseTemplateParameter()
    {
        _at++;
        // TL level _ number _: a parameter of an inner generic lambda.
        if (Take('L') && !TryParseCompactNumber(out _))
            return Fail;
        return TryParseCompactNumber(out var index) ? _nodes.Add(NodeKind.TemplateParameter, index) : Fail;
    }

    private int ParseTemplateParameterType()
    {
        // Ts, Tu, Te name: a dependent struct, union, enum.
        if (PeekSecond is (byte)'s' or (byte)'u' or (byte)'e')
        {
            _at += 2;
            return Remember(ParseName(topLevel: false));
        }

        var parameter = Remember(ParseTemplateParameter());
        if (parameter == Fail || Peek != 'I')
            return parameter;
        if (!_inConversion)
            return Remember(AddTemplate(parameter, ParseTemplateArguments()));

        // operator T_<…>: the arguments may be the parameter's, or the operator's own. They are the parameter's only when others follow.
        int at = _at, candidates = _nodes.Substitutions.Count;
        var arguments = ParseTemplateArguments();
        if (arguments != Fail && Peek == 'I')
            return Remember(AddTemplate(parameter, arguments));
        _at = at;
        _nodes.Substitutions.RemoveRange(candidates, _nodes.Substitutions.Count - candidates);
        return parameter;
    }

    /// <summary>St name, or Sa, Ss…, which are no candidates by themselves.</summary>
    private int ParseStandardType()
    {
        if (PeekSecond == 't')
            return Remember(ParseName(topLevel: false));
        var type = ParseSubstitution(inPrefix: false);
        return Peek == 'I' ? Remember(AddTemplate(type, ParseTemplateArguments())) : type;
    }

    private int ParseVendorQualified()
    {
        _at++;
        var qualifier = ParseSourceName();
        if (qualifier != Fail && Peek == 'I')
            qualifier = AddTemplate(qualifier, ParseTemplateArguments());
        return qualifier == Fail ? Fail : AddPair(NodeKind.VendorQualifier, ParseType(), qualifier);
    }

    /// <summary>Types that begin with D.</summary>
    private int ParseExtendedType()
    {
        var second = PeekSecond;
        switch (second)
        {
            case (byte)'T' or (byte)'t':
                _at += 2;
                var expression = ParseExpression();
                return expression != Fail && Take('E') ? Remember(_nodes.Add(NodeKind.Decltype, expression)) : Fail;
            case (byte)'p':
                _at += 2;
                return Remember(Add(NodeKind.PackExpansion, ParseType()));
            case (byte)'x' or (byte)'o' or (byte)'O' or (byte)'w':
                return Remember(ParseFunctionType());
            case (byte)'v':
                return Remember(ParseVector());
            case (byte)'F':
                return ParseFloat();
            case (byte)'B' or (byte)'U':
                return ParseBitInt(second == 'U');
        }

        if (BuiltinTypes.FindExtended(second) is not { } name)
            return Fail;
        _at += 2;
        return _nodes.AddText(name);
    }

    /// <summary>Dv number _ type | Dv _ expression _ type</summary>
    private int ParseVector()
    {
        _at += 2;
        var dimension = Take('_') ? ParseExpression() : ParseDigits();
        return dimension == Fail || !Take('_') ? Fail : AddArray(NodeKind.Vector, dimension, ParseType());
    }

    /// <summary>DF16_ is _Float16, DF16b is std::bfloat16_t, DF32x is _Float32x.</summary>
    private int ParseFloat()
    {
        _at += 2;
        if (Take("16b"u8))
            return _nodes.AddText("std::bfloat16_t");
        if (!TryParseNumber(out var bits) || bits <= 0)
            return Fail;
        var text = $"_Float{bits}";
        if (Take('x'))
            return _nodes.AddText(text + "x");
        return Take('_') ? _nodes.AddText(text) : Fail;
    }

    private int ParseBitInt(bool unsigned)
    {
        _at += 2;
        if (!TryParseNumber(out var bits) || bits <= 0 || !Take('_'))
            return Fail;
        return _nodes.AddText($"{(unsigned ? "unsigned " : "")}_BitInt({bits})");
    }

    /// <summary>template-args ::= I template-arg* E</summary>
    /// <returns>A list, or <see cref="Fail"/>.</returns>
    private int ParseTemplateArguments()
    {
        _at++;
        var arguments = new List<int>();
        var outer = _inConversion;
        _inConversion = false;
        while (!Take('E'))
        {
            var argument = ParseTemplateArgument();
            if (argument == Fail)
            {
                _inConversion = outer;
                return Fail;
            }

            arguments.Add(argument);
        }

        _inConversion = outer;
        return List(arguments);
    }

    /// <summary>template-arg ::= type | X expression E | L literal E | J template-arg* E</summary>
    private int ParseTemplateArgument()
    {
        if (!Enter())
            return Fail;
        var node = Fail;
        switch (Peek)
        {
            case (byte)'X':
                _at++;
                node = ParseExpression();
                node = node != Fail && Take('E') ? node : Fail;
                break;
            case (byte)'L':
                node = ParseLiteral();
                break;
            case (byte)'I' or (byte)'J':
                var pack = ParseTemplateArguments();
                node = pack == Fail ? Fail : _nodes.Add(NodeKind.ArgumentPack, 0, pack);
                break;
            default:
                node = ParseType();
                break;
        }

        _depth--;
        return node;
    }

    /// <summary>substitution ::= S [0-9A-Z]* _ | S letter</summary>
    /// <param name="inPrefix">Of a nested name: in front of a constructor the long form is shown.</param>
    private int ParseSubstitution(bool inPrefix)
    {
        _at++;
        if (Peek is (byte)'_' or (>= (byte)'0' and <= (byte)'9') or (>= (byte)'A' and <= (byte)'Z'))
        {
            var index = 0;
            if (Peek != '_')
            {
                for (; Peek is (>= (byte)'0' and <= (byte)'9') or (>= (byte)'A' and <= (byte)'Z'); _at++)
                {
                    if (index > _nodes.Substitutions.Count)
                        return Fail;
                    index = (index * 36) + (Peek <= '9' ? Peek - '0' : Peek - 'A' + 10);
                }

                index++;
            }

            return Take('_') && index < _nodes.Substitutions.Count ? _nodes.Substitutions[index] : Fail;
        }

        var letter = Peek;
        if (StandardSubstitution.Short(letter) is not { } text)
            return Fail;
        _at++;
        var node = _nodes.AddText(inPrefix && Peek is (byte)'C' or (byte)'D' ? StandardSubstitution.Long(letter)! : text);
        return Peek == 'B' ? Remember(ParseAbiTags(node)) : node;
    }
}
