using System.Globalization;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Syntax;

namespace TraceKit.Probes.Compile;

internal sealed partial class Evaluator
{
    private Value Dereference(Value value, TextSpan span, string operation)
    {
        value = FollowReference(value);
        var type = TypeWalk.Strip(value.Type);
        if (type is null && value.IsRaw && value.Pointee(isUser) is { } raw)
            return new Value(null, raw) { IsRaw = true };
        if (type?.Kind == DebugTypeKind.Array)
            return new Value(Element(type), value.Place);
        if (type is not null && Behind(value, type) is { } inner)
            return Available(inner, span, operation + "…");
        throw Error(span, type?.Kind == DebugTypeKind.Pointer && type.Target is null
            ? "a void pointer: what it points to is not known; a cast tells, as in *(int *)…"
            : $"{operation} wants a pointer, this is {TypeWalk.Describe(value.Type)}");
    }

    private Value Index(Value value, IndexSyntax index)
    {
        value = FollowReference(value);
        for (var i = 0; i < MaxAutomatic; i++)
        {
            var type = TypeWalk.Strip(value.Type);
            switch (type?.Kind)
            {
                case DebugTypeKind.Array:
                    var element = Element(type);
                    var size = TypeWalk.SizeOf(element) ?? throw Error(index.Span, $"the size of {TypeWalk.Describe(element)} is not known");
                    return Available(value.Part(element, Bits(index, size)), index.Span, "this element");
                case DebugTypeKind.Pointer when type.Language != SourceLanguage.Rust || !TypeWalk.IsRecord(TypeWalk.Strip(type.Target)) || ShapeOf(new Value(type.Target, value.Pointee(isUser)!)) is null:
                    return Element(value, type.Target, index);
                case null when value.IsRaw:
                    throw Error(index.Span, "the type of this value is not known: a cast tells, as in ((int *)…)[1]");
            }

            var shape = type is null ? null : ShapeOf(value);
            switch (shape)
            {
                case Shape.Sequence sequence:
                    return Element(sequence.Data, sequence.Element, index);
                case Shape.Text text:
                    return Element(text.Data, TypeWalk.Strip(text.Data.Type)?.Target ?? new SizedInteger(1), index);
            }

            value = type is not null && Behind(value, type) is { } next
                ? FollowReference(next)
                : throw Error(index.Span, $"[{index.Index}] wants an array, a pointer or a container that is known here; this is {TypeWalk.Describe(value.Type)}");
        }

        throw Error(index.Span, "no array is found behind this value");
    }

    private Value Element(Value pointer, DebugType? element, IndexSyntax index)
    {
        var size = TypeWalk.SizeOf(element);
        if (element is null || size is null)
            throw Error(index.Span, $"the size of {TypeWalk.Describe(element)} is not known: a cast tells, as in ((int *)…)[{index.Index}]");
        Available(pointer, index.Span, "the elements' address");
        if (pointer.Pointee(isUser) is not { } place)
            throw Error(index.Span, "its address cannot be read here");
        return new Value(element, ((Place.Memory)place).At((long)(Bits(index, size.Value) / 8)));
    }

    /// <summary>Bits before an element; negative ones wrap, as they do when they are added.</summary>
    private ulong Bits(IndexSyntax index, ulong size)
    {
        if (index.Index is < -(1L << 31) or > 1L << 31 || size > 1L << 28)
            throw Error(index.Span, $"[{index.Index}] lies further away than a probe should read");
        var bytes = index.Index * (long)size;
        if (bytes < 0)
            throw Error(index.Span, "negative indexes are not understood");
        return (ulong)bytes * 8;
    }

    private static DebugType? Element(DebugType array) => array.Dimensions.Count > 1 ? new InnerArray(array, 1) : array.Target;

    private Value AddressOf(Value value, AddressOfSyntax address)
    {
        value = FollowReference(value);
        if (value.Place is not Place.Memory { Origin: MemoryBase.OfWord word } memory)
            throw Error(address.Span, "& wants something that lies in memory at an address which some register leads to");
        return new Value(new PointerType(value.Type), new Place.Sum(word.Word, memory.Offset));
    }

    private Value Cast(Value value, CastSyntax cast)
    {
        value = FollowReference(value);
        DebugType? type = null;
        foreach (var source in target.Types)
        {
            type = source.FindType(cast.TypeName);
            if (type is not null)
            {
                Note(source.Description);
                break;
            }
        }

        type ??= BuiltIn(cast.TypeName);
        if (type is null)
        {
            var near = new List<string>();
            foreach (var source in target.Types)
                near.AddRange(source.SimilarTypes(cast.TypeName.TrimEnd('*', ' ')));
            throw Error(cast.TypeSpan, $"no type '{cast.TypeName}' is known" + (target.Types.Count == 0 ? ": there is no debug information here; --types-from FILE may know it" : Suggestions.DidYouMean(near.Count > 0 ? near[0] : null)));
        }

        // An array becomes the pointer to its first element.
        var from = TypeWalk.Strip(value.Type);
        if (from?.Kind == DebugTypeKind.Array && TypeWalk.IsPointer(TypeWalk.Strip(type)) && value.Place is Place.Memory { Origin: MemoryBase.OfWord word } memory)
            return new Value(type, new Place.Sum(word.Word, memory.Offset));
        return value.BitSize != 0 ? value : new Value(type, value.Place);
    }

