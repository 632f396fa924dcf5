using TraceKit.Binary;

namespace TraceKit.DebugInfo.Kernel;

/// <summary>A function of the kernel or of one of its modules.</summary>
/// <param name="Name">As <c>/proc/kallsyms</c> spells it, suffixes like <c>.isra.0</c> included.</param>
/// <param name="Start">First byte.</param>
/// <param name="Size">Bytes to the next symbol, as perf reckons them: kallsyms holds no sizes.</param>
/// <param name="Module">Name without brackets (<c>xfs</c>, <c>bpf</c>); empty for the kernel itself.</param>
/// <param name="Type">The letter of <c>nm</c>: <c>T</c> global, <c>t</c> local, <c>W</c> or <c>w</c> weak.</param>
public readonly record struct KernelSymbol(string Name, Avma Start, ulong Size, string Module, char Type);
