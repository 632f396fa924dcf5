using System.Text;
using TraceKit.Binary;
using TraceKit.DebugInfo.Btf;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Kernel;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Targets;
using TraceKit.Testing;

namespace TraceKit.Probes.Tests.Targets;

/// <summary>The kernel as a target, over small lists of symbols and types.</summary>
public sealed class KernelTargetTests
{
    private const string Symbols =
        """
        ffffffff81000000 T _text
        ffffffff81000000 T _stext
        ffffffff81000100 T __pfx_vfs_read
        ffffffff81000110 T vfs_read
        ffffffff81000200 T vfs_write
        ffffffff81000200 T vfs_write_alias
        ffffffff81000300 t helper
        ffffffff81000400 t helper
        ffffffff81000500 t walk.isra.0
        ffffffff81000580 t walk.isra.0.cold
        ffffffff81000600 t both
        ffffffff81000680 t both.constprop.0
        ffffffff81000700 T __x64_sys_read
        ffffffff81001000 T __noinstr_text_start
        ffffffff81001000 T sched_clock_noinstr
        ffffffff81001100 T __noinstr_text_end
        ffffffff81001200 T listed
        ffffffff81001300 T kprobe_dispatcher
        ffffffff81002000 T _etext
        ffffffff81003000 D counter
        ffffffffc0000000 t ext4_sync_file	[ext4]
        ffffffffc0000100 t helper	[ext4]
        """;

    /// <summary>A name finds every function that has it, of the kernel and of modules, by address; a module narrows it.</summary>
    [Fact]
    public void KernelTarget_Names_FindTheirFunctions()
    {
        var target = Target();
        Assert.Equal([0xffffffff81000300, 0xffffffff81000400, 0xffffffffc0000100], target.FindFunctions(FunctionPattern.Parse("helper")).Select(f => f.Address.Value));
        Assert.Equal("ext4", Assert.Single(target.FindFunctions(FunctionPattern.Parse("helper"), "ext4")).Module);
        Assert.Equal(2, target.FindFunctions(FunctionPattern.Parse("helper"), "vmlinux").Count);
        var read = Assert.Single(target.FindFunctions(FunctionPattern.Parse("vfs_read")));
        Assert.Equal((0xffffffff81000110UL, 0xf0UL), (read.Address.Value, read.Size));
        Assert.Equal(["vfs_read", "vfs_write", "vfs_write_alias"], target.FindFunctions(FunctionPattern.Parse("vfs_*")).Select(f => f.Symbol));
        Assert.All(target.FindFunctions(FunctionPattern.Parse("vfs_write*")), f => Assert.Equal(0x100UL, f.Size));
        Assert.Empty(target.FindFunctions(FunctionPattern.Parse("counter")));
    }

    /// <summary>Clones stand in for a function that was left nowhere whole, and only then; cold parts never.</summary>
    [Fact]
    public void KernelTarget_Clones_StandInForTheirFunction()
    {
        var target = Target();
        Assert.Equal("walk.isra.0", Assert.Single(target.FindFunctions(FunctionPattern.Parse("walk"))).Symbol);
        Assert.Equal("both", Assert.Single(target.FindFunctions(FunctionPattern.Parse("both"))).Symbol);
        Assert.Equal("both.constprop.0", Assert.Single(target.FindFunctions(FunctionPattern.Parse("both.constprop.0"))).Symbol);
    }

    /// <summary>An address finds its function, with the alias that the kernel lists last; data and the outside find none.</summary>
    [Fact]
    public void KernelTarget_Addresses_FindTheirFunction()
    {
        var target = Target();
        Assert.Equal("vfs_write_alias", target.FunctionAt(new Svma(0xffffffff81000234))!.Symbol);
        Assert.Equal("ext4_sync_file", target.FunctionAt(new Svma(0xffffffffc0000010))!.Symbol);
        Assert.Null(target.FunctionAt(new Svma(0xffffffff80000000)));
        Assert.Equal(0xffffffff81000000, target.FindSymbol("_text")!.Value.Value);
        Assert.Equal(0xffffffff81003000, target.FindSymbol("counter")!.Value.Value);
        Assert.Null(target.FindSymbol("nothing"));
    }

