namespace TraceKit.Report.Tables;

/// <summary>In what form a result table leaves: <c>--format</c>.</summary>
public enum TableFormat
{
    /// <summary>Aligned columns for a terminal.</summary>
    Text,

    /// <summary>RFC 4180, header first.</summary>
    Csv,

    /// <summary>A GitHub table.</summary>
    Markdown,

    /// <summary>An array of objects.</summary>
    Json,
}
