using TraceKit.Testing;

namespace TraceKit.Architecture.Tests;

/// <summary>The files of the repository that are ours: as git lists them where there is git, else everything but build output.</summary>
internal static class Tree
{
    private static readonly string[] BuildOutput = ["bin", "obj", "out", "artifacts", "output", "node_modules", ".git", ".vs", "TestResults", "__pycache__"];
    private static readonly Lazy<List<string>> AllFiles = new(List);

    /// <summary>The folder that holds TraceKit.sln.</summary>
    public static string Root { get; } = Golden.RepositoryRoot();

    /// <summary>Paths below <see cref="Root"/>, with forward slashes, sorted.</summary>
    public static IReadOnlyList<string> Files => AllFiles.Value;

    /// <summary>The text files among them: no NUL byte in the first 8,000.</summary>
    public static IEnumerable<(string Path, string Text)> TextFiles()
    {
        foreach (var path in Files)
        {
            var bytes = File.ReadAllBytes(Path.Combine(Root, path));
            if (!bytes.AsSpan(0, Math.Min(bytes.Length, 8000)).Contains((byte)0))
                yield return (path, System.Text.Encoding.UTF8.GetString(bytes));
        }
    }

    private static List<string> List()
    {
        var run = Git();
        var files = run?.ExitCode == 0
            ? run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            : Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Root, path));
        return [.. files
            .Where(path => !path.Split('/').SkipLast(1).Intersect(BuildOutput).Any())
            .Where(path => File.Exists(Path.Combine(Root, path)))
            .Order(StringComparer.Ordinal)];
    }

    private static ProgramRun? Git()
    {
        try
        {
            return ProgramRun.Start("git", ["-c", $"safe.directory={Root}", "-C", Root, "ls-files", "--cached", "--others", "--exclude-standard"]);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // no git on this machine
        }
    }
}
