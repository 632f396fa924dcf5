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

    /// <summary>The text as the user gave it.</summary>
    public string Definition { get; }

    /// <summary>What is wrong with it.</summary>
    public string Reason { get; }
}
