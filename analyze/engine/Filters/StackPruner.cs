using TraceKit.Engine.Stacks;
using TraceKit.Engine.Symbols;

namespace TraceKit.Engine.Filters;

/// <summary>Takes stacks, frames and functions out that no row is left of: so the tables are those of an analysis that never saw the other samples.</summary>
internal static class StackPruner
{
    /// <summary>The tables that are left.</summary>
    /// <param name="stacks">All stacks.</param>
    /// <param name="frames">All frames.</param>
    /// <param name="functions">All functions.</param>
    /// <param name="offsets">Of each frame.</param>
    /// <param name="rowStacks">Nodes of the rows that are left; given their new numbers.</param>
    public static (StackTable Stacks, FrameTable Frames, FunctionTable Functions, ulong[] Offsets) Prune(
        StackTable stacks, FrameTable frames, FunctionTable functions, ulong[] offsets, Span<int> rowStacks)
    {
        var nodeUsed = new bool[stacks.Count];
        nodeUsed[StackTable.Empty] = true;
        foreach (var stack in rowStacks)
            nodeUsed[stack] = true;
        var frameUsed = new bool[frames.Count];
        for (var node = stacks.Count - 1; node > 0; node--)
        {
            if (!nodeUsed[node])
                continue;
            nodeUsed[stacks.Parents[node]] = true;
            frameUsed[stacks.Frames[node]] = true;
        }

        var functionUsed = new bool[functions.Count];
        for (var frame = 0; frame < frames.Count; frame++)
        {
            if (!frameUsed[frame])
                continue;
            functionUsed[functions.OfFrame[frame]] = true;
            foreach (var level in functions.Levels(frame))
                functionUsed[level.Function] = true;
        }

        var (nodeNumber, nodes) = Number(nodeUsed);
        var (frameNumber, frameCount) = Number(frameUsed);
        var (functionNumber, functionCount) = Number(functionUsed);

        // What is left keeps its order, so nodes are still depth-first and siblings by frame.
        var parents = new int[nodes];
        var nodeFrames = new int[nodes];
        (parents[0], nodeFrames[0]) = (-1, -1);
        for (var node = 1; node < stacks.Count; node++)
        {
            if (nodeUsed[node])
                (parents[nodeNumber[node]], nodeFrames[nodeNumber[node]]) = (nodeNumber[stacks.Parents[node]], frameNumber[stacks.Frames[node]]);
        }

        foreach (ref var stack in rowStacks)
            stack = nodeNumber[stack];

        var modules = new int[frameCount];
        var addresses = new ulong[frameCount];
        var kinds = new FrameKind[frameCount];
        var ofFrame = new int[frameCount];
        var leftOffsets = new ulong[frameCount];
        var ends = new int[frameCount];
        var levels = new List<FrameFunction>();
        for (var frame = 0; frame < frames.Count; frame++)
        {
            if (!frameUsed[frame])
                continue;
            var number = frameNumber[frame];
            (modules[number], addresses[number], kinds[number]) = (frames.Modules[frame], frames.Addresses[frame], frames.Kinds[frame]);
            (ofFrame[number], leftOffsets[number]) = (functionNumber[functions.OfFrame[frame]], offsets[frame]);
            foreach (var level in functions.Levels(frame))
                levels.Add(level with { Function = functionNumber[level.Function] });
            ends[number] = levels.Count;
        }

        var left = new Function[functionCount];
        for (var function = 0; function < functions.Count; function++)
        {
            if (functionUsed[function])
                left[functionNumber[function]] = functions[function];
        }

        return (new StackTable(parents, nodeFrames), new FrameTable(modules, addresses, kinds), new FunctionTable(left, ofFrame, new FrameLevels(ends, [.. levels], functions.FileName)), leftOffsets);
    }

    private static (int[] Number, int Count) Number(bool[] used)
    {
        var number = new int[used.Length];
        var count = 0;
        for (var i = 0; i < used.Length; i++)
            number[i] = used[i] ? count++ : -1;
        return (number, count);
    }
}
