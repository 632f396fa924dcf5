using System.Globalization;
using System.Text;
using TraceKit.Format.Dtr.Metadata;

namespace TraceKit.Capture.Tests;

/// <summary>What just-in-time compilers leave for recorders, and the code itself.</summary>
[Collection("live")]
public class LiveJitTests
{
    /// <summary>
    /// A compiler of three functions, half a second each, the last one longer, so that a busy host gets to it: writes its map as it goes (<c>grow</c>), at its end (<c>exit</c>), or a jitdump (<c>dump</c>).
    /// </summary>
    private const string Compiler = """
        #include <fcntl.h>
        #include <stdio.h>
        #include <string.h>
        #include <sys/mman.h>
        #include <sys/stat.h>
        #include <time.h>
        #include <unistd.h>
        static const unsigned char spin[] = { 0x55, 0x48, 0x89, 0xe5, 0x48, 0xc7, 0xc1, 0x40, 0x42, 0x0f, 0x00, 0x48, 0xff, 0xc9, 0x75, 0xfb, 0x5d, 0xc3 };
        static unsigned char *code; static char name[200];
        static void note(int i) { FILE *f = fopen(name, "a"); fprintf(f, "%lx %zx jitted_%d\n", (long)(code + i * 65536), sizeof spin, i); fclose(f); }
        int main(int argc, char **argv) {
          int dump = !strcmp(argv[1], "dump");
          code = mmap(0, 1 << 20, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
          if (dump) {
            sprintf(name, "%s/jit-%d.dump", argv[2], getpid());
            int fd = open(name, O_RDWR | O_CREAT, 0600);
            if (write(fd, "DTiJ0123456789", 14) != 14) return 1;
            mmap(0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
            unlink(name);
            if (write(fd, "later", 5) != 5) return 1;
          }
          else sprintf(name, "/tmp/perf-%d.map", getpid());
          for (int i = 0; i < 3; i++) {
            memcpy(code + i * 65536, spin, sizeof spin);
            if (!strcmp(argv[1], "grow")) note(i);
            struct timespec a, b; clock_gettime(CLOCK_MONOTONIC, &a);
            do { ((void (*)(void))(code + i * 65536))(); clock_gettime(CLOCK_MONOTONIC, &b); } while ((b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000 < (i < 2 ? 500 : 2500));
          }
          if (!strcmp(argv[1], "exit")) for (int i = 0; i < 3; i++) note(i);
          return 0; }
        """;

    /// The map's length over time travels with it, and the code that was hit, from the beginning of its function on.
    [Fact]
    public void Jit_GrowingMap_HasMarksAndCode()
    {
        Agent.RequireRoot();
        using var agent = new Agent();
        var program = agent.Compile(Compiler);
        var (code, _, error) = agent.Run("record", "-F", "997", "--call-graph", "dwarf", "-o", "x.dtr", "--", program, "grow");
        Assert.True(code == 0, error);
        var recording = new Recording(agent.In("x.dtr"));
        var map = Assert.Single(recording.Modules, m => m.Kind == ModuleKind.PerfMap);
        File.Delete(map.Path);
        var text = Encoding.UTF8.GetString(recording.Blob(map));
        Assert.Equal(3, text.TrimEnd('\n').Split('\n').Length);
        Assert.True(map.Marks.Count >= 2, $"{map.Marks.Count} marks");
        Assert.Equal(map.BlobBytes, map.Marks[^1].Length);
        for (var i = 1; i < map.Marks.Count; i++)
            Assert.True(map.Marks[i].Length > map.Marks[i - 1].Length && map.Marks[i].Time > map.Marks[i - 1].Time);

        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            var address = ulong.Parse(line.Split(' ')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var found = false;
            foreach (var module in recording.Modules.Where(m => m.Kind == ModuleKind.JitCode))
            {
                Assert.Equal(map.Pid, module.Pid);
                foreach (var extent in module.Extents.Where(e => address >= e.FileOffset && address < e.FileOffset + e.Length))
                {
                    found = true;
                    Assert.Equal(0x55, recording.Blob(module)[(int)(extent.BlobOffset + (address - extent.FileOffset))]);
                }
            }

            Assert.True(found, $"no code at 0x{address:x}");
        }
    }

