using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Abi;
using TraceKit.Probes.Tests.Compile;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.Probes.Tests.Abi;

/// <summary>Types that take no end, or one exponentially far, to take apart.</summary>
public sealed class HostileLayoutTests
{
    private const int Levels = 30, Members = 22;

    /// <summary>C++ classes that contain the next one many times, or themselves, are each asked once how they are passed.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Conventions_ClassesThatContainEachOtherManyTimes_AskEachOnce(bool isCycle)
    {
        var types = new CountedType[Levels];
        for (var i = Levels - 1; i >= 0; i--)
            types[i] = new CountedType();
        for (var i = 0; i < Levels; i++)
        {
            for (var m = 0; m < Members && (isCycle || i + 1 < Levels); m++)
                types[i].MemberList.Add(new DebugMember("m", types[(i + 1) % Levels], 0));
        }

        Assert.NotNull(new SysVX64Convention().Parameters(new FakeFunction("f", null, ("x", types[0])))[0]);
        Assert.Equal(1, types[^1].Asked);

        // A virtual base at the far end of them all counts for the first too.
        types[^1].MemberList.Add(new DebugMember("v", FakeType.Int, 0, IsBase: true, IsVirtualBase: true));
        var place = new SysVX64Convention().Parameters(new FakeFunction("f", null, ("x", types[0])))[0];
        Assert.IsType<VariableLocation.Memory>(place);
    }

    /// <summary>Structs, arrays and variants without bytes, each twice and more in the next, have a place in every convention.</summary>
    [Fact]
    public void Conventions_EmptyTypesWithinEachOther_EndInAPlace()
    {
        foreach (var language in new[] { SourceLanguage.C, SourceLanguage.Cpp, SourceLanguage.Rust, SourceLanguage.Go })
        {
            DebugType members = new FakeType(DebugTypeKind.Struct, "m", 8) { In = language };
            DebugType elements = new FakeType(DebugTypeKind.Struct, "e", 0) { In = language };
            DebugType variants = FakeType.Int;
            for (var i = 0; i < Levels; i++)
            {
                var next = new FakeType(DebugTypeKind.Struct, "m", 8) { In = language };
                for (var m = 0; m < Members; m++)
                    next.MemberList.Add(new DebugMember("m", members, 0));
                members = next;
                elements = new FakeType(DebugTypeKind.Array, null, 0, elements) { In = language, Sizes = [60] };
                var payload = new DebugMember("p", variants, 0);
                variants = new FakeType(DebugTypeKind.Struct, "v", 8) { In = language, VariantList = new DebugVariants(null, [new DebugVariant("A", 0, payload), new DebugVariant("B", 1, payload), new DebugVariant("C", 2, payload)]) };
            }

            foreach (var machine in new ushort[] { EM_X86_64, EM_AARCH64 })
            {
                foreach (var type in new[] { members, elements, variants })
                {
                    var function = new FakeFunction("f", type, ("x", type), ("y", type)) { In = language };
                    var convention = CallingConvention.For(machine, language);
                    Assert.Equal(2, convention.Parameters(function).Count);
                    Assert.NotNull(convention.Result(function));
                }
            }
        }
    }

    private sealed class CountedType : DebugType
    {
        public List<DebugMember> MemberList { get; } = [];

        public int Asked { get; private set; }

        public override DebugTypeKind Kind => DebugTypeKind.Class;

        public override string? Name => "C";

        public override ulong? ByteSize => 64;

        public override SourceLanguage Language => SourceLanguage.Cpp;

        public override IReadOnlyList<DebugMember> Members => MemberList;

        public override bool? IsPassedByReference
        {
            get
            {
                Asked++;
                return null;
            }
        }
    }
}
