namespace TraceKit.Cli.Host;

/// <summary>What <c>tracekit</c> tells its caller.</summary>
public static class ExitCodes
{
    /// <summary>Done, nothing missing.</summary>
    public const int Whole = 0;

    /// <summary>Could not do it; stderr says why.</summary>
    public const int Failed = 1;

    /// <summary>The command line makes no sense.</summary>
    public const int BadCommandLine = 2;

    /// <summary><c>verify</c> and <c>recover</c>: done, and data was lost.</summary>
    public const int DataLost = 3;

    /// <summary><c>diff</c>: done, and something got worse by more than was allowed.</summary>
    public const int Regression = 3;

    /// <summary>The input is not a trace, or nothing of it can be used.</summary>
    public const int UnusableFile = 4;

    /// <summary>Ended by Ctrl+C.</summary>
    public const int Interrupted = 130;
}
