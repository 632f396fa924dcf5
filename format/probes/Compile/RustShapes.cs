using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Compile;

/// <summary>Values of Rust's library, known by the names that its compiler gives types and members.</summary>
internal static class RustShapes
{
    public static Shape? Of(Value value, DebugType type, bool isUser)
    {
        var name = type.Name ?? "";
        if (!TypeWalk.IsRecord(type))
            return null;

        // Fat pointers: &str, &mut [T], Box<str>.
        if (Shape.Member(value, "data_ptr") is { } data && Shape.Member(value, "length") is { } length && TypeWalk.Strip(data.Type) is { Kind: DebugTypeKind.Pointer } pointer)
        {
            return name.EndsWith("str", StringComparison.Ordinal) || name.Contains("str>", StringComparison.Ordinal)
                ? new Shape.Text { Name = name, Data = data, Length = length }
                : new Shape.Sequence { Name = name, Data = data, Length = length, Element = pointer.Target };
        }

        var angle = name.IndexOf('<');
        switch (angle < 0 ? name : name[..angle])
        {
            case "String" or "PathBuf" or "OsString":
                var inner = Shape.Member(value, "vec") ?? Shape.Member(value, "inner");
                for (var steps = 0; steps < 8 && inner is not null; steps++, inner = Shape.Member(inner, "inner"))
                {
                    if (Vector(inner) is { } bytes)
                        return new Shape.Text { Name = name, Data = bytes.Data, Length = bytes.Length! };
                }

                return null;
            case "Vec":
                return Vector(value);
            case "Rc" or "Arc":
                var block = Shape.FindPointer(value, "ptr", "pointer");
                if (block?.Pointee(isUser) is not { } at || TypeWalk.Strip(block.Type)?.Target is not { } target)
                    return null;
                var counts = new Value(target, at);
                return new Shape.Owner
                {
                    Name = name,
                    Pointer = block,
                    Inside = Shape.Member(counts, "value") is not null ? "value" : "data",
                    Uses = Shape.Member(counts, "strong"),
                };
            case "NonNull" or "Unique":
                return Shape.FindPointer(value, "pointer") is { } raw ? new Shape.Owner { Name = name, Pointer = raw } : null;
            case "Option" or "Result":
                return Nullable(value, type) is { } nullable ? new Shape.Owner { Name = name, Pointer = nullable } : null;
            case "Cell" or "UnsafeCell" or "RefCell" or "Mutex" or "RwLock" when (Shape.Member(value, "value") ?? Shape.Member(value, "data")) is { } wrapped:
                return new Shape.Wrapping { Name = name, Inner = wrapped };
            case var atomic when atomic.StartsWith("Atomic", StringComparison.Ordinal) && (Shape.Member(value, "v", "value") ?? Shape.Member(value, "p", "value")) is { } number:
                return new Shape.Wrapping { Name = name, Inner = number };
            default:
                return null;
        }
    }

    /// <summary>The pointer in an <c>Option</c> that is as large as a pointer; null for all other types.</summary>
    public static Value? Nullable(Value value, DebugType type)
    {
        if (type.Variants is not { Variants.Count: 2 } variants || type.ByteSize != 8)
            return null;
        foreach (var variant in variants.Variants)
        {
            if (variant.Payload is not { } payload || TypeWalk.Strip(payload.Type) is not { Members.Count: 1 })
                continue;
            var inside = Shape.Member(value.Part(payload.Type, payload.BitOffset), "__0");
            if (Shape.FindPointer(inside, "pointer", "ptr") is { } pointer)
                return pointer;
        }

        return null;
    }

    private static Shape.Sequence? Vector(Value value)
    {
        var data = Shape.FindPointer(Shape.Member(value, "buf"), "ptr", "inner", "pointer");
        var length = Shape.Member(value, "len");
        if (data is null || length is null)
            return null;

        // The buffer forgets what it holds; the vector's own parameter doesn't.
        DebugType? element = null;
        if (TypeWalk.Strip(value.Type) is { TemplateTypes: { Count: > 0 } arguments })
            element = arguments[0].Type;
        return new Shape.Sequence
        {
            Name = TypeWalk.Strip(value.Type)?.Name ?? "Vec",
            Data = data,
            Length = length,
            Capacity = Shape.Member(value, "buf", "inner", "cap", "__0") ?? Shape.Member(value, "buf", "inner", "cap") ?? Shape.Member(value, "buf", "cap"),
            Element = element ?? TypeWalk.Strip(data.Type)?.Target,
        };
    }
}
