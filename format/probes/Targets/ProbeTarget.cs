using TraceKit.Binary;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Abi;

namespace TraceKit.Probes.Targets;

/// <summary>What is probed: a program or library, or the kernel. It knows where functions and instructions begin, and what may be armed.</summary>
public abstract class ProbeTarget
{
    /// <summary>Whether it is the kernel.</summary>
    public abstract bool IsKernel { get; }

    /// <summary>As messages name it: the file's path, or <c>the kernel</c>.</summary>
    public abstract string Name { get; }

    /// <summary><c>EM_X86_64</c> or <c>EM_AARCH64</c>.</summary>
    public abstract ushort Machine { get; }

    /// <summary>Whether it is made by the Go tool chain, stripped or not: its stacks move, and return probes would crash it.</summary>
    public virtual bool IsGo => false;

    /// <summary>How its functions are called. Of a program that mixes languages: what the function's language says.</summary>
    public abstract ICallingConvention ConventionOf(DebugFunction? function);

    /// <summary>Who knows functions with their code: DWARF; null when there is none.</summary>
    public virtual IFunctionSource? Code => null;

    /// <summary>Who knows which line is where; null when there is none.</summary>
    public virtual ISourcePlaces? Places => null;

    /// <summary>Who else knows what functions take and return, best first: BTF, <c>--proto</c>, <c>--types-from</c>. Theirs have no code here.</summary>
    public virtual IReadOnlyList<IFunctionSource> Prototypes => [];

    /// <summary>Who knows types, best first: DWARF, BTF, <c>--types-from</c>, <c>--proto</c>.</summary>
    public virtual IReadOnlyList<ITypeSource> Types => [];

    /// <summary>Functions by symbol table, pclntab or kallsyms, whose name (as the symbol table has it, or demangled) the pattern means. By address.</summary>
    public abstract IReadOnlyList<TargetFunction> FindFunctions(FunctionPattern pattern, string? module = null);

    /// <summary>The function around an address; null when the tables know none.</summary>
    public abstract TargetFunction? FunctionAt(Svma address);

    /// <summary>Names close to a wrong one, best first, at most a few.</summary>
    public virtual IReadOnlyList<string> SimilarFunctions(string name) => [];

    /// <summary>Address of a data or code symbol, for <c>@SYMBOL</c> and globals; null when there is none.</summary>
    public abstract Svma? FindSymbol(string name);

    /// <summary>A global or static variable of the target, and who knows it; null when nobody does.</summary>
    /// <param name="name">Its name, with namespaces where it has some.</param>
    /// <param name="near">Variables of this function's own source file are preferred.</param>
    public virtual (DebugVariable Variable, string Source)? FindGlobal(string name, DebugFunction? near) =>
        Code?.FindVariable(name, near) is { } found ? (found, Code.Description) : null;

    /// <summary>Whether a probe may stand at an address.</summary>
    /// <param name="address">In the file's own addresses.</param>
    /// <param name="isReturn">For a return probe.</param>
    /// <returns>null when it is proven to be the start of an instruction and nothing forbids it; else why not, as a clause.</returns>
    public abstract string? WhyNot(Svma address, bool isReturn);

    /// <summary>Why a function must not be probed at its entry or return whatever its address, which may be hidden (0); null when nothing is known against it.</summary>
    public virtual string? WhyNotFunction(TargetFunction function, bool isReturn) => null;

    /// <summary>What the user must know before a return probe is set on a function, although it can be; null when nothing is known against it.</summary>
    public virtual string? ReturnRisk(TargetFunction function) => null;

    /// <summary>Every instruction of a function that returns from it, by address.</summary>
    /// <exception cref="ProbeTargetException">The function's code cannot be followed to its end.</exception>
    public abstract IReadOnlyList<Svma> Returns(TargetFunction function);

    /// <summary>Where the kernel counts an address from: the place in the file. Of the kernel itself not asked.</summary>
    public virtual FileOffset? ToFileOffset(Svma address) => null;

    /// <summary>The other way round: what lies at a place of the file, in the file's own addresses; null when no code does.</summary>
    public virtual Svma? ToAddress(FileOffset offset) => null;

    /// <summary>Markers (USDT) by name.</summary>
    public virtual IReadOnlyList<TargetMarker> FindMarkers(string? provider, string name) => [];
}

/// <summary>A function that the symbol tables of a target know.</summary>
/// <param name="Symbol">The symbol, with version or suffix (<c>.isra.0</c>, <c>.cold</c>) as the table has it.</param>
/// <param name="DisplayName">For people: demangled.</param>
/// <param name="Module">The kernel module; null for the kernel itself and for files.</param>
/// <param name="Address">Its first instruction, in the file's own addresses (of the kernel: where it runs, 0 when that is hidden).</param>
/// <param name="Size">Bytes; 0 when not known.</param>
/// <param name="IsIndirect">Its symbol is a resolver (<c>STT_GNU_IFUNC</c>).</param>
/// <param name="IsLocal">No other file can call it by name (<c>STB_LOCAL</c>): a compiler that optimizes may have changed how it is called.</param>
public sealed record TargetFunction(string Symbol, string DisplayName, string? Module, Svma Address, ulong Size, bool IsIndirect = false, bool IsLocal = false);

/// <summary>One place of a marker (USDT).</summary>
/// <param name="Provider">Its provider.</param>
/// <param name="Name">Its name.</param>
/// <param name="Address">Its instruction.</param>
/// <param name="Semaphore">The counter's place in the file that makes the program take the marker's path; null when it has none. Proven to lie in writable data.</param>
/// <param name="Arguments">As the note has them: <c>-4@%edi 8@-16(%rbp)</c>, each already in the kernel's text where it can be fetched.</param>
public sealed record TargetMarker(string Provider, string Name, Svma Address, FileOffset? Semaphore, IReadOnlyList<MarkerArgument> Arguments);

/// <summary>One argument of a marker.</summary>
/// <param name="Text">As the note has it.</param>
/// <param name="KernelText">As the kernel takes it, without type; null when it cannot be fetched.</param>
/// <param name="Type">The kernel's type: <c>s32</c>, <c>u64</c>.</param>
/// <param name="WhyNot">Why it cannot be fetched; null when it can.</param>
public sealed record MarkerArgument(string Text, string? KernelText, string Type, string? WhyNot);

/// <summary>Something about a target that cannot be done. One line, fit to be shown.</summary>
public sealed class ProbeTargetException(string message) : Exception(message);
