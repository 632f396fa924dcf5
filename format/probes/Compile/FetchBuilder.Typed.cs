using System.Globalization;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Plan;
using TraceKit.Probes.Syntax;

namespace TraceKit.Probes.Compile;

internal sealed partial class FetchBuilder
{
    /// <summary>Whether the kernel knows the type itself: then perf names an argument after it too.</summary>
    public static bool IsKernelType(TypeSyntax type) =>
        type.BitField is not null || type.Name is "u" or "s" or "x" or "char" or "string" or "ustring" or "symbol" or "symstr" || Width(type.Name) != 0;

    /// <summary>By what the user says behind the colon.</summary>
    private Fetched Typed(Value value, TypeSyntax type, ArgumentSyntax argument)
    {
        if (type.BitField is { } bits)
            return Fetched.One(Word(value, argument), string.Create(CultureInfo.InvariantCulture, $"b{bits.Width}@{bits.Offset}/{bits.Container}"));
        var declared = TypeWalk.Strip(value.Type);
        switch (type.Name)
        {
            case "string" or "ustring":
                return String(value, declared, type, argument);
            case "str":
                return Bounded(value, declared, type, argument);
            case "bytes":
                return Bytes(value, declared, type, argument);
            case "ip6":
                return Fetched.One(InMemory(value, declared, argument, 16, pointerToo: true).Text, "u8[16]", PresentationKind.Ip6);
            case "ip4":
                return People(value, argument, "x32", 4, PresentationKind.Ip4);
            case "be16":
                return People(value, argument, "u16", 2, PresentationKind.BigEndian16);
            case "be32":
                return People(value, argument, "u32", 4, PresentationKind.BigEndian32);
            case "be64":
                return People(value, argument, "u64", 8, PresentationKind.BigEndian64);
            case "port":
                return People(value, argument, "u16", 2, PresentationKind.Port);
            case "time_ns":
                return People(value, argument, (declared?.IsSigned == true ? "s" : "u") + (declared?.ByteSize == 4 ? "32" : "64"), 8, PresentationKind.Nanoseconds);
            case "errno":
                return People(value, argument, declared?.ByteSize is 8 ? "s64" : "s32", 8, PresentationKind.Errno);
            case "sym" or "symbol" when type.Name == "sym" || !target.IsKernel:
                return Fetched.One(Word(value, argument), "x64", PresentationKind.Symbol);
            case "bool":
                return People(value, argument, "u" + NumberBits(declared, 8), 8, PresentationKind.Boolean);
            case "enum":
                if (declared is SizedInteger { Of: { Kind: DebugTypeKind.Enum } } || declared?.Kind == DebugTypeKind.Enum || declared?.Variants is not null)
                    return Default(value, argument);
                throw evaluator.Error(type.Span, $"'{expression}' is {TypeWalk.Describe(value.Type)}, no enum: a cast names one, as in (enum e){expression}");
            case "symbol" or "symstr" or "char" or "%pd" or "%pD" when type.Length is null:
                return Fetched.One(Word(value, argument), type.Name);
            case "u" or "s" or "x":
                return Fetched.One(Word(value, argument), type.Name + NumberBits(declared, 64));
        }

        var width = type.Name == "char" ? 8 : Width(type.Name);
        if (width == 0)
            throw evaluator.Error(type.Span, $"no type '{type.Name}'{Suggestions.DidYouMean(type.Name, ProbeTypes.All)}");
        if (type.Length is { } length)
        {
            if (length is < 1 or > MaxElements)
                throw evaluator.Error(type.Span, $"the kernel fetches 1 to {MaxElements} elements, not {length}");
            return Fetched.One(InMemory(value, declared, argument, 0, pointerToo: value.Place is not Place.Memory).Text, string.Create(CultureInfo.InvariantCulture, $"{type.Name}[{length}]"));
        }

        if (value.BitSize != 0)
        {
            notes.Add($"'{expression}' is {value.BitSize} bits: these are fetched, and :{type.Name} is not needed");
            return BitField(value, argument);
        }

        if (declared is not null && evaluator.ShapeOf(value) is Shape.Text or Shape.Sequence)
            throw evaluator.Error(type.Span, $"'{expression}' is {TypeWalk.Describe(value.Type)}, no number: leave the type out for the text, or ask for size() or an element");
        return Fetched.One(Word(value, argument), type.Name);
    }

