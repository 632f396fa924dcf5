namespace TraceKit.Probes.Filters;

/// <summary>A filter that cannot be read, or that asks for what its fields are not.</summary>
public sealed class FilterSyntaxException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="text">The whole filter.</param>
    /// <param name="position">Characters before what is wrong.</param>
    /// <param name="expected">What would have been right there.</param>
    /// <param name="found">What stands there.</param>
    public FilterSyntaxException(string text, int position, string expected, string found)
        : base($"filter, column {position + 1}: expected {expected}, found {found}\n  {text}\n  {new string(' ', Math.Clamp(position, 0, text.Length))}^")
    {
        Text = text;
        Position = position;
        Expected = expected;
        Found = found;
    }

    /// <summary>The whole filter.</summary>
    public string Text { get; }

    /// <summary>Characters from the start of the text.</summary>
    public int Position { get; }

    /// <summary>Where the comparison that it is about begins; the position itself when it is about none.</summary>
    public int TestStart { get => _testStart < 0 ? Position : _testStart; internal set => _testStart = value; }

    private int _testStart = -1;

    /// <summary>What would have been right there.</summary>
    public string Expected { get; }

    /// <summary>What stands there.</summary>
    public string Found { get; }
}
