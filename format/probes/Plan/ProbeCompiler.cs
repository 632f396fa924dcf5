using TraceKit.Probes.Compile;
using TraceKit.Probes.Syntax;
using TraceKit.Probes.Targets;

namespace TraceKit.Probes.Plan;

/// <summary>From a definition and its target to what the kernel is told.</summary>
public static class ProbeCompiler
{
    /// <summary>Looks everything up. Nothing is armed.</summary>
    /// <param name="syntax">The definition.</param>
    /// <param name="target">What is probed.</param>
    /// <param name="options">Choices.</param>
    /// <exception cref="ProbeSyntaxException">It cannot be done, or would not be safe: the message says at which column, why, and what to write instead.</exception>
    public static ProbePlan Compile(ProbeSyntax syntax, ProbeTarget target, ProbeOptions options)
    {
        try
        {
            return new Compilation(syntax, target, options).Run();
        }
        catch (ProbeTargetException e)
        {
            throw new ProbeSyntaxException(syntax.Text, syntax.Point.Span.Start, e.Message);
        }
    }
}

/// <summary>Choices of a compilation.</summary>
public sealed record ProbeOptions
{
    /// <summary>Places that one definition may become.</summary>
    public int MaxProbes { get; init; } = 128;

    /// <summary>Bytes of a text that carries its length.</summary>
    public int TextBytes { get; init; } = 128;

    /// <summary>Passes over inlined copies.</summary>
    public bool NoInlines { get; init; }

    /// <summary>
    /// Lines of a source file by its path as debug information names it, for <c>FUNC;PATTERN</c> and <c>SRC;PATTERN</c>; null, or a null answer, where the text is not at hand.
    /// </summary>
    public Func<string, IReadOnlyList<string>?>? SourceText { get; init; }
}
