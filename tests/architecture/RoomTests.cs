using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace TraceKit.Architecture.Tests;

/// <summary>The edges of docs/architecture.md, proven from the project files and from what the built assemblies really reference.</summary>
public sealed class RoomTests
{
    private static readonly Dictionary<string, (string Project, string[] Rooms, string[] Packages)> Rooms = new()
    {
        ["format/binary"] = ("TraceKit.Binary", [], []),
        ["format/trace"] = ("TraceKit.Format", ["format/binary"], ["K4os.Compression.LZ4", "MessagePack", "Microsoft.NET.StringTools"]),
        ["format/debuginfo"] = ("TraceKit.DebugInfo", ["format/binary"], []),
        ["format/probes"] = ("TraceKit.Probes", ["format/binary", "format/debuginfo"], []),
        ["capture"] = ("TraceKit.Capture", ["format/binary", "format/trace", "format/debuginfo", "format/probes"], ["Iced"]),
        ["analyze/engine"] = ("TraceKit.Engine", ["format/binary", "format/trace", "format/debuginfo", "format/probes"], ["SharpCompress", "ZstdSharp.Port"]),
        ["analyze/report"] = (
            "TraceKit.Report",
            ["analyze/engine"],
            [
                "ScottPlot", "SkiaSharp", "SkiaSharp.HarfBuzz", "SkiaSharp.NativeAssets.Linux.NoDependencies", "HarfBuzzSharp.NativeAssets.Linux",
                "Microsoft.Data.Analysis", "Apache.Arrow", "System.Numerics.Tensors",
            ]),
        ["analyze/cli"] = ("TraceKit.Cli", ["analyze/engine", "analyze/report"], ["System.CommandLine", "Spectre.Console"]),
    };

    public static TheoryData<string> RoomNames => [.. Rooms.Keys];

    /// A room's project names only the rooms to its left.
    [Theory]
    [MemberData(nameof(RoomNames))]
    public void Project_OfEachRoom_ReferencesOnlyAllowedRooms(string room)
    {
        var allowed = Rooms[room].Rooms.Select(r => Path.Combine(Tree.Root, r, Rooms[r].Project + ".csproj")).ToHashSet();
        var folder = Path.Combine(Tree.Root, room);
        foreach (var reference in Items(room, "ProjectReference"))
            Assert.Contains(Path.GetFullPath(Path.Combine(folder, reference)), allowed);
    }

    /// A package comes in only where it was decided that it may: the agent in particular has no third one.
    [Theory]
    [MemberData(nameof(RoomNames))]
    public void Project_OfEachRoom_ReferencesOnlyAllowedPackages(string room)
    {
        foreach (var package in Items(room, "PackageReference"))
            Assert.Contains(package, Rooms[room].Packages);
    }

    /// What the compiler wrote down: a room's assembly may name only what its edges reach, however the reference came in.
    [Theory]
    [MemberData(nameof(RoomNames))]
    public void Assembly_OfEachRoom_UsesOnlyWhatItsEdgesReach(string room)
    {
        var reachable = Reach(room).ToHashSet();
        foreach (var name in ReferencedAssemblies(room))
        {
            if (Rooms.Values.Any(r => AssemblyName(r.Project) == name))
                Assert.Contains(name, reachable);
        }
    }

    /// The agent and the analyzer share the formats and nothing else.
    [Fact]
    public void CaptureAndAnalyze_NeverMeet()
    {
        Assert.DoesNotContain(ReferencedAssemblies("capture"), name => name is "TraceKit.Engine" or "TraceKit.Report" or "tracekit");
        foreach (var room in Rooms.Keys.Where(r => r.StartsWith("analyze/", StringComparison.Ordinal)))
            Assert.DoesNotContain("tracekit-capture", ReferencedAssemblies(room));
    }

    /// Parsers do no I/O: the format rooms open no file, so whatever they read was handed to them (the container's own reader and writer apart).
    [Theory]
    [InlineData("format/binary")]
    [InlineData("format/debuginfo")]
    [InlineData("format/probes")]
    public void FormatRooms_OpenNoFiles(string room)
    {
        string[] doors = ["System.IO.File", "System.IO.FileStream", "System.IO.FileInfo", "System.IO.Directory", "System.IO.RandomAccess", "System.IO.StreamReader"];
        Assert.DoesNotContain(ReferencedTypes(room), type => doors.Contains(type));
    }

    private static IEnumerable<string> Items(string room, string kind) =>
        XDocument.Load(Path.Combine(Tree.Root, room, Rooms[room].Project + ".csproj"))
            .Descendants(kind)
            .Select(item => ((string)item.Attribute("Include")!).Replace('\\', '/'));

    private static IEnumerable<string> Reach(string room) =>
        Rooms[room].Rooms.SelectMany(r => Reach(r).Append(AssemblyName(Rooms[r].Project)));

    private static string AssemblyName(string project) => project switch
    {
        "TraceKit.Capture" => "tracekit-capture",
        "TraceKit.Cli" => "tracekit",
        _ => project,
    };

    private static List<string> ReferencedAssemblies(string room) => Read(room, reader =>
        reader.AssemblyReferences.Select(handle => reader.GetString(reader.GetAssemblyReference(handle).Name)).ToList());

    private static List<string> ReferencedTypes(string room) => Read(room, reader =>
        reader.TypeReferences.Select(handle => reader.GetTypeReference(handle))
            .Select(type => $"{reader.GetString(type.Namespace)}.{reader.GetString(type.Name)}").ToList());

    private static T Read<T>(string room, Func<MetadataReader, T> read)
    {
        var file = AssemblyName(Rooms[room].Project) + ".dll";
        // Debug or Release, whichever was built last: the tests of this run.
        var path = Directory.EnumerateFiles(Path.Combine(Tree.Root, room, "bin"), file, SearchOption.AllDirectories)
            .OrderByDescending(File.GetLastWriteTimeUtc).First();
        using var stream = File.OpenRead(path);
        using var image = new PEReader(stream);
        return read(image.GetMetadataReader());
    }
}
