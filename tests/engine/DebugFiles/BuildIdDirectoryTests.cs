using TraceKit.DebugInfo.Elf;
using TraceKit.Engine.DebugFiles;
using TraceKit.Testing;

namespace TraceKit.Engine.Tests.DebugFiles;

/// <summary>Build-id directories and archives as perf makes them, and paths that nothing but themselves speaks for.</summary>
public class BuildIdDirectoryTests
{
    private static string BuildId(string path) => Convert.ToHexStringLower(ElfImage.Parse(File.ReadAllBytes(path), path).BuildId.Span);

    /// <summary>A folder as perf 3.12 and later leave it: links to folders with elf and debug.</summary>
    private static string Cache(DebugProgram p, string program, string debug)
    {
        var id = BuildId(program);
        File.Copy(program, p.File("cache", "opt/prog", id, "elf"));
        File.Copy(debug, p.File("cache", "opt/prog", id, "debug"));
        File.CreateSymbolicLink(p.File("cache", ".build-id", id[..2], id[2..]), $"../../opt/prog/{id}");
        return p.File("cache");
    }

    /// <summary>The folder itself, and the same as a tar file in each compression that perf and people use: file and debug file are found by the build-id alone.</summary>
    [Theory]
    [InlineData("")]
    [InlineData(".tar")]
    [InlineData(".tar.gz")]
    [InlineData(".tar.bz2")]
    [InlineData(".tar.xz")]
    [InlineData(".tar.zst")]
    public void Find_BuildIdDirectory_MainAndDebug(string packed)
    {
        DebugProgram.Need("gcc", "objcopy", "tar");
        if (packed is ".tar.bz2" or ".tar.xz" or ".tar.zst")
            DebugProgram.Need(packed switch { ".tar.bz2" => "bzip2", ".tar.xz" => "xz", _ => "zstd" });
        using var p = new DebugProgram();
        var program = p.Compile("prog", "-g", "-Wl,--build-id");
        var debug = p.Split(program, p.File("prog.dbg"));
        var cache = Cache(p, program, debug);
        var id = BuildId(program);
        var options = new DebugFileOptions { BuildIdDirectories = [cache] };
        if (packed.Length > 0)
        {
            p.Run("tar", "caf", p.File("a" + packed), "-C", cache, "./.build-id", "opt");
            options = new DebugFileOptions { Archives = [p.File("a" + packed)] };
        }

        using var set = new DebugFileFinder(options).Find(new DebugFileRequest { Path = "/gone/prog", BuildId = id });
        Assert.EndsWith($".build-id/{id[..2]}/{id[2..]}/elf", set.Main?.Name, StringComparison.Ordinal);
        Assert.EndsWith("/debug", set.Debug?.Name, StringComparison.Ordinal);
        Assert.True(set.Dwarf!.TrySectionData(".debug_info", out _));
        using var other = new DebugFileFinder(options).Find(new DebugFileRequest { Path = "/gone/prog", BuildId = id[..^2] + "00" });
        Assert.True(other.IsEmpty);
    }

    /// <summary>What 'perf buildid-cache' and 'perf archive' make on this machine is read.</summary>
    [Fact]
    public void Find_PerfOwnCacheAndArchive_Main()
    {
        DebugProgram.Need("gcc", "perf", "tar", "bzip2");
        using var p = new DebugProgram();
        var program = p.Compile("prog", "-Wl,--build-id");
        var id = BuildId(program);
        var cache = p.File("home", ".debug");
        ProgramRun.Start("perf", ["--buildid-dir", cache, "buildid-cache", "-a", program], workingDirectory: p.Folder).MustExit();
        using (var set = new DebugFileFinder(new DebugFileOptions { BuildIdDirectories = [cache] }).Find(new DebugFileRequest { Path = "/gone", BuildId = id }))
            Assert.NotNull(set.Main);

        // As perf-archive.sh does it.
        p.Run("tar", "cjf", p.File("perf.data.tar.bz2"), "-C", cache, ".build-id", program.TrimStart('/')[..program.TrimStart('/').IndexOf('/')]);
        p.Run("tar", "cjf", p.File("perf.symbols.tar.bz2"), "-C", cache, ".");
        p.Run("tar", "cjf", p.File("perf.all.tar.bz2"), "-C", p.Folder, "perf.symbols.tar.bz2");
        foreach (var name in (string[])["perf.data.tar.bz2", "perf.all.tar.bz2"])
        {
            using var set = new DebugFileFinder(new DebugFileOptions { Archives = [p.File(name)] }).Find(new DebugFileRequest { Path = "/gone", BuildId = id });
            Assert.StartsWith(p.File(name), set.Main?.Name, StringComparison.Ordinal);
        }
    }

