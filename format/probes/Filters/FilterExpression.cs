namespace TraceKit.Probes.Filters;

/// <summary>A condition on records: <c>size &gt; 100 &amp;&amp; dest == 172.31.28.139</c>. The grammar is in <c>docs/filters.md</c>.</summary>
/// <remarks>
/// What a value is, is told by the field it is compared with: so a filter is read first (<see cref="Parse"/>), and means something only for the fields of an event
/// (<see cref="Bind(IFilterFields, IFilterPatterns)"/>, <see cref="Split"/>).
/// </remarks>
public sealed class FilterExpression
{
    private readonly FilterNode _root;

    private FilterExpression(string text, FilterNode root, FilterParser parser)
    {
        Text = text;
        _root = root;
        Names = parser.Names;
        NeedsLines = parser.NeedsLines;
    }

    /// <summary>As it was typed.</summary>
    public string Text { get; }

    /// <summary>The names it asks for, each once, in the order of the text.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Whether it asks for lines of the source.</summary>
    public bool NeedsLines { get; }

    /// <summary>Reads an expression.</summary>
    /// <exception cref="FilterSyntaxException">It is not one: the message says where and what was expected.</exception>
    public static FilterExpression Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parser = new FilterParser(text);
        var root = parser.ParseAll();
        return new FilterExpression(text, root, parser);
    }

    /// <summary>Gives it the fields of an event.</summary>
    /// <param name="fields">The event's.</param>
    /// <param name="patterns">Knows regular expressions.</param>
    /// <exception cref="FilterSyntaxException">A name that the event does not have, or a value that its field cannot be compared with.</exception>
    public BoundFilter Bind(IFilterFields fields, IFilterPatterns patterns) => new(Bind(_root, new FilterBinder(Text, fields, patterns), null));

    /// <summary>Gives it the fields of an event that may not have all of them: comparisons that make no sense for it are false.</summary>
    /// <param name="fields">The event's.</param>
    /// <param name="patterns">Knows regular expressions.</param>
    /// <param name="problems">What made no sense is added here.</param>
    public BoundFilter Bind(IFilterFields fields, IFilterPatterns patterns, ICollection<FilterSyntaxException> problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        return new BoundFilter(Bind(_root, new FilterBinder(Text, fields, patterns), problems));
    }

    /// <summary>Divides it into what the kernel can evaluate and the rest.</summary>
    /// <exception cref="FilterSyntaxException">As <see cref="Bind(IFilterFields, IFilterPatterns)"/>.</exception>
    public FilterSplit Split(IFilterFields fields) => new FilterSplitter(new FilterBinder(Text, fields, null)).Split(_root);

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static BoundNode Bind(FilterNode node, FilterBinder binder, ICollection<FilterSyntaxException>? problems)
    {
        switch (node)
        {
            case NotNode not:
                return new BoundNot(Bind(not.Inner, binder, problems));
            case JoinNode join:
                return new BoundJoin(join.IsAnd, Array.ConvertAll(join.Parts, part => Bind(part, binder, problems)));
            default:
                try
                {
                    return binder.Bind((TestNode)node);
                }
                catch (FilterSyntaxException problem) when (problems is not null)
                {
                    problems.Add(problem);
                    return new BoundConstant(false);
                }
        }
    }
}
