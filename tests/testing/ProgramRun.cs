using System.Diagnostics;
using System.Text;

namespace TraceKit.Testing;

/// <summary>How a program ended and what it said.</summary>
/// <param name="ExitCode">128 + the signal's number when a signal ended it, as a shell says it.</param>
public sealed record ProgramRun(int ExitCode, string Output, string Error)
{
    /// <summary>Runs a program to its end with no stdin, and kills it after <paramref name="timeout"/> (two minutes unless given).</summary>
    /// <param name="environment">Added to this process's own.</param>
    /// <exception cref="TimeoutException">It did not end; the message holds what it had said.</exception>
    public static ProgramRun Start(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        string? workingDirectory = null,
        TimeSpan? timeout = null)
    {
        var start = new ProcessStartInfo(program)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? Golden.RepositoryRoot(),
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;

        StringBuilder output = new(), error = new();
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(error, line.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(timeout ?? TimeSpan.FromMinutes(2)))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', start.ArgumentList)} did not end\n{output}\n{error}");
        }

        process.WaitForExit();
        return new ProgramRun(process.ExitCode, output.ToString(), error.ToString());
    }

    /// <summary>Throws with everything it said unless it ended with <paramref name="exitCode"/>.</summary>
    /// <returns>This run, to go on with.</returns>
    public ProgramRun MustExit(int exitCode = 0) => ExitCode == exitCode
        ? this
        : throw new InvalidOperationException($"exit code {ExitCode}, expected {exitCode}\nstdout:\n{Output}\nstderr:\n{Error}");

    private static void Append(StringBuilder to, string? line)
    {
        if (line is null)
            return;
        lock (to)
            to.Append(line).Append('\n');
    }
}
