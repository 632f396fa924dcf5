using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Plan;
using TraceKit.Probes.Syntax;
using TraceKit.Probes.Targets;

namespace TraceKit.Probes.Tests.Compile;

public class CompilerTests
{
    private static FakeTarget Program()
    {
        var node = new FakeType(DebugTypeKind.Struct, "node", 0xc0);
        var color = new FakeType(DebugTypeKind.Enum, "color", 4) { Names = [new("RED", 0), new("GREEN", 5)] };
        var inner = FakeType.Struct("in", 12, ("a", FakeType.Int, 0), ("d", FakeType.Char, 8));
        foreach (var (name, type, offset) in new (string?, DebugType, ulong)[]
        {
            ("next", FakeType.PointerTo(node), 0), ("name", FakeType.PointerTo(FakeType.Char), 8), ("tag", FakeType.Array(FakeType.Char, 16), 16), ("in", inner, 32),
            (null, FakeType.Struct(null, 16, ("anon1", FakeType.Int, 0), ("anon2", FakeType.Long, 8)), 48), ("color", color, 64), ("arr", FakeType.Array(FakeType.Int, 4), 68),
            ("m", FakeType.Array(FakeType.Int, 2, 3), 84), ("ins", FakeType.Array(inner, 2), 108), ("fn", FakeType.PointerTo(new FakeType(DebugTypeKind.Function, null)), 136),
            ("addr", FakeType.Struct("in_addr", 4, ("s_addr", new FakeType(DebugTypeKind.Integer, "unsigned int", 4), 0)), 144), ("dbl", new FakeType(DebugTypeKind.Float, "double", 8), 152),
            ("ip6", FakeType.Array(new FakeType(DebugTypeKind.Integer, "unsigned char", 1), 16), 160), ("vp", FakeType.PointerTo(null), 176),
        })
            node.MemberList.Add(new DebugMember(name, type, offset * 8));
        node.MemberList.Add(new DebugMember("flags", new FakeType(DebugTypeKind.Integer, "unsigned int", 4), (184 * 8) + 3, 5));
        var work = new FakeFunction("work", FakeType.Int, ("n", FakeType.PointerTo(node)), ("x", FakeType.Int), ("y", FakeType.UnsignedLong), ("s", FakeType.PointerTo(FakeType.Char)), ("c", color));
        var get = new FakeFunction("get", FakeType.PointerTo(node), ("r", FakeType.Reference(node)));
        var nothing = new FakeFunction("nothing", null);
        return new FakeTarget(isKernel: false, work, get, nothing) { TypeSources = [new OneType(node)], Symbols = { ["work"] = 0x2000, ["get"] = 0x3000, ["nothing"] = 0x4000, ["work.cold"] = 0x5000, ["get.isra.0"] = 0x6000, ["counter"] = 0x9010 } };
    }

    private static string Compile(string definition, ProbeTarget? target = null, ProbeOptions? options = null)
    {
        var plan = ProbeCompiler.Compile(ProbeParser.Parse(definition), target ?? Program(), options ?? new ProbeOptions());
        return string.Join('\n', plan.Probes.Select(p => KernelProbeText.Compose(p, p.Group, p.Event)));
    }

    private static string Arguments(string arguments, string point = "work")
    {
        var line = Compile($"{point} {arguments}");
        return line[(line.IndexOf(' ', line.IndexOf(' ') + 1) + 1)..];
    }

    /// What perf probe compiles from DWARF comes out the same from a prototype and the calling convention.
    [Theory]
    [InlineData("n", "n=%di:x64")]
    [InlineData("x y c", "x=%si:s32 y=%dx:x64 c=%r8:x32")]
    [InlineData("n->name", "name=+8(%di):x64")]
    [InlineData("n->name:string", "name=+0(+8(%di)):string")]
    [InlineData("n->tag:string", "tag=+16(%di):string")]
    [InlineData("s:string", "s_string=+0(%cx):string")]
    [InlineData("x:u64 foo=x", "x_u64=%si:u64 foo=%si:s32")]
    [InlineData("n->arr[2]", "arr=+76(%di):s32")]
    [InlineData("n->ins[1].a", "a=+120(%di):s32")]
    [InlineData("n->anon1 n->anon2", "anon1=+48(%di):s32 anon2=+56(%di):s64")]
    [InlineData("n->next->next->in.a", "a=+32(+0(+0(%di))):s32")]
    [InlineData("n->name[2] n->tag[2]", "name=+2(+8(%di)):s8 tag=+18(%di):s8")]
    [InlineData("n->tag:x8[16]", "tag=+16(%di):x8[16]")]
    [InlineData("%di $stack1 +8(%sp):u32", "arg1=%di arg2=$stack1 arg3=+8(%sp):u32")]
    [InlineData("n->fn n->dbl", "fn=+136(%di):x64 dbl=+152(%di):x64")]
    public void Arguments_PerfsForms_AreFetchedAsPerfDoes(string arguments, string expected) => Assert.Equal(expected, Arguments(arguments));

