using TraceKit.Engine.Stacks;

namespace TraceKit.Engine.Symbols;

/// <summary>What is known of one frame.</summary>
/// <param name="Function">Number in the <see cref="FunctionTable"/>.</param>
/// <param name="Name">As <see cref="Symbols.Function.Name"/>; when frames are named one by one <see cref="FunctionTable.UnknownName"/> for all that have none.</param>
/// <param name="Offset">Bytes from the function's start to the look-up address; 0 when unknown.</param>
/// <param name="Module">Index in <c>TraceModel.Modules</c>, or -1.</param>
/// <param name="ModuleName">Short name of the module.</param>
/// <param name="Address">The look-up address, as in <see cref="FrameTable.Addresses"/>.</param>
/// <param name="Kind">User or kernel.</param>
/// <param name="Reason">Why it has no name.</param>
public readonly record struct ResolvedFrame(
    int Function, string Name, ulong Offset, int Module, string ModuleName, ulong Address, FrameKind Kind, UnresolvedReason Reason);
