namespace TraceKit.Cli.Host;

/// <summary>What every command needs of the outside.</summary>
internal sealed class CommandContext(TextWriter output, TextWriter error)
{
    /// <summary>Text for stdout, buffered.</summary>
    public TextWriter Out { get; } = output;

    /// <summary>Bytes for stdout, after everything written as text so far.</summary>
    public Stream OutBytes()
    {
        Out.Flush();
        return new BufferedStream(StandardStreams.OpenOutBytes(), 1 << 16);
    }

    /// <summary>Text for stderr.</summary>
    public TextWriter Error { get; } = error;

    /// <summary>Whether a person is watching stderr: only then is progress shown.</summary>
    public bool ShowProgress { get; } = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";

    /// <summary>Whether stdout may be coloured.</summary>
    public bool Color { get; } = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") != "dumb";

    /// <summary>Says something that does not stop the work but must be known.</summary>
    public void Warn(string message) => ErrorReporter.WriteLine(Error, "warning", message);
}
