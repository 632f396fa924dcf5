namespace TraceKit.Capture;

/// <summary>The agent could not do what was asked: one line that says why, and where there is one, the fix. Exit code 1.</summary>
internal sealed class CaptureException(string message, string? fix = null) : Exception(message)
{
    /// <summary>What the user can do about it.</summary>
    public string? Fix { get; } = fix;
}
