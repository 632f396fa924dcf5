using TraceKit.Engine.Stacks;

namespace TraceKit.Engine.Symbols;

/// <summary>What is known of one frame, or of one of the functions inlined there.</summary>
/// <param name="Function">Number in the <see cref="FunctionTable"/>.</param>
/// <param name="Name">As <see cref="Symbols.Function.Name"/>; when frames are named one by one <see cref="FunctionTable.UnknownName"/> for all that have none.</param>
/// <param name="Offset">Bytes from the concrete function's start to the look-up address; <see cref="NoOffset"/> when only its name is known, 0 without a name.</param>
/// <param name="Module">Index in <c>TraceModel.Modules</c>, or -1.</param>
/// <param name="ModuleName">Short name of the module.</param>
/// <param name="Address">The look-up address, as in <see cref="FrameTable.Addresses"/>.</param>
/// <param name="Kind">User or kernel.</param>
/// <param name="Reason">Why it has no name.</param>
public readonly record struct ResolvedFrame(
    int Function, string Name, ulong Offset, int Module, string ModuleName, ulong Address, FrameKind Kind, UnresolvedReason Reason)
{
    /// <summary>Value of <see cref="Offset"/> where the function's start is not known.</summary>
    public const ulong NoOffset = ulong.MaxValue;

    /// <summary>Whether this function was inlined at the address; the concrete one comes after all that were.</summary>
    public bool IsInlined { get; init; }

    /// <summary>Path of the source file; null or empty when unknown.</summary>
    public string? File { get; init; }

    /// <summary>Line, from 1; 0 when unknown.</summary>
    public uint Line { get; init; }
}
