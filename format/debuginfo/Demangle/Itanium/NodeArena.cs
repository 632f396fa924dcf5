namespace TraceKit.DebugInfo.Demangle.Itanium;

/// <summary>One node of a parsed name: see <see cref="NodeKind"/> for what A, B and C mean.</summary>
internal readonly record struct Node(NodeKind Kind, int A, int B, int C);

/// <summary>Holds the nodes of one name and the lists among them, both as flat arrays that are used again for the next name.</summary>
/// <remarks>Nodes are shared (substitutions refer back), so this is a graph without cycles: a node only refers to older ones.</remarks>
internal sealed class NodeArena
{
    /// <summary>Nodes of one name. Real names have about one for every two bytes; the longest seen are some 20 KB.</summary>
    private const int MaxNodes = 1 << 20;

    private readonly List<Node> _nodes = [];
    private readonly List<int> _items = [];
    private readonly List<(int First, int Count)> _lists = [];

    /// <summary>Texts made here and not found in the mangled name.</summary>
    public List<string> Texts { get; } = [];

    /// <summary>Every substitution so far, oldest first.</summary>
    public List<int> Substitutions { get; } = [];

    public Node this[int index] => _nodes[index];

    public void Clear()
    {
        _nodes.Clear();
        _items.Clear();
        _lists.Clear();
        Texts.Clear();
        Substitutions.Clear();
    }

    /// <returns>-1 when there are too many.</returns>
    public int Add(NodeKind kind, int a = -1, int b = -1, int c = -1)
    {
        if (_nodes.Count >= MaxNodes)
            return -1;
        _nodes.Add(new Node(kind, a, b, c));
        return _nodes.Count - 1;
    }

    public int AddText(string text) => Add(NodeKind.Text, AddTextOnly(text));

    public int AddTextOnly(string text)
    {
        Texts.Add(text);
        return Texts.Count - 1;
    }

    public int AddList(ReadOnlySpan<int> items)
    {
        _lists.Add((_items.Count, items.Length));
        foreach (var item in items)
            _items.Add(item);
        return _lists.Count - 1;
    }

    public int ListCount(int list) => _lists[list].Count;

    public int ListItem(int list, int index) => _items[_lists[list].First + index];
}
