using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Dwarf.Symbols;
using TraceKit.Probes.Plan;
using TraceKit.Probes.Syntax;
using TraceKit.Probes.Targets;
using TraceKit.Probes.Tests.Targets;

namespace TraceKit.Probes.Tests.Compile;

/// <summary>Functions that an optimizing compiler calls in its own way: the calling convention says nothing of them.</summary>
public sealed class ChangedCallTests
{
    private const string Source = """
        struct pair { long first, second; };
        volatile long sink;
        static __attribute__((noinline)) void local(const struct pair *unused, long count) { sink += count; }
        __attribute__((noinline, visibility("default"))) void exported(const struct pair *unused, long count) { sink += count; }
        int main(int argc, char **argv) { struct pair p = { argc, argc * 2 }; local(&p, argc); exported(&p, argc); return 0; }
        """;

    /// What LLVM no longer passes to a function that only its own file calls is refused; where others can call the function, the convention holds.
    [Fact]
    public void Compile_LocalFunctionByLlvm_RefusesWhatIsNotPassed()
    {
        Compilers.Need("clang");
        var target = Open(TargetPrograms.Compile("clang", Source, ".c", "-O2", "-g"));
        Assert.Contains("cannot be read here", Refusal("local unused->first", target));
        Assert.EndsWith("first=+0(%di):s64", Line("exported unused->first", target));
        Assert.EndsWith("count=%di:s64", Line("local count", target));
    }

    /// GCC gives a function another name when it changes how it is called; the others keep the convention.
    [Fact]
    public void Compile_CloneByGcc_RefusesWhatIsNotPassed()
    {
        Compilers.Need("gcc");
        var target = Open(TargetPrograms.Compile("gcc", Source, ".c", "-O2", "-g"));
        Assert.Contains("cannot be read here", Refusal("local unused->first", target));
        Assert.EndsWith("first=+0(%di):s64", Line("exported unused->first", target));
    }

    private static UserTarget Open(string path)
    {
        var image = TargetPrograms.Image(path);
        var symbols = DwarfSymbols.Open(DwarfInfo.Open(image), CfiFrames.Open(image), "DWARF");
        return new UserTarget(image, new UserTargetParts { Code = symbols, Places = symbols, Types = [symbols] });
    }

    private static string Line(string definition, ProbeTarget target)
    {
        var probe = Assert.Single(ProbeCompiler.Compile(ProbeParser.Parse(definition), target, new ProbeOptions()).Probes);
        return KernelProbeText.Compose(probe, probe.Group, probe.Event);
    }

    private static string Refusal(string definition, ProbeTarget target) =>
        Assert.Throws<ProbeSyntaxException>(() => ProbeCompiler.Compile(ProbeParser.Parse(definition), target, new ProbeOptions())).Message;
}
