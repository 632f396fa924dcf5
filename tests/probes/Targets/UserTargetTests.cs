using System.Globalization;
using TraceKit.Binary;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Targets;

namespace TraceKit.Probes.Tests.Targets;

/// <summary>Functions of programs, and where probes may stand in them.</summary>
public class UserTargetTests
{
    private static IReadOnlyList<TargetFunction> Find(UserTarget target, string pattern) => target.FindFunctions(FunctionPattern.Parse(pattern));

    /// <summary>Two names of one address are one function, and either finds it under the name asked for.</summary>
    [Fact]
    public void FindFunctions_Alias_OneFunctionUnderEitherName()
    {
        var target = TargetPrograms.Target(TargetPrograms.Compile("gcc", TargetPrograms.C, ".c", "-O2"));
        var add = Assert.Single(Find(target, "add"));
        var alias = Assert.Single(Find(target, "add_alias"));
        Assert.Equal((add.Address, "add", "add_alias"), (alias.Address, add.Symbol, alias.Symbol));
        Assert.Single(Find(target, "add*"));
        Assert.Null(target.WhyNot(add.Address, isReturn: true));
    }

    /// <summary>The symbol of an indirect function is its resolver: that is said.</summary>
    [Fact]
    public void FindFunctions_IndirectFunction_IsFlagged()
    {
        var target = TargetPrograms.Target(TargetPrograms.Compile("gcc", TargetPrograms.C, ".c", "-O2"));
        Assert.True(Assert.Single(Find(target, "twice")).IsIndirect);
        Assert.False(Assert.Single(Find(target, "choose")).IsIndirect);
    }

    /// <summary>C++ functions are found by qualified name, last components, signature, template arguments and mangled name.</summary>
    [Theory]
    [InlineData("ns::Foo::bar", 2)]
    [InlineData("Foo::bar", 3)]
    [InlineData("ns::Foo::bar(int)", 1)]
    [InlineData("ns::Foo::bar(char const*, int)", 1)]
    [InlineData("ns::Foo::get", 2)]
    [InlineData("ns::Foo::get<int>", 1)]
    [InlineData("ns::Foo::*", 4)]
    [InlineData("Foo::b*", 3)]
    [InlineData("_ZN*2ns3Foo3bar*", 2)]
    [InlineData("*free*one", 1)]
    [InlineData("_ZN2ns3Foo3barEi", 1)]
    [InlineData("main", 1)]
    [InlineData("ns::Foo::baz", 0)]
    public void FindFunctions_Cpp_AsNamed(string pattern, int count)
    {
        var target = TargetPrograms.Target(TargetPrograms.Compile("g++", TargetPrograms.Cpp, ".cpp", "-O2"));
        Assert.Equal(count, Find(target, pattern).Count);
    }

    /// <summary>The default version of a library's function is meant unless another is named.</summary>
    [Fact]
    public void FindFunctions_Versions_DefaultUnlessNamed()
    {
        var target = TargetPrograms.Target(TargetPrograms.System("/lib/x86_64-linux-gnu/libc.so.6"));
        var realpath = Assert.Single(Find(target, "realpath"));
        var old = Assert.Single(Find(target, "realpath@GLIBC_2.2.5"));
        var now = Assert.Single(Find(target, "realpath@@GLIBC_2.3"));
        Assert.Equal(realpath.Address, now.Address);
        Assert.NotEqual(realpath.Address, old.Address);
    }