    /// <summary>Entries are allowed; the insides need the kernel's file; what runs as part of a probe, and what the kernel lists itself, is refused with the reason.</summary>
    [Theory]
    [InlineData(0xffffffff81000110, false, null)]
    [InlineData(0xffffffff81000110, true, null)]
    [InlineData(0xffffffff81000114, false, "without the kernel's file")]
    [InlineData(0xffffffff81000114, true, "first instruction")]
    [InlineData(0xffffffff81001000, false, "noinstr")]
    [InlineData(0xffffffff81001200, false, "the kernel's own list")]
    [InlineData(0xffffffff81001300, false, "would hit itself")]
    [InlineData(0xffffffff81000580, true, "entered by jumps")]
    [InlineData(0xffffffffc0000004, false, "module ext4")]
    [InlineData(0x1234, false, "in no function")]
    public void KernelTarget_WhyNot_SaysWhy(ulong address, bool isReturn, string? reason)
    {
        var answer = Target().WhyNot(new Svma(address), isReturn);
        if (reason is null)
            Assert.Null(answer);
        else
            Assert.Contains(reason, answer, StringComparison.Ordinal);
    }

    /// <summary>With hidden addresses functions are known by BTF, at 0; entries may be probed, the list of the kernel counts by name.</summary>
    [Fact]
    public void KernelTarget_HiddenAddresses_LeaveEntriesByName()
    {
        var kallsyms = Kallsyms.Parse(Encoding.UTF8.GetBytes("0000000000000000 T vfs_read\n"));
        var target = new KernelTarget(new KernelTargetParts { Machine = ElfConstants.EM_X86_64, Kallsyms = kallsyms, Btf = Btf(), Blacklist = "0x0000000000000000-0x0000000000000000\tlisted\n" });
        Assert.False(target.HasAddresses);
        var read = Assert.Single(target.FindFunctions(FunctionPattern.Parse("vfs_read")));
        Assert.Equal(0UL, read.Address.Value);
        Assert.Null(target.WhyNot(read.Address, false));
        Assert.Contains("kptr_restrict", target.WhyNot(new Svma(4), false), StringComparison.Ordinal);
        Assert.NotNull(target.WhyNotFunction(new TargetFunction("listed", "listed", null, default, 0), false));
        Assert.Null(target.WhyNotFunction(read, true));
        Assert.Equal("vfs_read", target.SimilarFunctions("vfs_raed")[0]);
    }

    /// <summary>A system call's plain name leads to the wrapper that exists; other wrong names to near ones.</summary>
    [Theory]
    [InlineData("sys_read", "__x64_sys_read")]
    [InlineData("read", "__x64_sys_read")]
    [InlineData("vfs_raed", "vfs_read")]
    public void KernelTarget_WrongNames_AreSuggested(string wrong, string right) => Assert.Equal(right, Target().SimilarFunctions(wrong)[0]);

    /// <summary>A module's types come with the first of its functions that is looked at, and a global's place from the symbols.</summary>
    [Fact]
    public void KernelTarget_Types_GrowByModules()
    {
        var asked = new List<string>();
        var btf = Btf();
        var target = Target(btf, name =>
        {
            asked.Add(name);
            var b = new BtfBuilder(false, (uint)btf.TypeCount, BtfStrings);
            b.Struct("ext4_inode", 4, ("size", 1, 0));
            b.Function("ext4_sync_file", b.Next + 1);
            b.Prototype(1, ("datasync", 1));
            return BtfFile.Parse(b.Build(), "module ext4", btf);
        });
        Assert.Null(target.Types[0].FindType("struct ext4_inode"));
        target.FindFunctions(FunctionPattern.Parse("ext4_sync_file"));
        target.FindFunctions(FunctionPattern.Parse("ext4_*"));
        Assert.Equal(["ext4"], asked);
        Assert.NotNull(target.Types[0].FindType("struct ext4_inode"));
        Assert.Equal("datasync", Assert.Single(target.Prototypes[0].FindFunctions(FunctionPattern.Parse("ext4_sync_file"))).Parameters[0].Name);
        var counter = target.Prototypes[0].FindVariable("counter", null)!;
        Assert.Equal(0xffffffff81003000, Assert.IsType<VariableLocation.Static>(counter.Locate(default)).Address.Value);
        Assert.Equal(0xffffffff81003000, target.FindSymbol("counter")!.Value.Value);
    }

