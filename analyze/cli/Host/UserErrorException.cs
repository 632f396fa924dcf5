namespace TraceKit.Cli.Host;

/// <summary>Something the user can set right: shown as it is, one line, with the exit code that goes with it.</summary>
public sealed class UserErrorException(string message, int exitCode = ExitCodes.BadCommandLine) : Exception(message)
{
    /// <summary>Exit code of the program.</summary>
    public int ExitCode { get; } = exitCode;
}
