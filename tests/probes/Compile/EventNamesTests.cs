using TraceKit.Probes.Compile;

namespace TraceKit.Probes.Tests.Compile;

public class EventNamesTests
{
    /// Groups of user probes are named as perf names them.
    [Theory]
    [InlineData("/bin/bash", "probe_bash")]
    [InlineData("/usr/lib/x86_64-linux-gnu/libc.so.6", "probe_libc")]
    [InlineData("/usr/lib/libc-2.17.so", "probe_libc")]
    [InlineData("my_prog", "probe_my_prog")]
    public void GroupOfFile_OfAPath_IsProbeAndItsName(string path, string group) => Assert.Equal(group, EventNames.GroupOfFile(path));
}
