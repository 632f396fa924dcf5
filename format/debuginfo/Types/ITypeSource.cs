namespace TraceKit.DebugInfo.Types;

/// <summary>Someone who knows types by name: DWARF, BTF, a file of prototypes.</summary>
public interface ITypeSource
{
    /// <summary>Who: <c>DWARF of /usr/lib/debug/…</c>, <c>BTF of the kernel</c>.</summary>
    string Description { get; }

    /// <summary>A complete type.</summary>
    /// <param name="name"><c>struct sock</c>, <c>union u</c>, <c>enum e</c>, <c>sock</c>, <c>u32</c>, <c>ns::Foo</c>; with <c>*</c> behind it a pointer to it.</param>
    /// <returns>null when there is none.</returns>
    DebugType? FindType(string name);

    /// <summary>Names close to a wrong one, best first, at most a few.</summary>
    IReadOnlyList<string> SimilarTypes(string name);

    /// <summary>
    /// Of Go: names by the place of the program's own description of each type, which an interface's type word points to. Places are addresses, or count from the
    /// symbol <c>runtime.types</c>: then they are smaller than its address. Empty for all others.
    /// </summary>
    IReadOnlyList<KeyValuePair<ulong, string>> GoRuntimeTypes() => [];
}

/// <summary>Someone who knows functions: with their code (DWARF), or only what they take and return (BTF, prototypes).</summary>
public interface IFunctionSource
{
    /// <summary>Who.</summary>
    string Description { get; }

    /// <summary>All functions that a pattern means, those with code of their own first, each once.</summary>
    IReadOnlyList<DebugFunction> FindFunctions(FunctionPattern pattern);

    /// <summary>The function that has code of its own (not inlined) at an address; null when none is known.</summary>
    DebugFunctionCopy? CopyAt(TraceKit.Binary.Svma address);

    /// <summary>All pieces of code that hold an address: the innermost inlined one first, the function that has code of its own last.</summary>
    IReadOnlyList<DebugFunctionCopy> CopiesAt(TraceKit.Binary.Svma address) => CopyAt(address) is { } copy ? [copy] : [];

    /// <summary>A global or static variable.</summary>
    /// <param name="name">Its name, with namespaces where it has some.</param>
    /// <param name="near">Variables of this function's own source file are preferred.</param>
    DebugVariable? FindVariable(string name, DebugFunction? near);
}

/// <summary>Someone who knows which instruction belongs to which source line.</summary>
public interface ISourcePlaces
{
    /// <summary>Source files whose path ends in a given one (whole folders: <c>a/b.c</c> is no end of <c>xa/b.c</c>).</summary>
    IReadOnlyList<string> FindFiles(string pathEnd);

    /// <summary>Where a line of a file begins: addresses of statements (<c>is_stmt</c>) by address, one for each piece of code.</summary>
    /// <param name="file">A file as <see cref="FindFiles"/> gives it.</param>
    /// <param name="line">From 1 on.</param>
    IReadOnlyList<TraceKit.Binary.Svma> FindLine(string file, int line);

    /// <summary>Lines of a file that have statements, ascending.</summary>
    IReadOnlyList<int> LinesOf(string file);

    /// <summary>File and line of an instruction; null when not known.</summary>
    (string File, int Line)? PlaceOf(TraceKit.Binary.Svma address);

    /// <summary>Every statement (<c>is_stmt</c>) that begins in a range, by address, as the line table has them: for the end of a prologue.</summary>
    IReadOnlyList<SourceRow> RowsIn(CodeRange range) => [];
}

/// <summary>One row of a line table.</summary>
/// <param name="Address">The instruction.</param>
/// <param name="File">Source file.</param>
/// <param name="Line">Line, from 1 on; 0 for code of no line.</param>
/// <param name="IsPrologueEnd"><c>prologue_end</c>: where a breakpoint at the function's entry should stand.</param>
public readonly record struct SourceRow(TraceKit.Binary.Svma Address, string File, int Line, bool IsPrologueEnd);
