using System.Diagnostics;
using System.Globalization;
using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Source;
using TraceKit.Format.Dtr.Metadata;

namespace TraceKit.Capture.Tests;

/// <summary>What travels, taken while the process lives, from wherever its files are.</summary>
[Collection("live")]
public class LiveSnapshotTests
{
    /// <summary>Runs for half a minute at most; with an argument it puts itself into a nameless file first.</summary>
    private const string Spin = """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <stdio.h>
        #include <sys/mman.h>
        #include <time.h>
        #include <unistd.h>
        volatile long sink;
        __attribute__((noinline)) void burn(long n) { for (long i = 0; i < n; i++) sink += i; }
        int main(int argc, char **argv) {
          if (argc > 1) {
            char buffer[65536]; ssize_t n; int from = open("/proc/self/exe", O_RDONLY), to = memfd_create("nameless", MFD_CLOEXEC);
            while ((n = read(from, buffer, sizeof buffer)) > 0) if (write(to, buffer, n) != n) return 1;
            char *none[] = { argv[0], 0 }; char *environment[] = { 0 };
            fexecve(to, none, environment);
            return 2;
          }
          struct timespec a, b; clock_gettime(CLOCK_MONOTONIC, &a);
          do { burn(100000); clock_gettime(CLOCK_MONOTONIC, &b); } while ((b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000 < 30000);
          return 0; }
        """;

    /// <summary>The same, for one second: by the millisecond, for whole seconds may be over at once.</summary>
    private static readonly string OneSecond = Spin.Replace("< 30000", "< 1000", StringComparison.Ordinal);

    private const string Flags = "-O1 -g -fno-omit-frame-pointer -Wl,--build-id";

    /// A program whose file was deleted while it ran.
    [Fact]
    public void Snapshot_DeletedFile_IsTakenFromTheMapping()
    {
        Agent.RequireRoot();
        using var agent = new Agent();
        var program = agent.Compile(Spin, flags: Flags);
        var buildId = BuildId(program);
        using var process = Process.Start(program);
        WaitFor(process, program);
        File.Delete(program);
        var module = RecordModule(agent, process, m => m.Path == program + " (deleted)");
        Assert.Equal(buildId, Convert.ToHexString(module.BuildId));
    }

    /// A program that was linked anew while the old one ran: what travels is the old one.
    [Fact]
    public void Snapshot_ReplacedFile_IsTheOneThatRuns()
    {
        Agent.RequireRoot();
        using var agent = new Agent();
        var program = agent.Compile(Spin, flags: Flags);
        var buildId = BuildId(program);
        using var process = Process.Start(program);
        WaitFor(process, program);
        var other = agent.Compile(Spin.Replace("burn", "scorch", StringComparison.Ordinal), "other", Flags);
        Assert.NotEqual(buildId, BuildId(other));
        File.Move(other, program, overwrite: true);
        var module = RecordModule(agent, process, m => m.Path.StartsWith(program, StringComparison.Ordinal));
        Assert.Equal(buildId, Convert.ToHexString(module.BuildId));
    }

    /// A program that only its own mount namespace shows.
    [Fact]
    public void Snapshot_PrivateMount_IsSeenAsTheProcessSeesIt()
    {
        Agent.RequireRoot();
        using var agent = new Agent();
        var program = agent.Compile(Spin, flags: Flags);
        var hidden = Directory.CreateDirectory(agent.In("hidden")).FullName;
        using var process = Start("unshare", "-m", "sh", "-c", $"mount -t tmpfs none {hidden} && cp {program} {hidden}/inside && exec {hidden}/inside");
        WaitFor(process, "/inside");
        Assert.False(File.Exists(hidden + "/inside"));
        var module = RecordModule(agent, process, m => m.Path == hidden + "/inside");
        Assert.Equal(BuildId(program), Convert.ToHexString(module.BuildId));
    }

