using TraceKit.Testing;

namespace TraceKit.Vm.Tests;

/// <summary>One boot of the virtual machine for all tests of this room: about ten seconds under emulation.</summary>
public sealed class VmFixture
{
    private static readonly string Folder = Path.Combine(Golden.RepositoryRoot(), "tests", "artifacts", "vm");

    private readonly Lazy<ProgramRun> _boot = new(Boot);

    /// <summary>A file the guest left behind; skips the test where no guest can be booted.</summary>
    public string PathOf(string name)
    {
        var run = _boot.Value;
        if (run.ExitCode == 77)
            throw new TestSkippedException(run.Output.Trim());
        run.MustExit();
        return Path.Combine(Folder, "files", name);
    }

    /// <summary>Its text, or what the guest's console said when there is none.</summary>
    public string Text(string name)
    {
        var path = PathOf(name);
        return File.Exists(path)
            ? File.ReadAllText(path)
            : throw new InvalidOperationException($"the guest left no {name}; its console:\n{File.ReadAllText(Path.Combine(Folder, "console.log"))}");
    }

    private static ProgramRun Boot()
    {
        var here = Path.Combine(Golden.RepositoryRoot(), "tests", "vm");
        return ProgramRun.Start(
            "bash",
            [Path.Combine(here, "boot.sh"), Folder, Path.Combine(here, "guest.sh"), Programs.Agent()],
            timeout: TimeSpan.FromMinutes(6));
    }
}
