using System.Diagnostics;
using TraceKit.Testing;

namespace TraceKit.Cli.Tests;

/// <summary>Runs <c>tracekit</c>: the native program named by <c>TRACEKIT_BIN</c>, else the one that this build made.</summary>
internal static class Tool
{
    /// <summary>Runs it to its end.</summary>
    public static ProgramRun Run(params string[] arguments) => Run(null, arguments);

    /// <summary>Runs it to its end in a folder.</summary>
    public static ProgramRun Run(string? folder, string[] arguments)
    {
        var (program, first) = Command();
        return ProgramRun.Start(program, [.. first, .. arguments], new Dictionary<string, string> { ["NO_COLOR"] = "1", ["TRACEKIT_CACHE_DIR"] = "" }, folder);
    }

    /// <summary>Runs it with a file as its standard input.</summary>
    public static ProgramRun RunReading(string input, params string[] arguments) => RunReading(input, null, arguments);

    /// <summary>The same, with a folder for indexes.</summary>
    public static ProgramRun RunReading(string input, string? cache, string[] arguments)
    {
        var (program, first) = Command();
        return ProgramRun.Start("/bin/sh", ["-c", "exec \"$@\" <\"$0\"", input, program, .. first, .. arguments], new Dictionary<string, string> { ["NO_COLOR"] = "1", ["TRACEKIT_CACHE_DIR"] = cache ?? "" });
    }

    /// <summary>Runs it, takes some bytes of its output and closes the pipe.</summary>
    public static (int ExitCode, string Error) RunAndHangUp(int bytes, params string[] arguments)
    {
        var (program, first) = Command();
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in first.Concat(arguments))
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var buffer = new byte[bytes];
        Assert.Equal(bytes, process.StandardOutput.BaseStream.ReadAtLeast(buffer, bytes, throwOnEndOfStream: false));
        process.StandardOutput.Close();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }

    private static (string Program, string[] First) Command()
    {
        if (Environment.GetEnvironmentVariable("TRACEKIT_BIN") is { Length: > 0 } native)
            return (native, []);
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var library = Path.Combine(Golden.RepositoryRoot(), "analyze", "cli", "bin", configuration, "net10.0", "linux-x64", "tracekit.dll");
        if (!File.Exists(library))
            throw new InvalidOperationException($"{library}: not built");
        return (Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", ["exec", library]);
    }

    /// <summary>One line, and no trace of where in our code it went wrong.</summary>
    public static void AssertOneLine(string error)
    {
        Assert.EndsWith("\n", error, StringComparison.Ordinal);
        Assert.Equal(1, error.Count(c => c == '\n'));
        Assert.StartsWith("tracekit: error: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", error, StringComparison.Ordinal);
        Assert.DoesNotContain("internal error", error, StringComparison.Ordinal);
        Assert.DoesNotContain(error, c => c < ' ' && c != '\n');
    }
}
