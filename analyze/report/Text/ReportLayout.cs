namespace TraceKit.Report.Text;

/// <summary>How a report's tables are set: perf's <c>-t</c> and <c>-w</c>.</summary>
public sealed record ReportLayout
{
    /// <summary>Stands between columns, which are then not padded, and in them a dot for it; empty for aligned columns.</summary>
    public string Separator { get; init; } = "";

    /// <summary>Widths of the columns from the first on, longer texts are cut; 0 and columns beyond: as wide as needed.</summary>
    public IReadOnlyList<int> Widths { get; init; } = [];
}
