using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Compile;

/// <summary>Containers of libstdc++ and libc++ (the long-lived ABIs of both), known by name and by the names of their members.</summary>
internal static class CppShapes
{
    public static Shape? Of(Value value, DebugType type, bool isUser)
    {
        if (!TypeWalk.IsRecord(type) || type.QualifiedName is not { } qualified || !qualified.StartsWith("std::", StringComparison.Ordinal))
            return null;
        var name = type.Name ?? "";
        var angle = name.IndexOf('<');
        var plain = angle < 0 ? name : name[..angle];
        return plain switch
        {
            "basic_string" => String(value),
            "basic_string_view" => StringView(value),
            "vector" => Vector(value),
            "span" or "initializer_list" => Span(value, type),
            "array" => Array(value),
            "unique_ptr" => Pointee("std::unique_ptr", Shape.FindPointer(Shape.Member(value, "_M_t", "_M_t", "_M_head_impl") ?? Shape.Member(value, "__ptr_"), "__value_")),
            "shared_ptr" or "__shared_ptr" => Pointee("std::shared_ptr", Shape.Member(value, "_M_ptr") ?? Shape.Member(value, "__ptr_"), Uses(value, isUser)),
            "weak_ptr" or "__weak_ptr" => Pointee("std::weak_ptr", Shape.Member(value, "_M_ptr") ?? Shape.Member(value, "__ptr_"), Uses(value, isUser)),
            "reference_wrapper" => Pointee("std::reference_wrapper", Shape.Member(value, "_M_data") ?? Shape.Member(value, "__f_")),
            "optional" => Optional(value),
            "atomic" or "__atomic_base" or "atomic_flag" => Atomic(value),
            "map" or "multimap" or "set" or "multiset" => Counted("std::" + plain, Shape.Member(value, "_M_t", "_M_impl", "_M_node_count")),
            "unordered_map" or "unordered_set" or "unordered_multimap" or "unordered_multiset" => Counted("std::" + plain, Shape.Member(value, "_M_h", "_M_element_count")),
            "list" => Counted("std::list", Shape.Member(value, "_M_impl", "_M_node", "_M_size") ?? Shape.Member(value, "_M_impl", "_M_node", "_M_data")),
            _ => null,
        };
    }

    private static Shape.Text? String(Value value)
    {
        var data = Shape.Member(value, "_M_dataplus", "_M_p");
        if (data is null || !TypeWalk.IsByte(TypeWalk.Strip(TypeWalk.Strip(data.Type)?.Target)))
            return null;

        // The old one, shared by reference: the length stands in a header before the text (struct _Rep: length, capacity, references).
        var length = Shape.Member(value, "_M_string_length")
            ?? (data.Pointee(isUser: false) is Place.Memory text ? new Value(new SizedInteger(8), text.At(-24)) : null);
        return length is null ? null : new Shape.Text { Name = "std::string", Data = data, Length = length };
    }

    private static Shape.Text? StringView(Value value)
    {
        var data = Shape.Member(value, "_M_str") ?? Shape.Member(value, "__data_") ?? Shape.Member(value, "__data");
        var length = Shape.Member(value, "_M_len") ?? Shape.Member(value, "__size_") ?? Shape.Member(value, "__size");
        return data is null || length is null || !TypeWalk.IsByte(TypeWalk.Strip(TypeWalk.Strip(data.Type)?.Target))
            ? null
            : new Shape.Text { Name = "std::string_view", Data = data, Length = length };
    }

    private static Shape.Sequence? Vector(Value value)
    {
        var begin = Shape.Member(value, "_M_impl", "_M_start") ?? Shape.Member(value, "__begin_");
        var end = Shape.Member(value, "_M_impl", "_M_finish") ?? Shape.Member(value, "__end_");
        return begin is null || end is null || TypeWalk.Strip(begin.Type) is not { Kind: DebugTypeKind.Pointer } pointer
            ? null
            : new Shape.Sequence { Name = "std::vector", Data = begin, End = end, Element = pointer.Target };
    }

    private static Shape.Sequence? Span(Value value, DebugType type)
    {
        var data = Shape.Member(value, "_M_ptr") ?? Shape.Member(value, "_M_array") ?? Shape.Member(value, "__data_");
        var length = Shape.Member(value, "_M_extent", "_M_extent_value") ?? Shape.Member(value, "_M_len") ?? Shape.Member(value, "__size_");
        return data is null || length is null || TypeWalk.Strip(data.Type) is not { Kind: DebugTypeKind.Pointer } pointer
            ? null
            : new Shape.Sequence { Name = type.Name!.StartsWith("span", StringComparison.Ordinal) ? "std::span" : "std::initializer_list", Data = data, Length = length, Element = pointer.Target };
    }

    private static Shape.Wrapping? Array(Value value) =>
        (Shape.Member(value, "_M_elems") ?? Shape.Member(value, "__elems_")) is { } elements ? new Shape.Wrapping { Name = "std::array", Inner = elements } : null;

    private static Shape.Owner? Pointee(string name, Value? pointer, Value? uses = null) =>
        pointer is not null && TypeWalk.Strip(pointer.Type)?.Kind == DebugTypeKind.Pointer ? new Shape.Owner { Name = name, Pointer = pointer, Uses = uses } : null;

    private static Value? Uses(Value value, bool isUser)
    {
        var block = Shape.Member(value, "_M_refcount", "_M_pi");
        return block?.Pointee(isUser) is { } place && TypeWalk.Strip(block.Type)?.Target is { } target ? Shape.Member(new Value(target, place), "_M_use_count") : null;
    }

    private static Shape.Maybe? Optional(Value value)
    {
        var flag = Shape.Member(value, "_M_payload", "_M_engaged") ?? Shape.Member(value, "__engaged_");
        var payload = Shape.Member(value, "_M_payload", "_M_payload", "_M_value") ?? Shape.Member(value, "__val_");
        return flag is null || payload is null ? null : new Shape.Maybe { Name = "std::optional", Flag = flag, Payload = payload };
    }

    private static Shape.Wrapping? Atomic(Value value)
    {
        var inner = Shape.Member(value, "_M_i") ?? Shape.Member(value, "_M_base", "_M_i") ?? Shape.Member(value, "_M_b", "_M_p") ?? Shape.Member(value, "__a_", "__a_value");
        return inner is null ? null : new Shape.Wrapping { Name = "std::atomic", Inner = inner };
    }

    private static Shape.Counted? Counted(string name, Value? length) => length is null || TypeWalk.IsRecord(TypeWalk.Strip(length.Type)) ? null : new Shape.Counted { Name = name, Length = length };
}
