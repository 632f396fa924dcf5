using TraceKit.Binary;
using TraceKit.DebugInfo.Btf;
using TraceKit.DebugInfo.Types;
using TraceKit.Testing;

namespace TraceKit.DebugInfo.Tests.Btf;

/// <summary>Every kind of BTF type, in both byte orders, alone and on a base.</summary>
public sealed class BtfFileTests
{
    /// <summary>A small file with every kind says what was written, in both byte orders.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void BtfFile_EveryKind_IsReadAsWritten(bool bigEndian)
    {
        var file = BtfFile.Parse(EveryKind(bigEndian).Build(), "test");

        var point = file.FindType("struct point")!;
        Assert.Equal(DebugTypeKind.Struct, point.Kind);
        Assert.Equal(24UL, point.ByteSize);
        Assert.Equal(["x", "flags", "mode", null, "next", "grid"], point.Members.Select(m => m.Name));
        Assert.Equal([0UL, 32, 35, 64, 64, 128], point.Members.Select(m => m.BitOffset));
        Assert.Equal([0U, 3, 5, 0, 0, 0], point.Members.Select(m => m.BitSize));
        Assert.Equal(DebugTypeKind.Union, point.Members[3].Type!.Kind);
        Assert.Equal("struct point", Format(point.Members[4].Type!.Target));
        Assert.Equal([3UL, 2], point.Members[5].Type!.Dimensions.Select(d => d!.Value));
        Assert.Equal("short int", point.Members[5].Type!.Target!.Name);
        Assert.Equal(12UL, point.Members[5].Type!.ByteSize);

        var number = file.FindType("int")!;
        Assert.True(number.IsSigned);
        Assert.Equal(DebugTypeKind.Integer, number.Kind);
        Assert.Equal(DebugTypeKind.Character, file.FindType("char")!.Kind);
        Assert.Equal(DebugTypeKind.Boolean, file.FindType("_Bool")!.Kind);
        Assert.Equal(DebugTypeKind.Float, file.FindType("double")!.Kind);
        Assert.Equal([new DebugEnumerator("BELOW", -1), new DebugEnumerator("ABOVE", 7)], file.FindType("enum signed_one")!.Enumerators);
        Assert.Equal([new DebugEnumerator("BIG", unchecked((long)0xffff_ffff_ffff_fff0))], file.FindType("enum wide")!.Enumerators);
        Assert.Equal([new DebugEnumerator("TOP", 0xffff_ffff)], file.FindType("enum unsigned_one")!.Enumerators);

        var alias = file.FindType("u32")!;
        Assert.Equal(DebugTypeKind.Typedef, alias.Kind);
        Assert.Equal(4UL, alias.ByteSize);
        Assert.Null(file.FindType("struct opaque"));
        Assert.Null(file.FindType("struct u32"));
        Assert.Null(file.FindType("void"));
        Assert.Equal(DebugTypeKind.Pointer, file.FindType("void *")!.Kind);
        Assert.Null(file.FindType("void *")!.Target);
        Assert.Equal("point", file.FindType("const struct point **")!.Target!.Target!.Name);

        var function = Assert.Single(file.FindFunctions(FunctionPattern.Parse("walk")));
        Assert.Equal(["from", "text"], function.Parameters.Select(p => p.Name));
        Assert.True(function.IsVariadic);
        Assert.Equal("int", function.ReturnType!.Name);
        Assert.Equal("BTF of test", function.Source);
        var text = function.Parameters[1].Type!;
        Assert.Equal("__user", text.Target!.Qualifier);
        Assert.Equal("const", text.Target.Target!.Qualifier);
        Assert.Equal("char", text.Target.Target.Target!.Name);
        Assert.Equal(["leave", "walk"], file.FindFunctions(FunctionPattern.Parse("*")).Select(f => f.Name).Order());
        Assert.Empty(file.FindFunctions(FunctionPattern.Parse("point")));
        Assert.False(file.FindFunctions(FunctionPattern.Parse("leave"))[0].IsVariadic);
        Assert.Null(file.FindFunctions(FunctionPattern.Parse("leave"))[0].ReturnType);

        var variable = file.FindVariable("counter", null)!;
        Assert.Equal("int", variable.Type!.Name);
        Assert.Contains("per-CPU", Assert.IsType<VariableLocation.None>(variable.Locate(default)).Reason, StringComparison.Ordinal);
        Assert.Null(file.FindVariable("walk", null));
    }