    /// <summary>Numbers of the kernel's that no debug information need know.</summary>
    private static DebugType? BuiltIn(string name)
    {
        var pointers = 0;
        var word = name.TrimEnd();
        while (word.EndsWith('*'))
        {
            word = word[..^1].TrimEnd();
            pointers++;
        }

        DebugType? type = word switch
        {
            "void" when pointers > 0 => null,
            "char" => new SizedInteger(1, null, isSigned: true),
            "int" => new SizedInteger(4, null, isSigned: true),
            "unsigned" or "unsigned int" => new SizedInteger(4),
            "long" or "ssize_t" => new SizedInteger(8, null, isSigned: true),
            "unsigned long" or "size_t" => new SizedInteger(8),
            "short" => new SizedInteger(2, null, isSigned: true),
            "unsigned short" => new SizedInteger(2),
            ['u' or 's', .. var bits] when bits is "8" or "16" or "32" or "64" => new SizedInteger(ulong.Parse(bits, CultureInfo.InvariantCulture) / 8, null, word[0] == 's'),
            _ => NoType.Instance,
        };
        if (type is NoType)
            return null;
        for (; pointers > 0; pointers--)
            type = new PointerType(type);
        return type;
    }

    private sealed class NoType : DebugType
    {
        public static readonly NoType Instance = new();

        public override DebugTypeKind Kind => DebugTypeKind.Void;
    }

    private Value Method(Value value, MethodSyntax method)
    {
        value = FollowReference(value);
        for (var i = 0; i < MaxAutomatic; i++)
        {
            var type = TypeWalk.Strip(value.Type);
            var shape = type is null ? null : ShapeOf(value);
            if (shape is not null && Of(shape, value, method.Name) is { } result)
            {
                Note($"{method.Name}() of {shape.Name}");
                return Available(result, method.NameSpan, $"{method.Name}()");
            }

            if (type is null || Behind(value, type) is not { } next)
                throw NoMethod(value, shape, method);
            value = FollowReference(next);
        }

        throw NoMethod(value, null, method);
    }

    private Value? Of(Shape shape, Value value, string name, int depth = 0) => (shape, name) switch
    {
        (Shape.Text text, "size" or "length" or "len") => Number(text.Length),
        (Shape.Text text, "c_str" or "data" or "as_ptr") => text.Data,
        (Shape.Sequence { Length: { } length }, "size" or "len") => Number(length),
        (Shape.Sequence { Length: null, End: { } } sequence, "size" or "len") => new Value(new DistanceType(sequence), sequence.Data.Place),
        (Shape.Sequence { Capacity: { } capacity }, "cap" or "capacity") => Number(capacity),
        (Shape.Sequence sequence, "data" or "as_ptr" or "begin") => sequence.Data,
        (Shape.Sequence { End: { } end }, "end") => end,
        (Shape.Sequence sequence, "front") => sequence.Data.Pointee(isUser) is { } place ? new Value(sequence.Element, place) : null,
        (Shape.Counted counted, "size" or "len") => Number(counted.Length),
        (Shape.Owner owner, "get" or "as_ptr") => owner.Pointer,
        (Shape.Owner { Uses: { } uses }, "use_count" or "strong_count") => Number(uses),
        (Shape.Maybe maybe, "has_value" or "is_some") => maybe.Flag,
        (Shape.Maybe maybe, "value" or "unwrap") => maybe.Payload,
        (Shape.Wrapping wrapping, "load" or "get") => wrapping.Inner,
        (Shape.Wrapping wrapping, "size") when TypeWalk.Strip(wrapping.Inner.Type) is { Kind: DebugTypeKind.Array, Dimensions: [{ } count, ..] } => new Value(new SizedInteger(8), new Place.Known((long)count)),
        (Shape.Wrapping wrapping, _) when depth < MaxAutomatic => ShapeOf(wrapping.Inner) is { } inner ? Of(inner, wrapping.Inner, name, depth + 1) : null,
        _ => null,
    };

    /// <summary>A count is shown as a decimal number, whatever its type.</summary>
    private Value Number(Value value, int depth = 0) => depth < MaxAutomatic && ShapeOf(value) is Shape.Wrapping wrapping ? Number(wrapping.Inner, depth + 1) : new Value(new SizedInteger(TypeWalk.SizeOf(value.Type) is { } size and (1 or 2 or 4 or 8) ? size : 8), value.Place);

    private ProbeSyntaxException NoMethod(Value value, Shape? shape, MethodSyntax method)
    {
        var known = shape switch
        {
            Shape.Text => "size(), data(), [i]",
            Shape.Sequence => "size(), data(), [i]",
            Shape.Owner => "get(), ->member",
            Shape.Maybe => "has_value(), value()",
            Shape.Counted => "size()",
            Shape.Wrapping => "get()",
            _ => null,
        };
        return Error(method.NameSpan, known is null
            ? $"{method.Name}() cannot be called from a probe: {TypeWalk.Describe(value.Type)} is no container that is known here (docs/probes.md lists them)"
            : $"{shape!.Name} has no {method.Name}() that a probe can compute: it has {known}");
    }
}
