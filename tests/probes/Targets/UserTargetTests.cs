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
}
