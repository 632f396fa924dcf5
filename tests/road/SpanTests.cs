using TraceKit.Testing;

namespace TraceKit.Road.Tests;

/// <summary>Spans recorded live, each held against other answers on the same events.</summary>
[Collection("road")]
public sealed class SpanTests
{
    /// Calls of our own program: awk on the same events, its own clock, sorting, bpftrace at the same time.
    [Fact]
    public void Spans_OfCalls_AreThoseOfAwkAndTheProgram() => Run("tests/road/spans/spans.sh", "200");

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
        var run = ProgramRun.Start("bash", [path, Programs.Agent(), Programs.Analyzer(), .. arguments], timeout: TimeSpan.FromMinutes(6));
        if (run.ExitCode == 77)
            throw new TestSkippedException(run.Output.Trim().Split('\n')[^1]);
        run.MustExit();
        TestContext.Current.TestOutputHelper?.WriteLine(run.Output);
    }
}
