using TraceKit.Engine.Model;
using TraceKit.Engine.Symbols;

namespace TraceKit.Engine.Compare;

/// <summary>Numbers for functions and modules that mean the same in all recordings of a comparison.</summary>
/// <remarks>
/// A function is joined by its name without what a compiler appends to it and by its module's file name: addresses, build-ids and folders differ from build to build.
/// One that has no name is joined by its address where both sides have the same build of the module; else all of a module are one line.
/// </remarks>
public sealed class JoinNames
{
    /// <summary>The function of samples without any frame.</summary>
    public const string NoStack = "[no stack]";

    private readonly Dictionary<(string Name, string Module), int> _functionNumbers = [];
    private readonly Dictionary<string, int> _moduleNumbers = new(StringComparer.Ordinal);
    private readonly List<(string Name, string Module)> _functions = [];
    private readonly List<string> _modules = [];
    private readonly HashSet<string> _commonBuilds;

    /// <param name="first">Recordings of the base.</param>
    /// <param name="second">Recordings of the new.</param>
    public JoinNames(IReadOnlyList<Analysis> first, IReadOnlyList<Analysis> second)
    {
        _commonBuilds = Builds(first);
        _commonBuilds.IntersectWith(Builds(second));
    }

    /// <summary>Functions: name and module.</summary>
    public IReadOnlyList<(string Name, string Module)> Functions => _functions;

    /// <summary>Modules.</summary>
    public IReadOnlyList<string> Modules => _modules;

    /// <summary>The numbers of a recording's functions and of their modules, by <c>Analysis.Functions</c>; the last element is for samples without a frame.</summary>
    public (int[] Functions, int[] Modules) Of(Analysis analysis)
    {
        var count = analysis.Functions.Count;
        var functions = new int[count + 1];
        var modules = new int[count + 1];
        for (var i = 0; i < count; i++)
        {
            var function = analysis.Functions[i];
            var module = ModuleName(analysis, function);
            var name = function.IsKnown ? Stem(function.Name)
                : function.Address is not null && function.Module >= 0 && _commonBuilds.Contains(analysis.Modules[function.Module].BuildId) ? function.Name
                : FunctionTable.UnknownName;
            functions[i] = Function(name, module);
            modules[i] = Module(module);
        }

        functions[count] = Function(NoStack, FunctionTable.UnknownName);
        modules[count] = Module(FunctionTable.UnknownName);
        return (functions, modules);
    }

    /// <summary>A name without what compilers append to tell the pieces of one function apart: <c>.constprop.0</c>, <c>.isra.1</c>, <c>.part.0</c>, <c>.cold</c>.</summary>
    /// <remarks>Also <c>.lto_priv.N</c>, <c>.llvm.N</c>, <c>[clone …]</c> and Rust's <c>::h</c> with sixteen hexadecimal digits. A build may split a function where another does not.</remarks>
    public static string Stem(string name)
    {
        while (true)
        {
            var length = WithoutClone(name) ?? WithoutPiece(name) ?? WithoutHash(name);
            if (length is null or 0)
                return name;
            name = name[..length.Value];
        }
    }

    private static int? WithoutClone(string name) => name.EndsWith(']') && name.LastIndexOf(" [clone ", StringComparison.Ordinal) is > 0 and var at ? at : null;

    private static int? WithoutPiece(string name)
    {
        var end = name.Length;
        while (end > 0 && char.IsAsciiDigit(name[end - 1]))
            end--;
        var hasNumber = end < name.Length && end > 0 && name[end - 1] == '.';
        if (hasNumber)
            end--;
        else if (end < name.Length)
            return null;
        var dot = end == 0 ? -1 : name.LastIndexOf('.', end - 1);
        if (dot <= 0)
            return null;
        return name[(dot + 1)..end] switch
        {
            "cold" => dot,
            "constprop" or "isra" or "part" or "lto_priv" or "llvm" when hasNumber => dot,
            _ => null,
        };
    }

    private static int? WithoutHash(string name)
    {
        const int length = 3 + 16; // ::h and its digits
        var at = name.Length - length;
        return at > 0 && name.AsSpan(at).StartsWith("::h") && name.AsSpan(at + 3).IndexOfAnyExcept("0123456789abcdef") < 0 ? at : null;
    }

    /// <summary>Code that a process made at run time is one module whatever the process's number.</summary>
    private static string ModuleName(Analysis analysis, Function function) =>
        function.Module >= 0 && analysis.Modules[function.Module].Kind == ModuleKind.Jit ? "[JIT]" : function.ModuleName;

    private static HashSet<string> Builds(IReadOnlyList<Analysis> analyses) =>
        [.. analyses.SelectMany(a => a.Modules).Select(m => m.BuildId).Where(b => b.Length > 0)];

    private int Function(string name, string module)
    {
        if (!_functionNumbers.TryGetValue((name, module), out var number))
        {
            _functionNumbers.Add((name, module), number = _functions.Count);
            _functions.Add((name, module));
        }

        return number;
    }

    private int Module(string name)
    {
        if (!_moduleNumbers.TryGetValue(name, out var number))
        {
            _moduleNumbers.Add(name, number = _modules.Count);
            _modules.Add(name);
        }

        return number;
    }
}
