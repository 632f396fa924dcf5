namespace TraceKit.Probes.Tests;

public class ProbeDefinitionTests
{
    /// What users type by hand today must be understood as perf understands it, with the arguments untouched.
    [Theory]
    [InlineData("vfs_read name=+0(+40(+24(%di))):string", null, "vfs_read", "vfs_read", 0, false, "name=+0(+40(+24(%di))):string")]
    [InlineData("readline%return +0($retval):string", null, "readline", "readline", 0, true, "+0($retval):string")]
    [InlineData("tcp_sendmsg size=%dx:x64 dest=+0(%di):u32", null, "tcp_sendmsg", "tcp_sendmsg", 0, false, "size=%dx:x64 dest=+0(%di):u32")]
    [InlineData("mygrp:myevt=do_sys_open+4", "mygrp", "myevt", "do_sys_open", 4, false, "")]
    [InlineData("evt=foo+0x10 %ax", null, "evt", "foo", 16, false, "%ax")]
    [InlineData("  malloc   size=%di  ", null, "malloc", "malloc", 0, false, "size=%di")]
    [InlineData("foo.isra.0", null, "foo", "foo.isra.0", 0, false, "")]
    [InlineData("ext4:ext4_sync_file", null, "ext4_sync_file", "ext4:ext4_sync_file", 0, false, "")]
    [InlineData("e=malloc\\@GLIBC_2.2.5", null, "e", "malloc@GLIBC_2.2.5", 0, false, "")]
    [InlineData("0x1234 a=%di", null, "abs_1234", "0x1234", 0, false, "a=%di")]
    public void Parse_WhatPeopleType_IsUnderstood(string text, string? group, string name, string function, int offset, bool isReturn, string arguments)
    {
        var definition = ProbeDefinition.Parse(text);
        Assert.Equal(group, definition.Group);
        Assert.Equal(name, definition.EventName);
        Assert.Equal(function, definition.Function);
        Assert.Equal((ulong)offset, definition.Offset);
        Assert.Equal(isReturn, definition.IsReturn);
        Assert.Equal(arguments, definition.Arguments);
    }

    /// What cannot be done is refused with a reason, before the kernel sees it.
    [Theory]
    [InlineData("", "no function")]
    [InlineData("foo\np:evil /bin/sh:0", "control")]
    [InlineData("foo a=%di # b=%si", "comment")]
    [InlineData("foo%exit", "%return")]
    [InlineData("foo+8%return", "no offset")]
    [InlineData("foo+x", "not an offset")]
    [InlineData("foo@fs/read.c", "debug information")]
    [InlineData("read.c:120", "source lines")]
    [InlineData("%sdt_libc:setjmp", "SDT")]
    [InlineData("vfs_*", "patterns")]
    [InlineData("1bad=foo", "not an event name")]
    [InlineData("a-b:c=foo", "not a group name")]
    public void Parse_WhatCannotBeDone_SaysWhy(string text, string reason)
    {
        var e = Assert.Throws<ProbeSyntaxException>(() => ProbeDefinition.Parse(text));
        Assert.Contains(reason, e.Reason, StringComparison.Ordinal);
    }

    /// The kernel takes 128 arguments; one more is refused here with the number.
    [Fact]
    public void Parse_TooManyArguments_SaysHowMany()
    {
        Assert.Equal(128, ProbeDefinition.Parse("foo " + string.Join(' ', Enumerable.Repeat("%di", 128))).Arguments.Split(' ').Length);
        var e = Assert.Throws<ProbeSyntaxException>(() => ProbeDefinition.Parse("foo " + string.Join(' ', Enumerable.Repeat("%di", 129))));
        Assert.Contains("129", e.Reason, StringComparison.Ordinal);
    }

    /// Groups of user probes are named as perf names them.
    [Theory]
    [InlineData("/bin/bash", "probe_bash")]
    [InlineData("/usr/lib/x86_64-linux-gnu/libc.so.6", "probe_libc")]
    [InlineData("/usr/lib/libc-2.17.so", "probe_libc")]
    [InlineData("my_prog", "probe_my_prog")]
    public void DefaultGroup_OfAFile_IsProbeAndItsName(string path, string group) => Assert.Equal(group, ProbeDefinition.DefaultGroup(path));
}
