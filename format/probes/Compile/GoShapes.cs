using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Compile;

/// <summary>Values of Go, known by the names that its linker gives types and members.</summary>
internal static class GoShapes
{
    public static Shape? Of(Value value, DebugType type, bool isUser)
    {
        if (type.Kind == DebugTypeKind.Pointer)
            return Counted(value, type, isUser);
        if (!TypeWalk.IsRecord(type))
            return null;
        if (Shape.Member(value, "str") is { } text && Shape.Member(value, "len") is { } bytes && type.Members.Count == 2)
            return new Shape.Text { Name = "string", Data = text, Length = bytes };
        if (Shape.Member(value, "array") is { } array && Shape.Member(value, "len") is { } length && Shape.Member(value, "cap") is { } capacity
            && TypeWalk.Strip(array.Type) is { Kind: DebugTypeKind.Pointer } pointer)
            return new Shape.Sequence { Name = type.Name ?? "slice", Data = array, Length = length, Capacity = capacity, Element = pointer.Target };
        if (type.Members.Count == 2 && Shape.Member(value, "data") is { } data)
        {
            // An empty interface's word is the type; any other's is a table whose second word is.
            if (Shape.Member(value, "_type") is { } word)
                return new Shape.Dynamic { Name = "interface", TypeWord = word.As(new SizedInteger(8)), Data = data };
            if (Shape.Member(value, "tab") is { } table && table.Pointee(isUser) is Place.Memory start)
                return new Shape.Dynamic { Name = "interface", TypeWord = new Value(new SizedInteger(8), start.At(8)), Data = data };
        }

        return null;
    }

    /// <summary>Maps and channels are pointers to what counts.</summary>
    private static Shape.Counted? Counted(Value value, DebugType type, bool isUser)
    {
        var target = TypeWalk.Strip(type.Target);
        var name = target?.Name ?? "";
        if (!(name.StartsWith("hash<", StringComparison.Ordinal) || name.StartsWith("map<", StringComparison.Ordinal) || name.StartsWith("hchan<", StringComparison.Ordinal)) || value.Pointee(isUser) is not { } place)
            return null;
        var inner = new Value(target, place);
        var length = Shape.Member(inner, "count") ?? Shape.Member(inner, "used") ?? Shape.Member(inner, "qcount");
        return length is null ? null : new Shape.Counted { Name = type.Name ?? "map", Length = length };
    }
}
