using TraceKit.Probes.Syntax;
using TraceKit.Testing;

namespace TraceKit.Cli.Tests;

/// <summary><c>tracekit probe</c> on a program made on the spot, beside <c>perf probe</c> where that is installed.</summary>
public sealed class ProbeTests : IDisposable
{
    private const string Source = """
        #include <stdio.h>
        #include <string.h>
        struct name { unsigned hash; char *text; };
        struct point { int x, y; struct name *name; };
        enum color { RED, GREEN };
        int counter;
        __attribute__((noinline)) int work(struct point *p, const char *name, unsigned long n, enum color c)
        {
        	int sum = counter;
        	for (unsigned long i = 0; i < n; i++) {
        		int part = p->x + (int)i;
        		sum += part * part;
        	}
        	if (c == GREEN)
        		printf("%s\n", name);
        	return sum + (int)strlen(p->name->text);
        }
        int main(int argc, char **argv)
        {
        	struct name name = { 1, argv[0] };
        	struct point p = { argc, 2, &name };
        	return work(&p, argv[0], argc, RED) & 1;
        }
        // perf shows three lines more than have code, and gives up where a file has fewer
        //
        //
        //
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("tracekit-probe-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    /// The kernel's text means what perf's means, for what perf can do. Of names only those are compared that perf leaves as they are.
    [Fact]
    public void Probe_Definitions_MeanWhatPerfsMean()
    {
        string[] definitions = ["work", "work n", "work x=p->x n c", "work p->name->text:string name:string", "e=work%return $retval:s32", "work+4 %di", "main argc argv"];
        var program = Build("-O2");
        var expected = definitions.Select(d => Perf(program, "-D", d).TrimEnd('\n').Replace("/e__return ", "/e ", StringComparison.Ordinal)).ToArray();
        var found = Run(["probe", "-x", program, "-D", .. definitions]).TrimEnd('\n').Split('\n');
        Assert.Equal(expected.Select(KernelTextReader.Normalize), found.Select(KernelTextReader.Normalize));
    }

    /// Variables with their types, sorted, at the function's address, as perf prints them.
    [Theory]
    [InlineData("-O0", "work")]
    [InlineData("-O0", "main")]
    [InlineData("-O2", "work")]
    public void Probe_Variables_AreThoseOfPerf(string optimization, string function)
    {
        var program = Build(optimization);
        // What is no longer or not yet there, and variables that are a known number, perf passes over in silence.
        static string Common(string text) => string.Join('\n', text.Split('\n').Where(l => !l.StartsWith("\t\t(", StringComparison.Ordinal) && !l.EndsWith("\tsum", StringComparison.Ordinal) && !l.EndsWith("\ti", StringComparison.Ordinal)));
        Assert.Equal(Common(Perf(program, "-V", function)), Common(Run("probe", "-x", program, "-V", function)));
    }

    /// Source lines, numbered where a probe can stand.
    [Theory]
    [InlineData("-O0", "work")]
    [InlineData("-O2", "work")]
    [InlineData("-O0", "main")]
    [InlineData("-O0", "work:2-5")]
    public void Probe_Lines_AreThoseOfPerf(string optimization, string range)
    {
        var program = Build(optimization);
        Assert.Equal(Perf(program, "-L", range), Run("probe", "-x", program, "-L", range));
    }

    /// Functions of a program, sorted; only functions, where perf lists data too.
    [Fact]
    public void Probe_Functions_AreSorted()
    {
        var program = Build("-O2");
        var lines = Run("probe", "-x", program, "-F").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("work", lines);
        Assert.Contains("main", lines);
        Assert.DoesNotContain("_start", lines);
        Assert.Equal(lines.Order(StringComparer.Ordinal), lines);
        Assert.Equal("work\n", Run("probe", "-x", program, "--funcs", "w*"));
        Assert.Equal("main\nwork\n", Run("probe", "-x", program, "-F", "w*|ma?n"));
    }

    /// Where something came from is said on stderr, so that stdout can be pasted; --dry-run says it on stdout.
    [Fact]
    public void Probe_Verbose_SaysWhereOffsetsCameFrom()
    {
        var program = Build("-O2");
        var run = Tool.Run("probe", "-x", program, "-v", "-D", "work t=p->name->text:string");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal($"p:probe_app/work {program}:0x", run.Output[..$"p:probe_app/work {program}:0x".Length]);
        Assert.Single(run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("DWARF of", run.Error, StringComparison.Ordinal);
        Assert.Contains("+8 of struct point", run.Error, StringComparison.Ordinal);
        Assert.Contains("DWARF of", Run("probe", "-x", program, "--dry-run", "work t=p->name->text:string"), StringComparison.Ordinal);
        Assert.Equal(run.Output.Replace(program, "/opt/app", StringComparison.Ordinal), Run("probe", "-x", program, "--path", "/opt/app", "-D", "work t=p->name->text:string"));
    }

    /// A stripped program is compiled for by what a file of another build or a prototype knows.
    [Fact]
    public void Probe_StrippedProgram_TakesTypesFromElsewhere()
    {
        var program = Build("-O2");
        var stripped = Path.Combine(_folder, "stripped");
        Need("objcopy", "--strip-debug", program, stripped);
        var wanted = Run("probe", "-x", program, "-D", "e=work x=p->x text=p->name->text:string n").Replace(program, stripped, StringComparison.Ordinal).Replace("probe_app", "probe_stripped", StringComparison.Ordinal);
        Assert.Equal(wanted, Run("probe", "-x", stripped, "--types-from", program, "-D", "e=work x=p->x text=p->name->text:string n"));
        Assert.Equal(
            wanted, Run("probe", "-x", stripped, "--proto", "struct name { unsigned hash; char *text; }; struct point { int x, y; struct name *name; }; int work(struct point *p, const char *name, unsigned long n, int c)",
                "-D", "e=work x=p->x text=p->name->text:string n"));
    }

    /// What is wrong is shown under a caret; words that are no definition are the command line's fault, what cannot be done is not.
    [Theory]
    [InlineData(2, "column 5: expected %return, found '%retrun'; did you mean '%return'?\n  work%retrun\n      ^\n", "-D", "work%retrun")]
    [InlineData(1, "did you mean 'work'?\n  wrok\n  ^\n", "-D", "wrok")]
    [InlineData(1, "did you mean 'name'", "-D", "work p->nmae->text")]
    [InlineData(2, "found 'u31'", "-D", "work n:u31")]
    [InlineData(2, "--definition and --vars exclude each other", "-V", "work", "-D", "work")]
    [InlineData(2, "no definition", "-v")]
    [InlineData(1, "none of its", "-F", "nothing_*")]
    [InlineData(1, "did you mean 'work'?", "-L", "wrok")]
    [InlineData(2, "expected a line number", "-L", "work:")]
    [InlineData(1, "did you mean 'work'?", "-V", "wrok")]
    public void Probe_Mistakes_AreShownWhereTheyAre(int exitCode, string message, params string[] arguments)
    {
        var run = Tool.Run(["probe", "-x", Build("-O2"), .. arguments]);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
    }

    /// Each malformed definition is refused with its column and exit code 2; nothing is printed that could be pasted. All in one run each would take minutes: a sample.
    [Fact]
    public void Probe_MalformedDefinitions_EndWithACaret()
    {
        var program = Build("-O2");
        var lines = File.ReadAllLines(Path.Combine(Golden.RepositoryRoot(), "tests", "cases", "probes", "malformed.txt"))
            .Where(l => !l.StartsWith(";;", StringComparison.Ordinal) && !l.Contains('‹', StringComparison.Ordinal) && l.Split('\t')[0].Trim().Length > 0 && l[0] != '-').ToArray();
        for (var i = 0; i < lines.Length; i += 100)
        {
            var (text, reason) = (lines[i].Split('\t')[0], lines[i].Split('\t')[1]);
            var run = Tool.Run("probe", "-x", program, "-D", text);
            Assert.Equal(2, run.ExitCode);
            Assert.Equal("", run.Output);
            Assert.Contains($"column {reason}", run.Error, StringComparison.Ordinal);
            Assert.EndsWith("^\n", run.Error, StringComparison.Ordinal);
        }
    }

    private string Build(string optimization)
    {
        var source = Path.Combine(_folder, "app.c");
        var program = Path.Combine(_folder, "app");
        File.WriteAllText(source, Source);
        Need("gcc", "-g", optimization, "-o", program, source);
        return program;
    }

    private static string Run(params string[] arguments)
    {
        var run = Tool.Run(arguments);
        Assert.True(run.ExitCode == 0, $"{run.ExitCode}: {run.Error}");
        return run.Output;
    }

    private static string Perf(string program, params string[] arguments) => Need("perf", ["probe", "-x", program, .. arguments]);

    private static string Need(string tool, params string[] arguments)
    {
        try
        {
            var run = ProgramRun.Start(tool, arguments);
            Assert.True(run.ExitCode == 0, $"{tool} {string.Join(' ', arguments)}: {run.Error}");
            return run.Output;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip($"{tool} is not installed");
            return "";
        }
    }
}