    /// What perf refuses or gets wrong.
    [Theory]
    [InlineData("n->tag", "tag=+16(%di):string")]
    [InlineData("n->arr", "arr=+68(%di):s32[4]")]
    [InlineData("n->m[1][2]", "m=+104(%di):s32")]
    [InlineData("n.name n->in->a", "name=+8(%di):x64 a=+32(%di):s32")]
    [InlineData("n->in.a n->ins[0].a", "a=+32(%di):s32 a_1=+108(%di):s32")]
    [InlineData("n->flags", "flags=+184(%di):b5@3/32")]
    [InlineData("n->addr", "addr=+144(%di):x32")]
    [InlineData("*n->name", "name=+0(+8(%di)):s8")]
    [InlineData("(&n->in)->a", "a=+32(%di):s32")]
    [InlineData("*s (*n).name:string", "s=+0(%cx):s8 name=+0(+8(%di)):string")]
    [InlineData("%rdi:string", "arg1=+0(%di):string")]
    [InlineData("$arg2 $arg1->in.a", "arg1=%si:s32 a=+32(%di):s32")]
    [InlineData("((struct node *)s)->in.a", "a=+32(%cx):s32")]
    [InlineData("@counter:u32 *(int *)@counter", "arg1=@+0x8010:u32 arg2=+0(@+0x8010):s32")]
    public void Arguments_BeyondPerf_AreFetched(string arguments, string expected)
    {
        Assert.Equal(expected, Arguments(arguments));
    }

    /// Types for people become the kernel's, with a meaning.
    [Theory]
    [InlineData("n->addr:ip4", "x32", PresentationKind.Ip4)]
    [InlineData("n->ip6:ip6", "u8[16]", PresentationKind.Ip6)]
    [InlineData("x:errno", "s32", PresentationKind.Errno)]
    [InlineData("y:time_ns", "u64", PresentationKind.Nanoseconds)]
    [InlineData("y:port", "u16", PresentationKind.Port)]
    [InlineData("y:be16", "u16", PresentationKind.BigEndian16)]
    [InlineData("y:be32", "u32", PresentationKind.BigEndian32)]
    [InlineData("y:be64", "u64", PresentationKind.BigEndian64)]
    [InlineData("s:bytes[12]", "u8[12]", PresentationKind.Bytes)]
    [InlineData("n->in:bytes", "u8[12]", PresentationKind.Bytes)]
    [InlineData("c", "x32", PresentationKind.Enum)]
    [InlineData("c:enum", "x32", PresentationKind.Enum)]
    [InlineData("n->fn", "x64", PresentationKind.Symbol)]
    [InlineData("y:sym", "x64", PresentationKind.Symbol)]
    [InlineData("n->dbl", "x64", PresentationKind.Float)]
    [InlineData("n", "x64", PresentationKind.Pointer)]
    public void Types_ForPeople_HaveAMeaning(string argument, string type, PresentationKind kind)
    {
        var plan = ProbeCompiler.Compile(ProbeParser.Parse("work " + argument), Program(), new ProbeOptions());
        var one = Assert.Single(plan.Probes[0].Arguments);
        Assert.Equal(type, Assert.Single(one.Fetches).Type);
        Assert.Equal(kind, one.Presentation!.Kind);
        if (kind == PresentationKind.Enum)
            Assert.Equal("GREEN", one.Presentation.Names[5]);
    }