    /// <summary>Without a recorded build-id a file is taken by its path only where that was allowed, and it is said.</summary>
    [Fact]
    public void Find_NoBuildId_ByPathOnlyWhenTrusted()
    {
        DebugProgram.Need("gcc");
        using var p = new DebugProgram();
        var program = p.Compile("prog", "-Wl,--build-id=none");
        foreach (var trust in (bool[])[false, true])
        {
            using var set = new DebugFileFinder(new DebugFileOptions { UseHostDefaults = true, TrustPaths = trust }).Find(new DebugFileRequest { Path = program });
            Assert.Equal(trust, set.Main is not null);
            if (trust)
                Assert.Contains("by its path alone", Assert.Single(set.Tried, t => t.Outcome == DebugFileOutcome.Used).ToString(), StringComparison.Ordinal);
        }
    }

    /// <summary>The vDSO of this process stands for a recorded one of the same build-id, and for no other.</summary>
    [Fact]
    public void Find_Vdso_OfThisProcessByBuildId()
    {
        if (RunningKernel.Vdso() is not { } bytes)
        {
            Assert.Skip("this process has no vDSO that can be read");
            return;
        }

        var id = Convert.ToHexStringLower(ElfImage.Parse(bytes, "[vdso]").BuildId.Span);
        var finder = new DebugFileFinder(new DebugFileOptions { UseHostDefaults = true });
        using var set = finder.Find(new DebugFileRequest { Path = "[vdso]", BuildId = id });
        Assert.True(SymbolTable.Build(set.Main!, null).TryFindName("__vdso_clock_gettime"u8, out _));
        using var other = finder.Find(new DebugFileRequest { Path = "[vdso]", BuildId = "00" + id[2..] });
        Assert.Null(other.Main);
    }

    /// <summary>An archive that is cut or damaged anywhere gives what it holds up to there, says so, and throws nothing.</summary>
    [Fact]
    public void Read_DamagedArchive_ToldNotThrown()
    {
        DebugProgram.Need("tar", "bzip2", "gzip");
        using var p = new DebugProgram();
        Directory.CreateDirectory(p.File("c", ".build-id", "ab"));
        File.WriteAllBytes(p.File("c", "x", "abcdef0123", "elf"), [1, 2, 3]);
        File.CreateSymbolicLink(p.File("c", ".build-id", "ab", "cdef0123"), "../../x/abcdef0123");
        foreach (var name in (string[])["a.tar", "a.tar.bz2", "a.tar.gz"])
        {
            p.Run("tar", "caf", p.File(name), "-C", p.File("c"), ".");
            Assert.True(BuildIdArchive.Read(p.File(name)).TryFind("abcdef0123", "elf", out var found));
            Assert.Equal([1, 2, 3], found);
            var bytes = File.ReadAllBytes(p.File(name));
            var damaged = p.File("damaged");
            for (var i = 0; i < bytes.Length; i += Math.Max(1, bytes.Length / 50))
            {
                File.WriteAllBytes(damaged, bytes[..i]);
                BuildIdArchive.Read(damaged);
                bytes[i] ^= 0xff;
                File.WriteAllBytes(damaged, bytes);
                bytes[i] ^= 0xff;
                BuildIdArchive.Read(damaged);
            }
        }

        Assert.NotEmpty(BuildIdArchive.Read(p.File("none")).Problem);
    }
}
