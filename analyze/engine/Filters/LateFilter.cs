using System.Globalization;
using System.Text;
using TraceKit.Engine.Model;
using TraceKit.Engine.Stacks;
using TraceKit.Engine.Symbols;
using TraceKit.Probes.Filters;

namespace TraceKit.Engine.Filters;

/// <summary>
/// Answers what filters ask of stacks, once frames have names: a name once for each distinct function, module or line, a stack once for each node of the
/// <see cref="StackTable"/> (parents come before children, so one pass hands down what a stack has), a row by the bit of its node.
/// </summary>
internal sealed class LateFilter(IReadOnlyList<TraceModule> modules, FrameTable frames, StackTable stacks, FunctionTable functions)
{
    private readonly Dictionary<FilterTest, ulong[]> _nodes = [];
    private readonly Dictionary<(int File, uint Line, FrameTest Test), bool> _lines = [];

    /// <summary>A bit for each row: whether it fulfils a filter.</summary>
    /// <param name="filter">What is left of it.</param>
    /// <param name="rowStacks">Node of each row.</param>
    /// <param name="carried">Answers that came with each row.</param>
    public ulong[] Answer(LateNode filter, ReadOnlySpan<int> rowStacks, ReadOnlySpan<ulong> carried)
    {
        var bits = new ulong[Bitmap.Words(rowStacks.Length)];
        switch (filter.Kind)
        {
            case LateKind.Test:
                var nodes = OfNodes(filter.Test!);
                for (var i = 0; i < rowStacks.Length; i++)
                    Bitmap.Set(bits, i, Bitmap.Get(nodes, rowStacks[i]));
                break;
            case LateKind.Bit:
                for (var i = 0; i < carried.Length; i++)
                    Bitmap.Set(bits, i, (carried[i] >> filter.Bit & 1) != 0);
                break;
            case LateKind.Not:
                bits = Answer(filter.Parts[0], rowStacks, carried);
                Bitmap.Not(bits, rowStacks.Length);
                break;
            default:
                bits = Answer(filter.Parts[0], rowStacks, carried);
                foreach (var part in filter.Parts.Skip(1))
                {
                    if (filter.Kind == LateKind.All)
                        Bitmap.And(bits, Answer(part, rowStacks, carried));
                    else
                        Bitmap.Or(bits, Answer(part, rowStacks, carried));
                }

                break;
        }

        return bits;
    }

    /// <summary>A bit for each stack.</summary>
    private ulong[] OfNodes(FilterTest test)
    {
        if (_nodes.TryGetValue(test, out var bits))
            return bits;
        bits = new ulong[Bitmap.Words(stacks.Count)];
        if (test is FrameTest frameTest)
            OfFrames(frameTest, bits);
        else
            OfDepths(test, bits);
        _nodes.Add(test, bits);
        return bits;
    }

    private void OfFrames(FrameTest test, ulong[] bits)
    {
        var ofFrame = new bool[frames.Count];
        var names = new sbyte[test.Property == FrameProperty.Symbol ? functions.Count : modules.Count + 1];
        for (var frame = 0; frame < ofFrame.Length; frame++)
            ofFrame[frame] = test.Place == FramePlace.Top ? OfTop(test, frame, names) : OfAnyLevel(test, frame, names);
        var parents = stacks.Parents;
        var frameOf = stacks.Frames;
        for (var node = 1; node < parents.Length; node++)
        {
            var holds = test.Place switch
            {
                FramePlace.Stack => ofFrame[frameOf[node]] || Bitmap.Get(bits, parents[node]),
                FramePlace.Caller => parents[node] > 0 && ofFrame[frameOf[parents[node]]],
                _ => ofFrame[frameOf[node]],
            };
            Bitmap.Set(bits, node, holds);
        }
    }

    /// <summary>The concrete function, as reports count what a sample is in; of lines that of the address.</summary>
    private bool OfTop(FrameTest test, int frame, sbyte[] names)
    {
        var (has, fits) = test.Property switch
        {
            FrameProperty.Symbol => (functions[functions.OfFrame[frame]].IsKnown, OfFunction(test, functions.OfFrame[frame], names)),
            FrameProperty.Module => (frames.Modules[frame] >= 0, OfModule(test, frames.Modules[frame], names)),
            _ => (functions.Levels(frame)[0].File != 0, OfLine(test, functions.Levels(frame)[0])),
        };
        return has && fits != test.IsNot;
    }

    private bool OfAnyLevel(FrameTest test, int frame, sbyte[] names)
    {
        if (test.Property == FrameProperty.Module)
            return OfModule(test, frames.Modules[frame], names);
        foreach (var level in functions.Levels(frame))
        {
            if (test.Property == FrameProperty.Symbol ? OfFunction(test, level.Function, names) : OfLine(test, level))
                return true;
        }

        return false;
    }

    private bool OfFunction(FrameTest test, int function, sbyte[] names)
    {
        if (names[function] == 0)
            names[function] = functions[function].IsKnown && test.Fits(functions[function].Name) ? (sbyte)1 : (sbyte)-1;
        return names[function] > 0;
    }

    private bool OfModule(FrameTest test, int module, sbyte[] names)
    {
        if (module < 0)
            return false;
        if (names[module] == 0)
            names[module] = FrameNames.Fits(test, modules[module].Name, modules[module].Path) ? (sbyte)1 : (sbyte)-1;
        return names[module] > 0;
    }

    private bool OfLine(FrameTest test, in FrameFunction level)
    {
        if (level.File == 0)
            return false;
        if (!_lines.TryGetValue((level.File, level.Line, test), out var fits))
            _lines.Add((level.File, level.Line, test), fits = FrameNames.FitsLine(test, functions.FileName(level.File), level.Line));
        return fits;
    }

    private void OfDepths(FilterTest test, ulong[] bits)
    {
        if (test is NumberFilterTest number)
        {
            var depths = new long[stacks.Count];
            for (var node = 0; node < depths.Length; node++)
                depths[node] = stacks.Depths[node];
            number.Holds(depths, bits);
            return;
        }

        for (var node = 0; node < stacks.Count; node++)
        {
            var depth = stacks.Depths[node];
            Bitmap.Set(bits, node, test is TextTest text ? text.Holds(Encoding.UTF8.GetBytes(depth.ToString(CultureInfo.InvariantCulture))) : ((FieldTest)test).Holds(depth, depth));
        }
    }
}
