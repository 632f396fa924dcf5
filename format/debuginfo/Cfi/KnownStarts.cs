using TraceKit.DebugInfo.Elf;

namespace TraceKit.DebugInfo.Cfi;

/// <summary>Functions where a runtime starts its threads and whose CFI does not say that nobody called them.</summary>
public static class KnownStarts
{
    /// <summary>
    /// Go's functions marked <c>TOPFRAME</c> (runtime/asm_amd64.s, asm_arm64.s): the linker writes ordinary CFI for them. A goroutine's first function
    /// returns to <c>goexit</c>. <c>.abi0</c> is how the linker names assembly since Go 1.17.
    /// </summary>
    public static IReadOnlyList<string> Go { get; } = ["runtime.goexit", "runtime.mstart", "runtime.rt0_go"];

    /// <summary>Whether a module has Go's sections: only then are its symbols worth searching.</summary>
    public static bool IsGo(ElfImage image) =>
        image.TrySection(".gopclntab", out _) || image.TrySection(".data.rel.ro.gopclntab", out _) || image.TrySection(".note.go.buildid", out _);

    /// <summary>Adds the starts that a Go program's symbols name.</summary>
    /// <param name="symbols">Its symbols.</param>
    /// <param name="rows">Gets them.</param>
    public static void AddTo(SymbolTable symbols, UnwindRowList rows)
    {
        foreach (var name in Go)
        {
            foreach (var spelling in (ReadOnlySpan<string>)[name, name + ".abi0"])
            {
                if (symbols.TryFindName(System.Text.Encoding.UTF8.GetBytes(spelling), out var symbol) && symbol.Length > 0)
                    rows.AddRoot(symbol.Start, new Binary.Svma(symbol.Start.Value + symbol.Length));
            }
        }
    }
}
