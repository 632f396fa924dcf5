namespace TraceKit.Probes.Syntax;

/// <summary>Reads probe definitions. Grammar: docs/probes.md.</summary>
public static class ProbeParser
{
    /// <summary>Reads one definition.</summary>
    /// <exception cref="ProbeSyntaxException">It is none; the message says at which column, what was expected, and what stands there.</exception>
    public static ProbeSyntax Parse(string text) => throw new ProbeSyntaxException(text, 0, "the grammar is on its way");
}
