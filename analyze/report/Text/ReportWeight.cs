using System.Globalization;

namespace TraceKit.Report.Text;

/// <summary>A column of numbers of a report.</summary>
public enum ReportWeight
{
    /// <summary>Share of what passes through.</summary>
    Children,

    /// <summary>Share of what was hit itself, beside <see cref="Children"/>.</summary>
    Self,

    /// <summary>Share of what was hit itself, alone.</summary>
    Overhead,

    /// <summary>Samples.</summary>
    Samples,

    /// <summary>Weight.</summary>
    Period,

    /// <summary>Share of what was hit itself in the kernel.</summary>
    Sys,

    /// <summary>Share of what was hit itself in user space.</summary>
    User,
}

/// <summary>How the numbers of a report are printed: headers and widths are perf's.</summary>
internal static class ReportWeights
{
    /// <summary>The word of <c>--fields</c>; null when it is no column of numbers.</summary>
    public static ReportWeight? OfWord(string word) => word switch
    {
        "overhead" => ReportWeight.Overhead,
        "overhead_children" => ReportWeight.Children,
        "sample" => ReportWeight.Samples,
        "period" => ReportWeight.Period,
        "overhead_sys" => ReportWeight.Sys,
        "overhead_us" => ReportWeight.User,
        _ => null,
    };

    public static string Header(ReportWeight weight) => weight switch
    {
        ReportWeight.Sys => "sys",
        ReportWeight.User => "usr",
        _ => weight.ToString(),
    };

    public static int Width(ReportWeight weight) => weight is ReportWeight.Samples or ReportWeight.Period ? 12 : 8;

    public static string Cell(ReportWeight weight, ReportRow row, ReportSection section) => weight switch
    {
        ReportWeight.Children => CallGraphText.Percent(row.Children, section.Total),
        ReportWeight.Samples => row.Samples.ToString(CultureInfo.InvariantCulture),
        ReportWeight.Period => row.Self.ToString(CultureInfo.InvariantCulture),
        ReportWeight.Sys => CallGraphText.Percent(row.Kernel, section.Total),
        ReportWeight.User => CallGraphText.Percent(row.User, section.Total),
        _ => CallGraphText.Percent(row.Self, section.Total),
    };
}
