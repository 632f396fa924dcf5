using System.Runtime.CompilerServices;

namespace TraceKit.DebugInfo.Demangle.Itanium;

/// <summary>Parses a mangled C++ name into nodes, following the grammar of the Itanium C++ ABI §5.1.</summary>
/// <remarks>
/// A plain descent over the grammar: each method reads one production at <c>_at</c> and returns its node, or <see cref="Fail"/>.
/// After a failure nothing else is read. Depth is counted, so that no input can exhaust the stack.
/// </remarks>
internal ref partial struct ItaniumParser
{
    /// <summary>No such production here: the whole name is refused.</summary>
    public const int Fail = -1;

    /// <summary>Nesting of types and expressions; real names stay under 60.</summary>
    private const int MaxDepth = 400;

    private readonly ReadOnlySpan<byte> _text;
    private readonly NodeArena _nodes;
    private readonly bool _withParameters;
    private int _at;
    private int _depth;
    private bool _inConversion;
    private readonly bool _levelsFirst;

    /// <param name="text">The name.</param>
    /// <param name="nodes">Gets the nodes.</param>
    /// <param name="withParameters">Whether the outermost function's parameters are read.</param>
    /// <param name="levelsFirst">Whether <c>srN</c> is read as clang writes it.</param>
    public ItaniumParser(ReadOnlySpan<byte> text, NodeArena nodes, bool withParameters, bool levelsFirst)
    {
        _levelsFirst = levelsFirst;
        _text = text;
        _nodes = nodes;
        _withParameters = withParameters;
    }

    /// <summary>mangled-name ::= _Z encoding [. suffix]…</summary>
    public int ParseMangled()
    {
        if (!Take("_Z"u8))
            return Fail;
        var node = ParseEncoding(topLevel: true);
        // Without parameters the rest of the name has not been read: nothing can be said about its end.
        if (node == Fail || !_withParameters)
            return node;
        while (node != Fail && Peek == '.')
            node = ParseCloneSuffix(node);
        return _at == _text.Length ? node : Fail;
    }

    private readonly byte Peek => _at < _text.Length ? _text[_at] : (byte)0;

    private readonly byte PeekSecond => _at + 1 < _text.Length ? _text[_at + 1] : (byte)0;

    private bool Take(char expected)
    {
        if (Peek != expected)
            return false;
        _at++;
        return true;
    }

    private bool Take(ReadOnlySpan<byte> expected)
    {
        if (!_text[_at..].StartsWith(expected))
            return false;
        _at += expected.Length;
        return true;
    }

    private bool Enter()
    {
        // The ceiling alone is safe on a thread of 1 MB; callers with less are caught by the second question.
        if (_depth >= MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            return false;
        _depth++;
        return true;
    }

    /// <summary>Adds a substitution candidate and gives it back; a failure passes through.</summary>
    private readonly int Remember(int node)
    {
        if (node != Fail)
            _nodes.Substitutions.Add(node);
        return node;
    }

    private readonly int Add(NodeKind kind, int a, int b = -1, int c = -1) => a == Fail ? Fail : _nodes.Add(kind, a, b, c);

    /// <summary>As <see cref="Add"/>, where the second field is a node that has to be there.</summary>
    private readonly int AddPair(NodeKind kind, int a, int b) => a == Fail || b == Fail ? Fail : _nodes.Add(kind, a, b);

    /// <summary>[n] digits; false when there are none or too many.</summary>
    private bool TryParseNumber(out int value)
    {
        var negative = Take('n');
        value = 0;
        var first = _at;
        for (; Peek is >= (byte)'0' and <= (byte)'9'; _at++)
        {
            if (value > (int.MaxValue - 9) / 10)
                return false;
            value = (value * 10) + (Peek - '0');
        }

        if (negative)
            value = -value;
        return _at > first;
    }

    /// <summary>_ is 0, 0_ is 1, and so on.</summary>
    private bool TryParseCompactNumber(out int value)
    {
        value = 0;
        if (Take('_'))
            return true;
        if (Peek == 'n' || !TryParseNumber(out value) || value == int.MaxValue)
            return false;
        value++;
        return Take('_');
    }

    /// <summary>encoding ::= special-name | name [bare-function-type]</summary>
    private int ParseEncoding(bool topLevel)
    {
        if (!Enter())
            return Fail;
        var node = ParseEncodingHere(topLevel);
        _depth--;
        return node;
    }

    private int ParseEncodingHere(bool topLevel)
    {
        if (Peek is (byte)'G' or (byte)'T')
            return ParseSpecialName();
        var name = ParseName(topLevel);
        if (name == Fail)
            return Fail;
        if (topLevel && !_withParameters)
            return WithoutQualifiers(name);
        if (Peek is 0 or (byte)'E' or (byte)'.')
            return name;
        var type = ParseBareFunctionType(HasReturnType(name));
        return AddPair(NodeKind.Encoding, name, type);
    }

    /// <summary>const, &amp; and the like belong to the parameter list, which is not shown.</summary>
    private readonly int WithoutQualifiers(int name)
    {
        while (_nodes[name].Kind == NodeKind.MemberQualifiers)
            name = _nodes[name].A;
        return _nodes[name].Kind == NodeKind.Local && _nodes[_nodes[name].B].Kind == NodeKind.MemberQualifiers
            ? _nodes.Add(NodeKind.Local, _nodes[name].A, WithoutQualifiers(_nodes[name].B))
            : name;
    }

    /// <summary>Only template functions that are no constructor, destructor or conversion carry their return type (§5.1.5.3).</summary>
    private readonly bool HasReturnType(int name)
    {
        var node = _nodes[name];
        return node.Kind switch
        {
            NodeKind.Template => !IsConstructorLike(node.A),
            NodeKind.MemberQualifiers => HasReturnType(node.A),
            NodeKind.Local => HasReturnType(node.B),
            _ => false,
        };
    }

    private readonly bool IsConstructorLike(int name)
    {
        var node = _nodes[name];
        return node.Kind switch
        {
            NodeKind.Constructor or NodeKind.Destructor or NodeKind.Conversion => true,
            NodeKind.Qualified or NodeKind.Local => IsConstructorLike(node.B),
            NodeKind.AbiTag => IsConstructorLike(node.A),
            _ => false,
        };
    }

    /// <summary>.cold, .isra.0, .constprop.0: what a compiler adds for a part or a copy of a function.</summary>
    private int ParseCloneSuffix(int node)
    {
        static bool IsWord(byte c) => c is (>= (byte)'a' and <= (byte)'z') or (byte)'_';
        static bool IsDigit(byte c) => c is >= (byte)'0' and <= (byte)'9';
        var first = _at;
        if (Peek == '.' && (IsWord(PeekSecond) || IsDigit(PeekSecond)))
        {
            _at += 2;
            while (IsWord(Peek) || IsDigit(Peek))
                _at++;
        }

        while (Peek == '.' && IsDigit(PeekSecond))
        {
            _at += 2;
            while (IsDigit(Peek))
                _at++;
        }

        if (_at == first)
            return Fail;
        return AddPair(NodeKind.Clone, node, _nodes.Add(NodeKind.Name, first, _at - first));
    }
}