    /// A refusal names the column, the reason, and where there is one the right word.
    [Theory]
    [InlineData("work n->nane", 8, "no member 'nane' in struct node; did you mean 'name'?")]
    [InlineData("work nn->name", 5, "no variable 'nn' in work; did you mean 'n'?")]
    [InlineData("wrk x", 0, "no function 'wrk' in /opt/prog; did you mean 'work'?")]
    [InlineData("work n->in", 5, "name one of its members (a, d)")]
    [InlineData("work x->a", 8, "int is no struct or union")]
    [InlineData("work x:string", 7, "a text is read through a pointer to characters")]
    [InlineData("work x[1]", 5, "[1] wants an array, a pointer or a container")]
    [InlineData("work *x", 6, "* wants a pointer, this is int")]
    [InlineData("work *n->vp", 6, "a void pointer")]
    [InlineData("work $retval", 5, "only when a function returns")]
    [InlineData("work%return x", 12, "is gone when the function has returned")]
    [InlineData("work+4 x", 7, "no variable 'x' in work: only types are known")]
    [InlineData("work+0x200", 0, "+512 lies behind the end of work, which is 256 bytes long")]
    [InlineData("work common_pid=x", 5, "every event has")]
    [InlineData("work a=x a=y", 9, "two arguments are called 'a'")]
    [InlineData("work %rxx", 5, "no register that a probe can read")]
    [InlineData("work x:enum", 7, "no enum")]
    [InlineData("work n->next->next->next->next->next->next->next->next->next->next->next->next->next->next->next->next->in.a", 5, "characters in the kernel's words")]
    [InlineData("work:3", 0, "needs debug information about source lines")]
    [InlineData("a.c:3", 0, "needs debug information about source lines")]
    [InlineData("nothing%return $retval", 15, "returns nothing")]
    [InlineData("%nomarker", 0, "has no marker 'nomarker'")]
    [InlineData("work (struct nope *)x", 6, "no type 'struct nope *' is known")]
    [InlineData("work x.size()", 7, "no container that is known")]
    public void Definition_ThatCannotBe_IsRefusedAtItsColumn(string definition, int position, string reason)
    {
        var e = Assert.Throws<ProbeSyntaxException>(() => Compile(definition));
        Assert.Contains(reason, e.Reason, StringComparison.Ordinal);
        Assert.Equal(position, e.Position);
    }

    /// The groups and events of perf; a return probe keeps the function's name.
    [Theory]
    [InlineData("work", "p:probe_prog/work /opt/prog:0x1000")]
    [InlineData("work%return", "r:probe_prog/work /opt/prog:0x1000")]
    [InlineData("g:e=work+4", "p:g/e /opt/prog:0x1004")]
    [InlineData("0x2000 %di", "p:probe_prog/abs_2000 /opt/prog:0x1000 arg1=%di")]
    [InlineData("p:g/e /opt/prog:0x1008 a=+0(%di):u32", "p:g/e /opt/prog:0x1008 a=+0(%di):u32")]
    [InlineData("get%return $retval->in.a", "r:probe_prog/get /opt/prog:0x2000 a=+32($retval):s32")]
    [InlineData("get r.in.a r->name", "p:probe_prog/get /opt/prog:0x2000 a=+32(%di):s32 name=+8(%di):x64")]
    [InlineData("work%return $retval", "r:probe_prog/work /opt/prog:0x1000 arg1=$retval:s32")]
    [InlineData("get.isra.0 %di", "p:probe_prog/get /opt/prog:0x5000 arg1=%di")]
    public void Point_OfAnyKind_GivesPlaceAndName(string definition, string expected) => Assert.Equal(expected, Compile(definition));

    /// A copy that the compiler changed does not keep the calling convention.
    [Fact]
    public void Clone_WithoutDebugInformation_GivesNoArguments()
    {
        var e = Assert.Throws<ProbeSyntaxException>(() => Compile("get.isra.0 r.in.a"));
        Assert.Contains("a copy that the compiler changed", e.Reason, StringComparison.Ordinal);
        Assert.Throws<ProbeSyntaxException>(() => Compile("get.isra.0 $arg1"));
    }

    /// A glob is every function it matches, each an event of its own name; too many are refused.
    [Fact]
    public void Glob_OfFunctions_IsAProbeEach()
    {
        var plan = ProbeCompiler.Compile(ProbeParser.Parse("*o*"), Program(), new ProbeOptions());
        Assert.Equal(["work", "nothing", "counter"], plan.Probes.Select(p => p.Event));
        Assert.Contains(plan.Notes, n => n.Contains("means 3 places", StringComparison.Ordinal));
        var e = Assert.Throws<ProbeSyntaxException>(() => Compile("*o*", options: new ProbeOptions { MaxProbes = 2 }));
        Assert.Contains("that is 3 places, more than 2", e.Reason, StringComparison.Ordinal);
    }