    /// <summary>At each byte of an optimized function with a jump table: what objdump calls an instruction is accepted, all else refused with a reason.</summary>
    [Theory]
    [InlineData("-O0", "")]
    [InlineData("-O2", "")]
    [InlineData("-O2", "-fcf-protection=full")]
    [InlineData("-O2", "-no-pie")]
    [InlineData("-O3", "-static")]
    public void WhyNot_EveryByte_AsObjdump(string optimization, string more)
    {
        TargetPrograms.Need("objdump");
        var path = TargetPrograms.Compile("gcc", TargetPrograms.C, ".c", more.Length == 0 ? [optimization] : [optimization, more]);
        var target = TargetPrograms.Target(path);
        foreach (var name in (string[])["choose", "main", "add"])
        {
            var function = Assert.Single(Find(target, name));
            var starts = Starts(path, function);
            for (var at = function.Address.Value; at < function.Address.Value + function.Size; at++)
            {
                var why = target.WhyNot(new Svma(at), isReturn: false);
                Assert.True(starts.Contains(at) == why is null || why?.StartsWith("the kernel", StringComparison.Ordinal) == true, $"{name}+{at - function.Address.Value}: {why ?? "accepted"}");
            }

            if (name != "main") // which leaves by a jump to add
                Assert.NotEmpty(target.Returns(function));
        }
    }

    /// <summary>Outside of code, and inside of functions that must not be probed, the reason is said.</summary>
    [Fact]
    public void WhyNot_NoPlaceForProbes_SaysWhy()
    {
        var target = TargetPrograms.Target(TargetPrograms.Compile("gcc", TargetPrograms.C, ".c", "-O2"));
        Assert.Contains("not in an executable segment", target.WhyNot(new Svma(0x10), false), StringComparison.Ordinal);
        var start = Assert.Single(Find(target, "_start"));
        Assert.Null(target.WhyNot(start.Address, false));
        Assert.Contains("is not called", target.WhyNot(start.Address, true), StringComparison.Ordinal);
        var add = Assert.Single(Find(target, "add"));
        Assert.Contains("first instruction", target.WhyNot(new Svma(add.Address.Value + 1), true), StringComparison.Ordinal);
    }

    private static HashSet<ulong> Starts(string path, TargetFunction function)
    {
        var starts = new HashSet<ulong>();
        foreach (var line in TargetPrograms.Run("objdump", "-d", "-w", $"--start-address=0x{function.Address.Value:x}", $"--stop-address=0x{function.Address.Value + function.Size:x}", path).Split('\n'))
        {
            var colon = line.IndexOf(":\t", StringComparison.Ordinal);
            if (colon > 0 && ulong.TryParse(line.AsSpan(0, colon).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var address))
                starts.Add(address);
        }

        return starts;
    }

    /// <summary>Go's functions are found by name in stripped programs too, at the same addresses; a return probe is refused.</summary>
    [Fact]
    public void FindFunctions_StrippedGo_AsUnstripped()
    {
        var whole = TargetPrograms.Target(TargetPrograms.Compile("go", TargetPrograms.Go, ".go"));
        var stripped = TargetPrograms.Target(TargetPrograms.Compile("go", TargetPrograms.Go, ".go", "-ldflags=-s -w"));
        Assert.True(whole.IsGo && stripped.IsGo);
        foreach (var name in (string[])["main.pick", "main.(*Node).Walk", "main.main", "fmt.Sprint"])
        {
            var expected = Assert.Single(Find(whole, name));
            var found = Assert.Single(Find(stripped, name));
            Assert.Equal((expected.Address, name), (found.Address, found.Symbol));
            Assert.Equal(whole.Returns(expected), stripped.Returns(found));
            Assert.Contains("Go moves", stripped.WhyNot(found.Address, isReturn: true), StringComparison.Ordinal);
            Assert.Null(stripped.WhyNot(found.Address, isReturn: false));
        }

        Assert.Equal("main.(*Node).Walk", Assert.Single(Find(stripped, "(*Node).Walk")).Symbol);
    }

