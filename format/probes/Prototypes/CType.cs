using TraceKit.Binary;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Abi;

namespace TraceKit.Probes.Prototypes;

/// <summary>A type that somebody wrote in C.</summary>
internal sealed class CType(DebugTypeKind kind) : DebugType
{
    private IReadOnlyList<DebugMember> _members = [];
    private DebugType? _elsewhere;
    private ulong? _size;

    public override DebugTypeKind Kind => kind;

    public override SourceLanguage Language => _elsewhere?.Language ?? Written;

    public override string? Name => Own;

    public override ulong? ByteSize => _elsewhere is not null ? _elsewhere.ByteSize : kind switch
    {
        DebugTypeKind.Typedef or DebugTypeKind.Qualified => Depth(Of) < InputLimits.Depth ? Of?.ByteSize : null,
        DebugTypeKind.Array => Of?.ByteSize is { } element ? Product(element) : null,
        _ => _size,
    };

    public override bool IsSigned => _elsewhere?.IsSigned ?? Signed;

    public override DebugType? Target => Of;

    public override string? Qualifier => Qualify;

    public override bool IsDeclaration => _elsewhere is null && Incomplete;

    public override IReadOnlyList<DebugMember> Members => _elsewhere?.Members ?? _members;

    public override IReadOnlyList<DebugEnumerator> Enumerators => _elsewhere?.Enumerators ?? Values;

    public override IReadOnlyList<ulong?> Dimensions => Lengths;

    public override IReadOnlyList<DebugType?> ParameterTypes
    {
        get
        {
            var types = new DebugType?[Takes.Count];
            for (var i = 0; i < types.Length; i++)
                types[i] = Takes[i].Type;
            return types;
        }
    }

    public string? Own { get; set; }

    public SourceLanguage Written { get; set; } = SourceLanguage.C;

    public DebugType? Of { get; set; }

    public bool Signed { get; set; }

    public string? Qualify { get; set; }

    /// <summary>Only declared so far.</summary>
    public bool Incomplete { get; set; }

    public IReadOnlyList<DebugEnumerator> Values { get; set; } = [];

    public IReadOnlyList<ulong?> Lengths { get; set; } = [];

    public IReadOnlyList<DebugParameter> Takes { get; set; } = [];

    public bool TakesMore { get; set; }

    public uint Alignment { get; set; } = 1;

    /// <summary>What it is complete in, when not here.</summary>
    public void CompleteBy(DebugType type) => _elsewhere = type;

    public void Complete(ulong size, uint alignment, IReadOnlyList<DebugMember>? members = null)
    {
        _size = size;
        Alignment = alignment;
        _members = members ?? [];
        Incomplete = false;
    }

    public static uint AlignmentOf(DebugType? type)
    {
        for (var steps = 0; steps < InputLimits.Depth; steps++)
        {
            switch (type)
            {
                case CType { Kind: DebugTypeKind.Typedef or DebugTypeKind.Qualified or DebugTypeKind.Array } outer when outer.Alignment == 1:
                    type = outer.Of;
                    break;
                case CType { _elsewhere: { } other }:
                    type = other;
                    break;
                case CType own:
                    return own.Alignment;
                default:
                    return ValueLayout.Of(type)?.Alignment ?? 1;
            }
        }

        return 1;
    }

    private ulong? Product(ulong size)
    {
        foreach (var length in Lengths)
        {
            if (Math.BigMul(size, length ?? 0, out size) != 0)
                return null;
        }

        return size;
    }

    private static int Depth(DebugType? type)
    {
        var depth = 0;
        for (; type is CType { Kind: DebugTypeKind.Typedef or DebugTypeKind.Qualified or DebugTypeKind.Array } outer && depth < InputLimits.Depth; depth++)
            type = outer.Of;
        return depth;
    }
}

/// <summary>A function that somebody wrote a prototype of.</summary>
internal sealed class CFunction(string name, CType type, string source, SourceLanguage language) : DebugFunction
{
    public override string Name { get; } = name.LastIndexOf("::", StringComparison.Ordinal) is var at && at >= 0 ? name[(at + 2)..] : name;

    public override string QualifiedName => name;

    public override SourceLanguage Language => language;

    public override DebugType? ReturnType => type.Of;

    public override IReadOnlyList<DebugParameter> Parameters => type.Takes;

    public override bool IsVariadic => type.TakesMore;

    public override string Source => source;
}
