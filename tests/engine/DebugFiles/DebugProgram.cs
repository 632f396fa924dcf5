using TraceKit.Testing;

namespace TraceKit.Engine.Tests.DebugFiles;

/// <summary>A program built for a test, its separate debug file, and a folder for both.</summary>
internal sealed class DebugProgram : IDisposable
{
    public const string Source = """
        #include <stdio.h>
        static int twice(int x) { return x * 2; }
        static __attribute__((noinline)) int hidden(int x) { return twice(x) + 1; }
        int main(int argc, char **argv) { printf("%d\n", hidden(argc)); return 0; }
        """;

    public string Folder { get; } = Directory.CreateTempSubdirectory("tracekit-").FullName;

    public string File(params string[] parts)
    {
        var path = Path.Combine([Folder, .. parts]);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    /// <summary>Skips the test when a program that it needs is not installed.</summary>
    public static void Need(params string[] programs)
    {
        foreach (var program in programs)
        {
            if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => System.IO.File.Exists(Path.Combine(folder, program))))
                Assert.Skip($"{program} is not installed");
        }
    }

    /// <summary>Compiles the source to a file of this folder.</summary>
    public string Compile(string name, params string[] options)
    {
        System.IO.File.WriteAllText(File("p.c"), Source);
        Run("gcc", [.. options, "-o", File(name), File("p.c")]);
        return File(name);
    }

    public void Run(string program, params string[] arguments) => ProgramRun.Start(program, arguments, workingDirectory: Folder).MustExit();

    /// <summary>Splits a program in two: <c>NAME.full</c> stays, NAME is stripped and links to its debug file.</summary>
    /// <returns>Path of the debug file.</returns>
    public string Split(string program, string debugFile)
    {
        System.IO.File.Copy(program, program + ".full", overwrite: true);
        Run("objcopy", "--only-keep-debug", program, debugFile);
        Run("objcopy", "--strip-all", $"--add-gnu-debuglink={debugFile}", program);
        return debugFile;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
