using System.Text;

namespace TraceKit.Report.Html;

/// <summary>
/// Writes the report page: one HTML file that holds its data, needs no network, and forbids itself any.
/// </summary>
/// <remarks>
/// The page is built from <c>page/</c> and lies in the assembly; the data goes into it as JSON at a marker. Every <c>&lt;</c> in the data
/// is escaped, so no name can end the element it stands in; the page sets names as text only.
/// </remarks>
public static class HtmlReport
{
    private const string Resource = "report-page.html";

    /// <summary>Stands in the built page where the data goes, inside of a script element of type application/json.</summary>
    private const string Marker = "\"TRACEKIT_DATA\"";

    /// <summary>Writes the whole page.</summary>
    /// <param name="data">What to show.</param>
    /// <param name="output">Written from its position on; left open.</param>
    /// <exception cref="ArgumentException">Columns of <paramref name="data"/> do not fit each other, or an index points nowhere.</exception>
    public static void Write(ReportData data, Stream output)
    {
        ReportDataCheck.Check(data);
        var page = Page();
        var at = page.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Marker));
        if (at < 0)
            throw new InvalidOperationException("the built-in page has no place for its data: rebuild it with Html/page/build.sh");
        output.Write(page, 0, at);
        ReportJson.Write(data, output);
        output.Write(page, at + Marker.Length, page.Length - at - Marker.Length);
    }

    private static byte[] Page()
    {
        using var resource = typeof(HtmlReport).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"the assembly was built without {Resource}");
        using var bytes = new MemoryStream();
        resource.CopyTo(bytes);
        return bytes.ToArray();
    }
}
