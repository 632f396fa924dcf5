namespace TraceKit.Probes.Filters;

/// <summary>A filter whose names and values are those of one event: ready to be asked of its records.</summary>
public sealed class BoundFilter
{
    internal BoundFilter(BoundNode root) => Root = root;

    /// <summary>The condition as a tree, for who evaluates it over columns.</summary>
    public BoundNode Root { get; }

    /// <summary>Whether a record fulfils the condition. A comparison with what the record does not have is false, whatever the operator.</summary>
    public bool Matches(IFilterValues values) => Root.Matches(values);
}

/// <summary>What must be known of a sample besides its record.</summary>
[Flags]
public enum FilterNeeds
{
    /// <summary>Nothing: it can be asked before the stack is unwound.</summary>
    None = 0,

    /// <summary>Its stack, with names.</summary>
    Frames = 1,

    /// <summary>Lines of the source for its frames.</summary>
    Lines = 2,
}

/// <summary>A part of a bound filter.</summary>
public abstract class BoundNode
{
    private protected BoundNode()
    {
    }

    /// <summary>What it asks for.</summary>
    public abstract FilterNeeds Needs { get; }

    /// <summary>Whether a record fulfils it.</summary>
    public abstract bool Matches(IFilterValues values);

    /// <summary>Several as one.</summary>
    /// <param name="isAnd">All of them; else any.</param>
    /// <param name="parts">One stands for itself.</param>
    public static BoundNode Join(bool isAnd, IReadOnlyList<BoundNode> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        return parts.Count == 1 ? parts[0] : new BoundJoin(isAnd, [.. parts]);
    }
}

/// <summary>What cannot hold for this event, or always does.</summary>
public sealed class BoundConstant : BoundNode
{
    internal BoundConstant(bool value) => Value = value;

    /// <summary>The answer.</summary>
    public bool Value { get; }

    /// <inheritdoc/>
    public override FilterNeeds Needs => FilterNeeds.None;

    /// <inheritdoc/>
    public override bool Matches(IFilterValues values) => Value;
}

/// <summary>The opposite.</summary>
public sealed class BoundNot : BoundNode
{
    internal BoundNot(BoundNode inner) => Inner = inner;

    /// <summary>Of this.</summary>
    public BoundNode Inner { get; }

    /// <inheritdoc/>
    public override FilterNeeds Needs => Inner.Needs;

    /// <inheritdoc/>
    public override bool Matches(IFilterValues values) => !Inner.Matches(values);
}

/// <summary>All or any.</summary>
public sealed class BoundJoin : BoundNode
{
    internal BoundJoin(bool isAnd, BoundNode[] parts)
    {
        IsAnd = isAnd;
        Parts = parts;
        foreach (var part in parts)
            Needs |= part.Needs;
    }

    /// <summary>All of them; else any.</summary>
    public bool IsAnd { get; }

    /// <summary>Of these.</summary>
    public IReadOnlyList<BoundNode> Parts { get; }

    /// <inheritdoc/>
    public override FilterNeeds Needs { get; }

    /// <inheritdoc/>
    public override bool Matches(IFilterValues values)
    {
        foreach (var part in Parts)
        {
            if (part.Matches(values) != IsAnd)
                return !IsAnd;
        }

        return IsAnd;
    }
}
