using System.Diagnostics;

namespace TraceKit.DebugInfo.Tests;

/// <summary>Runs the programs that serve as second oracles.</summary>
internal static class Tool
{
    /// <summary>Real files that most machines have; what is missing is left out.</summary>
    public static IEnumerable<string> SystemFiles(bool all = false)
    {
        string[] some =
        [
            "/usr/bin/bash", "/usr/bin/git", "/usr/bin/gdb", "/usr/bin/perf", "/usr/bin/python3.11", "/usr/bin/sort",
            "/usr/lib/x86_64-linux-gnu/libc.so.6", "/usr/lib/x86_64-linux-gnu/libm.so.6", "/usr/lib/x86_64-linux-gnu/libstdc++.so.6",
            "/usr/lib/x86_64-linux-gnu/libgcc_s.so.1", "/usr/lib/x86_64-linux-gnu/libcrypto.so.3", "/usr/lib/x86_64-linux-gnu/libssl.so.3",
            "/usr/lib/x86_64-linux-gnu/libz.so.1", "/usr/lib64/ld-linux-x86-64.so.2", "/usr/lib/x86_64-linux-gnu/libgnutls.so.30",
            "/usr/lib/x86_64-linux-gnu/libdb-5.3.so", "/usr/lib/x86_64-linux-gnu/libelf.so.1", "/usr/lib/x86_64-linux-gnu/libsystemd.so.0",
            "/usr/lib/x86_64-linux-gnu/libgmp.so.10", "/usr/lib/x86_64-linux-gnu/libgcrypt.so.20", "/usr/lib/x86_64-linux-gnu/libsqlite3.so.0",
        ];
        if (!all)
            return some.Where(File.Exists);
        return Directory.EnumerateFiles("/usr/lib/x86_64-linux-gnu", "*.so*").Where(f => new FileInfo(f) is { LinkTarget: null, Length: > 4096 and < 40_000_000 })
            .OrderByDescending(f => new FileInfo(f).Length).Take(80).Concat(some.Where(File.Exists))
            .Concat(Directory.Exists("/usr/lib/jvm") ? Directory.EnumerateFiles("/usr/lib/jvm", "libjvm.so", SearchOption.AllDirectories).Where(f => new FileInfo(f).LinkTarget is null).Take(1) : []);
    }

    public static bool Exists(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>Skips the test when a program it compares with is not installed.</summary>
    public static void Need(string program)
    {
        if (!Exists(program))
            Assert.Skip($"{program} is not installed");
    }

    /// <summary>Standard output, line by line; standard error is dropped.</summary>
    public static IEnumerable<string> Lines(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["LC_ALL"] = "C";
        using var process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        while (process.StandardOutput.ReadLine() is { } line)
            yield return line;
        process.WaitForExit();
    }

    /// <summary>Runs a program that must succeed.</summary>
    public static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["LC_ALL"] = "C";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: exit {process.ExitCode}\n{errors.Result}");
        return output;
    }
}
