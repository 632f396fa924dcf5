using System.Globalization;
using System.Text;
using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Kernel;
using TraceKit.Engine.DebugFiles;
using TraceKit.Engine.Model;

namespace TraceKit.Engine.Tests.DebugFiles;

/// <summary>Kernel symbols for a recording: whose they must be, and where that kernel ran.</summary>
public class KernelFinderTests
{
    private const string Text = """
        ffffffff81000000 T _text
        ffffffff81000040 T _stext
        ffffffff81001000 t first
        ffffffff81002000 T second
        ffffffffc0000000 t entry	[one]
        ffffffffc0000100 t leave	[one]
        ffffffffc0100000 t other	[two]

        """;

    private static FoundKernel? Find(DebugFileOptions options, KernelRequest request) => new KernelFinder(options, new DebugFileFinder(options), request).Find();

    private static string NameAt(KernelText? text, ulong address) => Kallsyms.Parse(text!.ToArray()).TryFind(new Avma(address), out var symbol) ? $"{symbol.Name}[{symbol.Module}]" : "";

    /// <summary>A kallsyms of the build-id directory is used for that build-id; another kernel's is not.</summary>
    [Fact]
    public void Find_KallsymsOfBuildIdDirectory_ByBuildId()
    {
        using var p = new DebugProgram();
        File.WriteAllText(p.File("c", "[kernel.kallsyms]", "abcdef01", "kallsyms"), Text);
        File.CreateSymbolicLink(p.File("c", ".build-id", "ab", "cdef01"), "../../[kernel.kallsyms]/abcdef01");
        var options = new DebugFileOptions { BuildIdDirectories = [p.File("c")] };
        var found = Find(options, new KernelRequest("abcdef01", "", "_text", 0xffffffff81000000));
        Assert.Equal((0UL, "second[]"), (found!.Moved, NameAt(KernelTextBuilder.Build(found, [], _ => null), 0xffffffff81002008)));
        Assert.Null(Find(options, new KernelRequest("abcdef02", "", "_text", 0xffffffff81000000)));
    }

    /// <summary>Of a kernel that lay elsewhere when it was recorded the kernel's own symbols move with it; modules are not where this text has them.</summary>
    [Theory]
    [InlineData("_text", 0xffffffff81000000)]
    [InlineData("_stext", 0xffffffff81000040)]
    public void Build_KernelMoved_SymbolsMovedModulesDropped(string name, ulong reference)
    {
        using var p = new DebugProgram();
        File.WriteAllText(p.File("k"), Text);
        var found = Find(new DebugFileOptions { Kallsyms = p.File("k") }, new KernelRequest("", "", name, reference + 0x1c00000));
        Assert.Equal(0x1c00000UL, found!.Moved);
        var text = KernelTextBuilder.Build(found, [], _ => null);
        Assert.Equal("first[]", NameAt(text, 0xffffffff82c01010));
        Assert.Equal("", NameAt(text, 0xffffffffc0000010));
    }

    /// <summary>Modules count where the recording has them; one that was loaded elsewhere then is left to its file; programs of the kernel have their own records.</summary>
    [Fact]
    public void Build_Modules_OnlyWhereTheyWere()
    {
        using var p = new DebugProgram();
        File.WriteAllText(p.File("k"), Text);
        var found = Find(new DebugFileOptions { Kallsyms = p.File("k") }, new KernelRequest("", "", "_text", 0xffffffff81000000));
        KernelPiece[] pieces = [new("one", "[one]", 0xffffffffc0000000, 0x1000), new("two", "[two]", 0xffffffffc0200000, 0x1000), new("bpf_prog_x", "", 0xffffffffc0300000, 0x80)];
        var text = KernelTextBuilder.Build(found, pieces, _ => null);
        Assert.Equal("leave[one]", NameAt(text, 0xffffffffc0000104));
        Assert.Equal("", NameAt(text, 0xffffffffc0100000));
        Assert.Equal("bpf_prog_x[bpf]", NameAt(text, 0xffffffffc0300010));
        Assert.Equal("first[]", NameAt(text, 0xffffffff81001000));
    }

    /// <summary>A module's file gives its functions at the place where the recording has it: sections of code in order, aligned, those of initialization left out.</summary>
    [Fact]
    public void Build_ModuleFile_SectionsLaidOut()
    {
        DebugProgram.Need("gcc");
        using var p = new DebugProgram();
        File.WriteAllText(p.File("m.c"), """
            __attribute__((section(".init.text"))) int begins(int x) { return x; }
            int one(int x) { return x + 1; }
            __attribute__((section(".text.unlikely"), cold)) int rare(int x) { return x - 1; }
            int two(int x) { return x + 2; }
            """);
        p.Run("gcc", "-O1", "-c", "-o", p.File("m.o"), p.File("m.c"));
        var image = ElfImage.Parse(File.ReadAllBytes(p.File("m.o")), "m.o");
        var piece = new KernelPiece("m", p.File("m.o"), 0xffffffffc0000000, 0x1000);
        var text = KernelTextBuilder.Build(null, [piece], x => ElfOnDisk.TryOpen(x.Path, out _, out _));
        var lines = Encoding.UTF8.GetString(text!.ToArray()).TrimEnd('\n').Split('\n');
        Assert.Equal(["one", "two", "rare"], lines.Select(l => l.Split(' ', '\t')[2]).Where(n => !n.StartsWith("__pfx", StringComparison.Ordinal)));
        image.TrySection(".text", out var code);
        Assert.True(ulong.Parse(lines[^1][..16], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) >= 0xffffffffc0000000 + code.Size);
        Assert.EndsWith("\t[m]", lines[0], StringComparison.Ordinal);
    }

