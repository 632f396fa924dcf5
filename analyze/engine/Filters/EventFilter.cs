using TraceKit.Probes.Filters;

namespace TraceKit.Engine.Filters;

/// <summary>A filter of one event, divided by when its parts can be answered.</summary>
/// <remarks>
/// Whatever stands alone under the outermost <c>&amp;&amp;</c> and asks for no frames is answered before a stack is unwound: what it leaves out costs no unwinding.
/// Where such conditions are mixed with others (<c>cpu == 1 || stack has "x"</c>) each is answered early too, as one bit that the sample carries to the end.
/// </remarks>
internal sealed class EventFilter
{
    /// <summary>Bits that a sample carries; more parts are answered together where they stand together.</summary>
    public const int MostConditions = 64;

    private EventFilter(BoundNode whole, BoundNode? early, LateNode? late, IReadOnlyList<BoundNode> carried)
    {
        Whole = whole;
        Early = early;
        Late = late;
        Carried = carried;
    }

    /// <summary>All of it.</summary>
    public BoundNode Whole { get; }

    /// <summary>What holds before unwinding; null for nothing.</summary>
    public BoundNode? Early { get; }

    /// <summary>What is left when frames have names; null for nothing.</summary>
    public LateNode? Late { get; }

    /// <summary>Conditions on the record within <see cref="Late"/>: their answers are the bits of a sample.</summary>
    public IReadOnlyList<BoundNode> Carried { get; }

    /// <summary>Divides a filter.</summary>
    /// <param name="filter">Of one event; null for none.</param>
    /// <param name="carried">Where the bits of the event's filters begin.</param>
    public static EventFilter? Make(BoundFilter? filter, ref int carried)
    {
        if (filter is null)
            return null;
        var root = filter.Root;
        var first = carried;
        List<BoundNode> early = [], conditions = [];
        List<LateNode> late = [];
        foreach (var part in root is BoundJoin { IsAnd: true } all ? all.Parts : [root])
        {
            if (part.Needs == FilterNeeds.None)
                early.Add(part);
            else
                late.Add(ToLate(part, conditions, first));
        }

        carried += conditions.Count;
        return new EventFilter(root, early.Count == 0 ? null : BoundNode.Join(true, early), late.Count == 0 ? null : new LateNode(LateKind.All, late), conditions);
    }

    private static LateNode ToLate(BoundNode node, List<BoundNode> conditions, int first)
    {
        switch (node)
        {
            case { Needs: FilterNeeds.None }:
                return Carry(node, conditions, first);
            case BoundNot not:
                return new LateNode(LateKind.Not, [ToLate(not.Inner, conditions, first)]);
            case BoundJoin join:
                var inner = new List<LateNode>();
                var together = join.Parts.Where(p => p.Needs == FilterNeeds.None).ToArray();
                if (together.Length > 0)
                    inner.Add(Carry(BoundNode.Join(join.IsAnd, together), conditions, first));
                foreach (var part in join.Parts)
                {
                    if (part.Needs != FilterNeeds.None)
                        inner.Add(ToLate(part, conditions, first));
                }

                return new LateNode(join.IsAnd ? LateKind.All : LateKind.Any, inner);
            default:
                return new LateNode(LateKind.Test, []) { Test = (FilterTest)node };
        }
    }

    private static LateNode Carry(BoundNode node, List<BoundNode> conditions, int first)
    {
        conditions.Add(node);
        return new LateNode(LateKind.Bit, []) { Bit = first + conditions.Count - 1 };
    }
}

/// <summary>What a part of a filter over named stacks is.</summary>
internal enum LateKind
{
    All,
    Any,
    Not,
    Test,
    Bit,
}

/// <summary>A part of a filter over named stacks.</summary>
internal sealed record LateNode(LateKind Kind, IReadOnlyList<LateNode> Parts)
{
    /// <summary>Of <see cref="LateKind.Test"/>.</summary>
    public FilterTest? Test { get; init; }

    /// <summary>Of <see cref="LateKind.Bit"/>.</summary>
    public int Bit { get; init; }
}