    /// <summary>Every <c>ret</c> that objdump shows in a Go program's own functions is a return, and nothing else is.</summary>
    [Fact]
    public void Returns_GoFunctions_AsObjdump()
    {
        TargetPrograms.Need("objdump");
        var path = TargetPrograms.Compile("go", TargetPrograms.Go, ".go");
        var target = TargetPrograms.Target(path);
        var expected = new Dictionary<string, List<ulong>>();
        var name = "";
        foreach (var line in TargetPrograms.Run("objdump", "-d", "-w", "--no-show-raw-insn", path).Split('\n'))
        {
            if (line.EndsWith(">:", StringComparison.Ordinal))
                expected[name = line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..^2]] = [];
            var colon = line.IndexOf(":\t", StringComparison.Ordinal);
            if (colon > 0 && line[(colon + 2)..].TrimEnd() is "ret" or "repz ret")
                expected[name].Add(ulong.Parse(line.AsSpan(0, colon).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
        }

        int functions = 0, unknown = 0, tails = 0;
        var reasons = new List<string>();
        foreach (var function in target.AllFunctions())
        {
            if (!expected.TryGetValue(function.Symbol, out var returns) || function.Size == 0)
                continue;
            functions++;
            try
            {
                var found = target.ReturnsOf(function);
                Assert.Equal(returns, found.Returns.Select(a => a.Value));
                tails += found.TailJumps;
            }
            catch (ProbeTargetException e)
            {
                unknown++;
                reasons.Add(e.Message);
            }
        }

        TestContext.Current.SendDiagnosticMessage($"{functions} functions, {unknown} not followed, {tails} jumps to other functions\n{string.Join('\n', reasons.Take(10))}");
        Assert.True(functions > 1000 && unknown <= functions / 100, $"{unknown} of {functions} functions could not be followed:\n{string.Join('\n', reasons.Take(20))}");
    }

    /// <summary>A part that the compiler split off is entered by jumps: its unwind table says so, and a return probe there would replace something else.</summary>
    [Fact]
    public void WhyNot_ReturnOfColdPart_Refused()
    {
        var target = TargetPrograms.Target(TargetPrograms.Compile("g++", TargetPrograms.Cpp, ".cpp", "-O2"));
        var cold = target.AllFunctions().Where(f => f.Symbol.Contains(".cold", StringComparison.Ordinal)).ToList();
        Assert.SkipWhen(cold.Count == 0, "this compiler splits nothing off");
        Assert.Null(target.WhyNot(cold[0].Address, isReturn: false));
        Assert.NotNull(target.WhyNot(cold[0].Address, isReturn: true));
        Assert.Null(target.WhyNot(Find(target, "ns::free_one")[0].Address, isReturn: true));
    }

    /// <summary>Functions of a C library that return twice, or on another stack, or are no functions.</summary>
    [Theory]
    [InlineData("_setjmp", "returns twice")]
    [InlineData("__sigsetjmp", "returns twice")]
    [InlineData("vfork", "returns twice")]
    [InlineData("getcontext", "returns twice")]
    [InlineData("swapcontext", "changes the stack")]
    [InlineData("siglongjmp", "changes the stack")]
    [InlineData("clone", "changes the stack")]
    [InlineData("backtrace", "walks up the stack")]
    [InlineData("malloc", null)]
    [InlineData("fopen", null)]
    public void WhyNot_ReturnsOfLibc_OnlyWhereSafe(string function, string? reason)
    {
        var target = TargetPrograms.Target(TargetPrograms.System("/lib/x86_64-linux-gnu/libc.so.6"));
        var found = Assert.Single(Find(target, function));
        Assert.Null(target.WhyNot(found.Address, isReturn: false));
        var why = target.WhyNot(found.Address, isReturn: true);
        Assert.True(reason is null ? why is null : why?.Contains(reason, StringComparison.Ordinal) == true, why ?? "accepted");
    }

    /// <summary>On AArch64, instructions are known by alignment; literals that the symbol table marks as data are none.</summary>
    [Fact]
    public void WhyNot_Arm64_AlignedAndNoData()
    {
        const string source = """
            .text
            .globl f
            .type f, %function
            f:  ldr x1, 1f
                add x0, x0, x1
                cbz x0, 2f
                ret
            1:  .quad 0x123456789abcdef0
            2:  mov x0, #7
                svc #0
                ret
            .size f, .-f
            """;
        var target = TargetPrograms.Target(TargetPrograms.Compile("aarch64-linux-gnu-gcc", source, ".s", "-nostdlib", "-shared"));
        var f = Assert.Single(Find(target, "f"));
        string Why(int offset) => target.WhyNot(new Svma(f.Address.Value + (ulong)offset), false) ?? "";
        Assert.All((int[])[0, 4, 8, 12, 24, 32], at => Assert.Equal("", Why(at)));
        Assert.Contains("multiple of 4", Why(2), StringComparison.Ordinal);
        Assert.All((int[])[16, 20], at => Assert.Contains("marks it so", Why(at), StringComparison.Ordinal));
        Assert.Contains("exceptions", Why(28), StringComparison.Ordinal);
        Assert.Equal([f.Address.Value + 12, f.Address.Value + 32], target.Returns(f).Select(a => a.Value));
    }

    /// <summary>What a hit costs, and where it is cheaper.</summary>
    [Fact]
    public void CostAt_EndBranchThenPush_OffersThePush()
    {
        var source = "int g(int); int f(int a) { int r = 0; for (int i = 0; i < a; i++) r += g(i + r); return r; } int g(int x) { return x + 1; } int main(int c, char **v) { return f(c); }";
        var target = TargetPrograms.Target(TargetPrograms.Compile("gcc", source, ".c", "-O1", "-fcf-protection=full", "-fno-inline"));
        var f = Assert.Single(Find(target, "f"));
        var cost = target.CostAt(f.Address);
        Assert.Equal((DebugInfo.Code.UprobeCost.SingleStepped, f.Address.Value + 4), (cost.Class, cost.Cheaper?.Value ?? 0));
        Assert.Equal(DebugInfo.Code.UprobeCost.Emulated, target.CostAt(cost.Cheaper!.Value).Class);
    }

    /// <summary>Files that no probe can be placed in are refused in one line that says what they are.</summary>
    [Fact]
    public void UserTarget_OtherFiles_Refused()
    {
        static string Refusal(TraceKit.Testing.ElfBuilder file) => Assert.Throws<ProbeTargetException>(() => new UserTarget(DebugInfo.Elf.ElfImage.Parse(file.Build(), "x"), new UserTargetParts())).Message;
        Assert.Contains("32-bit x86", Refusal(new() { Is64Bit = false, Machine = 3 }), StringComparison.Ordinal);
        Assert.Contains("RISC-V", Refusal(new() { Machine = 243 }), StringComparison.Ordinal);
        Assert.Contains("x32", Refusal(new() { Is64Bit = false }), StringComparison.Ordinal);
        Assert.Contains("not linked yet", Refusal(new() { Type = 1 }), StringComparison.Ordinal);
        Assert.Contains("core file", Refusal(new() { Type = 4 }), StringComparison.Ordinal);
        Assert.Contains("big-endian AArch64", Refusal(new() { BigEndian = true, Machine = 183 }), StringComparison.Ordinal);
    }

    /// <summary>Wherever the code's segment lies in the file, the place in the file is that of the instruction's bytes.</summary>
    [Theory]
    [InlineData("-pie")]
    [InlineData("-no-pie")]
    [InlineData("-Wl,-z,separate-code")]
    [InlineData("-Wl,-z,noseparate-code")]
    [InlineData("-Wl,-z,max-page-size=0x200000")]
    [InlineData("-Wl,-Ttext-segment=0x10000000")]
    [InlineData("-fuse-ld=gold")]
    public void ToFileOffset_AnyLayout_WhereTheBytesAre(string option)
    {
        var path = TargetPrograms.Compile("gcc", TargetPrograms.C, ".c", "-O2", option);
        var target = TargetPrograms.Target(path);
        var choose = Assert.Single(Find(target, "choose"));
        var offset = target.ToFileOffset(choose.Address)!.Value;
        Assert.Equal(choose.Address, target.ToAddress(offset));
        TargetPrograms.Need("objcopy");
        Assert.True(target.Image.TrySection(".text", out var text));
        var code = path + ".text";
        TargetPrograms.Run("objcopy", "-O", "binary", "--only-section=.text", path, code);
        var bytes = File.ReadAllBytes(code).AsSpan((int)(choose.Address.Value - text.Address.Value), 64);
        Assert.True(bytes.SequenceEqual(File.ReadAllBytes(path).AsSpan((int)offset.Value, 64)));
    }

    /// <summary>A wrong name gets near ones, C++ functions by their last component too.</summary>
    [Theory]
    [InlineData("chose", "choose")]
    [InlineData("ad", "add")]
    public void SimilarFunctions_WrongName_NearOnes(string wrong, string right) =>
        Assert.Contains(right, TargetPrograms.Target(TargetPrograms.Compile("gcc", TargetPrograms.C, ".c", "-O2")).SimilarFunctions(wrong));

    /// <summary>The same for C++.</summary>
    [Fact]
    public void SimilarFunctions_Cpp_DemangledNames() =>
        Assert.Contains("free_one", TargetPrograms.Target(TargetPrograms.Compile("g++", TargetPrograms.Cpp, ".cpp", "-O2")).SimilarFunctions("fre_one"));

    /// <summary>Damaged symbol tables, sections and headers: nothing throws but what readers may.</summary>
    [Fact]
    public void UserTarget_DamagedFile_OnlyItsOwnExceptions()
    {
        var path = TargetPrograms.Compile("gcc", "int b(int x) { return x * 3; } int a(int x) { return b(x) + 1; }", ".c", "-O1", "-shared", "-nostdlib", "-fno-inline", "-Wl,-z,noseparate-code", "-Wl,--hash-style=gnu");
        var good = File.ReadAllBytes(path);
        for (var length = 0; length < good.Length; length += 11)
            Try(good[..length]);
        for (var at = 0; at < good.Length; at++)
        {
            if (good[at] == 0 && at % 16 != 0)
                continue;
            foreach (var value in (ReadOnlySpan<byte>)[(byte)~good[at], (byte)(good[at] ^ 4), 0xff])
            {
                var bad = (byte[])good.Clone();
                bad[at] = value;
                Try(bad);
            }
        }

        static void Try(byte[] bytes)
        {
            try
            {
                var target = new UserTarget(DebugInfo.Elf.ElfImage.Parse(bytes, "p"), new UserTargetParts());
                foreach (var function in Find(target, "*"))
                {
                    target.WhyNot(function.Address, true);
                    target.WhyNot(new Svma(function.Address.Value + 1), false);
                    target.Returns(function);
                }

                target.FindSymbol("a");
                target.SimilarFunctions("aa");
            }
            catch (Exception e) when (e is BadDataException or ProbeTargetException)
            {
                // what readers may say
            }
        }
    }

    /// <summary>In a C++ program, a function that exceptions can pass through gets a warning with its return probe; one that calls nobody does not, nor does C.</summary>
    [Fact]
    public void ReturnRisk_ProgramWithExceptions_FunctionsThatCall()
    {
        const string source = """
            struct Guard { int *p; ~Guard() { ++*p; } };
            __attribute__((noinline)) int leaf(int x) { return x * 3; }
            __attribute__((noinline)) int may_throw(int x) { if (x > 3) throw x; return leaf(x) + 1; }
            __attribute__((noinline)) int passes(int x) { int n = 0; Guard g{&n}; return may_throw(x) + n; }
            int main(int c, char **) { try { return passes(c); } catch (int) { return 1; } }
            """;
        var target = TargetPrograms.Target(TargetPrograms.Compile("g++", source, ".cpp", "-O1"));
        Assert.Contains("ends the program", target.ReturnRisk(Assert.Single(Find(target, "passes"))), StringComparison.Ordinal);
        Assert.Null(target.ReturnRisk(Assert.Single(Find(target, "leaf"))));
        var c = TargetPrograms.Target(TargetPrograms.Compile("gcc", TargetPrograms.C, ".c", "-O2"));
        Assert.Null(c.ReturnRisk(Assert.Single(Find(c, "choose"))));
    }
}
