using TraceKit.DebugInfo.Btf;
using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Prototypes;

/// <summary>What the user names beside a target's own descriptions: <c>--types-from</c> and <c>--proto</c>, in the order in which they are believed.</summary>
public static class OtherTypes
{
    /// <summary>Adds files, then prototypes; each may use all types that are known by then.</summary>
    /// <param name="types">Who knows types so far; grows.</param>
    /// <param name="functions">Who knows functions so far, without code; grows. Prototypes come first: who writes one down means it, even where a file happens to know the function too.</param>
    /// <param name="kernelBtf">The kernel's own types, which texts may use too; null for none.</param>
    /// <param name="files">Values of <c>--types-from</c>.</param>
    /// <param name="open">Opens one of them; the second argument is who knows the types that C text only names.</param>
    /// <param name="prototypes">Values of <c>--proto</c>.</param>
    /// <exception cref="PrototypeException">A text is no C declaration.</exception>
    public static void Add(
        List<ITypeSource> types, List<IFunctionSource> functions, BtfFile? kernelBtf, IReadOnlyList<string> files, Func<string, IReadOnlyList<ITypeSource>, TypesFile> open, IReadOnlyList<string> prototypes)
    {
        foreach (var path in files)
        {
            var file = open(path, Known(types, kernelBtf));
            types.Add(file.Types);
            functions.Add(file.Functions);
        }

        for (var i = 0; i < prototypes.Count; i++)
        {
            var declarations = CDeclarations.Parse(prototypes[i], "--proto", Known(types, kernelBtf));
            types.Add(declarations);
            functions.Insert(i, declarations);
        }
    }

    private static List<ITypeSource> Known(List<ITypeSource> types, BtfFile? kernelBtf)
    {
        var known = new List<ITypeSource>(types);
        if (kernelBtf is not null)
            known.Add(kernelBtf);
        return known;
    }
}
