using TraceKit.Binary;
using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Compile;

/// <summary>Walks types: behind names, into members.</summary>
internal static class TypeWalk
{
    /// <summary>Names of names: more than any program has, few enough to end a cycle.</summary>
    private const int MaxSteps = 64;

    /// <summary>Levels of bases and anonymous members.</summary>
    private const int MaxDepth = 16;

    /// <summary>The type behind typedefs and qualifiers.</summary>
    public static DebugType? Strip(DebugType? type)
    {
        for (var i = 0; i < MaxSteps && type is not null; i++)
        {
            if (type.Kind is not (DebugTypeKind.Typedef or DebugTypeKind.Qualified))
                return type;
            type = type.Target;
        }

        return null;
    }

    /// <summary>Bytes of a value; null when not known.</summary>
    public static ulong? SizeOf(DebugType? type) => SizeOf(type, 0);

    private static ulong? SizeOf(DebugType? type, int depth)
    {
        for (var i = 0; i < MaxSteps && depth < MaxDepth && type is not null; i++)
        {
            switch (type.Kind)
            {
                case DebugTypeKind.Typedef or DebugTypeKind.Qualified:
                    type = type.Target;
                    continue;
                case DebugTypeKind.Pointer or DebugTypeKind.Reference or DebugTypeKind.RvalueReference:
                    return type.ByteSize ?? 8;
                case DebugTypeKind.Array:
                    if (type.ByteSize is { } bytes)
                        return bytes;
                    var total = SizeOf(type.Target, depth + 1);
                    foreach (var dimension in type.Dimensions)
                        total = dimension is { } n && total is { } t && n <= 1 << 28 && t <= 1 << 28 ? t * n : null;
                    return total;
                default:
                    return type.ByteSize;
            }
        }

        return null;
    }

    /// <summary>Whether members can be asked for.</summary>
    public static bool IsRecord(DebugType? type) => type?.Kind is DebugTypeKind.Struct or DebugTypeKind.Class or DebugTypeKind.Union;

    /// <summary>Whether it is a pointer or a reference.</summary>
    public static bool IsPointer(DebugType? type) => type?.Kind is DebugTypeKind.Pointer or DebugTypeKind.Reference or DebugTypeKind.RvalueReference;

    /// <summary>Whether it is a C++ reference.</summary>
    public static bool IsReference(DebugType? type) => type?.Kind is DebugTypeKind.Reference or DebugTypeKind.RvalueReference;

    /// <summary>Whether it is one byte of text.</summary>
    public static bool IsByte(DebugType? type) => type is { ByteSize: 1, Kind: DebugTypeKind.Character or DebugTypeKind.Integer };

    /// <summary>A member and what is passed on the way to it.</summary>
    /// <param name="Member">The member.</param>
    /// <param name="BitOffset">From the start of the whole.</param>
    /// <param name="ThroughVirtualBase">Name of a virtual base on the way; null when there is none.</param>
    /// <param name="Owner">The type that declares it.</param>
    public sealed record Found(DebugMember Member, ulong BitOffset, string? ThroughVirtualBase, DebugType Owner);

    /// <summary>Finds a member by name: of the type itself first, then of its bases and anonymous members, level by level, so that what a class declares hides what its bases do.</summary>
    public static Found? FindMember(DebugType record, string name)
    {
        var level = new List<(DebugType Type, ulong Bits, string? Virtual)> { (record, 0, null) };
        var visited = 0;
        var seen = new HashSet<DebugType>();
        for (var depth = 0; depth < MaxDepth && level.Count > 0; depth++)
        {
            var next = new List<(DebugType, ulong, string?)>();
            foreach (var (type, bits, through) in level)
            {
                foreach (var member in type.Members)
                {
                    if (++visited > InputLimits.TypeSteps)
                        return null;
                    var at = unchecked(bits + member.BitOffset);
                    if (member.Name == name && !member.IsBase)
                        return new Found(member, at, through, type);
                    if ((member.IsBase || member.Name is null) && Strip(member.Type) is { } inner && IsRecord(inner) && seen.Add(inner))
                        next.Add((inner, at, member.IsVirtualBase ? member.Name ?? inner.Name ?? "a virtual base" : through));
                }
            }

            level = next;
        }

        return null;
    }

    /// <summary>Names that could have been asked for.</summary>
    public static IEnumerable<string> MemberNames(DebugType record)
    {
        var level = new List<DebugType> { record };
        var visited = 0;
        var seen = new HashSet<DebugType>();
        for (var depth = 0; depth < MaxDepth && level.Count > 0; depth++)
        {
            var next = new List<DebugType>();
            foreach (var type in level)
            {
                foreach (var member in type.Members)
                {
                    if (++visited > InputLimits.TypeSteps)
                        yield break;
                    if (!member.IsBase && member.Name is { } name)
                        yield return name;
                    else if (Strip(member.Type) is { } inner && IsRecord(inner) && seen.Add(inner))
                        next.Add(inner);
                }
            }

            level = next;
        }
    }

    /// <summary>As messages name a type: <c>struct dentry</c>, <c>class Foo</c>, <c>int</c>, <c>a pointer to struct file</c>.</summary>
    public static string Describe(DebugType? type, int depth = 0)
    {
        if (depth > 8)
            return "…";
        for (var pointers = 0; pointers < MaxSteps; pointers++)
        {
            if (type is null)
                return Pointers(pointers) + "void";
            if (type is SizedInteger { Of: { } of })
                type = of;
            if (type.Kind == DebugTypeKind.Qualified)
            {
                type = type.Target;
                pointers--;
                continue;
            }

            if (type.Kind is DebugTypeKind.Pointer && type.Name is null)
            {
                type = type.Target;
                continue;
            }

            var name = type.QualifiedName ?? type.Name;
            var word = type.Kind switch
            {
                DebugTypeKind.Struct when type.Language is SourceLanguage.C or SourceLanguage.Other => "struct ",
                DebugTypeKind.Union => "union ",
                DebugTypeKind.Enum when type.Language == SourceLanguage.C => "enum ",
                _ => "",
            };
            return Pointers(pointers) + type.Kind switch
            {
                _ when name is not null => word + name,
                DebugTypeKind.Struct or DebugTypeKind.Class => "an unnamed struct",
                DebugTypeKind.Union => "an unnamed union",
                DebugTypeKind.Enum => "an unnamed enum",
                DebugTypeKind.Array => "an array of " + Describe(type.Target, depth + 1),
                DebugTypeKind.Reference or DebugTypeKind.RvalueReference => "a reference to " + Describe(type.Target, depth + 1),
                DebugTypeKind.Function => "a function",
                _ => "an unnamed type",
            };
        }

        return "a type without end";
    }

    private static string Pointers(int count) => count switch
    {
        <= 0 => "",
        1 => "a pointer to ",
        _ => $"a pointer ({new string('*', count)}) to ",
    };
}
