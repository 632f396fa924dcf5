using System.Text.Encodings.Web;
using System.Text.Json;

namespace TraceKit.Report.Text;

/// <summary>How every JSON output looks.</summary>
public static class JsonStyle
{
    /// <summary>Indented; letters of all scripts stand as they are, what HTML reserves is escaped.</summary>
    public static JsonWriterOptions Options { get; } = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.Create(System.Text.Unicode.UnicodeRanges.All),
    };
}
