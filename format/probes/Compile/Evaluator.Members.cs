using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Syntax;

namespace TraceKit.Probes.Compile;

internal sealed partial class Evaluator
{
    /// <summary>Pointers that a member may be behind, where the language follows them by itself.</summary>
    private const int MaxAutomatic = 8;

    private Value Member(Value value, MemberSyntax member)
    {
        var name = member.Name.Length > 0 && char.IsAsciiDigit(member.Name[0]) ? "__" + member.Name : member.Name;
        value = FollowReference(value);
        for (var i = 0; i < MaxAutomatic; i++)
        {
            var type = TypeWalk.Strip(value.Type);
            if (type is null)
            {
                throw Error(member.NameSpan, value.IsRaw
                    ? $"'{member.Name}' is a member of what? The type of this value is not known: a cast tells, as in ((struct s *)…)->{member.Name}"
                    : $"'{member.Name}' is a member of void");
            }

            if (Variant(value, type, name) is { } variant)
                return variant;
            if (TypeWalk.IsRecord(type) && Complete(type) is { } record && Find(record, name) is { } found)
                return Step(value, record, found, member);
            var next = Behind(value, type);
            if (next is null || (i > 0 && type.Language is not (SourceLanguage.Rust or SourceLanguage.Go) && type.Kind == DebugTypeKind.Pointer))
                throw NoMember(type, member);
            value = Available(FollowReference(next), member.Target.Span, "this value");
        }

        throw NoMember(TypeWalk.Strip(value.Type), member);
    }

    /// <summary>What a pointer points to, an owner owns, a wrapping wraps; null for all others.</summary>
    private Value? Behind(Value value, DebugType type)
    {
        if (type.Kind == DebugTypeKind.Pointer)
            return type.Target is null || value.Pointee(isUser) is not { } place ? null : new Value(type.Target, place);
        return ShapeOf(value) switch
        {
            Shape.Owner owner => Owned(owner),
            Shape.Wrapping wrapping => wrapping.Inner,
            Shape.Maybe maybe => maybe.Payload,
            _ => null,
        };
    }

    private Value Step(Value value, DebugType record, TypeWalk.Found found, MemberSyntax member)
    {
        if (found.ThroughVirtualBase is { } through)
            throw Error(member.NameSpan, $"'{member.Name}' is in {through}, a virtual base: where that lies is known only to the running program");
        if (value.Place is Place.Sum)
            throw Error(member.Target.Span, "its value is computed and in no place that could be read");
        var origin = $"{found.Member.Name} at +{found.BitOffset / 8} of {TypeWalk.Describe(record)}";
        Note(origin);
        return Available(value.Part(found.Member.Type, found.BitOffset, found.Member.BitSize), member.NameSpan, $"'{member.Name}'");
    }

    /// <summary>A member; in Go also of what is embedded.</summary>
    private static TypeWalk.Found? Find(DebugType record, string name)
    {
        if (TypeWalk.FindMember(record, name) is { } found)
            return found;
        if (record.Language != SourceLanguage.Go)
            return null;
        foreach (var member in record.Members)
        {
            // An embedded struct is a member of its type's name. One behind a pointer has to be named.
            if (TypeWalk.Strip(member.Type) is { } inner && TypeWalk.IsRecord(inner) && inner.Name is { } typeName && member.Name is { } own
                && (typeName == own || typeName.EndsWith("." + own, StringComparison.Ordinal)) && TypeWalk.FindMember(inner, name) is { } promoted)
                return promoted with { BitOffset = member.BitOffset + promoted.BitOffset };
        }

        return null;
    }

    /// <summary>The fields of a variant of a Rust enum, by the variant's name.</summary>
    private static Value? Variant(Value value, DebugType type, string name)
    {
        if (type.Variants is not { } variants)
            return null;
        foreach (var variant in variants.Variants)
        {
            if (variant.Name == name && variant.Payload is { } payload)
                return value.Part(payload.Type, payload.BitOffset);
        }

        return null;
    }

    private ProbeSyntaxException NoMember(DebugType? type, MemberSyntax member)
    {
        if (type is not null && type.Kind == DebugTypeKind.Pointer && TypeWalk.Strip(type.Target) is { } pointee)
        {
            if (pointee.Kind == DebugTypeKind.Pointer)
                return Error(member.NameSpan, $"'{member.Name}' is asked of {TypeWalk.Describe(type)}: one * or [0] more leads to it");
            type = pointee;
        }

        if (type is null || !TypeWalk.IsRecord(type))
            return Error(member.NameSpan, $"no member '{member.Name}': {TypeWalk.Describe(type)} is no struct or union");
        var complete = Complete(type);
        if (complete is null)
            return Error(member.NameSpan, $"no member '{member.Name}': {TypeWalk.Describe(type)} is only declared here, and no complete {TypeWalk.Describe(type)} is known; --types-from FILE may know it");
        var hint = Suggestions.DidYouMean(member.Name, TypeWalk.MemberNames(complete));
        if (hint.Length == 0)
            hint = Some(complete);
        return Error(member.NameSpan, $"no member '{member.Name}' in {TypeWalk.Describe(complete)}{hint}");
    }

    private static string Some(DebugType record)
    {
        var names = new List<string>();
        var more = false;
        foreach (var name in TypeWalk.MemberNames(record))
        {
            if (names.Count == 8)
            {
                more = true;
                break;
            }

            names.Add(name);
        }

        return names.Count == 0 ? ", which has none" : $": it has {string.Join(", ", names)}{(more ? ", …" : "")}";
    }

    /// <summary>The type with its members, which may be described elsewhere; null when it is nowhere.</summary>
    private DebugType? Complete(DebugType type)
    {
        if (!type.IsDeclaration)
            return type;
        if ((type.QualifiedName ?? type.Name) is not { } name)
            return null;
        var keyword = type.Kind == DebugTypeKind.Union ? "union " : type.Language == SourceLanguage.C ? "struct " : "";
        foreach (var source in target.Types)
        {
            if (TypeWalk.Strip(source.FindType(keyword + name)) is { IsDeclaration: false } complete && TypeWalk.IsRecord(complete))
            {
                Note(source.Description);
                return complete;
            }
        }

        return null;
    }
}
