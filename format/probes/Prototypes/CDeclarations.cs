using TraceKit.Binary;
using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Prototypes;

/// <summary>Types and functions from C text: one prototype (<c>--proto</c>), or a header of plain declarations (<c>--types-from</c>).</summary>
/// <remarks>
/// Sizes and places are those of 64-bit Linux: <c>long</c> and pointers of eight bytes, bit fields as gcc lays them out, <c>packed</c> and <c>aligned</c> heeded. Names that are not declared in the
/// text are looked for in other sources, then among the well-known ones (<c>size_t</c>, <c>u32</c>).
/// </remarks>
public sealed class CDeclarations : ITypeSource, IFunctionSource
{
    private readonly IReadOnlyDictionary<string, DebugType> _tags;
    private readonly IReadOnlyDictionary<string, DebugType> _typedefs;
    private readonly IReadOnlyDictionary<string, DebugFunction> _functions;

    private CDeclarations(string name, CParser parser)
    {
        Description = name;
        _tags = parser.Tags;
        _typedefs = parser.Typedefs;
        _functions = parser.Functions;
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <summary>Functions that the text declares.</summary>
    public IEnumerable<DebugFunction> Functions => _functions.Values;

    /// <summary>Reads declarations.</summary>
    /// <param name="text">C; a single prototype needs no semicolon.</param>
    /// <param name="name">What errors and <see cref="Description"/> call it: <c>--proto</c>, a path.</param>
    /// <param name="others">Who knows the types that the text only names, best first.</param>
    /// <exception cref="PrototypeException">It is not C, or needs a type that nobody knows.</exception>
    public static CDeclarations Parse(string text, string name, IReadOnlyList<ITypeSource>? others = null)
    {
        var parser = new CParser(text, name, others ?? []);
        parser.Run();
        return new CDeclarations(name, parser);
    }

    /// <inheritdoc/>
    public DebugType? FindType(string name)
    {
        if (TypeReference.TryParse(name) is not { } reference)
            return null;
        DebugType? found = null;
        if (reference.Keyword is null)
            _typedefs.TryGetValue(reference.Name, out found);
        if (found is null && _tags.TryGetValue(reference.Name, out var tag) && !tag.IsDeclaration && reference.Accepts(tag.Kind))
            found = tag;
        return found is null ? null : reference.PointTo(found);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> SimilarTypes(string name)
    {
        if (TypeReference.TryParse(name) is not { } reference)
            return [];
        var known = new List<string>();
        foreach (var (tag, type) in _tags)
        {
            if (!type.IsDeclaration && reference.Accepts(type.Kind))
                known.Add(reference.Keyword is null ? tag : $"{reference.Keyword} {tag}");
        }

        if (reference.Keyword is null)
            known.AddRange(_typedefs.Keys);
        return Suggestions.NearestFew(reference.Keyword is null ? reference.Name : $"{reference.Keyword} {reference.Name}", known, 4);
    }

    /// <inheritdoc/>
    public IReadOnlyList<DebugFunction> FindFunctions(FunctionPattern pattern)
    {
        var found = new List<DebugFunction>();
        foreach (var (name, function) in _functions)
        {
            if (name == pattern.Name || name.EndsWith("::" + pattern.Name, StringComparison.Ordinal) || pattern.IsGlob && Glob.Matches(pattern.Name, name))
                found.Add(function);
        }

        return found;
    }

    /// <inheritdoc/>
    /// <remarks>Declarations have no code.</remarks>
    public DebugFunctionCopy? CopyAt(Svma address) => null;

    /// <inheritdoc/>
    /// <remarks>Variables are not kept.</remarks>
    public DebugVariable? FindVariable(string name, DebugFunction? near) => null;
}
