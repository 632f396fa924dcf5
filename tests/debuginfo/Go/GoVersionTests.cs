using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Go;
using TraceKit.Testing;

namespace TraceKit.DebugInfo.Tests.Go;

public class GoVersionTests
{
    /// The version that go itself says it is, stripped or not; nothing of a C program.
    [Fact]
    public void Find_InAProgramOfThisHostsGo_IsItsVersion()
    {
        if (!File.Exists("/usr/bin/go"))
            Assert.Skip("no /usr/bin/go");
        var image = ElfImage.Parse(File.ReadAllBytes("/usr/bin/go"), "go");
        var said = ProgramRun.Start("/usr/bin/go", ["env", "GOVERSION"]).MustExit().Output.Trim();
        Assert.Equal(said, GoVersion.Find(image));
        Assert.Equal(int.Parse(said.Split('.')[1], System.Globalization.CultureInfo.InvariantCulture), GoVersion.FindMinor(image));
        Assert.Null(GoVersion.Find(ElfImage.Parse(File.ReadAllBytes("/bin/true"), "true")));
    }
}
