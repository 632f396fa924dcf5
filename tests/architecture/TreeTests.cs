using System.Text.RegularExpressions;

namespace TraceKit.Architecture.Tests;

/// <summary>What lies where, how long it is, and that it speaks of nothing outside the repository.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed partial class TreeTests
{
    private const int LongestFile = 600;

    /// The top level holds what it was decided to hold, so that a visitor sees the house and not its tools.
    [Fact]
    public void TopLevel_HoldsOnlyWhatIsListed()
    {
        string[] listed =
        [
            "TraceKit.sln", "README.md", "FORMAT.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "build.sh",
            "Directory.Build.props", "Directory.Packages.props", "BannedSymbols.txt", "global.json", ".editorconfig", ".gitignore", ".gitattributes", ".ci",
            "format", "capture", "analyze", "tests", "bench", "samples", "docs",
        ];
        var found = Tree.Files.Select(path => path.Split('/')[0]).Distinct();
        Assert.Empty(found.Except(listed));
        Assert.Empty(listed.Except(found));
    }

    /// Whoever opens a room learns first what to hand it, what it does, and what it will not do.
    [Fact]
    public void Rooms_OpenWithAReadme()
    {
        var rooms = Tree.Files.Where(path => path.EndsWith(".csproj", StringComparison.Ordinal) && !path.StartsWith("tests/", StringComparison.Ordinal))
            .Select(path => Path.GetDirectoryName(path)!)
            .Concat(["bench", "samples", "tests", "tests/vm"]);
        foreach (var room in rooms)
        {
            Assert.Contains($"{room}/README.md", Tree.Files);
            Assert.True(File.ReadAllText(Path.Combine(Tree.Root, room, "README.md")).Length > 200, $"{room}/README.md says nothing");
        }
    }

    /// A file past 600 lines says why at its top (a line "Long because: …").
    [Fact]
    public void CSharpFiles_AreShortOrSayWhy()
    {
        var tooLong = Tree.TextFiles()
            .Where(file => file.Path.EndsWith(".cs", StringComparison.Ordinal))
            .Select(file => (file.Path, Lines: file.Text.Split('\n')))
            .Where(file => file.Lines.Length > LongestFile && !file.Lines.Take(20).Any(line => line.Contains("Long because:", StringComparison.Ordinal)))
            .Select(file => $"{file.Path}: {file.Lines.Length} lines");
        Assert.Empty(tooLong);
    }

    /// A stranger's clone has only the repository: nothing may point at the machine it was written on.
    [Fact]
    public void NoFile_NamesAPathOutsideTheRepository()
    {
        // Where this checkout lies, unless that is a place that anybody may name.
        var parent = Path.GetDirectoryName(Tree.Root.TrimEnd('/'))!.TrimEnd('/') + "/";
        var known = new[] { "/", "/root/", "/usr/", "/opt/", "/src/", "/tmp/", "/var/" };
        var ownPlace = known.Contains(parent) || parent.StartsWith("/tmp/", StringComparison.Ordinal) ? OutsidePath() : new Regex(@"(?<![\w.})\]])" + Regex.Escape(parent));
        var found = from file in Tree.TextFiles()
                    where !file.Path.EndsWith("tests/architecture/TreeTests.cs", StringComparison.Ordinal)
                    from line in file.Text.Split('\n').Select((text, index) => (Text: text, Number: index + 1))
                    where OutsidePath().IsMatch(line.Text) || ownPlace.IsMatch(line.Text)
                    select $"{file.Path}:{line.Number}: {line.Text.Trim()}";
        Assert.Empty(found);
    }

    /// Nothing is called done that is not.
    [Fact]
    public void CSharpFiles_HoldNoStubs()
    {
        var found = from file in Tree.TextFiles()
                    where file.Path.EndsWith(".cs", StringComparison.Ordinal) && !file.Path.EndsWith("TreeTests.cs", StringComparison.Ordinal)
                    from line in file.Text.Split('\n').Select((text, index) => (Text: text, Number: index + 1))
                    where Stub().IsMatch(line.Text)
                    select $"{file.Path}:{line.Number}: {line.Text.Trim()}";
        Assert.Empty(found);
    }

    /// Scripts that are called by name can be run.
    [Fact]
    public void Scripts_AreExecutable()
    {
        const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        foreach (var (path, text) in Tree.TextFiles().Where(file => file.Text.StartsWith("#!", StringComparison.Ordinal)))
            Assert.True((File.GetUnixFileMode(Path.Combine(Tree.Root, path)) & AnyExecute) != 0, $"{path} starts with {text.Split('\n')[0]} but is not executable");
    }

    [GeneratedRegex(@"/home/\w|/Users/\w")]
    private static partial Regex OutsidePath();

    [GeneratedRegex(@"\bTODO\b|\bFIXME\b|\bXXX\b|NotImplementedException")]
    private static partial Regex Stub();
}
