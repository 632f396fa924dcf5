namespace TraceKit.Report.Text;

/// <summary>
/// A piece of a call graph between two forks: frames that all its weight passes through, then the branches. Of flat and folded graphs: one chain.
/// </summary>
public sealed class CallGraphNode
{
    /// <summary>Names of the frames, in the order in which they are printed; not empty.</summary>
    public required IReadOnlyList<string> Frames { get; init; }

    /// <summary>Weight of all stacks through these frames; of a chain, of the stacks that are it.</summary>
    public required long Weight { get; init; }

    /// <summary>Weight that goes on into branches, those left out included.</summary>
    public long Below { get; init; }

    /// <summary>Branches after the last frame, heaviest first.</summary>
    public IReadOnlyList<CallGraphNode> Children { get; init; } = [];
}