    /// The same, started by the agent: the records carry the build-id, and the process is young.
    [Fact]
    public void Snapshot_PrivateMountOfACommand_IsSeenAsTheProcessSeesIt()
    {
        Agent.RequireRoot();
        using var agent = new Agent();
        var program = agent.Compile(OneSecond, flags: Flags);
        var hidden = Directory.CreateDirectory(agent.In("hidden")).FullName;
        var (code, _, error) = agent.Run("record", "-F", "997", "-g", "-o", "x.dtr", "--", "unshare", "-m", "sh", "-c", $"mount -t tmpfs none {hidden} && cp {program} {hidden}/inside && exec {hidden}/inside");
        if (code != 0)
            Assert.Skip($"no private mount here: {error}");
        var module = Assert.Single(new Recording(agent.In("x.dtr")).Modules, m => m.Path == hidden + "/inside");
        Assert.Null(module.MissingReason);
        Assert.Equal(BuildId(program), Convert.ToHexString(module.BuildId));
        Assert.True(module.BlobBytes > 0);
    }

    /// A program on an overlay, whose inode numbers are not those that the kernel puts into its records.
    [Fact]
    public void Snapshot_Overlay_IsTaken()
    {
        Agent.RequireRoot();
        using var agent = new Agent();
        var program = agent.Compile(Spin, flags: Flags);
        var place = Directory.CreateDirectory(agent.In("place")).FullName;
        using var process = Start("unshare", "-m", "sh", "-c",
            $"mount -t tmpfs none {place} && cd {place} && mkdir lower upper work merged && cp {program} lower/layered && mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged && exec {place}/merged/layered");
        WaitFor(process, "/layered");
        var module = RecordModule(agent, process, m => m.Path.EndsWith("/layered", StringComparison.Ordinal));
        Assert.Equal(BuildId(program), Convert.ToHexString(module.BuildId));
    }

    /// A program in a nameless file.
    [Fact]
    public void Snapshot_Memfd_IsTaken()
    {
        Agent.RequireRoot();
        using var agent = new Agent();
        var program = agent.Compile(Spin, flags: Flags);
        using var process = Start(program, "nameless");
        WaitFor(process, "/memfd:nameless");
        var module = RecordModule(agent, process, m => m.Path.StartsWith("/memfd:nameless", StringComparison.Ordinal));
        Assert.Equal(BuildId(program), Convert.ToHexString(module.BuildId));
    }

    /// The same bytes at two places are copied once; a library that no sample points into is not copied at all.
    [Fact]
    public void Snapshot_SameBytesTwice_AreCopiedOnce()
    {
        Agent.RequireRoot();
        using var agent = new Agent();
        var program = agent.Compile(OneSecond, flags: Flags);
        var copy = agent.In("copy");
        File.Copy(program, copy);
        Assert.Equal(0, agent.Run("record", "-F", "997", "-g", "-o", "x.dtr", "--", "sh", "-c", $"{program} & {copy}; wait").Code);
        var recording = new Recording(agent.In("x.dtr"));
        var buildId = BuildId(program);
        Assert.Single(recording.Modules, m => m.Kind == ModuleKind.Elf && Convert.ToHexString(m.BuildId) == buildId && m.BlobBytes > 0);
        Assert.DoesNotContain(recording.Modules, m => Path.GetFileName(m.Path).StartsWith("libresolv", StringComparison.Ordinal));
    }

    /// What each level holds: sections, not file names, decide what can be done later.
    [Theory]
    [InlineData("symbols", ".symtab", ".eh_frame")]
    [InlineData("unwind", ".eh_frame", ".debug_info")]
    [InlineData("full", ".debug_info", ".text")]
    public void Snapshot_Level_HoldsItsSections(string level, string held, string notHeld)
    {
        Agent.RequireRoot();
        using var agent = new Agent();
        var program = agent.Compile(OneSecond, flags: Flags);
        Assert.Equal(0, agent.Run("record", "-F", "997", "-g", "--snapshot", level, "-o", "x.dtr", "--", program).Code);
        var recording = new Recording(agent.In("x.dtr"));
        var module = Assert.Single(recording.Modules, m => m.Path == program);
        var image = Image(recording, module);
        Assert.True(image.TrySection(held, out var section) && image.TryStoredData(section, out _), held);
        Assert.True(image.TrySection(notHeld, out section) && !image.TryStoredData(section, out _), notHeld);
        Assert.True(image.TryStoredData(Section(image, ".symtab"), out _));
    }

