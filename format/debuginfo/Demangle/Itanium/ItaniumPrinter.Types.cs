namespace TraceKit.DebugInfo.Demangle.Itanium;

/// <summary>Types in two halves, before and after the name they declare.</summary>
internal ref partial struct ItaniumPrinter
{
    private void PrintLeft(int index)
    {
        if (!Enter())
            return;
        var node = _nodes[index];
        switch (node.Kind)
        {
            case NodeKind.TemplateParameter:
                PrintParameter(node, left: true);
                break;
            case NodeKind.Encoding:
                PrintEncodingLeft(node);
                break;
            case NodeKind.MemberQualifiers or NodeKind.Noexcept or NodeKind.Throw:
                PrintLeft(node.A);
                break;
            case NodeKind.Function:
                if (node.A < 0)
                    break;
                PrintLeft(node.A);
                if (!HasRight(node.A))
                    _out.Append(' ');
                break;
            case NodeKind.Const or NodeKind.Volatile or NodeKind.Restrict or NodeKind.Complex or NodeKind.Imaginary:
                PrintQualifiedLeft(node);
                break;
            case NodeKind.VendorQualifier:
                PrintLeft(node.A);
                _out.Append(' ');
                Print(node.B);
                break;
            case NodeKind.Pointer or NodeKind.LvalueReference or NodeKind.RvalueReference:
                PrintPointerLeft(node);
                break;
            case NodeKind.MemberPointer:
                PrintLeft(node.B);
                OpenParenthesis(node.B, always: true);
                if (_out.Last != '(')
                    _out.Append(' ');
                Print(node.A);
                _out.Append("::*");
                break;
            case NodeKind.Array:
                PrintLeft(node.B);
                break;
            case NodeKind.Vector:
                PrintLeft(node.B);
                _out.Append(" __vector(");
                Print(node.A);
                _out.Append(')');
                break;
            case NodeKind.PackExpansion:
                PrintPack(node.A);
                break;
            default:
                PrintName(node);
                break;
        }

        _depth--;
    }

    private void PrintRight(int index)
    {
        if (!Enter())
            return;
        var node = _nodes[index];
        switch (node.Kind)
        {
            case NodeKind.TemplateParameter:
                PrintParameter(node, left: false);
                break;
            case NodeKind.MemberQualifiers:
                // As c++filt orders them: noexcept, const, &, whichever the name says first.
                var (inside, all, noexcept) = (node.A, (Qualifiers)node.B, -1);
                for (; _nodes[inside].Kind is NodeKind.MemberQualifiers or NodeKind.Noexcept && (noexcept < 0 || _nodes[inside].Kind != NodeKind.Noexcept); inside = _nodes[inside].A)
                {
                    if (_nodes[inside].Kind == NodeKind.Noexcept)
                        noexcept = inside;
                    else
                        all |= (Qualifiers)_nodes[inside].B;
                }

                PrintRight(inside);
                if (noexcept >= 0)
                    PrintNoexcept(_nodes[noexcept]);
                PrintQualifiers(all);
                break;
            case NodeKind.Noexcept:
                PrintRight(node.A);
                PrintNoexcept(node);
                break;
            case NodeKind.Throw:
                PrintRight(node.A);
                _out.Append(" throw(");
                PrintList(node.B);
                _out.Append(')');
                break;
            case NodeKind.Function:
                _out.Append('(');
                PrintList(node.B);
                _out.Append(')');
                if (node.A >= 0)
                    PrintRight(node.A);
                break;
            case NodeKind.Const or NodeKind.Volatile or NodeKind.Restrict or NodeKind.Complex or NodeKind.Imaginary or NodeKind.VendorQualifier:
                PrintRight(node.A);
                break;
            case NodeKind.Pointer or NodeKind.LvalueReference or NodeKind.RvalueReference:
                ClosePointer(node.A);
                break;
            case NodeKind.MemberPointer:
                ClosePointer(node.B);
                break;
            case NodeKind.Array:
                PrintArrayRight(node);
                break;
        }

        _depth--;
    }

    private void PrintNoexcept(in Node node)
    {
        _out.Append(" noexcept");
        if (node.B >= 0)
            PrintParenthesized(node.B);
    }

    /// <summary>return-type name(parameters) qualifiers</summary>
    private void PrintEncodingLeft(in Node node)
    {
        var outer = _scope;
        // Qualifiers of the name stand after the parameters; for a class local to a function they hang on the inner name.
        var name = node.A;
        var qualifiers = Qualifiers.None;
        var scope = -1;
        if (_nodes[name].Kind == NodeKind.MemberQualifiers)
        {
            qualifiers = (Qualifiers)_nodes[name].B;
            name = _nodes[name].A;
        }

        if (_nodes[name].Kind == NodeKind.Local)
        {
            scope = _nodes[name].A;
            name = _nodes[name].B;
            if (_nodes[name].Kind == NodeKind.DefaultArgument)
            {
                var argument = _nodes[name];
                name = argument.B;
                if (_nodes[name].Kind == NodeKind.MemberQualifiers)
                {
                    qualifiers = (Qualifiers)_nodes[name].B;
                    name = _nodes[name].A;
                }

                PushTemplate(name);
                PrintFunction(node.B, scope, argument.A, name, qualifiers, outer);
                return;
            }

            if (_nodes[name].Kind == NodeKind.MemberQualifiers)
            {
                qualifiers = (Qualifiers)_nodes[name].B;
                name = _nodes[name].A;
            }
        }

        PushTemplate(name);
        PrintFunction(node.B, scope, -1, name, qualifiers, outer);
    }

    private void PushTemplate(int name)
    {
        if (_nodes[name].Kind == NodeKind.Template)
            PushScope(_nodes[name].B);
    }

    private void PrintFunction(int function, int scope, int argument, int name, Qualifiers qualifiers, int outerScope)
    {
        PrintLeft(function);
        if (scope >= 0)
        {
            Print(scope);
            _out.Append("::");
            if (argument >= 0)
            {
                _out.Append("{default arg#");
                _out.Append(argument + 1);
                _out.Append("}::");
            }
        }

        Print(name);
        var type = _nodes[function];
        _out.Append('(');
        PrintList(type.B);
        _out.Append(')');
        PrintQualifiers(qualifiers);
        if (type.A >= 0)
            PrintRight(type.A);
        _scope = outerScope;
    }

    private void PrintQualifiers(Qualifiers qualifiers)
    {
        if ((qualifiers & Qualifiers.TransactionSafe) != 0)
            _out.Append(" transaction_safe");
        if ((qualifiers & Qualifiers.Const) != 0)
            _out.Append(" const");
        if ((qualifiers & Qualifiers.Volatile) != 0)
            _out.Append(" volatile");
        if ((qualifiers & Qualifiers.Restrict) != 0)
            _out.Append(" __restrict");
        if ((qualifiers & Qualifiers.Lvalue) != 0)
            _out.Append(" &");
        if ((qualifiers & Qualifiers.Rvalue) != 0)
            _out.Append(" &&");
    }

    /// <summary>A qualifier that its type already has is said once: T_ const with T_ = int const.</summary>
    private void PrintQualifiedLeft(in Node node)
    {
        PrintLeft(node.A);
        var scope = _scope;
        var inner = Resolve(node.A, ref scope);
        // T_ const with a function for T_: C++ ignores the const.
        if (inner >= 0 && (IsQualifiedWith(inner, node.Kind) || _nodes[inner].Kind == NodeKind.Function))
            return;
        _out.Append(node.Kind switch
        {
            NodeKind.Const => " const",
            NodeKind.Volatile => " volatile",
            NodeKind.Restrict => " __restrict",
            NodeKind.Complex => " _Complex",
            _ => " _Imaginary",
        });
    }

    private readonly bool IsQualifiedWith(int index, NodeKind kind)
    {
        if (kind is NodeKind.Complex or NodeKind.Imaginary)
            return false;
        for (var node = _nodes[index]; node.Kind is NodeKind.Const or NodeKind.Volatile or NodeKind.Restrict; node = _nodes[node.A])
        {
            if (node.Kind == kind)
                return true;
        }

        return false;
    }

    private void PrintPointerLeft(in Node node)
    {
        var scope = _scope;
        var inner = Resolve(node.A, ref scope);
        if (inner >= 0 && node.Kind != NodeKind.Pointer)
        {
            // References to references collapse: an lvalue reference wins.
            var kind = _nodes[inner].Kind;
            if (kind == NodeKind.LvalueReference || kind == node.Kind)
            {
                PrintIn(scope, inner, left: true);
                return;
            }

            if (kind == NodeKind.RvalueReference)
            {
                var outer = _scope;
                _scope = scope;
                PrintLeft(_nodes[inner].A);
                OpenParenthesis(_nodes[inner].A, always: false);
                _scope = outer;
                _out.Append('&');
                return;
            }
        }

        PrintLeft(node.A);
        OpenParenthesis(node.A, always: false);
        _out.Append(node.Kind switch { NodeKind.Pointer => "*", NodeKind.LvalueReference => "&", _ => "&&" });
    }

    /// <summary>A pointer to a function or an array stands in parentheses.</summary>
    private void OpenParenthesis(int pointee, bool always)
    {
        if (!IsFunctionOrArray(pointee, _scope))
            return;
        if (_out.Last is not (' ' or '(' or '*') || (always && _out.Last == '*'))
            _out.Append(' ');
        _out.Append('(');
    }

    private void ClosePointer(int pointee)
    {
        if (IsFunctionOrArray(pointee, _scope))
            _out.Append(')');
        PrintRight(pointee);
    }

    private void PrintArrayRight(in Node node)
    {
        _out.Append(_out.Last == ']' ? "[" : " [");
        if (node.A >= 0)
            Print(node.A);
        _out.Append(']');
        PrintRight(node.B);
    }

    private readonly bool IsFunctionOrArray(int index, int scope)
    {
        while (true)
        {
            var node = _nodes[index];
            switch (node.Kind)
            {
                case NodeKind.Function or NodeKind.Array:
                    return true;
                case NodeKind.MemberQualifiers or NodeKind.Noexcept or NodeKind.Throw or NodeKind.Const or NodeKind.Volatile:
                    index = node.A;
                    break;
                case NodeKind.TemplateParameter:
                    index = Resolve(index, ref scope);
                    if (index < 0 || _nodes[index].Kind == NodeKind.TemplateParameter)
                        return false;
                    break;
                default:
                    return false;
            }
        }
    }

    /// <summary>Whether something of the type comes after the name.</summary>
    private readonly bool HasRight(int index)
    {
        var scope = _scope;
        for (var depth = 0; depth < MaxDepth; depth++)
        {
            index = Resolve(index, ref scope);
            if (index < 0)
                return false;
            var node = _nodes[index];
            switch (node.Kind)
            {
                case NodeKind.Function or NodeKind.Array:
                    return true;
                case NodeKind.MemberPointer:
                    index = node.B;
                    break;
                case NodeKind.MemberQualifiers or NodeKind.Noexcept or NodeKind.Throw or NodeKind.Const or NodeKind.Volatile or NodeKind.Restrict
                    or NodeKind.Pointer or NodeKind.LvalueReference or NodeKind.RvalueReference or NodeKind.VendorQualifier:
                    index = node.A;
                    break;
                default:
                    return false;
            }
        }

        return false;
    }

    /// <summary>Follows T_ to what it stands for, and the scope to where that stands; -1 when it stands for nothing here.</summary>
    private readonly int Resolve(int index, ref int scope)
    {
        for (var steps = 0; _nodes[index].Kind == NodeKind.TemplateParameter && !_inLambda; steps++)
        {
            if (scope < 0 || steps > MaxDepth)
                return -1;
            var (arguments, outer) = _scopes[scope];
            if (_nodes[index].A >= _nodes.ListCount(arguments))
                return -1;
            index = _nodes.ListItem(arguments, _nodes[index].A);
            scope = outer;
            if (_nodes[index].Kind == NodeKind.ArgumentPack)
            {
                if (_packIndex < 0 || _packIndex >= _nodes.ListCount(_nodes[index].B))
                    return -1;
                index = _nodes.ListItem(_nodes[index].B, _packIndex);
            }
        }

        return index;
    }

    private void PrintIn(int scope, int node, bool left)
    {
        var outer = _scope;
        _scope = scope;
        if (left)
            PrintLeft(node);
        else
            PrintRight(node);
        _scope = outer;
    }

    private void PrintParameter(in Node node, bool left)
    {
        if (_inLambda)
        {
            if (!left)
                return;
            _out.Append("auto:");
            _out.Append(node.A + 1);
            return;
        }

        var argument = LookUp(node.A);
        if (argument < 0)
        {
            _failed = true;
            return;
        }

        if (_nodes[argument].Kind == NodeKind.ArgumentPack && _packIndex >= 0)
        {
            var list = _nodes[argument].B;
            if (_packIndex >= _nodes.ListCount(list))
            {
                _failed = _nodes.ListCount(list) > 0;
                return;
            }

            argument = _nodes.ListItem(list, _packIndex);
        }

        PrintIn(_scopes[_scope].Outer, argument, left);
    }

    /// <summary>The pattern once for each element of the pack in it; with "..." when there is none to be seen.</summary>
    private void PrintPack(int pattern)
    {
        var pack = FindPack(pattern);
        if (pack < 0)
        {
            PrintOperand(pattern);
            _out.Append("...");
            return;
        }

        var outer = _packIndex;
        var count = _nodes.ListCount(_nodes[pack].B);
        for (_packIndex = 0; _packIndex < count && !_failed; _packIndex++)
        {
            if (_packIndex > 0)
                _out.Append(", ");
            Print(pattern);
        }

        _packIndex = outer;
    }

    private int FindPack(int index)
    {
        if (index < 0 || !Enter())
            return -1;
        var found = FindPackHere(_nodes[index]);
        _depth--;
        return found;
    }

    private int FindPackHere(in Node node)
    {
        switch (node.Kind)
        {
            case NodeKind.TemplateParameter:
                var argument = _inLambda ? -1 : LookUp(node.A);
                return argument >= 0 && _nodes[argument].Kind == NodeKind.ArgumentPack ? argument : -1;
            case NodeKind.Name or NodeKind.Text or NodeKind.Number or NodeKind.PackExpansion or NodeKind.Lambda or NodeKind.Operator
                or NodeKind.FunctionParameter or NodeKind.UnnamedType or NodeKind.DefaultArgument or NodeKind.Special or NodeKind.StructuredBinding:
                return -1;
            case NodeKind.Qualified or NodeKind.Local or NodeKind.Encoding or NodeKind.MemberPointer or NodeKind.Array or NodeKind.Vector
                or NodeKind.AbiTag or NodeKind.Unary or NodeKind.Suffix or NodeKind.Literal:
                var left = FindPack(node.A);
                return left >= 0 ? left : FindPack(node.B);
            case NodeKind.Binary:
                var first = FindPack(node.B);
                return first >= 0 ? first : FindPack(node.C);
            case NodeKind.Template or NodeKind.Function or NodeKind.Call or NodeKind.Braced or NodeKind.VendorExpression or NodeKind.Throw:
                var inName = FindPack(node.A);
                return inName >= 0 ? inName : FindPackInList(node.B);
            case NodeKind.ArgumentPack or NodeKind.ParenthesizedList or NodeKind.Fold:
                return FindPackInList(node.B);
            case NodeKind.Cast:
                var inType = FindPack(node.A);
                return inType >= 0 ? inType : node.C == 1 ? FindPackInList(node.B) : FindPack(node.B);
            case NodeKind.Trinary:
                var inFirst = FindPack(node.B);
                return inFirst >= 0 ? inFirst : FindPackInList(node.C);
            case NodeKind.New or NodeKind.Nothing:
                return FindPack(node.Kind == NodeKind.New ? node.B : -1);
            case NodeKind.Noexcept:
                var inFunction = FindPack(node.A);
                return inFunction >= 0 ? inFunction : FindPack(node.B);
            default:
                return FindPack(node.A);
        }
    }

    private int FindPackInList(int list)
    {
        for (var i = 0; i < _nodes.ListCount(list); i++)
        {
            var found = FindPack(_nodes.ListItem(list, i));
            if (found >= 0)
                return found;
        }

        return -1;
    }
}
