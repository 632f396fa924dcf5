using TraceKit.Engine;
using TraceKit.Report.Profiles;
using TraceKit.Report.Text;
using TraceKit.Testing;

namespace TraceKit.Report.Tests;

/// <summary>The room's README says what the code does.</summary>
public sealed class ReadmeTests
{
    /// <summary>The example, word for word as far as it goes, prints what the page says.</summary>
    [Fact]
    public void Readme_Example_PrintsItsLine()
    {
        var output = new StringWriter();
        var analysis = new AnalysisBuilder()
            .Add("cpu-clock", "app", 10, 10, 0, 100, 3, ["leaf@app", "main@app"])
            .Add("cpu-clock", "app", 10, 10, 0, 200, 1, ["main@app"])
            .Build();
        var report = ReportBuilder.Build(analysis, new ReportOptions { SortKeys = "sym", Children = false });
        ReportText.Write(output, report);
        Assert.Contains("    75.00%  [.] leaf\n", output.ToString(), StringComparison.Ordinal);
        var page = File.ReadAllText(Path.Combine(Golden.RepositoryRoot(), "analyze", "report", "README.md"));
        Assert.Contains("new ReportOptions { SortKeys = \"sym\", Children = false }", page, StringComparison.Ordinal);
    }
}