    /// <c>none</c> takes no module, and says nothing is missing.
    [Fact]
    public void Snapshot_None_TakesNoModule()
    {
        Agent.RequireRoot();
        using var agent = new Agent();
        Assert.Equal(0, agent.Run("record", "-g", "--snapshot", "none", "-o", "x.dtr", "--", "true").Code);
        Assert.Empty(new Recording(agent.In("x.dtr")).Modules);
        Assert.Equal(2, agent.Run("record", "--snapshot", "everything", "--", "true").Code);
    }

    /// Source lines of what was hit travel as an index, joined by build-id; the unit that was not hit stays behind.
    [Fact]
    public void Snapshot_Lines_HoldTheHitUnits()
    {
        Agent.RequireRoot();
        using var agent = new Agent();
        File.WriteAllText(agent.In("idle.c"), "int never_called(int a) { return a * 3; }\n");
        var program = agent.Compile(OneSecond, flags: Flags + " " + agent.In("idle.c"));
        Assert.Equal(0, agent.Run("record", "-F", "997", "-g", "--snapshot", "lines", "-o", "x.dtr", "--", program).Code);
        var recording = new Recording(agent.In("x.dtr"));
        var module = Assert.Single(recording.Modules, m => m.Kind == ModuleKind.Elf && m.Path == program);
        var index = Assert.Single(recording.Modules, m => m.Kind == ModuleKind.SourceIndex && m.Path == program);
        Assert.Null(index.MissingReason);
        Assert.Equal(module.BuildId, index.BuildId);
        Assert.Equal("source-index", index.BlobFormat);
        var symbols = SymbolTable.Build(Image(recording, module));
        Assert.True(symbols.TryFindName("burn"u8, out var burn));
        Assert.True(symbols.TryFindName("never_called"u8, out var never));
        var resolver = SourceIndex.Read(recording.Blob(index));
        var frames = new SourceFrames();
        Svma[] addresses = [new(burn.Start.Value + 1), new(never.Start.Value + 1)];
        Array.Sort(addresses, (a, b) => a.Value.CompareTo(b.Value));
        resolver.Resolve(addresses, frames);
        var at = addresses[0].Value == burn.Start.Value + 1 ? 0 : 1;
        Assert.Equal("burn", frames.Text(frames[at][^1].Name));
        Assert.EndsWith("program.c", frames.Text(frames[at][^1].File), StringComparison.Ordinal);
        Assert.Equal(0, frames[1 - at].Length);
    }

    /// Of a program without line information the file says so, and how to supply it.
    [Fact]
    public void Snapshot_LinesOfAStrippedProgram_AreSaidToBeMissing()
    {
        Agent.RequireRoot();
        using var agent = new Agent();
        var program = agent.Compile(OneSecond, flags: "-O1 -s -fno-omit-frame-pointer -Wl,--build-id");
        Assert.Equal(0, agent.Run("record", "-F", "997", "-g", "--snapshot", "lines", "-o", "x.dtr", "--", program).Code);
        var index = Assert.Single(new Recording(agent.In("x.dtr")).Modules, m => m.Kind == ModuleKind.SourceIndex && m.Path == program);
        Assert.Equal(0UL, index.BlobBytes);
        Assert.Contains("tracekit symbols add", index.MissingReason, StringComparison.Ordinal);
    }

