using System.Runtime.CompilerServices;

namespace TraceKit.Testing;

/// <summary>Compares output with a committed file of <c>tests/golden</c>.</summary>
public static class Golden
{
    /// <summary>
    /// Fails when <paramref name="actual"/> differs from the golden file, or when there is none.
    /// <c>TRACEKIT_UPDATE_GOLDEN=1</c> rewrites the file instead.
    /// </summary>
    /// <param name="name">Named by the command that makes it: <c>report.cpu.by-function.txt</c>.</param>
    public static void Verify(string name, string actual)
    {
        var path = Path.Combine(RepositoryRoot(), "tests", "golden", name);
        if (Environment.GetEnvironmentVariable("TRACEKIT_UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
            return;
        }

        if (!File.Exists(path))
            throw new InvalidOperationException($"no golden file {path}: run with TRACEKIT_UPDATE_GOLDEN=1 and read what it writes");
        var expected = File.ReadAllText(path);
        if (expected == actual)
            return;
        string[] expectedLines = expected.Split('\n'), actualLines = actual.Split('\n');
        var line = 0;
        while (line < expectedLines.Length && line < actualLines.Length && expectedLines[line] == actualLines[line])
            line++;
        throw new InvalidOperationException(
            $"{path}:{line + 1} differs\nexpected: {expectedLines.ElementAtOrDefault(line) ?? "(end)"}\n   found: {actualLines.ElementAtOrDefault(line) ?? "(end)"}");
    }

    /// <summary>The folder that holds TraceKit.sln, found upwards from the caller's source file.</summary>
    public static string RepositoryRoot([CallerFilePath] string here = "")
    {
        for (var folder = Path.GetDirectoryName(here); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "TraceKit.sln")))
                return folder;
        }

        throw new InvalidOperationException($"no TraceKit.sln above {here}");
    }
}