    /// <summary>A number for people: so many bytes in a word or in memory.</summary>
    private Fetched People(Value value, ArgumentSyntax argument, string kernelType, ulong bytes, PresentationKind kind)
    {
        if (value.BitSize != 0)
            return new Fetched(BitField(value, argument).Fetches, new Presentation { Kind = kind });
        if (TypeWalk.SizeOf(value.Type) is { } size && size < bytes && kind is not (PresentationKind.Nanoseconds or PresentationKind.Errno or PresentationKind.Boolean))
            throw evaluator.Error(argument.Type!.Span, $"'{expression}' is {size} bytes, :{argument.Type.Name} reads {bytes}");
        return Fetched.One(Word(value, argument), kernelType, kind);
    }

    /// <summary>A text that ends in a NUL.</summary>
    private Fetched String(Value value, DebugType? declared, TypeSyntax type, ArgumentSyntax argument, int depth = 0)
    {
        if (type.Length is { } length)
        {
            // An array of pointers to texts: the kernel's own meaning.
            return Fetched.One(InMemory(value, declared, argument, 0, pointerToo: false).Text, string.Create(CultureInfo.InvariantCulture, $"{type.Name}[{length}]"));
        }

        if (declared is null)
        {
            // $comm and a text given are what they are; a word of the user's is taken for the text's address, without which the kernel would refuse it.
            if (value.Place is Place.Word word && !word.Text.StartsWith("$comm", StringComparison.Ordinal) && !word.Text.StartsWith('\\') && value.Pointee(argument.IsUser && target.IsKernel) is Place.Memory at)
                return Fetched.One(at.Text, type.Name);
            return Fetched.One(Word(value, argument), type.Name);
        }

        if (evaluator.ShapeOf(value) is { } shape)
        {
            switch (shape)
            {
                case Shape.Text text:
                    return Fetched.One(Pointee(text.Data, argument), type.Name);
                case Shape.Sequence sequence when TypeWalk.IsByte(TypeWalk.Strip(sequence.Element)):
                    return Fetched.One(Pointee(sequence.Data, argument), type.Name);
                case Shape.Wrapping wrapping when depth < 8:
                    return String(wrapping.Inner, TypeWalk.Strip(wrapping.Inner.Type), type, argument, depth + 1);
                case Shape.Owner owner when evaluator.Owned(owner) is { } owned && TypeWalk.IsByte(TypeWalk.Strip(owned.Type)):
                    return Fetched.One(Pointee(owner.Pointer, argument), type.Name);
            }
        }

        if (declared.Kind == DebugTypeKind.Pointer)
        {
            var element = TypeWalk.Strip(declared.Target);
            if (element is null || TypeWalk.IsByte(element))
                return Fetched.One(Pointee(value, argument), type.Name);
            if (evaluator.ShapeOf(new Value(declared.Target, value.Pointee(false) ?? new Place.Nowhere(""))) is Shape.Text behind)
                return Fetched.One(Pointee(behind.Data, argument), type.Name);
            throw evaluator.Error(type.Span, $"'{expression}' is {TypeWalk.Describe(value.Type)}: a text is read through a pointer to characters");
        }

        if (declared.Kind == DebugTypeKind.Array && (TypeWalk.IsByte(TypeWalk.Strip(declared.Target)) || TypeWalk.Strip(declared.Target) is null) && value.Place is Place.Memory memory)
            return Fetched.One(memory.Text, type.Name);
        throw evaluator.Error(type.Span, $"'{expression}' is {TypeWalk.Describe(value.Type)}: a text is read through a pointer to characters, or from an array of them");
    }

