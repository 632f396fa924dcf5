using TraceKit.Testing;

namespace TraceKit.Probes.Tests;

/// <summary>Compiles and runs small programs, which are the oracle of how values are laid out and passed.</summary>
internal static class Compilers
{
    /// <summary>Skips the test when a program is not installed.</summary>
    public static void Need(string program)
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program))))
            Assert.Skip($"{program} is not installed");
    }

    /// <summary>Compiles C for this machine and gives what the program prints.</summary>
    public static string RunC(string compiler, string source, params string[] options) => Run(compiler, ".c", source, options, []);

    /// <summary>Compiles and runs.</summary>
    /// <param name="runner">What runs the program: nothing, or an emulator.</param>
    public static string Run(string compiler, string extension, string source, string[] options, string[] runner)
    {
        var folder = Directory.CreateTempSubdirectory("tracekit-probes").FullName;
        try
        {
            var file = Path.Combine(folder, "program" + extension);
            var program = Path.Combine(folder, "program");
            File.WriteAllText(file, source);
            ProgramRun.Start(compiler, ["-w", .. options, "-o", program, file]).MustExit();
            string[] command = [.. runner, program];
            return ProgramRun.Start(command[0], command[1..]).MustExit().Output;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