    /// Places that must not be armed are passed over and told; the last one's reason is the refusal.
    [Fact]
    public void Place_ThatMustNotBeArmed_IsRefused()
    {
        var target = Program();
        target.Refused[0x2000] = "it is forbidden";
        Assert.Contains("work cannot be probed: it is forbidden", Assert.Throws<ProbeSyntaxException>(() => Compile("work", target)).Reason, StringComparison.Ordinal);
        var plan = ProbeCompiler.Compile(ProbeParser.Parse("*o*"), target, new ProbeOptions());
        Assert.Equal(2, plan.Probes.Count);
        Assert.Contains(plan.Notes, n => n.Contains("it is forbidden", StringComparison.Ordinal));
    }

    /// A return probe would crash a Go program: each of its returns is probed, and all are one event.
    [Fact]
    public void Return_InGo_IsAProbeAtEachReturn()
    {
        var target = new FakeTarget(false, new FakeFunction("work", FakeType.Long) { In = SourceLanguage.Go }) { Go = true, Symbols = { ["work"] = 0x2000 } };
        Assert.Equal("p:probe_prog/work /opt/prog:0x1020 arg1=%ax:s64\np:probe_prog/work /opt/prog:0x1040 arg1=%ax:s64", Compile("work%return $retval", target));
        Assert.Contains("Go", Assert.Throws<ProbeSyntaxException>(() => Compile("r:g/e /opt/prog:0x1000", target)).Reason, StringComparison.Ordinal);
    }

    /// A marker's arguments are what its note says; all of them when none is named.
    [Fact]
    public void Marker_Arguments_AreThoseOfItsNote()
    {
        var target = Program();
        target.Markers.Add(new TargetMarker("prov", "gc__begin", new(0x2010), new(0x77), [new("-4@%edi", "%di", "s32", null), new("8@%xmm0", null, "u64", "it is in %xmm0"), new("8@-16(%rbp)", "-16(%bp)", "u64", null)]));
        Assert.Equal("p:sdt_prov/gc__begin /opt/prog:0x1010(0x77) arg1=%di:s32 arg3=-16(%bp):u64", Compile("%prov:gc__begin", target));
        Assert.Equal("p:sdt_prov/gc__begin /opt/prog:0x1010(0x77) a=%di:s32 text=+0(-16(%bp)):string", Compile("%prov:gc__begin a=arg1 text=arg3:string", target));
        Assert.Contains("3 arguments", Assert.Throws<ProbeSyntaxException>(() => Compile("%prov:gc__begin arg4", target)).Reason, StringComparison.Ordinal);
    }

    /// A whole event has to fit: 3,072 bytes, 128 fields.
    [Fact]
    public void Event_TooLarge_IsRefused()
    {
        Assert.Contains("bytes together", Assert.Throws<ProbeSyntaxException>(() => Compile("work " + string.Join(' ', Enumerable.Range(0, 8).Select(i => $"a{i}=+0(%di):x64[63]")))).Reason, StringComparison.Ordinal);
        Assert.Equal(6, Compile("work " + string.Join(' ', Enumerable.Range(0, 6).Select(i => $"a{i}=+0(%di):x64[64]"))).Split("x64[64]").Length - 1);
    }

    /// The kernel keeps $argN and $retval to itself where no types are known, and symbols stand for addresses.
    [Fact]
    public void Kernel_OwnWords_ArePassedOn()
    {
        var kernel = new FakeTarget(isKernel: true) { Symbols = { ["vfs_read"] = 0xffffffff81200000, ["jiffies"] = 0xffffffff82000000 } };
        Assert.Equal("p:probe/vfs_read vfs_read arg1=$arg1 arg2=@jiffies+8 arg3=+u8(%si):u32 comm=$comm", Compile("vfs_read $arg1 @jiffies+8 +u8(%si):u32 comm=$comm", kernel));
        Assert.Equal("r:probe/vfs_read vfs_read ret=$retval:s64", Compile("vfs_read%return ret=$retval:s64", kernel));
        Assert.Equal("p:probe/vfs_read vfs_read+4", Compile("vfs_read+4", kernel));
        Assert.Equal("p:probe/e vfs_read name=+0(+40(+24(%di))):string", Compile("e=vfs_read name=+0(+40(+24(%di))):string", kernel));
    }

    private sealed class OneType(DebugType type) : ITypeSource
    {
        public string Description => "a test";

        public DebugType? FindType(string name) => name == "struct node *" || name == "struct node*" ? FakeType.PointerTo(type) : name is "struct node" or "node" ? type : null;

        public IReadOnlyList<string> SimilarTypes(string name) => [];
    }
}
