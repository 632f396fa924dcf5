namespace TraceKit.Probes.Filters;

/// <summary>A filter whose names and values are those of one event: ready to be asked of its records.</summary>
public sealed class BoundFilter
{
    private readonly BoundNode _root;

    internal BoundFilter(BoundNode root) => _root = root;

    /// <summary>Whether a record fulfils the condition. A comparison with what the record does not have is false, whatever the operator.</summary>
    public bool Matches(IFilterValues values) => _root.Matches(values);
}

/// <summary>A part of a bound filter.</summary>
internal abstract class BoundNode
{
    public abstract bool Matches(IFilterValues values);
}

/// <summary>What cannot hold for this event.</summary>
internal sealed class BoundNever : BoundNode
{
    /// <inheritdoc/>
    public override bool Matches(IFilterValues values) => false;
}

/// <summary>The opposite.</summary>
internal sealed class BoundNot(BoundNode inner) : BoundNode
{
    /// <inheritdoc/>
    public override bool Matches(IFilterValues values) => !inner.Matches(values);
}

/// <summary>All or any.</summary>
internal sealed class BoundJoin(bool isAnd, BoundNode[] parts) : BoundNode
{
    /// <inheritdoc/>
    public override bool Matches(IFilterValues values)
    {
        foreach (var part in parts)
        {
            if (part.Matches(values) != isAnd)
                return !isAnd;
        }

        return isAnd;
    }
}
