using System.Globalization;
using TraceKit.Engine.Stacks;
using TraceKit.Engine.Symbols;

namespace TraceKit.Engine.Aggregates;

/// <summary>What the nodes of a tree of frames are summed under, by the keys of a profile that speak of frames.</summary>
/// <remarks>
/// As perf does it: the samples that a line counts as its own are those whose innermost address lies in its concrete function, at the line of
/// that address; inlined functions have lines of their own for what passes through them.
/// </remarks>
internal sealed class FrameKeys
{
    /// <summary>The key of stacks without frames.</summary>
    public const int None = -1;

    private readonly FunctionTable _functions;
    private readonly bool _symbol;
    private readonly bool _module;
    private readonly bool _line;
    private readonly bool _file;
    private readonly bool _caller;
    private readonly bool _fullPath;
    private readonly Dictionary<Key, int> _numbers = [];
    private readonly List<(Key Key, int Function)> _keys = [];
    private readonly LevelTree? _tree;
    private readonly int[] _ofNode;
    private readonly int[] _selfOfStack = [];
    private readonly FunctionStacks _stacks;
    private bool[]? _isRepeated;

    private FrameKeys(Analysis analysis, IReadOnlyList<SortKey> keys)
    {
        _functions = analysis.Functions;
        _stacks = analysis.FunctionStacks;
        foreach (var key in keys)
        {
            _symbol |= key.Kind == SortKeyKind.Symbol;
            _module |= key.Kind == SortKeyKind.Dso;
            _line |= key.Kind == SortKeyKind.SourceLine;
            _file |= key.Kind == SortKeyKind.SourceFile;
            _caller |= key.Kind == SortKeyKind.Caller;
            _fullPath |= key.IsFullPath;
        }

        if (_line || _file)
        {
            (_tree, _ofNode, _selfOfStack) = ByLine(analysis);
        }
        else
        {
            _ofNode = new int[_stacks.Count];
            _ofNode[0] = None;
            for (var node = 1; node < _ofNode.Length; node++)
                _ofNode[node] = IsByFunction ? _stacks.Functions[node] : Number(_stacks.Functions[node], "", CallerOf(node));
        }
    }

    /// <summary>What one number stands for: 0 for the function where functions are not asked for.</summary>
    private readonly record struct Key(int Function, string Place, int Caller);

    /// <summary>Node of each stack.</summary>
    public ReadOnlySpan<int> OfStack => _tree is null ? _stacks.OfStack : _tree.OfStack;

    /// <summary>Parent of each node; -1 for the root.</summary>
    public ReadOnlySpan<int> Parents => _tree is null ? _stacks.Parents : _tree.Parents;

    /// <summary>Key of each node; <see cref="None"/> for the root.</summary>
    public ReadOnlySpan<int> OfNode => _ofNode;

    /// <summary>Whether a node above has the same key: recursion counts once.</summary>
    public bool[] IsRepeated => LazyInitializer.EnsureInitialized(ref _isRepeated, () => NodeRepeats.Find(Parents, _ofNode))!;

    /// <summary>Whether a sample's own key can be one that no node of its stack has.</summary>
    public bool SelfIsApart => _tree is not null && _functions.HasInlined;

    /// <summary>Whether entries are of functions, so that graphs can be drawn around them.</summary>
    public bool IsByFunction => _symbol && !_caller && !_line && !_file;

    /// <summary>Keys of the profile that speak of frames; null when none does.</summary>
    public static FrameKeys? Make(Analysis analysis, IReadOnlyList<SortKey> keys) => keys.Any(k => k.IsOfFrame) ? new FrameKeys(analysis, keys) : null;

    /// <summary>The key that a sample of this stack counts for as its own.</summary>
    public int OfSelf(int stack)
    {
        if (stack == StackTable.Empty)
            return None;
        if (_tree is not null)
            return _selfOfStack[stack];
        var node = _stacks.OfStack[stack];
        if (IsByFunction)
            return _stacks.Concrete[node];
        return _ofNode[ConcreteNode(node)];
    }

    /// <summary>The function that a key stands for, or one of its module's where it does not tell functions apart; -1 for none.</summary>
    public int FunctionOf(int key) => key < 0 ? -1 : IsByFunction ? key : _keys[key].Function;

