namespace TraceKit.Report.Text;

/// <summary>A column of a report that says what a line stands for: <c>Command</c>, <c>Symbol</c>, an event's field.</summary>
/// <param name="Header">Text above it.</param>
/// <param name="Key">The <c>-s</c> key it came from; name of the JSON and CSV field.</param>
/// <param name="RightAligned">Numbers stand at the right.</param>
public sealed record ReportColumn(string Header, string Key, bool RightAligned = false);

/// <summary>One line of a report.</summary>
public sealed record ReportRow
{
    /// <summary>A line of which an event has nothing.</summary>
    public static ReportRow Nothing { get; } = new() { Children = 0, Self = 0, Cells = [] };

    /// <summary>Weight of the stacks in which it appears anywhere; equals <see cref="Self"/> without call chains.</summary>
    public required long Children { get; init; }

    /// <summary>Weight of the samples that hit it itself.</summary>
    public required long Self { get; init; }

    /// <summary>Samples that hit it itself.</summary>
    public long Samples { get; init; }

    /// <summary>Of <see cref="Self"/>, what was hit in the kernel; only where the section shows it.</summary>
    public long Kernel { get; init; }

    /// <summary>Of <see cref="Self"/>, what was hit in user space; only where the section shows it.</summary>
    public long User { get; init; }

    /// <summary>Steps to the right: of a hierarchy.</summary>
    public int Depth { get; init; }

    /// <summary>The same line of the other events of the group, after the first; null where they have none.</summary>
    public IReadOnlyList<ReportRow?> Others { get; init; } = [];

    /// <summary>One text for each <see cref="ReportSection.Columns"/>.</summary>
    public required IReadOnlyList<string> Cells { get; init; }

    /// <summary>Samples of the stacks in which it appears anywhere.</summary>
    public long ChildrenSamples { get; init; }

    /// <summary>Call graphs under the line, heaviest first.</summary>
    public IReadOnlyList<CallGraphNode> Graphs { get; init; } = [];

    /// <summary>The line's own weight in what its graphs count.</summary>
    public long GraphWeight { get; init; }
}

/// <summary>The report on one event.</summary>
public sealed record ReportSection
{
    /// <summary>The event: <c>cpu-clock</c>, <c>probe:vfs_read</c>.</summary>
    public required string EventName { get; init; }

    /// <summary>Samples of it.</summary>
    public required long Samples { get; init; }

    /// <summary>Sum of their weights: what 100 % is.</summary>
    public required long Total { get; init; }

    /// <summary>What a weight counts: <c>ns</c> for clocks, else empty.</summary>
    public string Unit { get; init; } = "";

    /// <summary>Columns in order.</summary>
    public required IReadOnlyList<ReportColumn> Columns { get; init; }

    /// <summary>Columns of numbers that the text shows; they stand after the first <see cref="LeadingColumns"/> of the others.</summary>
    public IReadOnlyList<ReportWeight> Weights { get; init; } = [ReportWeight.Overhead];

    /// <summary>Columns before the numbers: lines are in their order first.</summary>
    public int LeadingColumns { get; init; }

    /// <summary>Lines, heaviest first.</summary>
    public required IReadOnlyList<ReportRow> Rows { get; init; }

    /// <summary>How the call graphs under the lines are drawn.</summary>
    public CallGraphStyle Style { get; init; } = new();

    /// <summary>What 100 % is in the graphs.</summary>
    public long GraphTotal { get; init; }

    /// <summary>Whether lines are of functions first of all, so that a graph need not begin with it.</summary>
    public bool FirstFrameIsKnown { get; init; }

    /// <summary>Whether the Children column is shown.</summary>
    public bool ShowChildren { get; init; }

    /// <summary>Keys that lines are nested by; 0 where lines are not nested and each has all keys.</summary>
    public int Levels { get; init; }

    /// <summary>The sections of the other events of a group, whose numbers stand beside those of this one.</summary>
    public IReadOnlyList<ReportSection> Others { get; init; } = [];

    /// <summary>Lines left out by the percent limit, and their own weight.</summary>
    public int HiddenRows { get; init; }

    /// <summary>Own (self) weight of the lines left out.</summary>
    public long HiddenSelf { get; init; }
}

/// <summary>A report: what is not in the numbers first, then one section for each event.</summary>
public sealed record ReportDocument
{
    /// <summary>Records lost, by all causes.</summary>
    public required long Lost { get; init; }

    /// <summary>One line for each loss, each kind of stack that stopped early, each reason why names are unknown.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>One for each event, in the order in which they were recorded.</summary>
    public required IReadOnlyList<ReportSection> Sections { get; init; }
}
