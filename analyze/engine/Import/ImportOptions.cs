using TraceKit.DebugInfo.Elf;

namespace TraceKit.Engine.Import;

/// <summary>What of a recording and of the files beside it goes into the new file.</summary>
public sealed record ImportOptions
{
    /// <summary>How much of the modules that samples went through.</summary>
    public SnapshotLevel Snapshot { get; init; } = SnapshotLevel.Lines;

    /// <summary>User stacks byte for byte; else only words that point into code or stacks, which unwind the same.</summary>
    public bool RawStacks { get; init; }

    /// <summary>Name and version of the program that imports.</summary>
    public string Importer { get; init; } = "tracekit";

    /// <summary>Told from time to time how many pieces of how many are copied; null when nobody asks.</summary>
    public Action<int, int>? Progress { get; init; }
}

/// <summary>What was written.</summary>
/// <param name="Samples">Samples.</param>
/// <param name="SideBandRecords">Records that are no samples.</param>
/// <param name="LeftOut">Samples of events that the recording does not describe: they cannot be read, and are told as lost.</param>
/// <param name="FilteredStacks">Stacks of which only pointers were kept.</param>
/// <param name="RawStacks">Stacks kept byte for byte.</param>
/// <param name="Bytes">Of the new file.</param>
public sealed record ImportResult(long Samples, long SideBandRecords, long LeftOut, long FilteredStacks, long RawStacks, long Bytes)
{
    /// <summary>Pieces of modules, in the order of the file.</summary>
    public IReadOnlyList<ImportedPiece> Pieces { get; init; } = [];

    /// <summary>What was found and could not be used, in words.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>How it looks with the files that were found: what is still missing stands there.</summary>
    public required Analysis Analysis { get; init; }
}

/// <summary>A piece of a module that travels.</summary>
/// <param name="Module">The module's name.</param>
/// <param name="BuildId">Lower-case hex; empty when it has none.</param>
/// <param name="What">In a word: <c>symbols</c>, <c>unwind</c>, <c>lines</c>, or several with commas.</param>
/// <param name="From">The file it comes from.</param>
/// <param name="Bytes">Uncompressed.</param>
public sealed record ImportedPiece(string Module, string BuildId, string What, string From, long Bytes);
