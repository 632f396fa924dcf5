using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Plan;
using TraceKit.Probes.Syntax;

namespace TraceKit.Probes.Tests.Compile;

/// <summary>Types that no compiler makes: walks over them end, and end in a plan or in the documented exception.</summary>
public class HostileTypeTests
{
    private static readonly string[] Definitions =
    [
        "f x", "f x.a", "f x->zz", "f *x", "f **x", "f x[1]", "f x[0][0]", "f x.size()", "f x.len()", "f x.get()", "f x:string", "f x:u32", "f x:bytes[4]", "f x:str[8]", "f x:x64[4]",
        "f x:ip6", "f x:enum", "f &x", "f $params", "f x.a.a.a.a->a", "f%return $retval $retval->a",
    ];

    /// <summary>Types that contain themselves, in every way, under every kind of expression.</summary>
    [Fact]
    public void Types_ThatContainThemselves_EndInAPlanOrARefusal()
    {
        var name = new FakeType(DebugTypeKind.Typedef, "name");
        name.Pointee = name;
        var array = new FakeType(DebugTypeKind.Array, null) { Sizes = [2] };
        array.Pointee = array;
        var pointer = new FakeType(DebugTypeKind.Pointer, null, 8);
        pointer.Pointee = pointer;
        var reference = new FakeType(DebugTypeKind.Reference, null, 8) { In = SourceLanguage.Cpp };
        reference.Pointee = reference;
        var qualified = new FakeType(DebugTypeKind.Qualified, null);
        var first = new FakeType(DebugTypeKind.Typedef, "first", null, qualified);
        qualified.Pointee = first;
        var rows = new FakeType(DebugTypeKind.Array, null, 64) { Sizes = [8] };
        rows.Pointee = new FakeType(DebugTypeKind.Typedef, "row", null, rows);
        var member = new FakeType(DebugTypeKind.MemberPointer, null, 8) { In = SourceLanguage.Cpp };
        member.Pointee = member;
        var variants = new List<DebugVariant>();
        var choice = new FakeType(DebugTypeKind.Struct, "Option<T>", 8) { In = SourceLanguage.Rust, VariantList = new DebugVariants(null, variants) };
        for (var i = 0; i < 22; i++)
            variants.Add(new DebugVariant(i == 0 ? "a" : "b", i, new DebugMember("p", choice, 0)));
        var tagged = new FakeType(DebugTypeKind.Struct, "Tagged", 8) { In = SourceLanguage.Rust, VariantList = new DebugVariants(new DebugMember("tag", choice, 0), variants) };
        var all = new List<DebugType> { name, array, pointer, reference, qualified, first, rows, member, choice, tagged };
        foreach (var language in new[] { SourceLanguage.C, SourceLanguage.Cpp, SourceLanguage.Rust, SourceLanguage.Go })
        {
            foreach (var own in new[] { "basic_string<char>", "vector<int>", "unique_ptr<int>", "shared_ptr<int>", "optional<int>", "atomic<int>", "Vec<u8>", "String", "Rc<T>", "Option<T>", "string", "Cell<T>" })
            {
                var record = new FakeType(DebugTypeKind.Struct, own, 8) { In = language, Scope = language == SourceLanguage.Cpp ? "std" : "" };
                foreach (var part in new[] { "a", null, "_M_t", "_M_dataplus", "_M_p", "_M_i", "_M_impl", "_M_start", "_M_finish", "_M_payload", "_M_engaged", "_M_value", "inner", "buf", "ptr", "vec", "len", "data_ptr", "length", "str", "value", "pointer" })
                    record.MemberList.Add(new DebugMember(part, part is "ptr" or "data_ptr" or "str" ? FakeType.PointerTo(record) : record, 0));
                record.MemberList.Add(new DebugMember(own, record, 0, IsBase: true));
                all.Add(record);
                all.Add(FakeType.PointerTo(record));
                var single = new FakeType(DebugTypeKind.Struct, own, 8) { In = language };
                single.MemberList.Add(new DebugMember("only", single, 0));
                all.Add(single);
            }
        }

        int plans = 0, refusals = 0;
        foreach (var type in all)
        {
            var target = new FakeTarget(false, new FakeFunction("f", type, ("x", type))) { Symbols = { ["f"] = 0x2000 } };
            foreach (var definition in Definitions)
            {
                try
                {
                    var plan = ProbeCompiler.Compile(ProbeParser.Parse(definition), target, new ProbeOptions());
                    Assert.NotEmpty(plan.Probes);
                    plans++;
                }
                catch (ProbeSyntaxException e)
                {
                    Assert.NotEmpty(e.Reason);
                    refusals++;
                }
            }
        }

        Assert.Equal(all.Count * Definitions.Length, plans + refusals);
        Assert.True(plans > 0 && refusals > 0, $"{plans} plans, {refusals} refusals");
    }
}