    /// A module without any unwinding table has its code with it: there only the instructions tell where a caller is.
    [Fact]
    public void Snapshot_NoUnwindTables_TheCodeTravels()
    {
        Agent.RequireRoot();
        using var agent = new Agent();
        const string Bare = """
            static volatile long sink;
            __attribute__((noinline)) void burn(long n) { for (long i = 0; i < n; i++) sink += i; }
            void _start(void) { for (int i = 0; i < 3000; i++) burn(200000); __asm__ volatile("mov $60, %eax; xor %edi, %edi; syscall"); }
            """;
        var program = agent.Compile(Bare, flags: "-O1 -g0 -nostdlib -static -fno-asynchronous-unwind-tables -fno-unwind-tables -fomit-frame-pointer -Wl,--build-id");
        Assert.Equal(0, agent.Run("record", "-F", "997", "--call-graph", "dwarf", "-o", "x.dtr", "--", program).Code);
        var recording = new Recording(agent.In("x.dtr"));
        var image = Image(recording, Assert.Single(recording.Modules, m => m.Kind == ModuleKind.Elf && m.Path == program));
        Assert.True(image.TryStoredData(Section(image, ".text"), out var code));
        Assert.True(code.Length > 20);
    }

    /// What is over the bound is left out, least important first, and named.
    [Fact]
    public void Snapshot_OverItsBound_SaysWhatIsLeftOut()
    {
        Agent.RequireRoot();
        using var agent = new Agent();
        var program = agent.Compile(OneSecond, flags: Flags);
        Assert.Equal(0, agent.Run("record", "-F", "997", "-g", "--snapshot", "full", "--max-snapshot", "16K", "-o", "x.dtr", "--", program).Code);
        var recording = new Recording(agent.In("x.dtr"));
        var module = Assert.Single(recording.Modules, m => m.Path == program);
        Assert.Contains("left out", module.MissingReason, StringComparison.Ordinal);
        Assert.Contains(".debug_", module.MissingReason, StringComparison.Ordinal);
        Assert.All(recording.Modules.Where(m => m.Kind is ModuleKind.Elf or ModuleKind.DebugFile), m => Assert.True(m.BlobBytes <= 16 << 10, $"{m.Path}: {m.BlobBytes}"));
        Assert.Equal(20, module.BuildId.Length);
    }

    private static ModuleInfo RecordModule(Agent agent, Process process, Predicate<ModuleInfo> wanted)
    {
        var (code, _, error) = agent.Run("record", "-F", "997", "-g", "-p", process.Id.ToString(CultureInfo.InvariantCulture), "-d", "500ms", "-o", "x.dtr");
        process.Kill();
        process.WaitForExit();
        Assert.True(code == 0, error);
        var recording = new Recording(agent.In("x.dtr"));
        var module = Assert.Single(recording.Modules, m => m.Kind == ModuleKind.Elf && wanted(m));
        Assert.Null(module.MissingReason);
        var symbols = SymbolTable.Build(Image(recording, module));
        Assert.True(symbols.TryFindName("burn"u8, out _), "the symbol table is not the running program's");
        return module;
    }

    private static ElfImage Image(Recording recording, ModuleInfo module)
    {
        var blob = recording.Blob(module);
        return ElfImage.Parse(new SparseImage(module.FileLength, [.. module.Extents.Select(e => new FileExtent(new FileOffset(e.FileOffset), blob.AsMemory((int)e.BlobOffset, (int)e.Length)))]), module.Path);
    }

    private static ElfSection Section(ElfImage image, string name)
    {
        Assert.True(image.TrySection(name, out var section), name);
        return section;
    }

    private static string BuildId(string path) => Convert.ToHexString(ElfImage.Parse(File.ReadAllBytes(path), path).BuildId.Span);

    private static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;

    /// <summary>Until the process is the program meant; skips when it never becomes that.</summary>
    private static void WaitFor(Process process, string path)
    {
        for (var i = 0; i < 300; i++)
        {
            try
            {
                if (File.ReadAllText($"/proc/{process.Id}/maps").Contains(path, StringComparison.Ordinal))
                    return;
            }
            catch (IOException)
            {
                break;
            }

            Thread.Sleep(10);
        }

        if (!process.HasExited)
            process.Kill();
        process.WaitForExit();
        Assert.Skip($"this host does not let the test run a program there: {(process.StartInfo.RedirectStandardError ? process.StandardError.ReadToEnd() : path)}");
    }
}
