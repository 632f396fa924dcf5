using TraceKit.Testing;

namespace TraceKit.Road.Tests;

/// <summary>Spans recorded live, each held against other answers on the same events.</summary>
[Collection("road")]
public sealed class SpanTests
{
    /// Calls of our own program: awk on the same events, its own clock, sorting, bpftrace at the same time.
    [Fact]
    public void Spans_OfCalls_AreThoseOfAwkAndTheProgram() => Run("tests/road/spans/spans.sh", "200");

    /// Calls that do not simply return, C++, Rust, goroutines, jobs by key, system calls, wakeups, interrupts: a Python answer made of script's JSON.
    [Fact]
    public void Spans_OfOddCallsAndOfTheMachine_AreThoseOfPython() => Run("tests/road/spans/odd.sh");

    /// Lines typed into an interactive bash: bpftrace at the same time, and what was typed.
    [Fact]
    public void Spans_OfReadline_AreThoseOfBpftrace()
    {
        if (Environment.GetEnvironmentVariable("TRACEKIT_ALL_LIBRARIES") != "1")
            Assert.Skip("types for half a minute: TRACEKIT_ALL_LIBRARIES=1");
        Run("tests/road/spans/readline.py");
    }

    /// Entry and return of a kernel function, block requests, a system call, in the virtual machine.
    [Fact]
    public void Spans_OfTheKernel_AreThoseOfAwk()
    {
        if (Environment.GetEnvironmentVariable("TRACEKIT_ALL_LIBRARIES") != "1")
            Assert.Skip("boots a virtual machine of its own: TRACEKIT_ALL_LIBRARIES=1");
        Run("tests/road/spans/vm.sh");
    }

    private static void Run(string script, params string[] arguments)
    {
        var path = Path.Combine(Golden.RepositoryRoot(), script);
        var run = ProgramRun.Start(script.EndsWith(".py", StringComparison.Ordinal) ? "python3" : "bash", [path, Programs.Agent(), Programs.Analyzer(), .. arguments], timeout: TimeSpan.FromMinutes(6));
        if (run.ExitCode == 77)
            throw new TestSkippedException(run.Output.Trim().Split('\n')[^1]);
        run.MustExit();
        TestContext.Current.TestOutputHelper?.WriteLine(run.Output);
    }
}