    /// <summary>A kernel image is found by its build-id in a debug directory and by its release in a copy of the root; of another build it is told and not used.</summary>
    [Theory]
    [InlineData("build-id")]
    [InlineData("release")]
    [InlineData("given")]
    public void Find_Vmlinux_ByBuildId(string layout)
    {
        DebugProgram.Need("gcc");
        using var p = new DebugProgram();
        File.WriteAllText(p.File("k.s"), ".globl _text\n.text\n_text: nop\n.globl work\n.type work,@function\nwork: nop\nnop\n.size work,2\nidle: ret\n");
        p.Run("gcc", "-nostdlib", "-static", "-Wl,--build-id,-e,_text,-Ttext=0xffffffff81000000", "-mcmodel=kernel", "-o", p.File("k"), p.File("k.s"));
        var id = Convert.ToHexStringLower(ElfImage.Parse(File.ReadAllBytes(p.File("k")), "k").BuildId.Span);
        var options = new DebugFileOptions { DebugDirectories = [p.File("d")], SymbolFileSystem = p.File("r"), Vmlinux = layout == "given" ? p.File("k") : null };
        if (layout != "given")
            File.Copy(p.File("k"), layout == "build-id" ? p.File("d", ".build-id", id[..2], id[2..] + ".debug") : p.File("r", "boot", "vmlinux-6.1-test"));
        var request = new KernelRequest(id, "6.1-test", "_text", 0xffffffff91000000);
        var found = Find(options, request);
        Assert.Equal("work[]", NameAt(KernelTextBuilder.Build(found, [], _ => null), 0xffffffff91000001));
        var finder = new KernelFinder(options, new DebugFileFinder(options), request with { BuildId = "00" + id[2..] });
        Assert.Null(finder.Find());
        if (layout != "build-id")
            Assert.Contains(finder.Tried, t => t.Outcome == DebugFileOutcome.OtherFile && t.Detail.Contains(id, StringComparison.Ordinal));
    }

    /// <summary>The running kernel's own list is used for a recording of that kernel only.</summary>
    [Fact]
    public void Find_RunningKernel_ByBuildId()
    {
        var id = RunningKernel.BuildId();
        if (id.Length == 0 || !File.Exists("/proc/kallsyms"))
            Assert.Skip("this kernel tells no build-id, or has no /proc/kallsyms");
        var options = new DebugFileOptions { UseHostDefaults = true };
        var finder = new KernelFinder(options, new DebugFileFinder(options), new KernelRequest(id, "", "", 0));
        if (finder.Find() is { } found)
            Assert.Equal("/proc/kallsyms", found.From);
        else
            Assert.Contains(finder.Tried, t => t.Path == "/proc/kallsyms" && t.Outcome == DebugFileOutcome.NotUsable);
        Assert.Null(Find(options, new KernelRequest("00" + id[2..], "", "", 0)));
    }

    /// <summary>Who says what will be asked gets the same answers; other addresses are answered too, and who says nothing is.</summary>
    [Fact]
    public void KernelSymbols_Expected_SameAnswers()
    {
        var text = Encoding.ASCII.GetBytes(Text);
        var opened = new List<string>();
        KernelSymbols Open() => new(addresses =>
        {
            opened.Add(addresses is null ? "all" : "near");
            return addresses is null ? Kallsyms.Parse(text) : KernelText.Of(text).Read(read => Kallsyms.ReadNear(read, addresses));
        });
        string Name(KernelSymbols symbols, ulong address) => symbols.TryFind(address, out var symbol) ? symbol.Name : "";
        var some = Open();
        some.Expect([0xffffffff81001004, 0xffffffffc0000104]);
        Assert.Equal(["first", "leave"], [Name(some, 0xffffffff81001004), Name(some, 0xffffffffc0000104)]);
        Assert.Equal(["", "one", "two"], some.Modules);
        Assert.Equal(["near"], opened);
        Assert.Equal("other", Name(some, 0xffffffffc0100000));
        Assert.Equal(["near", "all"], opened);
        var all = Open();
        Assert.Equal(KallsymsState.Present, all.State);
        all.Expect([1]);
        Assert.Equal("second", Name(all, 0xffffffff81002004));
        Assert.Equal(["near", "all", "all"], opened);
        var none = new KernelSymbols(_ => null);
        Assert.Equal((null, ""), (none.State, Name(none, 1)));
    }

    /// <summary>Text cut or damaged anywhere never throws.</summary>
    [Fact]
    public void Build_DamagedText_NeverThrows()
    {
        var bytes = Encoding.ASCII.GetBytes(Text);
        KernelPiece[] pieces = [new("one", "[one]", 0xffffffffc0000000, 0x1000)];
        for (var i = 0; i < bytes.Length; i++)
        {
            var cut = bytes[..i];
            KernelTextBuilder.Build(new FoundKernel("k", KernelText.Of(cut), 0x1000), pieces, _ => null)!.ToArray();
            bytes[i] ^= 0x80;
            KernelTextBuilder.Build(new FoundKernel("k", KernelText.Of(bytes), 0x1000), pieces, _ => null)!.ToArray();
            bytes[i] ^= 0x80;
        }
    }
}
