namespace TraceKit.DebugInfo.Demangle.Itanium;

/// <summary>Expressions: Itanium C++ ABI §5.1.6.</summary>
internal ref partial struct ItaniumParser
{
    private int ParseExpression()
    {
        if (!Enter())
            return Fail;
        var node = ParseExpressionHere();
        _depth--;
        return node;
    }

    private int ParseExpressionHere()
    {
        byte first = Peek, second = PeekSecond;
        switch (first, second)
        {
            case ((byte)'L', _):
                return ParseLiteral();
            case ((byte)'T', _):
                return ParseTemplateParameter();
            case ((byte)'s', (byte)'r'):
                return ParseUnresolvedName();
            case ((byte)'s', (byte)'p'):
                _at += 2;
                return Add(NodeKind.PackExpansion, ParseExpression());
            case ((byte)'f', (byte)'p'):
                return ParseFunctionParameter();
            case ((byte)'f', (byte)'L') when _at + 2 < _text.Length && _text[_at + 2] is >= (byte)'0' and <= (byte)'9':
                return ParseFunctionParameter();
            case ((byte)'i', (byte)'l'):
                _at += 2;
                return AddBraced(-1);
            case ((byte)'t', (byte)'l'):
                _at += 2;
                var type = ParseType();
                return type == Fail ? Fail : AddBraced(type);
            case ((byte)'u', >= (byte)'0' and <= (byte)'9'):
                _at++;
                return ParseVendorExpression();
            case ((byte)'o', (byte)'n'):
                return ParseBaseName();
        }

        if (first is >= (byte)'0' and <= (byte)'9')
            return ParseBaseName();
        return ParseOperation();
    }

    /// <summary>An operator and what it works on.</summary>
    private int ParseOperation()
    {
        var operation = ParseOperatorName();
        if (operation == Fail)
            return Fail;
        var node = _nodes[operation];
        if (node.Kind == NodeKind.Conversion)
            return ParseCast(node.A);
        if (node.Kind != NodeKind.Operator)
            return Fail;
        var code = Operators.Code(node.A);
        return Operators.Operands(node.A) switch
        {
            0 => _nodes.Add(NodeKind.Nothing, operation),
            1 => ParseUnary(operation, code),
            2 => ParseBinary(operation, code),
            _ => ParseTrinary(operation, code),
        };
    }

    private int ParseUnary(int operation, string code)
    {
        switch (code)
        {
            case "st" or "at" or "ti":
                return AddPair(NodeKind.Unary, operation, ParseType());
            case "pp" or "mm":
                var prefix = Take('_');
                return AddPair(prefix ? NodeKind.Unary : NodeKind.Suffix, operation, ParseExpression());
            case "sP":
                var arguments = ParsePackArguments();
                return arguments == Fail ? Fail : AddPair(NodeKind.Unary, operation, _nodes.Add(NodeKind.ParenthesizedList, 0, arguments));
            default:
                return AddPair(NodeKind.Unary, operation, ParseExpression());
        }
    }

    /// <summary>template-arg* E, without a letter in front.</summary>
    private int ParsePackArguments()
    {
        var arguments = new List<int>();
        while (!Take('E'))
        {
            var argument = ParseTemplateArgument();
            if (argument == Fail)
                return Fail;
            arguments.Add(argument);
        }

        return List(arguments);
    }

    private int ParseBinary(int operation, string code)
    {
        if (code[0] == 'f')
            return ParseFold(operation, code, operands: 1);
        var left = code switch
        {
            "cc" or "dc" or "rc" or "sc" => ParseType(),
            "di" => ParseUnqualifiedName(Fail),
            _ => ParseExpression(),
        };
        if (left == Fail)
            return Fail;
        if (code == "cl")
        {
            var list = ParseExpressionsUntil('E');
            return list == Fail ? Fail : _nodes.Add(NodeKind.Call, left, list);
        }

        var right = code is "dt" or "pt" ? ParseMemberName() : ParseExpression();
        return right == Fail ? Fail : _nodes.Add(NodeKind.Binary, operation, left, right);
    }

    private int ParseTrinary(int operation, string code)
    {
        if (code[0] == 'f')
            return ParseFold(operation, code, operands: 2);
        if (code[0] == 'n')
            return ParseNew(operation);
        int first = ParseExpression(), second = first == Fail ? Fail : ParseExpression(), third = second == Fail ? Fail : ParseExpression();
        return third == Fail ? Fail : _nodes.Add(NodeKind.Trinary, operation, first, _nodes.AddList([second, third]));
    }

    /// <summary>fl, fr: a pack; fL, fR: with a first or last value.</summary>
    private int ParseFold(int operation, string code, int operands)
    {
        var folded = ParseOperatorName();
        if (folded == Fail)
            return Fail;
        Span<int> values = [ParseExpression(), -1];
        if (values[0] == Fail || (operands == 2 && (values[1] = ParseExpression()) == Fail))
            return Fail;
        return _nodes.Add(NodeKind.Fold, folded, _nodes.AddList(values[..operands]), code[1]);
    }

    /// <summary>nw placement* _ type (E | pi expression* E | il expression* E)</summary>
    private int ParseNew(int operation)
    {
        var placement = ParseExpressionsUntil('_');
        var type = placement == Fail ? Fail : ParseType();
        if (type == Fail)
            return Fail;
        var initializer = -1;
        if (Take("pi"u8))
        {
            var values = ParseExpressionsUntil('E');
            if (values == Fail)
                return Fail;
            initializer = _nodes.Add(NodeKind.ParenthesizedList, 0, values);
        }
        else if (Peek == 'i' && PeekSecond == 'l')
        {
            initializer = ParseExpression();
            if (initializer == Fail)
                return Fail;
        }
        else if (!Take('E'))
        {
            return Fail;
        }

        return _nodes.Add(NodeKind.New, operation, type, _nodes.AddList([placement, initializer]));
    }

    private int ParseCast(int type)
    {
        if (!Take('_'))
        {
            var operand = ParseExpression();
            return operand == Fail ? Fail : _nodes.Add(NodeKind.Cast, type, operand, 0);
        }

        var list = ParseExpressionsUntil('E');
        return list == Fail ? Fail : _nodes.Add(NodeKind.Cast, type, list, 1);
    }

    private int AddBraced(int type)
    {
        var list = ParseExpressionsUntil('E');
        return list == Fail ? Fail : _nodes.Add(NodeKind.Braced, type, list);
    }

    private int ParseExpressionsUntil(char end)
    {
        var values = new List<int>();
        while (!Take(end))
        {
            var value = ParseExpression();
            if (value == Fail)
                return Fail;
            values.Add(value);
        }

        return List(values);
    }

    /// <summary>u source-name template-arg* E: a compiler's own, such as __is_same.</summary>
    private int ParseVendorExpression()
    {
        var name = ParseSourceName();
        var arguments = name == Fail ? Fail : ParsePackArguments();
        return arguments == Fail ? Fail : _nodes.Add(NodeKind.VendorExpression, name, arguments);
    }

    /// <summary>[on] operator-name or source-name, [template-args]</summary>
    private int ParseBaseName()
    {
        var name = ParseUnqualifiedName(Fail);
        return name != Fail && Peek == 'I' ? AddTemplate(name, ParseTemplateArguments()) : name;
    }

    private int ParseMemberName() =>
        (Peek, PeekSecond) is ((byte)'g', (byte)'s') or ((byte)'s', (byte)'r') ? ParseExpression() : ParseBaseName();

    /// <summary>sr type base-name | sr level+ E base-name | srN type level+ E base-name</summary>
    private int ParseUnresolvedName()
    {
        _at += 2;
        if (Peek is >= (byte)'0' and <= (byte)'9')
        {
            // gcc writes a type here, clang the levels of the name: only what follows tells which it is.
            int at = _at, candidates = _nodes.Substitutions.Count;
            var levels = ParseLevels(Fail);
            if (levels != Fail)
                return levels;
            _at = at;
            _nodes.Substitutions.RemoveRange(candidates, _nodes.Substitutions.Count - candidates);
        }
        else if (Peek == 'N')
        {
            // gcc writes a nested name's type, of which each step may be substituted later; clang a type and levels, which may not. c++filt (and so perf) reads the former.
            int at = _at, candidates = _nodes.Substitutions.Count;
            var whole = _levelsFirst ? Fail : ParseType();
            whole = whole == Fail ? Fail : AddPair(NodeKind.Qualified, whole, ParseBaseName());
            if (whole != Fail)
                return whole;
            _at = at + 1;
            _nodes.Substitutions.RemoveRange(candidates, _nodes.Substitutions.Count - candidates);
            // The type of srN may itself begin with a nested name's N.
            var scope = ParseType();
            return scope == Fail ? Fail : ParseLevels(scope);
        }

        var owner = ParseType();
        return owner == Fail ? Fail : AddPair(NodeKind.Qualified, owner, ParseBaseName());
    }

    /// <summary>level* E base-name</summary>
    private int ParseLevels(int scope)
    {
        while (!Take('E'))
        {
            var level = ParseBaseName();
            if (level == Fail)
                return Fail;
            scope = scope == Fail ? level : AddPair(NodeKind.Qualified, scope, level);
        }

        if (scope == Fail)
            return Fail;
        // The template arguments belong to the whole name: (std::declval<int>)().
        var name = AddPair(NodeKind.Qualified, scope, ParseUnqualifiedName(Fail));
        return name != Fail && Peek == 'I' ? AddTemplate(name, ParseTemplateArguments()) : name;
    }

    /// <summary>fpT is this; fp [qualifiers] [number] _; fL level p [qualifiers] [number] _</summary>
    private int ParseFunctionParameter()
    {
        if (Take("fpT"u8))
            return _nodes.Add(NodeKind.FunctionParameter, 0);
        if (Take("fL"u8))
        {
            if (!TryParseNumber(out _) || !Take('p'))
                return Fail;
        }
        else
        {
            _at += 2;
        }

        ParseQualifiers();
        return TryParseCompactNumber(out var number) && number < int.MaxValue ? _nodes.Add(NodeKind.FunctionParameter, number + 1) : Fail;
    }

    /// <summary>expr-primary ::= L type value E | L _Z encoding E</summary>
    private int ParseLiteral()
    {
        _at++;
        if (Peek is (byte)'_' or (byte)'Z')
        {
            _ = Take('_');
            var encoding = Take('Z') ? ParseEncoding(topLevel: false) : Fail;
            return encoding != Fail && Take('E') ? encoding : Fail;
        }

        var type = ParseType();
        if (type == Fail)
            return Fail;
        var isNull = _nodes[type] is { Kind: NodeKind.Text } text && _nodes.Texts[text.A] == "decltype(nullptr)";
        if (isNull && Take('E'))
            return type;
        var negative = Take('n');
        var first = _at;
        while (Peek is not (0 or (byte)'E'))
            _at++;
        var digits = _nodes.Add(NodeKind.Name, first, _at - first);
        return digits != Fail && Take('E') ? _nodes.Add(NodeKind.Literal, type, digits, negative ? 1 : 0) : Fail;
    }
}
