using TraceKit.DebugInfo.Elf;
using TraceKit.Engine.DebugFiles;

namespace TraceKit.Engine.Tests.DebugFiles;

/// <summary>Where debug files are looked for, and that none of another build is ever used.</summary>
public class DebugFileFinderTests
{
    private static ElfImage Image(string path) => ElfImage.Parse(File.ReadAllBytes(path), path);

    private static string BuildId(string path) => Convert.ToHexStringLower(Image(path).BuildId.Span);

    private static DebugFileSet Find(DebugFileOptions options, string program, string? mappedAs = null) =>
        new DebugFileFinder(options).Find(DebugFileRequest.For(Image(program), mappedAs ?? program));

    /// <summary>A debug directory laid out as /usr/lib/debug, one that mirrors paths, and one that simply holds the file: each gives it.</summary>
    [Theory]
    [InlineData("build-id")]
    [InlineData("path")]
    [InlineData("folder")]
    [InlineData("link")]
    [InlineData("name")]
    [InlineData("unstripped")]
    public void Find_DebugDirectory_EachLayout(string layout)
    {
        DebugProgram.Need("gcc", "objcopy");
        using var p = new DebugProgram();
        var program = p.Compile("prog", "-g");
        var debug = p.Split(program, p.File("prog.dbg"));
        var id = BuildId(program);
        var (from, to) = layout switch
        {
            "build-id" => (debug, $"d/.build-id/{id[..2]}/{id[2..]}.debug"),
            "path" => (debug, "d/opt/app/prog.debug"),
            "folder" => (debug, "d/opt/app/prog.dbg"),
            "link" => (debug, "d/prog.dbg"),
            "name" => (debug, "d/prog.debug"),
            _ => (program + ".full", "d/prog"),
        };
        File.Move(from, p.File(to));
        using var set = Find(new DebugFileOptions { DebugDirectories = [p.File("d")] }, program, "/opt/app/prog");
        Assert.Equal(p.File(to), set.Dwarf?.Name);
        Assert.True(set.Dwarf!.TrySectionData(".debug_info", out _));
        Assert.Equal(p.File(to), Assert.Single(set.Tried, t => t.Outcome == DebugFileOutcome.Used).Path);
        Assert.True(SymbolTable.Build(Image(program), set.Debug ?? set.Main).TryFindName("hidden"u8, out _));
    }

    /// <summary>Beside the file, in .debug/, and under ROOT/usr/lib/debug of --symfs; the file itself is found there too.</summary>
    [Theory]
    [InlineData("root/opt/app/prog.dbg")]
    [InlineData("root/opt/app/.debug/prog.dbg")]
    [InlineData("root/usr/lib/debug/opt/app/prog.dbg")]
    public void Find_SymbolFileSystem_MainAndDebug(string place)
    {
        DebugProgram.Need("gcc", "objcopy");
        using var p = new DebugProgram();
        var program = p.Compile("prog", "-g");
        File.Move(p.Split(program, p.File("prog.dbg")), p.File(place));
        File.Copy(program, p.File("root/opt/app/prog"));
        using var set = Find(new DebugFileOptions { SymbolFileSystem = p.File("root") }, program, "/opt/app/prog (deleted)");
        Assert.Equal((p.File("root/opt/app/prog"), p.File(place)), (set.Main?.Name, set.Debug?.Name));
        Assert.Empty(set.Missing);
    }

