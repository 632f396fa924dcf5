using TraceKit.Binary;

namespace TraceKit.DebugInfo.Types;

/// <summary>A function as its source declares it, and where code of it is.</summary>
public abstract class DebugFunction
{
    /// <summary>Its own name without scope: <c>vfs_read</c>, <c>collect</c>.</summary>
    public abstract string Name { get; }

    /// <summary>With namespaces and classes: <c>G1CollectedHeap::collect</c>, <c>main.(*Node).Walk</c>.</summary>
    public virtual string QualifiedName => Name;

    /// <summary>The symbol that a linker sees; null when it is the name.</summary>
    public virtual string? LinkageName => null;

    /// <summary>The language.</summary>
    public virtual SourceLanguage Language => SourceLanguage.C;

    /// <summary>File of the declaration as the compiler wrote it; null when not known.</summary>
    public virtual string? File => null;

    /// <summary>Line of the declaration; 0 when not known.</summary>
    public virtual int Line => 0;

    /// <summary>The compiler and its options (<c>DW_AT_producer</c>); null when not known. One without <c>-O</c> keeps arguments on the stack from after the prologue on.</summary>
    public virtual string? Producer => null;

    /// <summary>What it returns; null for nothing. Of Go the first of <see cref="Results"/>.</summary>
    public virtual DebugType? ReturnType => null;

    /// <summary>All that it returns, in order: of Go several perhaps, with their names (<c>~r0</c> where the source gives none).</summary>
    public virtual IReadOnlyList<DebugParameter> Results => ReturnType is { } type ? [new DebugParameter(null, type)] : [];

    /// <summary>What it takes, <c>this</c> and receivers included, in order, as declared. Where values are say the copies.</summary>
    public virtual IReadOnlyList<DebugParameter> Parameters => [];

    /// <summary>Whether more arguments may follow (<c>…</c>).</summary>
    public virtual bool IsVariadic => false;

    /// <summary>Where code of it is: its own (several, when the compiler made clones), then the places where it was inlined, by address. Empty where only types are known (BTF).</summary>
    public virtual IReadOnlyList<DebugFunctionCopy> Copies => [];

    /// <summary>Who says all this: <c>DWARF of /usr/lib/debug/…</c>, <c>BTF of the kernel</c>.</summary>
    public abstract string Source { get; }
}

/// <summary>A parameter as declared.</summary>
/// <param name="Name">Its name; null when it has none.</param>
/// <param name="Type">Its type.</param>
public sealed record DebugParameter(string? Name, DebugType? Type);

/// <summary>One piece of code that a function became: a function of its own, or inlined in another.</summary>
public abstract class DebugFunctionCopy
{
    /// <summary>The function.</summary>
    public abstract DebugFunction Function { get; }

    /// <summary>Whether it is part of another function's code.</summary>
    public abstract bool IsInlined { get; }

    /// <summary>Where it is entered: <c>DW_AT_entry_pc</c>, else the lowest address of the first range.</summary>
    public abstract Svma Entry { get; }

    /// <summary>Its code, in the order in which it was written down; cold parts may lie far away.</summary>
    public abstract IReadOnlyList<CodeRange> Ranges { get; }

    /// <summary>Of an inlined copy: the function whose code it is part of, inlined itself perhaps.</summary>
    public virtual DebugFunctionCopy? Caller => null;

    /// <summary>Of an inlined copy: file and line of the call; null and 0 when not known.</summary>
    public virtual (string? File, int Line) CallPlace => default;

    /// <summary>Parameters, then the variables of all blocks inside, in order.</summary>
    public abstract IReadOnlyList<DebugVariable> Variables { get; }
}

/// <summary>Addresses from <paramref name="Start"/> to just before <paramref name="End"/>.</summary>
/// <param name="Start">The first.</param>
/// <param name="End">Just past the last.</param>
public readonly record struct CodeRange(Svma Start, Svma End)
{
    /// <summary>Whether an address is one of them.</summary>
    public bool Contains(Svma address) => address.Value >= Start.Value && address.Value < End.Value;
}

/// <summary>A parameter or variable in a piece of code.</summary>
public abstract class DebugVariable
{
    /// <summary>Its name; null when it has none.</summary>
    public abstract string? Name { get; }

    /// <summary>Its type; null when not known.</summary>
    public abstract DebugType? Type { get; }

    /// <summary>Whether it is a parameter.</summary>
    public abstract bool IsParameter { get; }

    /// <summary>Line of its declaration; 0 when not known.</summary>
    public virtual int Line => 0;

    /// <summary>Whether its block holds the address.</summary>
    public abstract bool IsInScope(Svma pc);

    /// <summary>Where its value is before the instruction at an address is executed.</summary>
    public abstract VariableLocation Locate(Svma pc);
}
