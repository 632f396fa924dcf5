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
    private readonly bool _fullPath;
    private readonly Dictionary<(int Function, string Place), int> _numbers = [];
    private readonly List<(int Function, string Place)> _keys = [];
    private readonly LevelTree? _tree;
    private readonly int[] _ofNode;
    private readonly int[] _selfOfFrame = [];
    private readonly FunctionStacks? _stacks;
    private readonly StackTable _stackTable;

    private FrameKeys(Analysis analysis, IReadOnlyList<SortKey> keys)
    {
        _functions = analysis.Functions;
        _stackTable = analysis.Stacks;
        foreach (var key in keys)
        {
            _symbol |= key.Kind == SortKeyKind.Symbol;
            _module |= key.Kind == SortKeyKind.Dso;
            _line |= key.Kind == SortKeyKind.SourceLine;
            _file |= key.Kind == SortKeyKind.SourceFile;
            _fullPath |= key.IsFullPath;
        }

        if (_line || _file)
        {
            _tree = new LevelTree(analysis.Stacks, _functions, (level, _) => Number(level.Function, level));
            _ofNode = _tree.Keys;
            _selfOfFrame = new int[_functions.OfFrame.Length];
            for (var frame = 0; frame < _selfOfFrame.Length; frame++)
                _selfOfFrame[frame] = Number(_functions.OfFrame[frame], _functions.Levels(frame)[0]);
        }
        else
        {
            _stacks = analysis.FunctionStacks;
            _ofNode = new int[_stacks.Count];
            _ofNode[0] = None;
            for (var node = 1; node < _ofNode.Length; node++)
                _ofNode[node] = _symbol ? _stacks.Functions[node] : Number(_stacks.Functions[node], default);
        }

        IsRepeated = new bool[_ofNode.Length];
        var parents = Parents;
        for (var node = 1; node < _ofNode.Length; node++)
        {
            for (var above = parents[node]; above > 0 && !IsRepeated[node]; above = parents[above])
                IsRepeated[node] = _ofNode[above] == _ofNode[node];
        }
    }

    /// <summary>Node of each stack.</summary>
    public ReadOnlySpan<int> OfStack => _tree is null ? _stacks!.OfStack : _tree.OfStack;

    /// <summary>Parent of each node; -1 for the root.</summary>
    public ReadOnlySpan<int> Parents => _tree is null ? _stacks!.Parents : _tree.Parents;

    /// <summary>Key of each node; <see cref="None"/> for the root.</summary>
    public ReadOnlySpan<int> OfNode => _ofNode;

    /// <summary>Whether a node above has the same key: recursion counts once.</summary>
    public bool[] IsRepeated { get; }

    /// <summary>Whether a sample's own key can be one that no node of its stack has.</summary>
    public bool SelfIsApart => _tree is not null && _functions.HasInlined;

    /// <summary>Keys of the profile that speak of frames; null when none does.</summary>
    public static FrameKeys? Make(Analysis analysis, IReadOnlyList<SortKey> keys) => keys.Any(k => k.IsOfFrame) ? new FrameKeys(analysis, keys) : null;

    /// <summary>The key that a sample of this stack counts for as its own.</summary>
    public int OfSelf(int stack)
    {
        if (stack == StackTable.Empty)
            return None;
        if (_tree is not null)
            return _selfOfFrame[_stackTable.Frames[stack]];
        var node = _stacks!.OfStack[stack];
        return _symbol ? _stacks.Concrete[node] : _ofNode[node];
    }

    /// <summary>The function that a key stands for, or one of its module's where it does not tell functions apart; -1 for none.</summary>
    public int FunctionOf(int key) => key < 0 ? -1 : _symbol && _tree is null ? key : _keys[key].Function;

    /// <summary>Whether entries are of functions, so that graphs can be drawn around them.</summary>
    public bool IsByFunction => _symbol && _tree is null;

    /// <summary>The text of a frame key.</summary>
    public string Text(SortKeyKind kind, int key)
    {
        var function = FunctionOf(key) is >= 0 and var number ? _functions[number] : null;
        return kind switch
        {
            SortKeyKind.Symbol => function?.Label ?? FunctionTable.UnknownName,
            SortKeyKind.Dso => function?.ModuleName ?? FunctionTable.UnknownName,
            SortKeyKind.SourceLine => key < 0 ? UnknownLine : LinePart(_keys[key].Place),
            SortKeyKind.SourceFile => key < 0 ? UnknownFile : FilePart(_keys[key].Place),
            _ => "",
        };
    }

    private const string UnknownFile = "??", UnknownLine = "??:0";

    private static string LinePart(string place) => place.Split('\n')[0];

    private static string FilePart(string place) => place.Split('\n')[^1];

    private int Number(int function, FrameFunction level)
    {
        // What is not asked for must not keep entries apart: one function stands for all of its module, or for all.
        var place = Place(level);
        var key = (_symbol ? function : _module ? ModuleKey(_functions[function]) : 0, place);
        if (!_numbers.TryGetValue(key, out var number))
        {
            number = _keys.Count;
            _numbers.Add(key, number);
            _keys.Add((function, place));
        }

        return number;
    }

    /// <summary>Unknown modules of kernel and user stay apart.</summary>
    private static int ModuleKey(Function function) =>
        function.Module >= 0 ? function.Module : function.Kind == FrameKind.Kernel ? -3 : -2;

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
