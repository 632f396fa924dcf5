using System.Text;
using TraceKit.DebugInfo.Btf;
using TraceKit.Probes.Plan;
using TraceKit.Probes.Syntax;
using TraceKit.Probes.Targets;
using TraceKit.Testing;

namespace TraceKit.Probes.Tests.Compile;

/// <summary><c>perf probe -D</c> is the oracle: the same places, the same fetches, the same widths, the same names.</summary>
public class PerfOracleTests
{
    /// Without DWARF, from BTF and the calling convention alone, the kernel's functions are probed at their entry as perf does with all of its 1.7 GB.
    [Fact]
    public void Kernel_ByBtfAlone_IsAsPerfByDwarf()
    {
        var btf = BtfFile.Parse(File.ReadAllBytes(Path.Combine(PerfCase.Folder, "kernel-6.1.btf")), "the kernel");
        var target = new KernelTarget(new KernelTargetParts { Machine = 62, Btf = btf });
        var wrong = new StringBuilder();
        var same = 0;
        foreach (var one in PerfCase.Read("perf-kernel.txt"))
        {
            // Inlined copies and lines are DWARF's to know.
            var function = one.Definition.Split(' ')[0].Split('%')[0];
            var expected = one.Answers.Where(a => a.Split(' ')[1] == function + "+0" || a.Split(' ')[1] == function).Select(PerfCase.Meaning).ToList();
            if (expected.Count == 0 || one.Difference is not null || function.Contains('+', StringComparison.Ordinal))
                continue;
            if (Compare(one.Definition, expected, target, wrong))
                same++;
        }

        Assert.True(wrong.Length == 0, wrong.ToString());
        Assert.InRange(same, 70, 200);
    }

    /// Programs of our own, whose places differ from machine to machine: whatever the compiler made of them, perf says what is right.
    [Theory]
    [InlineData("gcc", "-O0")]
    [InlineData("gcc", "-O2")]
    [InlineData("clang", "-O0")]
    [InlineData("clang", "-O2")]
    public void OwnPrograms_OfTwoCompilers_AreProbedAsPerfDoes(string compiler, string level)
    {
        Compilers.Need("perf");
        Compilers.Need(compiler);
        var folder = Directory.CreateTempSubdirectory("tracekit-perf").FullName;
        try
        {
            var program = Path.Combine(folder, "own");
            File.Copy(Path.Combine(PerfCase.Folder, "own.c"), Path.Combine(folder, "own.c"));
            File.Copy(Path.Combine(PerfCase.Folder, "own_b.c"), Path.Combine(folder, "own_b.c"));
            ProgramRun.Start(compiler, ["-w", "-g", level, "-o", program, Path.Combine(folder, "own.c"), Path.Combine(folder, "own_b.c")]).MustExit();
            Compare(DebugTargets.User(program), PerfCase.Read("perf-own.txt"), "-x", program);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// Debian's libraries with their separate debug files; long, so only when asked for.
    [Theory]
    [InlineData("perf-libc.txt", "/usr/lib/x86_64-linux-gnu/libc.so.6")]
    [InlineData("perf-bash.txt", "/bin/bash")]
    [InlineData("perf-libjvm.txt", "/usr/lib/jvm/java-17-openjdk-amd64/lib/server/libjvm.so")]
    public void Libraries_OfTheSystem_AreProbedAsPerfDoes(string cases, string path)
    {
        if (Environment.GetEnvironmentVariable("TRACEKIT_ALL_LIBRARIES") != "1")
            Assert.Skip("long: set TRACEKIT_ALL_LIBRARIES=1");
        Compilers.Need("perf");
        if (!File.Exists(path))
            Assert.Skip($"{path} is not installed");
        Compare(DebugTargets.User(path), PerfCase.Read(cases), "-x", path);
    }

    /// The README's example gives the line it says.
    [Fact]
    public void Readme_Example_GivesItsLine()
    {
        var btf = BtfFile.Parse(File.ReadAllBytes(Path.Combine(PerfCase.Folder, "kernel-6.1.btf")), "the kernel");
        var target = new KernelTarget(new KernelTargetParts { Machine = 62, Btf = btf });
        var plan = ProbeCompiler.Compile(ProbeParser.Parse("vfs_read file->f_path.dentry->d_name.name:string"), target, new ProbeOptions());
        var line = KernelProbeText.Compose(plan.Probes[0], plan.Probes[0].Group, plan.Probes[0].Event);
        Assert.Equal("p:probe/vfs_read vfs_read name=+0(+40(+24(%di))):string", line);
        var page = File.ReadAllText(Path.Combine(Golden.RepositoryRoot(), "format", "probes", "Compile", "README.md"));
        Assert.Contains(plan.Syntax.Text, page, StringComparison.Ordinal);
        Assert.Contains("// " + line, page, StringComparison.Ordinal);
    }

    private static void Compare(ProbeTarget target, List<PerfCase> cases, params string[] asked)
    {
        var wrong = new StringBuilder();
        var (same, refused, differ) = (0, 0, 0);
        foreach (var one in cases)
        {
            var expected = PerfCase.Ask(one.Definition, asked).Select(PerfCase.Meaning).ToList();
            if (one.Difference is not null)
                differ++;
            else if (expected.Count == 0 || expected.Any(e => e.Contains('\\', StringComparison.Ordinal)))
                refused++;
            else if (Compare(one.Definition, expected, target, wrong))
                same++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{same} the same, {refused} that perf refuses or garbles, {differ} known to differ");
        Assert.True(wrong.Length == 0, wrong.ToString());
    }

    private static bool Compare(string definition, List<string> expected, ProbeTarget target, StringBuilder wrong)
    {
        List<string> ours;
        try
        {
            ours = [.. ProbeCompiler.Compile(ProbeParser.Parse(definition), target, new ProbeOptions()).Probes.Select(p => PerfCase.Meaning(KernelProbeText.Compose(p, p.Group, p.Event)))];
        }
        catch (ProbeSyntaxException e)
        {
            ours = [e.Reason];
        }

        if (ours.Order(StringComparer.Ordinal).SequenceEqual(expected.Distinct().Order(StringComparer.Ordinal)))
            return true;
        wrong.Append("\n> ").Append(definition);
        foreach (var line in expected)
            wrong.Append("\n  perf: ").Append(line);
        foreach (var line in ours)
            wrong.Append("\n  ours: ").Append(line);
        return false;
    }
}
