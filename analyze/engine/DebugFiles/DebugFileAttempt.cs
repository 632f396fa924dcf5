namespace TraceKit.Engine.DebugFiles;

/// <summary>A place that was looked at.</summary>
/// <param name="Path">The file.</param>
/// <param name="Purpose">What it would have been.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Detail">More, in words for the user; empty when the outcome says all.</param>
public sealed record DebugFileAttempt(string Path, DebugFilePurpose Purpose, DebugFileOutcome Outcome, string Detail = "")
{
    /// <summary>Whether it is used and nothing but its path speaks for it.</summary>
    public bool IsByPathAlone => Outcome == DebugFileOutcome.Used && Detail == FileIdentity.ByPath;

    /// <inheritdoc/>
    public override string ToString() => Path + ": " + (Detail.Length > 0 ? Detail : Outcome switch
    {
        DebugFileOutcome.Used => "used",
        DebugFileOutcome.NotThere => "no such file",
        DebugFileOutcome.NotReadable => "cannot be read",
        DebugFileOutcome.NotUsable => "not an ELF file",
        DebugFileOutcome.OtherFile => "another build of the file",
        _ => "nothing says that it is the same build",
    });
}

/// <summary>What a file is looked for as.</summary>
public enum DebugFilePurpose
{
    /// <summary>The file that was mapped, with its code.</summary>
    Main,

    /// <summary>Its separate debug file.</summary>
    Debug,

    /// <summary>What its debug file shares with others (dwz).</summary>
    Alternate,

    /// <summary>Its package of split units (<c>.dwp</c>).</summary>
    Package,

    /// <summary>A split unit (<c>.dwo</c>).</summary>
    SplitUnit,

    /// <summary>The kernel's symbols.</summary>
    Kernel,
}

/// <summary>What came of looking at a place.</summary>
public enum DebugFileOutcome
{
    /// <summary>It is the file.</summary>
    Used,

    /// <summary>Nothing is there.</summary>
    NotThere,

    /// <summary>It cannot be opened, or is no regular file.</summary>
    NotReadable,

    /// <summary>It is not ELF, is damaged, or lacks what it would be used for.</summary>
    NotUsable,

    /// <summary>Its build-id, checksum or layout is another.</summary>
    OtherFile,

    /// <summary>Neither build-id nor checksum says whether it is the same build: it is not used.</summary>
    NoIdentity,
}