    /// <summary>At most so many bytes of a text that carries its length.</summary>
    private Fetched Bounded(Value value, DebugType? declared, TypeSyntax type, ArgumentSyntax argument)
    {
        var bytes = type.Length ?? options.TextBytes;
        if (bytes is < 1 or > 2048)
            throw evaluator.Error(type.Span, $"str[{bytes}]: 1 to 2048 bytes fit into an event");
        var shape = declared is null ? null : evaluator.ShapeOf(value);
        if (shape is Shape.Wrapping wrapping)
            shape = evaluator.ShapeOf(wrapping.Inner);
        switch (shape)
        {
            case Shape.Text text:
                return Text(text.Data, text.Length, bytes, argument);
            case Shape.Sequence { Length: { } length } sequence when TypeWalk.IsByte(TypeWalk.Strip(sequence.Element)):
                return Text(sequence.Data, length, bytes, argument);
            default:
                if (type.Length is not null)
                    notes.Add($"'{expression}' carries no length: it is read up to its NUL, however long");
                return String(value, declared, new TypeSyntax("string", null, null, type.Span), argument);
        }
    }

    private Fetched Bytes(Value value, DebugType? declared, TypeSyntax type, ArgumentSyntax argument)
    {
        var size = TypeWalk.IsPointer(declared) ? null : TypeWalk.SizeOf(declared);
        var length = type.Length ?? (size is { } known and > 0 and <= MaxElements ? (int)known : 16);
        if (length is < 1 or > MaxElements)
            throw evaluator.Error(type.Span, $"bytes[{length}]: the kernel fetches 1 to {MaxElements}");
        return Fetched.One(InMemory(value, declared, argument, 0, pointerToo: true).Text, string.Create(CultureInfo.InvariantCulture, $"u8[{length}]"), PresentationKind.Bytes);
    }

    /// <summary>Where an array is read: the value's own memory, or, of a pointer, what it points to.</summary>
    private Place.Memory InMemory(Value value, DebugType? declared, ArgumentSyntax argument, ulong atLeast, bool pointerToo)
    {
        var shape = declared is null ? null : evaluator.ShapeOf(value);
        var pointer = shape switch
        {
            Shape.Text text => text.Data,
            Shape.Sequence sequence => sequence.Data,
            Shape.Owner owner => owner.Pointer,
            _ => pointerToo && (TypeWalk.IsPointer(declared) || (declared is null && value.Place is Place.Word)) ? value : null,
        };
        var place = pointer is null ? value.Place : pointer.Pointee(argument.IsUser && target.IsKernel);
        if (place is not Place.Memory memory)
            throw evaluator.Error(argument.Type!.Span, $"'{expression}' is not in memory here: arrays are read from memory only");
        if (pointer is null && atLeast > 0 && TypeWalk.SizeOf(declared) is { } size && size < atLeast)
            throw evaluator.Error(argument.Type!.Span, $"'{expression}' is {size} bytes, :{argument.Type.Name} reads {atLeast}");
        return memory;
    }

    private string Pointee(Value pointer, ArgumentSyntax argument) => pointer.Pointee(argument.IsUser && target.IsKernel) is Place.Memory memory
        ? memory.Text
        : throw evaluator.Error(argument.Expression.Span, $"'{expression}' is at no address that can be read here");

    private static string NumberBits(DebugType? declared, int otherwise) =>
        (declared?.Kind == DebugTypeKind.Pointer ? 64 : declared?.ByteSize is { } size and (1 or 2 or 4 or 8) ? (int)size * 8 : otherwise).ToString(CultureInfo.InvariantCulture);

    /// <summary>Bits of the kernel's number types; 0 for all others.</summary>
    public static int Width(string name) => name is ['u' or 's' or 'x', .. var bits] ? bits switch { "8" => 8, "16" => 16, "32" => 32, "64" => 64, _ => 0 } : 0;
}
