using TraceKit.Binary;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Targets;

namespace TraceKit.Probes.Compile;

/// <summary>One place where a probe will stand, and what is known there.</summary>
internal sealed class Site
{
    /// <summary>The instruction.</summary>
    public required Svma Address { get; init; }

    /// <summary>The function as the symbol tables know it; null when they don't.</summary>
    public TargetFunction? Symbol { get; init; }

    /// <summary>Pieces of code that hold the instruction: the innermost inlined one first. Empty where there is no debug information.</summary>
    public IReadOnlyList<DebugFunctionCopy> Copies { get; init; } = [];

    /// <summary>The function as declared; null when nobody knows.</summary>
    public DebugFunction? Function { get; init; }

    /// <summary>Whether arguments are where the calling convention puts them: the first instruction of a function that was called.</summary>
    public bool IsEntry { get; init; }

    /// <summary>A return probe of the kernel.</summary>
    public bool IsReturn { get; init; }

    /// <summary>An instruction that returns, probed in place of a return probe (Go).</summary>
    public bool IsReturnInstruction { get; init; }

    /// <summary>Whether the compiler kept to no plan when it changed the function (<c>.isra</c>, <c>.constprop</c>): only debug information knows then where values are.</summary>
    public bool IsClone { get; init; }

    /// <summary>Whether the debug information's places are not true yet: at the entry of a function compiled without optimization.</summary>
    public bool IsBeforePrologue { get; init; }

    /// <summary>The marker that stands here; null for all other places.</summary>
    public TargetMarker? Marker { get; init; }

    /// <summary>What an event here is called when the user gives no name.</summary>
    public string EventBase { get; init; } = "";

    /// <summary>Where the place is counted from in messages: the function's entry.</summary>
    public ulong OffsetInFunction => Copies is [.., { IsInlined: false } whole] && whole.Entry.Value <= Address.Value ? Address.Value - whole.Entry.Value
        : Symbol is { } s && s.Address.Value <= Address.Value ? Address.Value - s.Address.Value : 0;

    /// <summary>The function for people.</summary>
    public string FunctionName => Function?.QualifiedName ?? Symbol?.DisplayName ?? "";
}
