using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Abi;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.Probes.Tests.Abi;

/// <summary>Where conventions say that values are, against programs that look there.</summary>
public sealed class CallingConventionTests
{
    /// <summary>Every parameter of 70 signatures is where System V x86-64 says, as gcc and clang compile them.</summary>
    [Theory]
    [InlineData("gcc")]
    [InlineData("clang")]
    public void SysVX64_Parameters_AreWhereTheCompilerPutsThem(string compiler)
    {
        Compilers.Need(compiler);
        Check(Compilers.RunC(compiler, AbiPrograms.OfParameters(EM_X86_64, new SysVX64Convention()), "-O0", "-fno-pie", "-no-pie"), 180, compiler == "clang");
    }

    /// <summary>Every kind of result is where System V x86-64 says.</summary>
    [Theory]
    [InlineData("gcc")]
    [InlineData("clang")]
    public void SysVX64_Results_AreWhereTheCompilerPutsThem(string compiler)
    {
        Compilers.Need(compiler);
        Check(Compilers.RunC(compiler, AbiPrograms.OfResults(EM_X86_64, new SysVX64Convention()), "-O0", "-fno-pie", "-no-pie"), 50);
    }

    /// <summary>Parameters and results are where AAPCS64 says, in a program that an emulator runs.</summary>
    [Fact]
    public void Aapcs64_Values_AreWhereTheCompilerPutsThem()
    {
        Compilers.Need("aarch64-linux-gnu-gcc");
        Compilers.Need("qemu-aarch64-static");
        var convention = new Aapcs64Convention();
        Check(Compilers.Run("aarch64-linux-gnu-gcc", ".c", AbiPrograms.OfParameters(EM_AARCH64, convention), ["-O0", "-static"], ["qemu-aarch64-static"]), 180);
        Check(Compilers.Run("aarch64-linux-gnu-gcc", ".c", AbiPrograms.OfResults(EM_AARCH64, convention), ["-O0", "-static"], ["qemu-aarch64-static"]), 50);
    }

    /// <summary>Registers have the kernel's names, and those that probes cannot read have none.</summary>
    [Theory]
    [InlineData(EM_X86_64, 0, "ax")]
    [InlineData(EM_X86_64, 5, "di")]
    [InlineData(EM_X86_64, 7, "sp")]
    [InlineData(EM_X86_64, 15, "r15")]
    [InlineData(EM_X86_64, 16, "ip")]
    [InlineData(EM_X86_64, 17, null)]
    [InlineData(EM_AARCH64, 0, "x0")]
    [InlineData(EM_AARCH64, 30, "x30")]
    [InlineData(EM_AARCH64, 31, "sp")]
    [InlineData(EM_AARCH64, 64, null)]
    [InlineData(EM_X86_64, -1, null)]
    public void KernelRegisters_Numbers_HaveTheKernelsNames(int machine, int number, string? name)
    {
        Assert.Equal(name, CallingConvention.For((ushort)machine, SourceLanguage.C).RegisterName(number));
        if (name is not null)
            Assert.Equal(number, KernelRegisters.Number((ushort)machine, name));
    }

    /// <summary>The Nth argument word, registers first, then the stack behind the return address.</summary>
    [Fact]
    public void Argument_Numbers_AreWords()
    {
        var x64 = new SysVX64Convention();
        Assert.Equal(new VariableLocation.Register(5), x64.Argument(1));
        Assert.Equal(new VariableLocation.Register(9), x64.Argument(6));
        Assert.Equal(8, Assert.IsType<VariableLocation.Memory>(x64.Argument(7)).Offsets[0]);
        Assert.Equal(24, Assert.IsType<VariableLocation.Memory>(x64.Argument(9)).Offsets[0]);
        Assert.Equal(8, Assert.IsType<VariableLocation.Memory>(new Aapcs64Convention().Argument(10)).Offsets[0]);
        Assert.Equal(new VariableLocation.Register(3), new GoConvention(EM_X86_64).Argument(2));
        Assert.IsType<VariableLocation.None>(new GoConvention(EM_X86_64).Argument(10));
        Assert.Equal(16, Assert.IsType<VariableLocation.Memory>(new GoConvention(EM_X86_64, inRegisters: false).Argument(2)).Offsets[0]);
        Assert.IsType<VariableLocation.None>(x64.Argument(0));
    }

    private static void Check(string output, int least, bool isClang = false)
    {
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length >= least, $"{lines.Length} lines");
        // clang before 18 puts a 128-bit integer half in a register and does not align it on the stack, against the ABI.
        var wrong = string.Join('\n', lines.Where(l => !l.EndsWith(" ok", StringComparison.Ordinal) && !(isClang && Signature(l).Contains(", __int128", StringComparison.Ordinal))).Select(l => $"{l}: {Signature(l)}"));
        if (wrong.Length > 0)
            Assert.Fail(wrong);
    }

    private static string Signature(string line)
    {
        var words = line.Split(' ');
        return int.TryParse(words[0], out var n) ? words.Length > 2 ? AbiPrograms.Signatures[n] : AbiPrograms.Results[n] : "";
    }
}
