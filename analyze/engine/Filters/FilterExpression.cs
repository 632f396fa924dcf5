using System.Globalization;

namespace TraceKit.Engine.Filters;

/// <summary>A condition on samples: <c>comm == "bash" &amp;&amp; (name ~ "/etc/*" || bytes &gt;= 4096)</c>.</summary>
/// <remarks>
/// <code>
/// expression := and ("||" and)*
/// and        := unary ("&amp;&amp;" unary)*
/// unary      := "!" unary | "(" expression ")" | NAME operator value
/// operator   := "==" | "=" | "!=" | "&lt;" | "&lt;=" | "&gt;" | "&gt;=" | "~" (glob: * ? [a-z]) | "!~" | "&amp;" (any of these bits)
/// value      := NUMBER (decimal, 0x hexadecimal, negative) | "STRING" | 'STRING' | WORD
/// NAME       := comm, pid, tid, cpu, event, time (nanoseconds), or a field of the event
/// </code>
/// A comparison with a field that the event does not have is false, whatever the operator.
/// </remarks>
public sealed partial class FilterExpression
{
    private readonly Node _root;

    private FilterExpression(string text, Node root, IReadOnlyList<string> names)
    {
        Text = text;
        _root = root;
        Names = names;
    }

    /// <summary>As it was typed.</summary>
    public string Text { get; }

    /// <summary>The names it asks for, each once, in the order of the text.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Names that every sample has; all others are fields.</summary>
    public static IReadOnlyList<string> CommonNames { get; } = ["comm", "pid", "tid", "cpu", "event", "time"];

    /// <summary>Reads an expression.</summary>
    /// <exception cref="FilterSyntaxException">It is not one: the message says where and what was expected.</exception>
    public static FilterExpression Parse(string text)
    {
        var parser = new Parser(text);
        var root = parser.ParseAll();
        return new FilterExpression(text, root, parser.Names);
    }

    /// <summary>Whether a sample fulfils the condition.</summary>
    public bool Matches(IFilterSource source) => _root.Matches(source);

    /// <inheritdoc/>
    public override string ToString() => Text;

    private enum Operator
    {
        Equal,
        NotEqual,
        Less,
        LessOrEqual,
        Greater,
        GreaterOrEqual,
        Like,
        NotLike,
        AnyBit,
    }

    private abstract record Node
    {
        public abstract bool Matches(IFilterSource source);
    }

    private sealed record Or(Node Left, Node Right) : Node
    {
        public override bool Matches(IFilterSource source) => Left.Matches(source) || Right.Matches(source);
    }

    private sealed record And(Node Left, Node Right) : Node
    {
        public override bool Matches(IFilterSource source) => Left.Matches(source) && Right.Matches(source);
    }

    private sealed record Not(Node Inner) : Node
    {
        public override bool Matches(IFilterSource source) => !Inner.Matches(source);
    }

    /// <param name="Name">Left side.</param>
    /// <param name="Operator">How.</param>
    /// <param name="Text">Right side as text.</param>
    /// <param name="Number">Right side as a number, when it is one.</param>
    private sealed record Comparison(string Name, Operator Operator, string Text, Int128? Number) : Node
    {
        public override bool Matches(IFilterSource source)
        {
            if (!source.TryGet(Name, out var value))
                return false;
            if (Operator is Operator.Like or Operator.NotLike)
                return Glob.Matches(Text, value.Text ?? value.Number.ToString(CultureInfo.InvariantCulture)) == (Operator == Operator.Like);
            if (value.Text is not null)
                return Operator != Operator.AnyBit && Holds(string.CompareOrdinal(value.Text, Text));
            if (Number is not { } number)
                return false;
            var actual = value.IsUnsigned ? (Int128)(ulong)value.Number : value.Number;
            return Operator == Operator.AnyBit ? (unchecked((ulong)value.Number) & unchecked((ulong)(long)number)) != 0 : Holds(actual.CompareTo(number));
        }

        private bool Holds(int order) => Operator switch
        {
            Operator.Equal => order == 0,
            Operator.NotEqual => order != 0,
            Operator.Less => order < 0,
            Operator.LessOrEqual => order <= 0,
            Operator.Greater => order > 0,
            _ => order >= 0,
        };
    }
}

/// <summary>What a filter asks: the sample at hand.</summary>
public interface IFilterSource
{
    /// <summary>A value by name; false when this sample has none of that name.</summary>
    bool TryGet(string name, out FilterValue value);
}

/// <summary>A value of a sample: text or an integer.</summary>
/// <param name="Text">The text, or null for an integer.</param>
/// <param name="Number">The integer's 64 bits.</param>
/// <param name="IsUnsigned">Whether the integer counts from 0 to 2^64 - 1.</param>
public readonly record struct FilterValue(string? Text, long Number, bool IsUnsigned = false);

/// <summary>A filter that cannot be read.</summary>
public sealed class FilterSyntaxException : Exception
{
    internal FilterSyntaxException(string text, int position, string expected, string found)
        : base($"filter, column {position + 1}: expected {expected}, found {found}\n  {text}\n  {new string(' ', position)}^")
    {
        Position = position;
        Expected = expected;
        Found = found;
    }

    /// <summary>Characters from the start of the text.</summary>
    public int Position { get; }

    /// <summary>What would have been right there.</summary>
    public string Expected { get; }

    /// <summary>What stands there.</summary>
    public string Found { get; }
}
