using TraceKit.Capture.Cli;

namespace TraceKit.Capture.Tests;

public class ProbeArgumentsTests
{
    private static ProbeArguments Parse(params string[] arguments) => ProbeArguments.Parse(arguments)!;

    /// The seed's commands, word for word behind "perf probe".
    [Fact]
    public void Parse_CommandsOfTheSeed_AreUnderstood()
    {
        var add = Parse("vfs_read file->f_path.dentry->d_name.name:string");
        Assert.Equal((ProbeMode.Add, "vfs_read file->f_path.dentry->d_name.name:string"), (add.Mode, Assert.Single(add.Operands)));
        var user = Parse("-x", "/bin/bash", "readline%return +0($retval):string");
        Assert.Equal("/bin/bash", user.Target.Executable);
        Assert.Equal("readline%return +0($retval):string", Assert.Single(user.Operands));
        var functions = Parse("-v", "-x", "/usr/lib/libjvm.so", "--funcs");
        Assert.Equal(ProbeMode.Functions, functions.Mode);
        Terminal.Verbose = false;
        Assert.Equal(ProbeMode.List, Parse("-l").Mode);
        Assert.Equal((ProbeMode.Variables, "tcp_sendmsg"), (Parse("-V", "tcp_sendmsg").Mode, Parse("-V", "tcp_sendmsg").Operands[0]));
        Assert.Equal((ProbeMode.Add, "tcp_sendmsg size"), (Parse("--add", "tcp_sendmsg size").Mode, Parse("--add=tcp_sendmsg size").Operands[0]));
    }

    /// perf's other spellings, and several operands.
    [Fact]
    public void Parse_OtherSpellings_AreUnderstood()
    {
        Assert.Equal(["probe:*", "b"], Parse("--del", "probe:*", "b").Operands);
        Assert.Equal((ProbeMode.Functions, "tcp_*"), (Parse("--funcs=tcp_*").Mode, Parse("-F", "--filter", "tcp_*").Operands[0]));
        Assert.True(Parse("-nf", "vfs_read").DryRun);
        var target = Parse("-D", "f", "--types-from", "a", "--types-from=b", "--proto", "int f(int)", "-k", "/vmlinux", "--btf", "x", "--max-probes=5", "--no-inlines", "--build-id", "ABCDEF0123").Target;
        Assert.Equal(["a", "b"], target.TypesFrom);
        Assert.Equal(("/vmlinux", "x", 5, true, "abcdef0123"), (target.Vmlinux, target.Btf, target.MaxProbes, target.NoInlines, target.BuildId));
        Assert.Null(ProbeArguments.Parse(["--help"]));
    }

    /// What cannot be meant is said, with what would be right.
    [Theory]
    [InlineData("no definition")]
    [InlineData("-d needs", "-d")]
    [InlineData("-V needs", "-V")]
    [InlineData("exclude each other", "-l", "-d", "x")]
    [InlineData("unknown option --frob", "--frob", "x")]
    [InlineData("unknown option --type-from; did you mean '--types-from'?", "--type-from", "x")]
    [InlineData("--build-id", "--build-id", "xyz", "f")]
    [InlineData("--build-id", "--build-id", "ab", "f")]
    [InlineData("column 9: expected %return, found '%retrun'", "-x", "f", "readline%retrun")]
    [InlineData("column", "-x", "f", "-V", "readline:::")]
    [InlineData("column", "-x", "f", "-n", "f a=(")]
    public void Parse_WhatCannotBeMeant_IsRefused(string reason, params string[] arguments) =>
        Assert.Contains(reason, Assert.Throws<UsageException>(() => ProbeArguments.Parse(arguments)).Message, StringComparison.Ordinal);
}
