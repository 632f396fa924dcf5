namespace TraceKit.Capture.Cli;

/// <summary>The command line cannot be understood. Exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
