using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Compile;

/// <summary>What a value of a known container is made of, found by the names of its members and never by remembered offsets.</summary>
internal abstract class Shape
{
    /// <summary>As messages name it: <c>std::string</c>.</summary>
    public required string Name { get; init; }

    /// <summary>A text that carries its length.</summary>
    public sealed class Text : Shape
    {
        /// <summary>A pointer to the bytes.</summary>
        public required Value Data { get; init; }

        /// <summary>How many bytes.</summary>
        public required Value Length { get; init; }
    }

    /// <summary>Elements one after the other.</summary>
    public sealed class Sequence : Shape
    {
        /// <summary>A pointer to the first.</summary>
        public required Value Data { get; init; }

        /// <summary>How many; null where only the end is known.</summary>
        public Value? Length { get; init; }

        /// <summary>A pointer just past the last; null where the length is known.</summary>
        public Value? End { get; init; }

        /// <summary>How many there is room for; null when not known.</summary>
        public Value? Capacity { get; init; }

        /// <summary>What the elements are.</summary>
        public required DebugType? Element { get; init; }
    }

    /// <summary>Something that owns a value elsewhere.</summary>
    public sealed class Owner : Shape
    {
        /// <summary>A pointer to the value, or to a block that holds it.</summary>
        public required Value Pointer { get; init; }

        /// <summary>Member of the block that is the value; null when the pointer leads to the value itself.</summary>
        public string? Inside { get; init; }

        /// <summary>How many share it; null when not known.</summary>
        public Value? Uses { get; init; }
    }

    /// <summary>A value that may be missing.</summary>
    public sealed class Maybe : Shape
    {
        /// <summary>Whether it is there; null where another shape says so.</summary>
        public required Value Flag { get; init; }

        /// <summary>The value.</summary>
        public required Value Payload { get; init; }
    }

    /// <summary>A value in a wrapping: <c>std::atomic</c>.</summary>
    public sealed class Wrapping : Shape
    {
        /// <summary>The value.</summary>
        public required Value Inner { get; init; }
    }

    /// <summary>A container of which only the number of elements is known.</summary>
    public sealed class Counted : Shape
    {
        /// <summary>How many elements.</summary>
        public required Value Length { get; init; }
    }

    /// <summary>A value of Go's that can be of many types: what says of which, and the value.</summary>
    public sealed class Dynamic : Shape
    {
        /// <summary>A word that is the address of the type's description.</summary>
        public required Value TypeWord { get; init; }

        /// <summary>A pointer to the value.</summary>
        public required Value Data { get; init; }
    }

    /// <summary>The shape of a value; null when it has none that is known here.</summary>
    /// <param name="value">References followed already.</param>
    /// <param name="isUser">Whether pointers are followed into memory of the process although the probe is the kernel's.</param>
    public static Shape? Of(Value value, bool isUser)
    {
        var type = TypeWalk.Strip(value.Type);
        if (type is null)
            return null;
        return type.Language switch
        {
            SourceLanguage.Cpp => CppShapes.Of(value, type, isUser),
            SourceLanguage.Rust => RustShapes.Of(value, type, isUser),
            SourceLanguage.Go => GoShapes.Of(value, type, isUser),
            _ => null,
        };
    }

    /// <summary>A member of a member of … of a value; null when there is none.</summary>
    public static Value? Member(Value? value, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (value is null || TypeWalk.Strip(value.Type) is not { } type || !TypeWalk.IsRecord(type)
                || TypeWalk.FindMember(type, name) is not { ThroughVirtualBase: null } found)
                return null;
            value = value.Part(found.Member.Type, found.BitOffset, found.Member.BitSize);
        }

        return value;
    }

    /// <summary>The pointer that is somewhere in a value: through single members, and members of these names.</summary>
    public static Value? FindPointer(Value? value, params ReadOnlySpan<string> through)
    {
        for (var steps = 0; steps < 16 && value is not null; steps++)
        {
            var type = TypeWalk.Strip(value.Type);
            if (type?.Kind == DebugTypeKind.Pointer)
                return value;
            if (!TypeWalk.IsRecord(type))
                return null;
            Value? next = null;
            foreach (var name in through)
                next ??= Member(value, name);
            value = next ?? SingleMember(value, type!);
        }

        return null;
    }

    /// <summary>The only member of a struct that is as large as the struct, bases included; null when there are more.</summary>
    public static Value? SingleMember(Value value, DebugType type)
    {
        DebugMember? only = null;
        foreach (var member in type.Members)
        {
            if (member.IsVirtualBase)
                return null;
            if (TypeWalk.SizeOf(member.Type) is null or 0 || (member.IsBase && TypeWalk.Strip(member.Type) is { Members.Count: 0 }))
                continue;
            if (only is not null)
                return null;
            only = member;
        }

        return only is { BitSize: 0 } && TypeWalk.SizeOf(only.Type) == type.ByteSize ? value.Part(only.Type, only.BitOffset) : null;
    }
}