    /// <summary>The text of a frame key.</summary>
    public string Text(SortKeyKind kind, int key)
    {
        var function = FunctionOf(key) is >= 0 and var number ? _functions[number] : null;
        return kind switch
        {
            SortKeyKind.Symbol => function?.Label ?? FunctionTable.UnknownName,
            SortKeyKind.Dso => function?.ModuleName ?? FunctionTable.UnknownName,
            SortKeyKind.SourceLine => key < 0 ? UnknownLine : LinePart(_keys[key].Key.Place),
            SortKeyKind.SourceFile => key < 0 ? UnknownFile : FilePart(_keys[key].Key.Place),
            SortKeyKind.Caller => key < 0 || _keys[key].Key.Caller < 0 ? NoCaller : _functions[_keys[key].Key.Caller].Label,
            _ => "",
        };
    }

    /// <summary>The texts of all keys: of key k at k + 1, since <see cref="None"/> is one too.</summary>
    public string[] Texts(SortKeyKind kind)
    {
        var texts = new string[1 + (IsByFunction ? _functions.Count : _keys.Count)];
        for (var i = 0; i < texts.Length; i++)
            texts[i] = Text(kind, i - 1);
        return texts;
    }

    private const string UnknownFile = "??", UnknownLine = "??:0", NoCaller = "-";

    private static string LinePart(string place) => place.Split('\n')[0];

    private static string FilePart(string place) => place.Split('\n')[^1];

    /// <summary>The tree of places in the source, its keys, and the key of each stack's innermost address.</summary>
    private (LevelTree Tree, int[] OfNode, int[] OfSelf) ByLine(Analysis analysis)
    {
        // Levels first by function and place, so that the caller of each node is known; then by what is asked for.
        var levels = new List<(int Function, string Place)>();
        var numbers = new Dictionary<(int, string), int>();
        var tree = new LevelTree(analysis.Stacks, _functions, (level, _) =>
        {
            var place = Place(level);
            var key = (_caller || _symbol ? level.Function : _module ? ModuleKey(_functions[level.Function]) : 0, place);
            if (!numbers.TryGetValue(key, out var number))
            {
                numbers.Add(key, number = levels.Count);
                levels.Add((level.Function, place));
            }

            return number;
        });
        var ofNode = new int[tree.Keys.Length];
        ofNode[0] = None;
        for (var node = 1; node < ofNode.Length; node++)
        {
            var (function, place) = levels[tree.Keys[node]];
            var parent = tree.Parents[node];
            ofNode[node] = Number(function, place, !_caller || parent <= 0 ? -1 : levels[tree.Keys[parent]].Function);
        }

        var ofSelf = new int[analysis.Stacks.Count];
        ofSelf[StackTable.Empty] = None;
        for (var stack = 1; stack < ofSelf.Length; stack++)
        {
            var own = ConcreteNode(_stacks.OfStack[stack]);
            ofSelf[stack] = Number(_stacks.Functions[own], Place(_functions.Levels(analysis.Stacks.Frames[stack])[0]), CallerOf(own));
        }

        return (tree, ofNode, ofSelf);
    }

    /// <summary>The function above a node; -1 for none, or when nobody asked.</summary>
    private int CallerOf(int node) => _caller && _stacks.Parents[node] is > 0 and var parent ? _stacks.Functions[parent] : -1;

    /// <summary>The node of the function that has the address, above those that were inlined into it.</summary>
    private int ConcreteNode(int node)
    {
        while (node > 0 && _functions[_stacks.Functions[node]].IsInlined && _stacks.Parents[node] > 0)
            node = _stacks.Parents[node];
        return node;
    }

    private int Number(int function, string place, int caller)
    {
        // What is not asked for must not keep entries apart: one function stands for all of its module, or for all.
        var key = new Key(_symbol ? function : _module ? ModuleKey(_functions[function]) : 0, place, caller);
        if (!_numbers.TryGetValue(key, out var number))
        {
            number = _keys.Count;
            _numbers.Add(key, number);
            _keys.Add((key, function));
        }

        return number;
    }

    /// <summary>Unknown modules of kernel, guest's kernel and user stay apart.</summary>
    private static int ModuleKey(Function function) =>
        function.Module >= 0 ? function.Module : function.Kind switch { FrameKind.Kernel => -3, FrameKind.GuestKernel => -4, _ => -2 };

    private string Place(FrameFunction level)
    {
        if (!_line && !_file)
            return "";
        var file = level.File == 0 ? UnknownFile : _functions.FileName(level.File);
        if (!_fullPath)
            file = file[(file.LastIndexOf('/') + 1)..];
        var line = _line ? string.Create(CultureInfo.InvariantCulture, $"{file}:{level.Line}") : "";
        return _line && _file ? $"{line}\n{file}" : _line ? line : file;
    }
}