    /// A map that is written as the process ends is there, without the process.
    [Fact]
    public void Jit_MapWrittenAtExit_IsThere()
    {
        Agent.RequireRoot();
        using var agent = new Agent();
        var program = agent.Compile(Compiler);
        var (code, _, error) = agent.Run("record", "-F", "997", "-g", "-o", "x.dtr", "--", "sh", "-c", $"{program} exit; sleep 0.5");
        Assert.True(code == 0, error);
        var recording = new Recording(agent.In("x.dtr"));
        var map = Assert.Single(recording.Modules, m => m.Kind == ModuleKind.PerfMap);
        File.Delete(map.Path);
        Assert.Contains("jitted_2", Encoding.UTF8.GetString(recording.Blob(map)), StringComparison.Ordinal);
        // Frame pointers are walked by the kernel: nobody needs the code.
        Assert.DoesNotContain(recording.Modules, m => m.Kind == ModuleKind.JitCode);
    }

    /// In a PID namespace the file has the number that the process knows itself by, in the /tmp that it sees.
    [Fact]
    public void Jit_InNamespaces_IsFoundByItsOwnNumber()
    {
        Agent.RequireRoot();
        using var agent = new Agent();
        var program = agent.Compile(Compiler);
        File.Copy(program, "/var/tmp/" + Path.GetFileName(agent.Folder));
        try
        {
            var (code, _, error) = agent.Run("record", "-F", "997", "-g", "-o", "x.dtr", "--", "unshare", "-m", "-p", "-f", "sh", "-c", $"mount -t tmpfs none /tmp && exec /var/tmp/{Path.GetFileName(agent.Folder)} grow");
            if (code != 0)
                Assert.Skip($"no namespaces here: {error}");
        }
        finally
        {
            File.Delete("/var/tmp/" + Path.GetFileName(agent.Folder));
        }

        var recording = new Recording(agent.In("x.dtr"));
        var map = Assert.Single(recording.Modules, m => m.Kind == ModuleKind.PerfMap);
        Assert.Equal("/tmp/perf-1.map", map.Path);
        Assert.Contains("jitted_2", Encoding.UTF8.GetString(recording.Blob(map)), StringComparison.Ordinal);
    }

    /// A jitdump file that was unlinked after it was mapped is copied whole.
    [Fact]
    public void Jit_UnlinkedDump_IsCopied()
    {
        Agent.RequireRoot();
        using var agent = new Agent();
        var program = agent.Compile(Compiler);
        var (code, _, error) = agent.Run("record", "-F", "997", "-g", "-o", "x.dtr", "--", program, "dump", agent.Folder);
        Assert.True(code == 0, error);
        var recording = new Recording(agent.In("x.dtr"));
        var dump = Assert.Single(recording.Modules, m => m.Kind == ModuleKind.Jit);
        Assert.Equal("DTiJ0123456789later", Encoding.UTF8.GetString(recording.Blob(dump)));
        Assert.StartsWith(agent.In("jit-"), dump.Path, StringComparison.Ordinal);
    }

    /// What only looks like a map (a pipe, a link to something else) is neither waited for nor followed.
    [Theory]
    [InlineData("mkfifo /tmp/perf-$$.map")]
    [InlineData("ln -s /etc/passwd /tmp/perf-$$.map")]
    public void Jit_NoMap_IsLeftAlone(string trap)
    {
        Agent.RequireRoot();
        using var agent = new Agent();
        var program = agent.Compile(Compiler);
        var (code, _, error) = agent.Run("record", "-F", "997", "-g", "-o", "x.dtr", "--", "sh", "-c", $"{trap}; echo $$ > {agent.In("pid")}; exec {program} none");
        File.Delete($"/tmp/perf-{File.ReadAllText(agent.In("pid")).Trim()}.map");
        Assert.True(code == 0, error);
        Assert.DoesNotContain(new Recording(agent.In("x.dtr")).Modules, m => m.Kind == ModuleKind.PerfMap);
    }
}
