using System.Text;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Plan;
using TraceKit.Probes.Values;

namespace TraceKit.Probes.Filters;

/// <summary>Gives names their fields, and literals the types of those.</summary>
/// <param name="text">The whole filter.</param>
/// <param name="fields">What names stand for.</param>
/// <param name="patterns">Knows regular expressions; without it they are read and never hold: for who only divides a filter.</param>
internal sealed partial class FilterBinder(string text, IFilterFields fields, IFilterPatterns? patterns)
{
    private const string Names = "an operator for names: == != ~ !~ =~ !=~ in !in", Patterns = "~ !~ =~ !=~ in !in", NetworkOperators = "with a network: == != in !in";

    /// <summary>What a test asks of a record.</summary>
    /// <exception cref="FilterSyntaxException">An unknown name, or a value that the field cannot have.</exception>
    public FilterTest Bind(TestNode node)
    {
        try
        {
            return node is FrameNode frame
                ? new FrameTest(FilterFieldSet.StackField, frame.Place, frame.Property, node.Operator, node.Literal.Text, Pattern(node))
                : Comparison((ComparisonNode)node);
        }
        catch (FilterSyntaxException problem)
        {
            problem.TestStart = node.Start;
            throw;
        }
    }

    private FilterTest Comparison(ComparisonNode node)
    {
        if (!fields.TryGet(node.Name, out var field))
            throw UnknownName(node);
        if (field.Needs.HasFlag(FilterNeeds.Frames) && field.IsText)
            return OfTop(node, field);
        if (field.IsText)
            return Text(node, field);
        if (node.Mask is { } mask)
            return Masked(node, field, mask);
        if (IsPattern(node.Operator))
            return new TextTest(field, node.Operator, node.Literal.Text, Pattern(node));
        if (OtherField(node, field) is { } other)
            return new FieldTest(field, node.Operator, other);
        return field.Kind switch
        {
            PresentationKind.Ip4 => Ip4(node, field),
            PresentationKind.Ip6 => Ip6(node, field),
            PresentationKind.Errno => Errno(node, field),
            PresentationKind.Boolean => Boolean(node, field),
            PresentationKind.Float => Float(node, field),
            PresentationKind.Symbol => Symbol(node, field),
            _ => new NumberTest(field, node.Operator, Value(node.Literal, field)),
        };
    }

    private static bool IsPattern(FilterOperator op) => op is FilterOperator.Like or FilterOperator.NotLike or FilterOperator.Match or FilterOperator.NotMatch;

    private FilterTest Text(ComparisonNode node, FilterField field)
    {
        if (node.Mask is not null || node.Operator == FilterOperator.AnyBit)
            throw Error(node.Mask is null ? node.OperatorPosition : node.Start + node.Name.Length, $"an operator for text ({field.Name} is one): == != < <= > >= ~ !~ =~ !=~ in !in", "'&'");
        return new TextTest(field, node.Operator, node.Literal.Text, Pattern(node));
    }

    private FrameTest OfTop(ComparisonNode node, FilterField field)
    {
        if (node.Mask is not null || !(IsPattern(node.Operator) || node.Operator is FilterOperator.Equal or FilterOperator.NotEqual))
            throw Error(node.Mask is null ? node.OperatorPosition : node.Start + node.Name.Length, Names, node.Mask is null ? $"'{Sign(node.Operator)}'" : "'&'");
        var property = field.Index switch { FilterFieldSet.Symbol => FrameProperty.Symbol, FilterFieldSet.Module => FrameProperty.Module, _ => FrameProperty.SourceLine };
        return new FrameTest(field, FramePlace.Top, property, node.Operator, node.Literal.Text, Pattern(node));
    }

    private IFilterPattern? Pattern(TestNode node)
    {
        if (node.Operator is not (FilterOperator.Match or FilterOperator.NotMatch) || patterns is null)
            return null;
        return patterns.TryMake(node.Literal.Text, out var problem)
            ?? throw Error(node.Literal.Start, $"a regular expression ({problem})", $"'{node.Literal.Text}'");
    }

    /// <summary>The field that a word on the right side means, where it is neither a number nor a name of a value; null for none.</summary>
    private FilterField? OtherField(ComparisonNode node, FilterField field)
    {
        var word = node.Literal;
        if (word.IsQuoted || field.Kind == PresentationKind.Ip6 || FilterNumberReader.TryReadDuration(word.Text, out _) || field.TryNumber(word.Text, out _)
            || ErrnoNames.Find(word.Text) != 0 || !fields.TryGet(word.Text, out var other))
            return null;
        var isAlike = !other.IsText && other.Kind != PresentationKind.Ip6 && (other.Kind == PresentationKind.Float) == (field.Kind == PresentationKind.Float) && other.Needs == field.Needs;
        return isAlike && (node.Operator != FilterOperator.AnyBit || field.Kind != PresentationKind.Float) ? other : null;
    }

    /// <summary><c>flags &amp; 3 == 2</c>.</summary>
    private MaskTest Masked(ComparisonNode node, FilterField field, FilterLiteral mask)
    {
        if (field.Kind is PresentationKind.Ip4 or PresentationKind.Ip6 or PresentationKind.Float or PresentationKind.Boolean or PresentationKind.Symbol)
            throw Error(node.Start + node.Name.Length, $"a field of bits before & ({field.Name} is none)", "'&'");
        return new MaskTest(field, Value(mask, field).Bits, node.Operator, Value(node.Literal, field));
    }

    private FilterSyntaxException UnknownName(ComparisonNode node)
    {
        var known = new StringBuilder();
        var told = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in fields.Names)
        {
            // An argument and the kernel's field that carries it may be called alike.
            if (told.Add(name) && !name.StartsWith("common_", StringComparison.Ordinal) && !name.StartsWith("__", StringComparison.Ordinal))
                known.Append(known.Length == 0 ? "" : ", ").Append(name);
        }

        if (node.Name == "stack")
            return Error(node.OperatorPosition, "has, as in stack has \"tcp_*\"", $"'{Sign(node.Operator)}'");
        if (node.Name == "caller")
            return Error(node.OperatorPosition, "(, as in caller(\"tcp_*\")", $"'{Sign(node.Operator)}'");
        return Error(node.Start, $"one of {known}{Suggestions.DidYouMean(node.Name, fields.Names)}", $"'{node.Name}'");
    }

    private FilterSyntaxException Wrong(FilterLiteral literal, string expected) => Error(literal.Start, expected, $"'{literal.Text}'");

    private FilterSyntaxException Error(int position, string expected, string found) => new(text, position, expected, found);

    internal static string Sign(FilterOperator comparison) => comparison switch
    {
        FilterOperator.Equal => "==",
        FilterOperator.NotEqual => "!=",
        FilterOperator.Less => "<",
        FilterOperator.LessOrEqual => "<=",
        FilterOperator.Greater => ">",
        FilterOperator.GreaterOrEqual => ">=",
        FilterOperator.Like => "~",
        FilterOperator.NotLike => "!~",
        FilterOperator.Match => "=~",
        FilterOperator.NotMatch => "!=~",
        _ => "&",
    };
}
