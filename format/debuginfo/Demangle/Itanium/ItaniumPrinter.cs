using System.Runtime.CompilerServices;

namespace TraceKit.DebugInfo.Demangle.Itanium;

/// <summary>Writes a parsed name as C++ spells it.</summary>
/// <remarks>
/// A declarator stands around its name, so types are printed in two halves: what comes before the name and what comes after.
/// T_ is looked up while printing: what it means depends on the function template that stands around it (<see cref="_scope"/>),
/// and a substitution may carry it from one to the other. Depth and steps are counted; substitutions can make a short name
/// stand for an endless one.
/// </remarks>
internal ref partial struct ItaniumPrinter
{
    private const int MaxDepth = 400;

    /// <summary>Visits of nodes: a name of 100,000 characters takes fewer.</summary>
    private const int MaxSteps = 2_000_000;

    private readonly ReadOnlySpan<byte> _text;
    private readonly NodeArena _nodes;
    private readonly BoundedText _out;
    private readonly List<(int Arguments, int Outer)> _scopes;
    private int _scope;
    private int _currentTemplate;
    private int _packIndex;
    private int _depth;
    private int _steps;
    private bool _inLambda;
    private bool _failed;

    private readonly int _maxTemplates;
    private int _templates;

    public ItaniumPrinter(ReadOnlySpan<byte> text, NodeArena nodes, BoundedText output, int templateDepth)
    {
        _maxTemplates = templateDepth;
        _text = text;
        _nodes = nodes;
        _out = output;
        _scopes = [];
        _scope = -1;
        _currentTemplate = -1;
    }

    /// <summary>Prints; false when the name means nothing (T_ outside a template) or grows past the limits.</summary>
    public bool TryPrint(int node)
    {
        Print(node);
        return !_failed && !_out.Overflowed;
    }

    private bool Enter()
    {
        if (_failed || _out.Overflowed || _depth >= MaxDepth || ++_steps > MaxSteps || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            _failed = true;
            return false;
        }

        _depth++;
        return true;
    }

    /// <summary>A whole name, type or expression.</summary>
    private void Print(int node)
    {
        PrintLeft(node);
        PrintRight(node);
    }

    private void PrintName(in Node node)
    {
        switch (node.Kind)
        {
            case NodeKind.Name:
                _out.Append(_text.Slice(node.A, node.B));
                break;
            case NodeKind.Text:
                _out.Append(_nodes.Texts[node.A]);
                break;
            case NodeKind.Number:
                _out.Append(node.A);
                break;
            case NodeKind.AbiTag:
                Print(node.A);
                _out.Append("[abi:");
                Print(node.B);
                _out.Append(']');
                break;
            case NodeKind.Qualified:
                Print(node.A);
                _out.Append("::");
                Print(node.B);
                break;
            case NodeKind.Local:
                Print(node.A);
                _out.Append("::");
                Print(node.B);
                break;
            case NodeKind.Template:
                PrintTemplate(node);
                break;
            case NodeKind.ArgumentPack:
                PrintList(node.B);
                break;
            case NodeKind.FunctionParameter:
                if (node.A == 0)
                {
                    _out.Append("this");
                    break;
                }

                _out.Append("{parm#");
                _out.Append(node.A);
                _out.Append('}');
                break;
            case NodeKind.Constructor:
                Print(node.A);
                break;
            case NodeKind.Destructor:
                _out.Append('~');
                Print(node.A);
                break;
            case NodeKind.Operator:
                var text = Operators.Text(node.A);
                _out.Append(char.IsAsciiLetterLower(text[0]) ? "operator " : "operator");
                _out.Append(text.TrimEnd(' '));
                break;
            case NodeKind.LiteralOperator:
                _out.Append("operator\"\" ");
                Print(node.A);
                break;
            case NodeKind.VendorOperator:
                _out.Append("operator ");
                Print(node.A);
                break;
            case NodeKind.Conversion:
                _out.Append("operator ");
                PrintConversionType(node.A);
                break;
            case NodeKind.Lambda:
                PrintLambda(node);
                break;
            case NodeKind.UnnamedType:
                _out.Append("{unnamed type#");
                _out.Append(node.A + 1);
                _out.Append('}');
                break;
            case NodeKind.DefaultArgument:
                _out.Append("{default arg#");
                _out.Append(node.A + 1);
                _out.Append("}::");
                Print(node.B);
                break;
            case NodeKind.StructuredBinding:
                _out.Append('[');
                PrintList(node.B);
                _out.Append(']');
                break;
            default:
                PrintSpecial(node);
                break;
        }
    }

    private void PrintSpecial(in Node node)
    {
        switch (node.Kind)
        {
            case NodeKind.Special:
                _out.Append(_nodes.Texts[node.A]);
                Print(node.B);
                break;
            case NodeKind.ConstructionVtable:
                _out.Append("construction vtable for ");
                Print(node.A);
                _out.Append("-in-");
                Print(node.B);
                break;
            case NodeKind.ReferenceTemporary:
                _out.Append("reference temporary #");
                _out.Append(node.B);
                _out.Append(" for ");
                Print(node.A);
                break;
            case NodeKind.Clone:
                Print(node.A);
                _out.Append(" [clone ");
                Print(node.B);
                _out.Append(']');
                break;
            default:
                PrintExpression(node);
                break;
        }
    }

    private void PrintTemplate(in Node node)
    {
        var outer = _currentTemplate;
        _currentTemplate = node.B;
        Print(node.A);
        if (_out.Last == '<')
            _out.Append(' ');
        _out.Append('<');
        if (_templates < _maxTemplates)
        {
            _templates++;
            PrintList(node.B);
            _templates--;
        }
        else
        {
            _out.Append("...");
        }

        // Two closing brackets apart, as C++98 wanted and c++filt still writes.
        if (_out.Last == '>')
            _out.Append(' ');
        _out.Append('>');
        _currentTemplate = outer;
    }

    private void PrintLambda(in Node node)
    {
        var outer = _inLambda;
        _inLambda = true;
        _out.Append("{lambda(");
        PrintList(node.B);
        _out.Append(")#");
        _out.Append(node.A + 1);
        _out.Append('}');
        _inLambda = outer;
    }

    /// <summary>Comma-separated; empty packs leave nothing behind.</summary>
    private void PrintList(int list)
    {
        var count = _nodes.ListCount(list);
        var first = _out.Length;
        for (var i = 0; i < count; i++)
        {
            var before = _out.Length;
            if (before > first)
                _out.Append(", ");
            var start = _out.Length;
            Print(_nodes.ListItem(list, i));
            if (_out.Length == start)
                _out.CutTo(before);
        }
    }

    /// <summary>T_ in a conversion's type may mean the operator's own arguments, which stand after it.</summary>
    private void PrintConversionType(int type)
    {
        var outer = _scope;
        if (_currentTemplate >= 0)
            PushScope(_currentTemplate);
        Print(type);
        _scope = outer;
    }

    private void PushScope(int arguments)
    {
        _scopes.Add((arguments, _scope));
        _scope = _scopes.Count - 1;
    }

    /// <summary>What T_ stands for here, or -1.</summary>
    private readonly int LookUp(int index)
    {
        if (_scope < 0 || index >= _nodes.ListCount(_scopes[_scope].Arguments))
            return -1;
        return _nodes.ListItem(_scopes[_scope].Arguments, index);
    }
}
