namespace TraceKit.DebugInfo.Demangle.Itanium;

/// <summary>Expressions in template arguments and signatures.</summary>
internal ref partial struct ItaniumPrinter
{
    private void PrintExpression(in Node node)
    {
        switch (node.Kind)
        {
            case NodeKind.Decltype:
                _out.Append("decltype (");
                Print(node.A);
                _out.Append(')');
                break;
            case NodeKind.Literal:
                PrintLiteral(node);
                break;
            case NodeKind.Unary:
                PrintUnary(node);
                break;
            case NodeKind.Suffix:
                PrintOperand(node.B);
                PrintOperator(node.A);
                break;
            case NodeKind.Binary:
                PrintBinary(node);
                break;
            case NodeKind.Trinary:
                PrintTrinary(node);
                break;
            case NodeKind.Call:
                PrintCallee(node.A);
                PrintParenthesizedList(node.B);
                break;
            case NodeKind.Cast:
                _out.Append('(');
                Print(node.A);
                _out.Append(')');
                if (node.C == 1)
                    PrintParenthesizedList(node.B);
                else
                    PrintOperand(node.B);
                break;
            case NodeKind.New:
                PrintNew(node);
                break;
            case NodeKind.Braced:
                if (node.A >= 0)
                    Print(node.A);
                _out.Append('{');
                PrintList(node.B);
                _out.Append('}');
                break;
            case NodeKind.ParenthesizedList:
                PrintParenthesizedList(node.B);
                break;
            case NodeKind.Fold:
                PrintFold(node);
                break;
            case NodeKind.Nothing:
                PrintOperator(node.A);
                break;
            case NodeKind.VendorExpression:
                Print(node.A);
                PrintParenthesizedList(node.B);
                break;
            default:
                _failed = true;
                break;
        }
    }

    /// <summary>Numbers with their suffix, truth values by name, everything else with its type in front.</summary>
    private void PrintLiteral(in Node node)
    {
        var type = _nodes[node.A].Kind == NodeKind.Text ? _nodes.Texts[_nodes[node.A].A] : "";
        var digits = _text.Slice(_nodes[node.B].A, _nodes[node.B].B);
        if (BuiltinTypes.LiteralSuffix(type) is { } suffix)
        {
            if (node.C == 1)
                _out.Append('-');
            _out.Append(digits);
            _out.Append(suffix);
            return;
        }

        if (type == "bool" && node.C == 0 && digits is [(byte)'0' or (byte)'1'])
        {
            _out.Append(digits[0] == '0' ? "false" : "true");
            return;
        }

        _out.Append('(');
        Print(node.A);
        _out.Append(')');
        if (node.C == 1)
            _out.Append('-');
        // A floating point literal is its bytes in hexadecimal.
        var isFloat = type is "float" or "double" or "long double" or "__float128" or "half";
        if (isFloat)
            _out.Append('[');
        _out.Append(digits);
        if (isFloat)
            _out.Append(']');
    }

    private void PrintUnary(in Node node)
    {
        var code = Operators.Code(_nodes[node.A].A);
        switch (code)
        {
            case "sZ":
                var pack = FindPack(node.B);
                if (pack >= 0)
                {
                    _out.Append(_nodes.ListCount(_nodes[pack].B));
                    return;
                }

                break;
            case "sP":
                _out.Append(CountArguments(_nodes[node.B].B));
                return;
            case "gs":
                PrintOperator(node.A);
                Print(node.B);
                return;
            case "st" or "nx":
                PrintOperator(node.A);
                PrintParenthesized(node.B);
                return;
            case "ad" when _nodes[node.B] is { Kind: NodeKind.Encoding } function && _nodes[function.A].Kind == NodeKind.Qualified:
                // The address of a member function is written without its parameters.
                PrintOperator(node.A);
                PrintOperand(function.A);
                return;
        }

        PrintOperator(node.A);
        PrintOperand(node.B);
    }

    /// <summary>Elements of packs that sizeof... was given, expansions counted by their length.</summary>
    private int CountArguments(int list)
    {
        var count = 0;
        for (var i = 0; i < _nodes.ListCount(list); i++)
        {
            var item = _nodes[_nodes.ListItem(list, i)];
            var pack = item.Kind == NodeKind.PackExpansion ? FindPack(item.A) : -1;
            count += pack < 0 ? 1 : _nodes.ListCount(_nodes[pack].B);
        }

        return count;
    }

    private void PrintBinary(in Node node)
    {
        var code = Operators.Code(_nodes[node.A].A);
        switch (code)
        {
            case "cc" or "dc" or "rc" or "sc":
                PrintOperator(node.A);
                _out.Append('<');
                Print(node.B);
                _out.Append(">(");
                Print(node.C);
                _out.Append(')');
                return;
            case "ix":
                PrintOperand(node.B);
                _out.Append('[');
                Print(node.C);
                _out.Append(']');
                return;
            case "di" or "dx":
                _out.Append(code == "di" ? '.' : '[');
                Print(node.B);
                PrintDesignated(code == "di" ? "=" : "]=", node.C);
                return;
        }

        // > would end the template arguments around it.
        var greater = code == "gt";
        if (greater)
            _out.Append('(');
        PrintOperand(node.B);
        PrintOperator(node.A);
        PrintOperand(node.C);
        if (greater)
            _out.Append(')');
    }

    /// <summary>An index in front of another designator has no equals sign of its own.</summary>
    private void PrintDesignated(string equals, int value)
    {
        var inner = _nodes[value];
        var chained = inner.Kind is NodeKind.Binary or NodeKind.Trinary && Operators.Code(_nodes[inner.A].A) is "di" or "dx" or "dX";
        _out.Append(chained ? equals.TrimEnd('=') : equals);
        if (chained)
            Print(value);
        else
            PrintOperand(value);
    }

    private void PrintTrinary(in Node node)
    {
        int second = _nodes.ListItem(node.C, 0), third = _nodes.ListItem(node.C, 1);
        if (Operators.Code(_nodes[node.A].A) == "dX")
        {
            _out.Append('[');
            Print(node.B);
            _out.Append(" ... ");
            Print(second);
            PrintDesignated("]=", third);
            return;
        }

        PrintOperand(node.B);
        PrintOperator(node.A);
        PrintOperand(second);
        _out.Append(" : ");
        PrintOperand(third);
    }

    private void PrintNew(in Node node)
    {
        int placement = _nodes.ListItem(node.C, 0), initializer = _nodes.ListItem(node.C, 1);
        _out.Append("new ");
        if (_nodes.ListCount(placement) > 0)
        {
            PrintParenthesizedList(placement);
            _out.Append(' ');
        }

        Print(node.B);
        if (initializer >= 0)
            Print(initializer);
    }

    /// <summary>A fold shows its pack whole, not element by element.</summary>
    private void PrintFold(in Node node)
    {
        var outer = _packIndex;
        _packIndex = -1;
        int first = _nodes.ListItem(node.B, 0), last = _nodes.ListItem(node.B, _nodes.ListCount(node.B) - 1);
        _out.Append('(');
        switch ((char)node.C)
        {
            case 'l':
                _out.Append("...");
                PrintOperator(node.A);
                PrintOperand(first);
                break;
            case 'r':
                PrintOperand(first);
                PrintOperator(node.A);
                _out.Append("...");
                break;
            default:
                PrintOperand(first);
                PrintOperator(node.A);
                _out.Append("...");
                PrintOperator(node.A);
                PrintOperand(last);
                break;
        }

        _out.Append(')');
        _packIndex = outer;
    }

    /// <summary>A called function is shown without the types of its parameters: the values follow.</summary>
    private void PrintCallee(int callee)
    {
        var node = _nodes[callee];
        PrintOperand(node.Kind == NodeKind.Encoding ? node.A : callee);
    }

    private void PrintOperator(int node)
    {
        if (_nodes[node].Kind == NodeKind.Operator)
            _out.Append(Operators.Text(_nodes[node].A));
        else
            Print(node);
    }

    /// <summary>In parentheses, unless it is a plain name.</summary>
    private void PrintOperand(int node)
    {
        if (_nodes[node].Kind is NodeKind.Name or NodeKind.Text or NodeKind.Qualified or NodeKind.Braced or NodeKind.FunctionParameter
            or NodeKind.ParenthesizedList)
            Print(node);
        else
            PrintParenthesized(node);
    }

    private void PrintParenthesized(int node)
    {
        _out.Append('(');
        Print(node);
        _out.Append(')');
    }

    private void PrintParenthesizedList(int list)
    {
        _out.Append('(');
        PrintList(list);
        _out.Append(')');
    }
}
