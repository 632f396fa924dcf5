using System.Text;

namespace TraceKit.Probes.Filters;

/// <summary>A filter as it was written: names and literals are not looked at yet.</summary>
internal abstract class FilterNode
{
    /// <summary>Writes it so that it reads back as the same.</summary>
    public abstract void Append(StringBuilder output);

    /// <inheritdoc/>
    public override string ToString()
    {
        var output = new StringBuilder();
        Append(output);
        return output.ToString();
    }
}

/// <summary>All of them, or any of them; n-ary, so that a long chain is no deep tree.</summary>
internal sealed class JoinNode(bool isAnd, FilterNode[] parts) : FilterNode
{
    public bool IsAnd => isAnd;

    public FilterNode[] Parts => parts;

    /// <summary>One part stands for itself.</summary>
    public static FilterNode Make(bool isAnd, List<FilterNode> parts) => parts.Count == 1 ? parts[0] : new JoinNode(isAnd, [.. parts]);

    /// <inheritdoc/>
    public override void Append(StringBuilder output)
    {
        for (var i = 0; i < parts.Length; i++)
        {
            if (i > 0)
                output.Append(isAnd ? " && " : " || ");
            var inner = parts[i] is JoinNode;
            if (inner)
                output.Append('(');
            parts[i].Append(output);
            if (inner)
                output.Append(')');
        }
    }
}

/// <summary>The opposite.</summary>
internal sealed class NotNode(FilterNode inner) : FilterNode
{
    public FilterNode Inner => inner;

    /// <inheritdoc/>
    public override void Append(StringBuilder output)
    {
        output.Append("!(");
        inner.Append(output);
        output.Append(')');
    }
}

/// <summary>What is asked of a record at once.</summary>
/// <param name="source">The whole filter.</param>
/// <param name="start">Where it begins.</param>
/// <param name="comparison">How.</param>
/// <param name="operatorPosition">Where that stands.</param>
/// <param name="literal">Right side.</param>
internal abstract class TestNode(string source, int start, FilterOperator comparison, int operatorPosition, FilterLiteral literal) : FilterNode
{
    public int Start => start;

    public FilterOperator Operator => comparison;

    public int OperatorPosition => operatorPosition;

    public FilterLiteral Literal => literal;

    protected StringBuilder AppendSource(StringBuilder output, FilterLiteral of) => output.Append(source, of.Start, of.End - of.Start);
}

/// <summary><c>NAME OPERATOR VALUE</c>, or <c>NAME &amp; MASK OPERATOR VALUE</c>. Of <c>in</c> each member is one.</summary>
internal sealed class ComparisonNode(string source, string name, int start, FilterOperator comparison, int operatorPosition, FilterLiteral literal, FilterLiteral? mask = null)
    : TestNode(source, start, comparison, operatorPosition, literal)
{
    public string Name => name;

    public FilterLiteral? Mask => mask;

    /// <inheritdoc/>
    public override void Append(StringBuilder output)
    {
        output.Append(name);
        if (mask is { } bits)
            AppendSource(output.Append(" & "), bits);
        AppendSource(output.Append(' ').Append(FilterBinder.Sign(Operator)).Append(' '), Literal);
    }
}

/// <summary><c>stack has …</c> and <c>caller(…)</c>.</summary>
internal sealed class FrameNode(string source, int start, FramePlace place, FrameProperty property, FilterOperator comparison, int operatorPosition, FilterLiteral literal)
    : TestNode(source, start, comparison, operatorPosition, literal)
{
    public FramePlace Place => place;

    public FrameProperty Property => property;

    /// <inheritdoc/>
    public override void Append(StringBuilder output)
    {
        output.Append(place == FramePlace.Stack ? "stack has " : "caller(");
        if (property != FrameProperty.Symbol)
            output.Append(property == FrameProperty.Module ? "dso " : "srcline ");
        if (Operator != FilterOperator.Like)
            output.Append(FilterBinder.Sign(Operator)).Append(' ');
        AppendSource(output, Literal);
        if (place == FramePlace.Caller)
            output.Append(')');
    }
}

/// <summary>How two sides are compared.</summary>
internal enum FilterOperator
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Like,
    NotLike,
    Match,
    NotMatch,
    AnyBit,
}

/// <summary>The right side of a comparison, as typed.</summary>
/// <param name="Text">Without quotes and their escapes.</param>
/// <param name="IsQuoted">It stood in quotes.</param>
/// <param name="Start">Where it begins, quote included.</param>
/// <param name="End">Behind it.</param>
internal readonly record struct FilterLiteral(string Text, bool IsQuoted, int Start, int End);
