using TraceKit.Binary;
using TraceKit.Probes.Syntax;

namespace TraceKit.Probes.Plan;

/// <summary>What one definition became: probes for the kernel, and what their fields mean.</summary>
public sealed class ProbePlan
{
    /// <summary>The definition.</summary>
    public required ProbeSyntax Syntax { get; init; }

    /// <summary>One for each place: functions by the order of their addresses, several for globs, inlined functions and the returns of Go functions.</summary>
    public required IReadOnlyList<PlannedProbe> Probes { get; init; }

    /// <summary>What the user should know although it works: arguments left out, places passed over. One line each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>One probe.</summary>
public sealed record PlannedProbe
{
    /// <summary>The group that users see.</summary>
    public required string Group { get; init; }

    /// <summary>The event that users see; two probes of one plan may share it when they are one event to people (the returns of one Go function).</summary>
    public required string Event { get; init; }

    /// <summary>Where.</summary>
    public required ProbePlace Place { get; init; }

    /// <summary>What is fetched.</summary>
    public required IReadOnlyList<PlannedArgument> Arguments { get; init; }

    /// <summary>Fetch arguments of a definition in the kernel's own text, byte for byte; null when <see cref="Arguments"/> counts.</summary>
    public string? RawArguments { get; init; }
}

/// <summary>Where a probe stands.</summary>
public sealed record ProbePlace
{
    /// <summary>At the return of the function (kretprobe, uretprobe).</summary>
    public bool IsReturn { get; init; }

    /// <summary>Concurrent calls that a kretprobe follows; 0 for the kernel's own choice.</summary>
    public int MaxActive { get; init; }

    /// <summary>The probed file; null for the kernel.</summary>
    public string? Path { get; init; }

    /// <summary>The kernel module; null for the kernel itself and for files.</summary>
    public string? Module { get; init; }

    /// <summary>The symbol the place is counted from.</summary>
    public string Symbol { get; init; } = "";

    /// <summary>Bytes from the symbol.</summary>
    public ulong Offset { get; init; }

    /// <summary>The instruction, in the file's own addresses.</summary>
    public Svma Address { get; init; }

    /// <summary>Of a file: where the instruction lies in it.</summary>
    public FileOffset FileOffset { get; init; }

    /// <summary>Of a marker: where its counter lies in the file.</summary>
    public FileOffset? Semaphore { get; init; }

    /// <summary>The function for people: demangled.</summary>
    public string Function { get; init; } = "";

    /// <summary>The function that this place was inlined into; null when it wasn't.</summary>
    public string? InlinedIn { get; init; }

    /// <summary>Source file and line of the place; null and 0 when not known.</summary>
    public string? SourceFile { get; init; }

    /// <summary>See <see cref="SourceFile"/>.</summary>
    public int SourceLine { get; init; }
}

/// <summary>One argument: what the kernel fetches for it, and what that means.</summary>
public sealed record PlannedArgument
{
    /// <summary>As shown.</summary>
    public required string Name { get; init; }

    /// <summary>As the user wrote it.</summary>
    public string Expression { get; init; } = "";

    /// <summary>What the kernel fetches: one for most, several for what is put together by the analyzer.</summary>
    public required IReadOnlyList<KernelFetch> Fetches { get; init; }

    /// <summary>How it is shown; null when the kernel's field says it all.</summary>
    public Presentation? Presentation { get; init; }

    /// <summary>Its type as the program declares it; null when not known.</summary>
    public string? TypeText { get; init; }

    /// <summary>Where type and offsets came from, for <c>-v</c>: <c>DWARF of …; entry by System V x86-64; d_name at +32 of struct dentry</c>.</summary>
    public string Origin { get; init; } = "";
}

/// <summary>One fetch argument: <c>NAME=TEXT:TYPE</c>.</summary>
/// <param name="Name">The field's name in the kernel's event.</param>
/// <param name="Text">What to fetch: <c>+0(+40(+24(%di)))</c>.</param>
/// <param name="Type">The kernel's type; null for its default.</param>
public sealed record KernelFetch(string Name, string Text, string? Type);