    /// <summary>A file of another build is told, with both build-ids, and not used.</summary>
    [Fact]
    public void Find_OtherBuild_ToldNotUsed()
    {
        DebugProgram.Need("gcc", "objcopy");
        using var p = new DebugProgram();
        var program = p.Compile("prog", "-g");
        var other = p.Compile("other", "-g", "-O2");
        p.Split(program, p.File("prog.dbg"));
        File.Delete(p.File("prog.dbg"));
        File.Move(other, p.File("d/prog"));
        using var set = Find(new DebugFileOptions { DebugDirectories = [p.File("d")] }, program);
        Assert.True(set.IsEmpty);
        var told = Assert.Single(set.Tried, t => t.Path == p.File("d/prog") && t.Purpose == DebugFilePurpose.Debug);
        Assert.Equal(DebugFileOutcome.OtherFile, told.Outcome);
        Assert.Contains(BuildId(p.File("d/prog")), told.ToString(), StringComparison.Ordinal);
        Assert.Contains(BuildId(program), told.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Without build-ids the debuglink's CRC decides; one changed byte and the file is another.</summary>
    [Fact]
    public void Find_NoBuildId_CrcDecides()
    {
        DebugProgram.Need("gcc", "objcopy");
        using var p = new DebugProgram();
        var program = p.Compile("prog", "-g", "-Wl,--build-id=none");
        var debug = p.Split(program, p.File("d/prog.dbg"));
        var options = new DebugFileOptions { DebugDirectories = [p.File("d")] };
        using (var set = Find(options, program))
            Assert.Equal(debug, set.Debug?.Name);
        var bytes = File.ReadAllBytes(debug);
        bytes[^1] ^= 1;
        File.WriteAllBytes(debug, bytes);
        using (var set = Find(options, program))
        {
            Assert.Null(set.Debug);
            Assert.Contains(set.Tried, t => t.Outcome == DebugFileOutcome.OtherFile && t.Detail.Contains("CRC-32", StringComparison.Ordinal));
        }
    }

    /// <summary>A main file without a build-id is taken when its length and headers are those that the recording has, and only then.</summary>
    [Fact]
    public void Find_MainWithoutBuildId_ByItsHeaders()
    {
        DebugProgram.Need("gcc");
        using var p = new DebugProgram();
        var program = p.Compile("prog", "-Wl,--build-id=none");
        File.Copy(program, p.File("root/a/prog"));
        var options = new DebugFileOptions { SymbolFileSystem = p.File("root") };
        using (var set = Find(options, program, "/a/prog"))
            Assert.Equal(p.File("root/a/prog"), set.Main?.Name);
        using (var set = new DebugFileFinder(options).Find(new DebugFileRequest { Path = "/a/prog" }))
            Assert.Equal((null, DebugFileOutcome.NoIdentity), (set.Main, set.Tried[0].Outcome));
        File.Move(p.Compile("other", "-O2", "-Wl,--build-id=none"), p.File("root/a/prog"), overwrite: true);
        using (var set = Find(options, program, "/a/prog"))
            Assert.Equal((null, DebugFileOutcome.OtherFile), (set.Main, set.Tried[0].Outcome));
    }

    /// <summary>What dwz moved to a shared file is found: by the name as written, in the debug directory's .dwz/, by build-id; a missing one is named.</summary>
    [Fact]
    public void Find_SharedFile_EachPlaceOrNamed()
    {
        DebugProgram.Need("gcc", "objcopy", "dwz");
        using var p = new DebugProgram();
        var program = p.Compile("one", "-g", "-gdwarf-4");
        p.Compile("two", "-g", "-gdwarf-4", "-O1");
        foreach (var name in new[] { "one", "two" })
            p.Split(p.File(name), p.File("d", name + ".debug"));
        p.File("d/.dwz/shared.debug");
        p.Run("dwz", "-m", "d/.dwz/shared.debug", "-M", ".dwz/shared.debug", "d/one.debug", "d/two.debug");
        Assert.True(File.Exists(p.File("d/.dwz/shared.debug")), "dwz found nothing to share");
        var options = new DebugFileOptions { DebugDirectories = [p.File("d")] };
        using (var set = Find(options, program))
            Assert.Equal(p.File("d/.dwz/shared.debug"), set.Alternate?.Name);
        var id = Convert.ToHexStringLower(Image(p.File("d/one.debug")).AlternateLink!.BuildId.Span);
        File.Move(p.File("d/.dwz/shared.debug"), p.File($"d/.build-id/{id[..2]}/{id[2..]}.debug"));
        using (var set = Find(options, program))
            Assert.Equal(p.File($"d/.build-id/{id[..2]}/{id[2..]}.debug"), set.Alternate?.Name);
        File.Delete(p.File($"d/.build-id/{id[..2]}/{id[2..]}.debug"));
        using (var set = Find(options, program))
        {
            Assert.Null(set.Alternate);
            Assert.Contains(id, Assert.Single(set.Missing), StringComparison.Ordinal);
        }
    }

    /// <summary>Split units: relative to the compilation directory inside of ROOT, in a debug directory, never one of another id; a package beside the file.</summary>
    [Fact]
    public void Find_SplitUnits_ByIdAndPackage()
    {
        DebugProgram.Need("gcc", "readelf");
        using var p = new DebugProgram();
        var program = p.Compile("prog", "-g", "-gdwarf-5", "-gsplit-dwarf");
        var dwo = Directory.EnumerateFiles(p.Folder, "*.dwo").Single();
        var name = Path.GetFileName(dwo);
        var dump = Testing.ProgramRun.Start("readelf", ["--debug-dump=info", "-wN", dwo]).MustExit().Output;
        var id = Convert.ToUInt64(dump.Split("DWO ID:")[1].Trim().Split('\n')[0].Trim()[2..], 16);
        File.Move(dwo, p.File("d", name));
        using var set = Find(new DebugFileOptions { DebugDirectories = [p.File("d")] }, program);
        Assert.Null(set.OpenSplitUnit(name, "/nowhere", id + 1));
        Assert.Contains(set.Tried, t => t.Purpose == DebugFilePurpose.SplitUnit && t.Outcome == DebugFileOutcome.OtherFile);
        Assert.True(set.OpenSplitUnit(name, "/nowhere", id)?.TrySectionData(".debug_info.dwo", out _));

        File.Move(p.File("d", name), p.File("root/build/obj", name));
        using var inRoot = Find(new DebugFileOptions { SymbolFileSystem = p.File("root") }, program);
        Assert.Equal(p.File("root/build/obj", name), inRoot.OpenSplitUnit("obj/" + name, "/build", id)?.Name);
        Assert.Null(inRoot.OpenSplitUnit("../../../" + name, "/build", id));
    }

    /// <summary>A package of split units beside the main file, or in a debug directory.</summary>
    [Theory]
    [InlineData("root/app/prog.dwp")]
    [InlineData("d/app/prog.dwp")]
    [InlineData("d/prog.dwp")]
    public void Find_Package_BesideOrInDirectory(string place)
    {
        DebugProgram.Need("gcc", "dwp");
        using var p = new DebugProgram();
        var program = p.Compile("prog", "-g", "-gdwarf-4", "-gsplit-dwarf");
        p.Run("dwp", "-e", program, "-o", p.File(place));
        File.Copy(program, p.File("root/app/prog"));
        using var set = Find(new DebugFileOptions { SymbolFileSystem = p.File("root"), DebugDirectories = [p.File("d")] }, program, "/app/prog");
        Assert.Equal((p.File("root/app/prog"), p.File(place)), (set.Main?.Name, set.Package?.Name));
    }

    /// <summary>Only with host defaults is anything of this machine read: a recording's paths mean another machine.</summary>
    [Fact]
    public void Find_HostFiles_OnlyWhenAllowed()
    {
        DebugProgram.Need("gcc", "objcopy");
        using var p = new DebugProgram();
        var program = p.Compile("prog", "-g");
        p.Split(program, p.File("prog.dbg"));
        using (var set = Find(new DebugFileOptions(), program))
            Assert.Empty(set.Tried);
        using (var set = Find(new DebugFileOptions { UseHostDefaults = true }, program))
            Assert.Equal((program, p.File("prog.dbg")), (set.Main?.Name, set.Debug?.Name));
    }

    /// <summary>What is no regular ELF file where one would be: a pipe, a folder, a script, an empty and an unreadable file. None blocks or throws.</summary>
    [Fact]
    public void Find_OddFiles_PassedOver()
    {
        DebugProgram.Need("gcc", "objcopy", "mkfifo");
        using var p = new DebugProgram();
        var program = p.Compile("prog", "-g");
        p.Split(program, p.File("prog.dbg"));
        p.Run("mkfifo", p.File("d/prog.debug"));
        Directory.CreateDirectory(p.File("d/prog"));
        File.WriteAllText(p.File("d/prog.dbg"), new string('#', 100));
        File.CreateSymbolicLink(p.File("d", program.TrimStart('/') + ".debug"), "/nonexistent/loop");
        using var set = Find(new DebugFileOptions { DebugDirectories = [p.File("d"), "/nonexistent", ""] }, program);
        Assert.True(set.IsEmpty);
        Assert.Equal(DebugFileOutcome.NotUsable, set.Tried.First(t => t.Path == p.File("d/prog.debug")).Outcome);
        Assert.All(set.Tried, t => Assert.NotEqual(DebugFileOutcome.Used, t.Outcome));
        Assert.All(set.Tried, t => Assert.StartsWith(t.Path + ": ", t.ToString(), StringComparison.Ordinal));
    }

    /// <summary>A path of a recording that would lead out of ROOT does not.</summary>
    [Fact]
    public void Find_PathWithDots_StaysInRoot()
    {
        using var p = new DebugProgram();
        using var set = new DebugFileFinder(new DebugFileOptions { SymbolFileSystem = p.File("root"), DebugDirectories = [p.File("d")] })
            .Find(new DebugFileRequest { Path = "/../../../../etc/../../etc/shadow", BuildId = "../../x", DebugLink = new ElfDebugLink("../../../etc/passwd", 1) });
        Assert.NotEmpty(set.Tried);
        Assert.All(set.Tried, t => Assert.True(Path.GetFullPath(t.Path).StartsWith(p.Folder, StringComparison.Ordinal), t.Path));
    }

    /// <summary>A file that is cut or closed while it is used: what cannot be read counts as not at hand.</summary>
    [Fact]
    public void DebugFileSet_FileCutOrClosed_NotAtHand()
    {
        DebugProgram.Need("gcc", "objcopy");
        using var p = new DebugProgram();
        var program = p.Compile("prog", "-g");
        var debug = p.Split(program, p.File("prog.dbg"));
        var options = new DebugFileOptions { DebugDirectories = [p.Folder] };
        using (var set = Find(options, program))
        {
            p.Run("truncate", "-s", "200", debug);
            Assert.False(set.Debug!.TrySectionData(".debug_info", out _));
        }

        using (var set = Find(options with { UseHostDefaults = true }, program))
        {
            set.Dispose();
            Assert.False(set.Main!.TrySectionData(".text", out _));
        }
    }

    /// <summary>A debug file of megabytes costs only what is asked of it.</summary>
    [Fact]
    public void Find_LargeDebugFile_ReadLazily()
    {
        var large = Directory.Exists("/usr/lib/debug/.build-id") ? Directory.EnumerateFiles("/usr/lib/debug/.build-id", "*.debug", SearchOption.AllDirectories).MaxBy(f => new FileInfo(f).Length) : null;
        if (large is null || new FileInfo(large).Length < 4 << 20)
            Assert.Skip("no large debug file is installed (libc6-dbg)");
        var id = Path.GetFileName(Path.GetDirectoryName(large)) + Path.GetFileNameWithoutExtension(large);
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var set = new DebugFileFinder(new DebugFileOptions { DebugDirectories = ["/usr/lib/debug"] }).Find(new DebugFileRequest { Path = "/usr/lib/x.so", BuildId = id });
        Assert.Equal(large, set.Debug?.Name);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < 1 << 20, $"{allocated} bytes");
    }
}
