namespace TraceKit.Cli.Host;

/// <summary>Something the user can set right: shown as it is, one line, with the exit code that goes with it.</summary>
public sealed class UserErrorException(string message, int exitCode = ExitCodes.BadCommandLine) : Exception(message)
{
    /// <summary>Exit code of the program.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>What was typed, for a line of its own below the message; empty for none.</summary>
    public string Excerpt { get; init; } = "";

    /// <summary>Characters of <see cref="Excerpt"/> before what is wrong: a caret stands there.</summary>
    public int ExcerptPosition { get; init; }
}
