using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace TraceKit.Browser.Tests;

/// <summary>The committed page is what its source builds.</summary>
public sealed class PageBuildTests
{
    private static readonly string[] s_offline = ["ENOTFOUND", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EAI_AGAIN", "E403", "E404", "network"];

    /// <summary>Rebuilt with the locked packages, the page is the committed one, byte for byte.</summary>
    [Fact]
    public void Build_OfThePage_GivesTheCommittedFile()
    {
        if (!HasNpm())
            Assert.Skip("no node and npm here");
        var html = Path.GetFullPath(Path.Combine(Here(), "..", "..", "analyze", "report", "Html"));
        var work = Directory.CreateTempSubdirectory("tracekit-page-build-").FullName;
        Run("cp", $"-r {html}/page {work}/page", html);
        var built = Path.Combine(work, "built.html");
        var (code, output) = Run("bash", $"{work}/page/build.sh {built}", work);
        if (code != 0 && s_offline.Any(word => output.Contains(word, StringComparison.Ordinal)))
            Assert.Skip("npm cannot reach its registry: " + output.Trim().Split('\n')[0]);

        Assert.True(code == 0, output);
        Assert.Equal(File.ReadAllText(Path.Combine(html, "report-page.html")), File.ReadAllText(built));
        Directory.Delete(work, recursive: true);
    }

    /// <summary>The page's filter says of each case what the program says (tests/engine runs the same ones).</summary>
    [Fact]
    public void Filter_OfEachCase_AgreesWithTheProgram()
    {
        if (!HasNpm())
            Assert.Skip("no node and npm here");
        var root = Path.GetFullPath(Path.Combine(Here(), "..", ".."));
        var (code, output) = Run("node", $"{root}/tests/browser/filter-cases.mjs {root}/analyze/report/Html/page/src {root}/tests/cases/filters/language.txt {root}/tests/cases/filters/malformed.txt", root);
        Assert.True(code == 0, output);
    }

    private static bool HasNpm()
    {
        try
        {
            return Run("npm", "--version", "/").Code == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static (int Code, string Output) Run(string file, string arguments, string folder)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd() + error.GetAwaiter().GetResult();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    private static string Here([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}
