namespace TraceKit.Probes;

/// <summary>A probe definition that cannot be understood, or that asks for something that is not safe. One line, fit to be shown to a user.</summary>
public sealed class ProbeSyntaxException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="definition">The text as the user gave it.</param>
    /// <param name="reason">What is wrong with it.</param>
    public ProbeSyntaxException(string definition, string reason)
        : base($"probe '{definition}': {reason}")
    {
        Definition = definition;
        Reason = reason;
    }

    /// <summary>Creates the exception with a place in the text.</summary>
    /// <param name="definition">The text as the user gave it.</param>
    /// <param name="position">Characters before what is wrong.</param>
    /// <param name="reason">What is wrong there, what would be right, and a suggestion where there is one.</param>
    public ProbeSyntaxException(string definition, int position, string reason)
        : base($"probe, column {position + 1}: {reason}\n  {definition}\n  {new string(' ', Math.Clamp(position, 0, definition.Length))}^")
    {
        Definition = definition;
        Position = position;
        Reason = reason;
    }

    /// <summary>Characters before what is wrong; -1 when it is no one place.</summary>
    public int Position { get; } = -1;

    /// <summary>The text as the user gave it.</summary>
    public string Definition { get; }

    /// <summary>What is wrong with it.</summary>
    public string Reason { get; }
}
