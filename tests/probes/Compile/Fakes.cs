using TraceKit.Binary;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Abi;
using TraceKit.Probes.Targets;

namespace TraceKit.Probes.Tests.Compile;

/// <summary>A type that a test puts together.</summary>
internal sealed class FakeType(DebugTypeKind kind, string? name, ulong? size = null, DebugType? target = null) : DebugType
{
    public override DebugTypeKind Kind => kind;

    public override string? Name => name;

    public override string? QualifiedName => Scope.Length > 0 ? $"{Scope}::{name}" : name;

    public override ulong? ByteSize => size;

    public override DebugType? Target => Pointee ?? target;

    public override bool IsSigned => Signed;

    public override SourceLanguage Language => In;

    public override IReadOnlyList<DebugMember> Members => MemberList;

    public override IReadOnlyList<DebugEnumerator> Enumerators => Names;

    public override IReadOnlyList<ulong?> Dimensions => Sizes;

    public override DebugVariants? Variants => VariantList;

    public DebugVariants? VariantList { get; init; }

    public DebugType? Pointee { get; set; }

    public string Scope { get; init; } = "";

    public bool Signed { get; init; }

    public SourceLanguage In { get; init; } = SourceLanguage.C;

    public List<DebugMember> MemberList { get; } = [];

    public IReadOnlyList<DebugEnumerator> Names { get; init; } = [];

    public IReadOnlyList<ulong?> Sizes { get; init; } = [];

    public static FakeType Int => new(DebugTypeKind.Integer, "int", 4) { Signed = true };

    public static FakeType Long => new(DebugTypeKind.Integer, "long", 8) { Signed = true };

    public static FakeType UnsignedLong => new(DebugTypeKind.Integer, "unsigned long", 8);

    public static FakeType Char => new(DebugTypeKind.Character, "char", 1) { Signed = true };

    public static FakeType PointerTo(DebugType? target) => new(DebugTypeKind.Pointer, null, 8, target);

    public static FakeType Reference(DebugType target) => new(DebugTypeKind.Reference, null, 8, target);

    public static FakeType Array(DebugType element, params ulong?[] sizes) => new(DebugTypeKind.Array, null, null, element) { Sizes = sizes };

    /// <summary>A struct of members by name, type and byte offset.</summary>
    public static FakeType Struct(string? name, ulong size, params (string? Name, DebugType Type, ulong Offset)[] members)
    {
        var type = new FakeType(DebugTypeKind.Struct, name, size);
        foreach (var (member, of, offset) in members)
            type.MemberList.Add(new DebugMember(member, of, offset * 8));
        return type;
    }
}

internal sealed class FakeFunction(string name, DebugType? result, params (string Name, DebugType Type)[] parameters) : DebugFunction
{
    public override string Name => name;

    public override string Source => "a test";

    public override DebugType? ReturnType => result;

    public override SourceLanguage Language => In;

    public override IReadOnlyList<DebugParameter> Parameters => [.. parameters.Select(p => new DebugParameter(p.Name, p.Type))];

    public SourceLanguage In { get; init; } = SourceLanguage.C;
}

/// <summary>A program or kernel of which only names, places and prototypes are known.</summary>
internal sealed class FakeTarget(bool isKernel, params DebugFunction[] functions) : ProbeTarget, IFunctionSource
{
    public override bool IsKernel => isKernel;

    public override string Name => isKernel ? "the kernel" : "/opt/prog";

    public override ushort Machine => 62;

    public override bool IsGo => Go;

    public override IReadOnlyList<IFunctionSource> Prototypes => [this, .. More];

    public override IReadOnlyList<ITypeSource> Types => TypeSources;

    public bool Go { get; init; }

    public IReadOnlyList<ITypeSource> TypeSources { get; init; } = [];

    public IReadOnlyList<IFunctionSource> More { get; init; } = [];

    public Dictionary<string, ulong> Symbols { get; } = [];

    public List<TargetMarker> Markers { get; } = [];

    public Dictionary<ulong, string> Refused { get; } = [];

    public string Description => "a test";

    public override ICallingConvention ConventionOf(DebugFunction? function) =>
        (function is null ? Go : function.Language == SourceLanguage.Go) ? new GoConvention(62) : new SysVX64Convention();

    public override IReadOnlyList<TargetFunction> FindFunctions(FunctionPattern pattern, string? module = null)
    {
        var found = new List<TargetFunction>();
        foreach (var (name, address) in Symbols)
        {
            if (name == pattern.Name || (pattern.IsGlob && System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern.Name, name, ignoreCase: false)))
                found.Add(new TargetFunction(name, name, module, new Svma(address), 0x100));
        }

        return found;
    }

    public override TargetFunction? FunctionAt(Svma address)
    {
        foreach (var (name, start) in Symbols)
        {
            if (address.Value >= start && address.Value < start + 0x100)
                return new TargetFunction(name, name, null, new Svma(start), 0x100);
        }

        return null;
    }

    public override IReadOnlyList<string> SimilarFunctions(string name) => Suggestions.NearestFew(name, Symbols.Keys, 3);

    public override Svma? FindSymbol(string name) => Symbols.TryGetValue(name, out var address) ? new Svma(address) : null;

    public override string? WhyNot(Svma address, bool isReturn) => Refused.GetValueOrDefault(address.Value);

    public override IReadOnlyList<Svma> Returns(TargetFunction function) => [new(function.Address.Value + 0x20), new(function.Address.Value + 0x40)];

    public override FileOffset? ToFileOffset(Svma address) => new FileOffset(address.Value - 0x1000);

    public override Svma? ToAddress(FileOffset offset) => new Svma(offset.Value + 0x1000);

    public override IReadOnlyList<TargetMarker> FindMarkers(string? provider, string name) =>
        [.. Markers.Where(m => (provider is null || m.Provider == provider) && (name == "*" || m.Name == name))];

    public IReadOnlyList<DebugFunction> FindFunctions(FunctionPattern pattern) => [.. functions.Where(f => f.Name == pattern.Name)];

    public DebugFunctionCopy? CopyAt(Svma address) => null;

    public DebugVariable? FindVariable(string name, DebugFunction? near) => null;
}