    /// <summary>A module's types refer to the kernel's by number, and its names stand in the kernel's text where that has them.</summary>
    [Fact]
    public void BtfFile_Split_BuildsOnItsBase()
    {
        var kernel = EveryKind(false);
        var first = kernel.Next;
        var file = BtfFile.Parse(kernel.Build(), "the kernel");
        var builder = new BtfBuilder(false, first, kernel.StringBytes);
        var mine = builder.Struct("mine", 8, ("inner", builder.Next + 1, 0));
        builder.Pointer(1);
        builder.Function("module_walk", builder.Next + 1);
        builder.Prototype(1, ("what", mine));
        var module = BtfFile.Parse(builder.Build(), "module m", file);

        Assert.Equal("int", module.FindType("struct mine")!.Members[0].Type!.Target!.Name);
        Assert.Equal("point", module.FindType("struct point")!.Name);
        Assert.Equal("mine", module.FindFunctions(FunctionPattern.Parse("module_walk"))[0].Parameters[0].Type!.Name);
        Assert.Equal("BTF of the kernel", module.FindFunctions(FunctionPattern.Parse("walk"))[0].Source);
        Assert.Null(file.FindType("struct mine"));
        var error = Assert.Throws<BadDataException>(() => BtfFile.Parse(builder.Build(), "module m"));
        Assert.Contains("base", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Damage of a module's types is refused, or changes an answer.</summary>
    [Fact]
    public void BtfFile_SplitCutAndFlipped_ThrowsBadDataOnly()
    {
        var kernel = EveryKind(false);
        var file = BtfFile.Parse(kernel.Build(), "the kernel");
        var builder = new BtfBuilder(false, kernel.Next, kernel.StringBytes);
        builder.Struct("mine", 8, ("inner", builder.Next + 1, 0), ("other", 1, 32));
        builder.Pointer(1);
        builder.Function("module_walk", builder.Next + 1);
        builder.Prototype(1, ("what", 2));
        builder.Array(2, 1, 4);
        Hostile.CutAndFlip(builder.Build(), bytes => AskEverything(BtfFile.Parse(bytes, "module m", file)));
    }

    /// <summary>Older files mark bit fields by the integer's width, and say nothing of an enum's sign.</summary>
    [Fact]
    public void BtfFile_WithoutKindFlag_KnowsBitFieldsAndSigns()
    {
        var b = new BtfBuilder();
        var narrow = b.Int("unsigned int", 4, bits: 3, offset: 2);
        b.Struct("old", 4, ("bits", narrow, 8));
        b.Enum("e", false, ("MINUS", -1));
        var file = BtfFile.Parse(b.Build(), "test");

        Assert.Equal(new DebugMember("bits", null, 10, 3), file.FindType("old")!.Members[0] with { Type = null });
        Assert.Equal(-1, file.FindType("enum e")!.Enumerators[0].Value);
        Assert.True(file.FindType("enum e")!.IsSigned);
    }

    /// <summary>Every spelling of C's integers finds the one that the compiler wrote.</summary>
    [Theory]
    [InlineData("unsigned long", "long unsigned int")]
    [InlineData("long", "long int")]
    [InlineData("unsigned", "unsigned int")]
    [InlineData("unsigned long long int", "long long unsigned int")]
    [InlineData("short", "short int")]
    [InlineData("signed char", "signed char")]
    public void CIntegerNames_Spellings_AreOne(string spelling, string name)
    {
        var b = new BtfBuilder();
        b.Int(name, 4);
        Assert.Equal(name, BtfFile.Parse(b.Build(), "test").FindType(spelling)!.Name);
        if (CIntegerNames.Clang(name) is not { } clang)
            return;
        b = new BtfBuilder();
        b.Int(clang, 4);
        Assert.Equal(clang, BtfFile.Parse(b.Build(), "test").FindType(spelling)!.Name);
    }

    /// <summary>A wrong name gets the names that are close to it.</summary>
    [Theory]
    [InlineData("struct pont", "struct point")]
    [InlineData("u23", "u32")]
    [InlineData("enum widee", "enum wide")]
    public void BtfFile_SimilarTypes_OffersTheClosest(string wrong, string right) =>
        Assert.Equal(right, BtfFile.Parse(EveryKind(false).Build(), "test").SimilarTypes(wrong)[0]);

    /// <summary>Types that contain themselves without a pointer, which no compiler writes, come to an end.</summary>
    [Fact]
    public void BtfFile_Cycles_EndAtALimit()
    {
        var b = new BtfBuilder();
        b.Plain(8, "loop", b.Next);
        b.Array(b.Next, 1, 3);
        var file = BtfFile.Parse(b.Build(), "test");
        Assert.Null(file.FindType("loop")!.ByteSize);
        Assert.Null(file.Type(2)!.ByteSize);
        Assert.NotNull(file.Type(2)!.Target);
    }

    /// <summary>Damage anywhere is refused with the place, or changes an answer: nothing else is thrown, at opening or later.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void BtfFile_CutAndFlipped_ThrowsBadDataOnly(bool bigEndian) =>
        Hostile.CutAndFlip(EveryKind(bigEndian).Build(), bytes => AskEverything(BtfFile.Parse(bytes, "test")));

    internal static void AskEverything(BtfFile file)
    {
        for (var id = 0u; id < file.TypeCount; id++)
        {
            if (file.Type(id) is not { } type)
                continue;
            _ = (type.Kind, type.Name, type.ByteSize, type.IsSigned, type.Target?.Kind, type.Qualifier, type.Dimensions.Count, type.ParameterTypes.Count, type.Enumerators.Count);
            foreach (var member in type.Members)
                _ = (member.Name, member.Type?.ByteSize, member.ByteOffset);
        }

        foreach (var function in file.FindFunctions(FunctionPattern.Parse("*")))
            _ = (function.Name, function.ReturnType?.Name, function.IsVariadic, function.Parameters.Count);
        _ = file.FindVariable("counter", null);
        _ = file.FindType("struct point");
        _ = file.SimilarTypes("struct piont");
    }

    private static string? Format(DebugType? type) => type is null ? null : type.Kind == DebugTypeKind.Struct ? "struct " + type.Name : type.Name;

    private static BtfBuilder EveryKind(bool bigEndian)
    {
        var b = new BtfBuilder(bigEndian);
        var number = b.Int("int", 4, 1);
        var letter = b.Int("char", 1);
        b.Int("_Bool", 1, 4);
        var small = b.Int("short int", 2, 1);
        b.Int("long unsigned int", 8);
        var grid = b.Array(b.Next + 1, number, 3);
        b.Array(small, number, 2);
        var either = b.Union("", 8, ("a", number, 0), ("b", letter, 0));
        var next = b.Pointer(b.Next + 1);
        b.BitStruct("point", 24, ("x", number, 0), ("flags", number, 3u << 24 | 32), ("mode", number, 5u << 24 | 35), ("", either, 64), ("next", next, 64), ("grid", grid, 128));
        b.Forward("opaque");
        b.Plain(8, "u32", number);
        b.Plain(16, "double", 8);
        b.Plain(9, "", number);
        b.Plain(11, "", next);
        b.Enum("signed_one", true, ("BELOW", -1), ("ABOVE", 7));
        b.Enum("unsigned_one", false, ("TOP", -1));
        b.Enum64("wide", false, ("BIG", unchecked((long)0xffff_ffff_ffff_fff0)));
        var constant = b.Plain(10, "", letter);
        var user = b.Plain(18, "user", constant);
        var text = b.Pointer(user);
        var prototype = b.Prototype(number, ("from", next), ("text", text), ("", 0));
        b.Function("walk", prototype);
        b.Function("leave", b.Prototype(0, ("code", number)));
        var counter = b.Variable("counter", number);
        b.Section(".data..percpu", (counter, 0, 4));
        b.DeclTag("tag", counter);
        return b;
    }
}
