namespace TraceKit.Engine.Symbols;

/// <summary>
/// The distinct functions of the frames: several addresses of one function are one number here, and aggregates work on numbers.
/// </summary>
/// <remarks>
/// A function is (name, module, kernel or user, inlined or not). C++ and Rust names are shown without parameters, as perf shows them: overloads,
/// and the parts a compiler split off (<c>.cold</c>, <c>.part.0</c>), are one function. What could not be named is called by where
/// it begins: the start of the FDE that covers it, else the frame's own address is one function. Where an address says nothing (no mapping, data,
/// hidden kernel symbols, a guest's), all of a module and reason are one, called <see cref="UnknownName"/>. Numbered by module, then name (ordinal).
/// </remarks>
public sealed class FunctionTable
{
    /// <summary>What is called where not even an address helps.</summary>
    public const string UnknownName = "[unknown]";

    /// <summary>What the kernel of a guest is called, as perf calls it.</summary>
    public const string GuestKernelName = "[guest.kernel.kallsyms]";

    private readonly Function[] _functions;
    private readonly int[] _ofFrame;
    private readonly FrameLevels _levels;

    internal FunctionTable(Function[] functions, int[] ofFrame, FrameLevels levels)
    {
        _functions = functions;
        _ofFrame = ofFrame;
        _levels = levels;
    }

    /// <summary>Distinct functions.</summary>
    public int Count => _functions.Length;

    /// <summary>A function by number.</summary>
    public Function this[int function] => _functions[function];

    /// <summary>The concrete function of each frame of the <c>FrameTable</c>: the one that has the address, not those inlined into it.</summary>
    public ReadOnlySpan<int> OfFrame => _ofFrame;

    /// <summary>
    /// All functions at a frame's address, innermost first: those that the compiler inlined, then the concrete one, <see cref="OfFrame"/>. Never empty.
    /// </summary>
    public ReadOnlySpan<FrameFunction> Levels(int frame) => _levels.Of(frame);

    /// <summary>The same frames with other functions.</summary>
    /// <param name="functions">All of them.</param>
    /// <param name="map">For each function here its number there.</param>
    internal FunctionTable Renumbered(Function[] functions, int[] map) => new(functions, Array.ConvertAll(_ofFrame, f => map[f]), _levels.Renumbered(map));

    /// <summary>Path of a source file by its number in <see cref="FrameFunction.File"/>; empty for 0.</summary>
    public string FileName(int file) => _levels.FileName(file);

    /// <summary>Whether any function is <see cref="Function.IsFolded"/>.</summary>
    public bool HasFolded => Array.Exists(_functions, f => f.IsFolded);

    /// <summary>Whether any frame has inlined functions.</summary>
    public bool HasInlined => _levels.HasInlined;
}

/// <summary>A function as reports name it.</summary>
/// <param name="Name">
/// Demangled, without parameters. Without a name (<paramref name="Reason"/> says why) its address in the module's own tables, <c>0x126ad0</c>, or
/// <see cref="FunctionTable.UnknownName"/>.
/// </param>
/// <param name="RawName">As the symbol table has it; empty when unknown.</param>
/// <param name="Module">Index in <c>TraceModel.Modules</c>; -1 when nothing was mapped.</param>
/// <param name="ModuleName">Short name as reports print it: <c>libc.so.6</c>, <c>[kernel.kallsyms]</c>, <c>[unknown]</c>.</param>
/// <param name="Kind">User or kernel: the <c>[.]</c> or <c>[k]</c> of reports.</param>
/// <param name="Reason">Why it has no name; <see cref="UnresolvedReason.None"/> when it has.</param>
public sealed record Function(string Name, string RawName, int Module, string ModuleName, Stacks.FrameKind Kind, UnresolvedReason Reason)
{
    /// <summary>Whether there is a name.</summary>
    public bool IsKnown => Reason == UnresolvedReason.None;

    /// <summary>Whether it stands for a body that the compiler put into others: the function of the same name that has addresses of its own is another number.</summary>
    public bool IsInlined { get; init; }

    /// <summary>Whether it stands for several functions, runs of which in a stack are one frame.</summary>
    public bool IsFolded { get; init; }

    /// <summary>The name as reports show it: <c>middle (inlined)</c>.</summary>
    public string Label => IsInlined ? Name + " (inlined)" : Name;

    /// <summary>
    /// What <see cref="Name"/> gives the address of: where <c>.eh_frame</c> says that the function begins, else the look-up address of its one frame.
    /// An SVMA in files, an AVMA elsewhere. Null when there is a name, or <see cref="FunctionTable.UnknownName"/>.
    /// </summary>
    public ulong? Address { get; init; }
}
