using TraceKit.Engine.Model;

namespace TraceKit.Engine;

/// <summary>An opened recording: what it says about itself, and the door to its samples.</summary>
public sealed partial class Trace : IDisposable
{
    /// <summary>Path as the user gave it; <c>-</c> for standard input.</summary>
    public string Path { get; private init; } = "";

    /// <summary>What was recorded, in the order of the recording's command line.</summary>
    public IReadOnlyList<TraceEvent> Events { get; private init; } = [];

    /// <summary>Processes, threads and mappings.</summary>
    public TraceModel Model { get; private init; } = null!;

    /// <summary>Opens a recording.</summary>
    /// <param name="path">A <c>.dtr</c> file; <c>-</c> for standard input, which is spooled to a temporary file.</param>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="TraceKit.Binary.BadDataException">It is not a recording, or of a newer version.</exception>
    public static Trace Open(string path) => new() { Path = path };

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