    /// <summary>Seeds of the language, compiled with no debug information: by way of BTF to the kernel's text; a global by its symbol; a per-CPU variable not at all.</summary>
    [Theory]
    [InlineData("vfs_read name=file->f_path.dentry->d_name.name:string", "name=+0(+40(+24(%di))):string")]
    [InlineData("vfs_read counter", "counter=@counter:s32")]
    [InlineData("vfs_read per_cpu_one", "per-CPU")]
    [InlineData("vfs_read file->f_pth", "did you mean 'f_path'?")]
    [InlineData("vfs_raed", "did you mean 'vfs_read'?")]
    [InlineData("vfs_read+4", "--vmlinux")]
    [InlineData("sched_clock_noinstr", "noinstr")]
    public void KernelTarget_Definitions_CompileWithoutDebugInformation(string definition, string expected)
    {
        var b = new BtfBuilder();
        var number = b.Int("int", 4, 1);
        var letter = b.Int("char", 1);
        var name = b.Struct("qstr", 16, ("hash_len", number, 0), ("name", b.Next + 1, 64));
        var text = b.Pointer(letter);
        Assert.Equal(name + 1, text);
        var dentry = b.Struct("dentry", 64, ("d_name", name, 32 * 8));
        var path = b.Struct("path", 16, ("mnt", number, 0), ("dentry", b.Next + 1, 64));
        b.Pointer(dentry);
        b.Struct("file", 64, ("f_path", path, 16 * 8));
        var file = b.Pointer(b.Next - 1);
        b.Function("vfs_read", b.Next + 1);
        b.Prototype(number, ("file", file));
        b.Variable("counter", number);
        var perCpu = b.Variable("per_cpu_one", number);
        b.Section(".data..percpu", (perCpu, 0, 4));
        var target = Target(BtfFile.Parse(b.Build(), "the kernel"));
        string answer;
        try
        {
            var plan = Probes.Plan.ProbeCompiler.Compile(Probes.Syntax.ProbeParser.Parse(definition), target, new Probes.Plan.ProbeOptions());
            var fetch = Assert.Single(Assert.Single(Assert.Single(plan.Probes).Arguments).Fetches);
            answer = $"{fetch.Name}={fetch.Text}:{fetch.Type}";
        }
        catch (ProbeSyntaxException e)
        {
            answer = e.Message;
        }

        Assert.Contains(expected, answer, StringComparison.Ordinal);
    }

    /// <summary>The running kernel: its functions, their prototypes, and what must not be probed.</summary>
    [Fact]
    public void KernelTarget_RunningKernel_IsUnderstood()
    {
        if (!File.Exists("/sys/kernel/btf/vmlinux"))
            Assert.Skip("this kernel has no BTF");
        var kallsyms = Kallsyms.Parse(File.ReadAllBytes("/proc/kallsyms"));
        if (kallsyms.State != KallsymsState.Present)
            Assert.Skip(kallsyms.Reason);
        var target = new KernelTarget(new KernelTargetParts
        {
            Machine = ElfConstants.EM_X86_64,
            Kallsyms = kallsyms,
            Btf = BtfFile.Parse(File.ReadAllBytes("/sys/kernel/btf/vmlinux"), "the kernel"),
        });
        var read = Assert.Single(target.FindFunctions(FunctionPattern.Parse("vfs_read")));
        Assert.Null(target.WhyNot(read.Address, false));
        Assert.NotNull(target.WhyNot(new Svma(read.Address.Value + 1), false));
        var function = Assert.Single(target.Prototypes[0].FindFunctions(FunctionPattern.Parse("vfs_read")));
        var places = target.ConventionOf(function).Parameters(function);
        Assert.Equal(["di", "si", "dx", "cx"], places.Select(p => target.ConventionOf(function).RegisterName(((VariableLocation.Register)p).Number)));
        Assert.True(target.AllFunctions().Take(20_000).Count(f => target.WhyNot(f.Address, false) is null) > 10_000);
    }

    private static uint BtfStrings;

    private static BtfFile Btf()
    {
        var b = new BtfBuilder();
        b.Int("int", 4, 1);
        b.Function("vfs_read", b.Next + 1);
        b.Prototype(1, ("file", 1));
        b.Variable("counter", 1);
        BtfStrings = b.StringBytes;
        return BtfFile.Parse(b.Build(), "the kernel");
    }

    private static KernelTarget Target(BtfFile? btf = null, Func<string, BtfFile?>? modules = null)
    {
        var text = Encoding.UTF8.GetBytes(Symbols.ReplaceLineEndings("\n") + "\n");
        return new KernelTarget(new KernelTargetParts
        {
            Machine = ElfConstants.EM_X86_64,
            Kallsyms = Kallsyms.Parse(text),
            DataSymbol = name =>
            {
                var at = 0;
                return Kallsyms.FindAddress(piece =>
                {
                    var count = Math.Min(piece.Length, Math.Min(100, text.Length - at));
                    text.AsSpan(at, count).CopyTo(piece);
                    at += count;
                    return count;
                }, name);
            },
            Btf = btf,
            ModuleBtf = modules,
            Blacklist = "0xffffffff81001200-0xffffffff81001300\tlisted\nnonsense\n0x-0x1\tx\n",
        });
    }
}
