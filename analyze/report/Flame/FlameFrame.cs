namespace TraceKit.Report.Flame;

/// <summary>Whose code a frame is: decides its colour.</summary>
public enum FlameKind : byte
{
    /// <summary>The root that stands for everything.</summary>
    All,

    /// <summary>A named function of user space.</summary>
    User,

    /// <summary>A function of the kernel.</summary>
    Kernel,

    /// <summary>Code without a name.</summary>
    Unknown,
}

/// <summary>
/// One box of a flame graph. Boxes come depth-first, siblings in the order in which they are drawn from left to right;
/// a box lies on its caller's, which is the nearest earlier box of one less <see cref="Depth"/>.
/// </summary>
/// <param name="Depth">0 for the root.</param>
/// <param name="Name">Name of the function.</param>
/// <param name="Module">Where it is from; empty when it adds nothing.</param>
/// <param name="Weight">Weight of everything on it, itself included.</param>
/// <param name="Kind">Colour.</param>
public readonly record struct FlameFrame(int Depth, string Name, string Module, long Weight, FlameKind Kind);

/// <summary>What a flame graph is drawn from.</summary>
public sealed class FlameView
{
    /// <summary>Title above the graph.</summary>
    public required string Title { get; init; }

    /// <summary>What a weight counts: <c>ns of cpu-clock</c>, <c>samples</c>.</summary>
    public required string Unit { get; init; }

    /// <summary>Boxes, depth-first, the root first.</summary>
    public required IReadOnlyList<FlameFrame> Frames { get; init; }

    /// <summary>Sentences about what is missing; shown under the title.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
