using TraceKit.Probes.Syntax;

namespace TraceKit.Probes.Tests.Syntax;

public class KernelTextReaderTests
{
    /// Two spellings of one thing must compare equal, whoever wrote them: numbers, names, types and returns that were left out.
    [Theory]
    [InlineData("p:probe/vfs_read vfs_read name=+0(+40(+24(%di))):string", "p:probe/vfs_read vfs_read+0 name=+0x0(+0x28(+0x18(%di))):string")]
    [InlineData("r:g/e vfs_read $retval", "p:g/e vfs_read%return arg1=$retval:x64")]
    [InlineData("p:g/e /bin/bash:0x10 %di $comm", "p:g/e /bin/bash:16  arg1=%di  arg2=$comm:string")]
    [InlineData("p:g.e vfs_read @sym+0x10", "p:g/e vfs_read arg1=@sym+16:x64")]
    [InlineData("p:g/e /a:0x10(0x20) -8(%bp):u8[0x4]", "p:g/e /a:16(32) arg1=-0x8(%bp):u8[4]")]
    [InlineData("p:g/e f k=\\\"x\":string n=\\0x10", "p:g/e f k=\\\"x\" n=\\16:x64")]
    public void Normalize_OfTwoSpellings_IsTheSame(string one, string other) => Assert.Equal(KernelTextReader.Normalize(one), KernelTextReader.Normalize(other));

    /// What differs in meaning stays different.
    [Theory]
    [InlineData("p:g/e f a=%di", "p:g/e f b=%di")]
    [InlineData("p:g/e f a=%di:u32", "p:g/e f a=%di:s32")]
    [InlineData("p:g/e f a=+0(%di)", "p:g/e f a=-8(%di)")]
    [InlineData("p:g/e f a=+0(%di)", "p:g/e f a=+u0(%di)")]
    [InlineData("p:g/e f", "r:g/e f")]
    [InlineData("p:g/e f", "p:g/e f+4")]
    [InlineData("p:g/e /a:0x10", "p:g/e /b:0x10")]
    public void Normalize_OfTwoMeanings_Differs(string one, string other) => Assert.NotEqual(KernelTextReader.Normalize(one), KernelTextReader.Normalize(other));

    /// A line's parts, by name.
    [Fact]
    public void Read_ALine_HasItsParts()
    {
        var line = KernelTextReader.Read("p:probe_bash/readline /bin/bash:0xd5690(0x20) prompt=+0(%di):string %si ");
        Assert.Equal("probe_bash", line.Group);
        Assert.Equal("readline", line.Event);
        Assert.Equal("/bin/bash", line.Point.Path);
        Assert.Equal(0xd5690u, line.Point.Offset);
        Assert.Equal(0x20u, line.Point.Semaphore);
        Assert.Equal(["prompt=+0(%di):string", "arg2=%si:x64"], line.Arguments.Select(a => $"{a.Name}={a.Fetch}:{a.Type}"));
    }

    /// What is no line, or has arguments that the kernel would not take, is refused with a column.
    [Theory]
    [InlineData("vfs_read %di")]
    [InlineData("p:g/e f a=+8(%di")]
    [InlineData("p:g/e f a=%di:u31")]
    [InlineData("")]
    public void Read_SomethingElse_IsRefused(string line) => Assert.True(Assert.Throws<ProbeSyntaxException>(() => KernelTextReader.Read(line)).Position >= 0);
}
