using System.Globalization;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Plan;
using TraceKit.Probes.Syntax;
using TraceKit.Probes.Targets;

namespace TraceKit.Probes.Compile;

/// <summary>One thing that the kernel fetches, not named yet.</summary>
/// <param name="Suffix">What its field's name ends in; empty where there is only one.</param>
/// <param name="Text">What to fetch.</param>
/// <param name="Type">The kernel's type; null for its default.</param>
internal sealed record Fetch(string Suffix, string Text, string? Type);

/// <summary>What an argument became.</summary>
/// <param name="Fetches">What is fetched.</param>
/// <param name="Presentation">What it means; null when the kernel's type says it.</param>
internal sealed record Fetched(IReadOnlyList<Fetch> Fetches, Presentation? Presentation)
{
    /// <summary>One plain fetch.</summary>
    public static Fetched One(string text, string? type, PresentationKind kind = PresentationKind.None) =>
        new([new Fetch("", text, type)], kind == PresentationKind.None ? null : new Presentation { Kind = kind });
}

/// <summary>From a value and the type behind the colon to fetch arguments.</summary>
internal sealed partial class FetchBuilder(ProbeTarget target, ProbeOptions options, Evaluator evaluator, List<string> notes, string expression)
{
    /// <summary>Elements of an array that the kernel fetches at most: <c>MAX_ARRAY_LEN</c>.</summary>
    public const int MaxElements = 64;

    /// <summary>Builds what is fetched for an argument.</summary>
    public Fetched Build(Value value, ArgumentSyntax argument)
    {
        var whole = value;
        value = evaluator.FollowReference(value);

        // A reference to a struct is shown as a pointer to one is.
        if (argument.Type is null && !ReferenceEquals(whole, value) && TypeWalk.Strip(value.Type) is { } record && TypeWalk.IsRecord(record) && record.Variants is null
            && evaluator.ShapeOf(value) is null && Shape.SingleMember(value, record) is null)
            return Fetched.One(Word(whole, argument), "x64", PresentationKind.Pointer);
        return argument.Type is { } type ? Typed(value, type, argument) : Default(value, argument);
    }

    /// <summary>By what the program declares.</summary>
    private Fetched Default(Value value, ArgumentSyntax argument, int depth = 0)
    {
        if (depth > 16)
            throw evaluator.Error(argument.Span, "the type has no end");
        if (value.BitSize != 0)
            return BitField(value, argument);
        var type = TypeWalk.Strip(value.Type);
        if (type is DistanceType distance)
            return Count(distance.Sequence, argument);
        if (type is null)
            return Fetched.One(Word(value, argument), value.KernelType);
        if (evaluator.ShapeOf(value) is { } shape)
            return OfShape(shape, value, argument, depth);
        if (type.Variants is not null)
            return Tag(value, type, argument);
        switch (type.Kind)
        {
            case DebugTypeKind.Integer or DebugTypeKind.Boolean or DebugTypeKind.Character or DebugTypeKind.Enum:
                return Number(value, type, argument);
            case DebugTypeKind.Float:
                if (type.ByteSize is not (4 or 8))
                    throw evaluator.Error(argument.Span, $"{TypeWalk.Describe(value.Type)} is {type.ByteSize} bytes: floating-point numbers of 4 and 8 can be shown");
                return Fetched.One(Word(value, argument), "x" + Bits(type), PresentationKind.Float);
            case DebugTypeKind.Pointer when Referred(value, type) is { } referred:
                return Default(referred, argument, depth + 1);
            case DebugTypeKind.Pointer or DebugTypeKind.Reference or DebugTypeKind.RvalueReference:
                return Fetched.One(Word(value, argument), "x64", TypeWalk.Strip(type.Target)?.Kind == DebugTypeKind.Function ? PresentationKind.Symbol : PresentationKind.Pointer);
            case DebugTypeKind.MemberPointer:
                return Fetched.One(Word(value, argument), "x64");
            case DebugTypeKind.Array:
                return Array(value, type, argument);
            case DebugTypeKind.Struct or DebugTypeKind.Class or DebugTypeKind.Union:
                if (Shape.SingleMember(value, type) is { } only)
                    return Default(evaluator.FollowReference(only), argument, depth + 1);
                throw evaluator.Error(argument.Expression.Span, $"'{expression}' is {TypeWalk.Describe(value.Type)}{SizeText(type)}: name one of its members ({Examples(type)}), or give a type (:bytes[16], :u64)");
            case DebugTypeKind.Function:
                throw evaluator.Error(argument.Expression.Span, "a function is no value; & before it would be its address");
            default:
                return Fetched.One(Word(value, argument), null);
        }
    }

    private Fetched Number(Value value, DebugType type, ArgumentSyntax argument)
    {
        if (type.ByteSize is not (1 or 2 or 4 or 8))
            throw evaluator.Error(argument.Span, $"{TypeWalk.Describe(value.Type)} is {type.ByteSize?.ToString(CultureInfo.InvariantCulture) ?? "?"} bytes: the kernel fetches numbers of 1, 2, 4 and 8; :x64 takes the first 8, :bytes[16] all");
        return new Fetched([new Fetch("", Word(value, argument), KernelTypeOf(type))], PresentationOf(type));
    }

    /// <summary>Number type as perf chooses it: signed ones decimal, all others hexadecimal.</summary>
    private static string KernelTypeOf(DebugType type) => (type.IsSigned ? "s" : type is SizedInteger ? "u" : "x") + Bits(type);

    private static Presentation? PresentationOf(DebugType type) => type.Kind switch
    {
        DebugTypeKind.Boolean => new Presentation { Kind = PresentationKind.Boolean },
        DebugTypeKind.Character when type.Name is "char" or "char8_t" or "char16_t" or "char32_t" or "wchar_t" => new Presentation { Kind = PresentationKind.Character },
        DebugTypeKind.Enum => new Presentation { Kind = PresentationKind.Enum, Names = NamesOf(type) },
        _ => null,
    };

    private static Dictionary<long, string> NamesOf(DebugType type)
    {
        var names = new Dictionary<long, string>();
        foreach (var enumerator in type.Enumerators)
        {
            if (names.Count == 65_536)
                break;
            names.TryAdd(enumerator.Value, enumerator.Name);
        }

        return names;
    }

    private Fetched BitField(Value value, ArgumentSyntax argument)
    {
        var container = (SizedInteger)value.Type!;
        var type = string.Create(CultureInfo.InvariantCulture, $"b{value.BitSize}@{value.BitOffset}/{container.ByteSize * 8}");
        var of = container.Of;
        if (of is { Kind: DebugTypeKind.Integer or DebugTypeKind.Character, IsSigned: true })
            notes.Add($"'{expression}' has a sign, which the kernel drops when it cuts bits out: negative values show as large ones");
        return new Fetched([new Fetch("", Word(value, argument), type)], of is null ? null : PresentationOf(of));
    }

    private Fetched Array(Value value, DebugType type, ArgumentSyntax argument)
    {
        var element = TypeWalk.Strip(type.Target);
        ulong? count = 1;
        foreach (var dimension in type.Dimensions)
            count = count is { } c && dimension is { } d && c <= 1 << 20 && d <= 1 << 20 ? c * d : null;
        if (value.Place is not Place.Memory memory)
            throw evaluator.Error(argument.Expression.Span, $"'{expression}' is an array and in no memory here");

        // An array of characters is a text, as it is to its program; perf takes its first 8 bytes as a number.
        if (type.Dimensions.Count <= 1 && element is { Kind: DebugTypeKind.Character, ByteSize: 1 })
            return Fetched.One(memory.Text, "string");
        if (count is null or 0)
            throw evaluator.Error(argument.Expression.Span, $"how many elements '{expression}' has is not known: name one ([0]), or say how many (:x64[8])");
        if (element?.ByteSize is not (1 or 2 or 4 or 8) || element.Kind is not (DebugTypeKind.Integer or DebugTypeKind.Boolean or DebugTypeKind.Character or DebugTypeKind.Enum or DebugTypeKind.Pointer))
            throw evaluator.Error(argument.Expression.Span, $"'{expression}' is an array of {TypeWalk.Describe(type.Target)}: name one element ([0]) or a member of one");
        if (count > MaxElements)
        {
            notes.Add($"'{expression}' has {count} elements: the first {MaxElements} are fetched");
            count = MaxElements;
        }

        return Fetched.One(memory.Text, string.Create(CultureInfo.InvariantCulture, $"{KernelTypeOf(element)}[{count}]"));
    }

    private Fetched OfShape(Shape shape, Value value, ArgumentSyntax argument, int depth)
    {
        switch (shape)
        {
            case Shape.Text text:
                return Text(text.Data, text.Length, options.TextBytes, argument);
            case Shape.Wrapping wrapping:
                return Default(evaluator.FollowReference(wrapping.Inner), argument, depth + 1);
            case Shape.Owner owner:
                return Fetched.One(Word(owner.Pointer, argument), "x64", PresentationKind.Pointer);
            case Shape.Dynamic dynamic:
                return new Fetched([new Fetch("", Word(dynamic.TypeWord, argument), "x64")], GoTypes());
            case Shape.Maybe:
                throw evaluator.Error(argument.Expression.Span, $"'{expression}' is a {shape.Name}: ask for has_value() or value()");
            case Shape.Counted when TypeWalk.IsPointer(TypeWalk.Strip(value.Type)):
                return Fetched.One(Word(value, argument), "x64", PresentationKind.Pointer);
            case Shape.Counted:
                throw evaluator.Error(argument.Expression.Span, $"'{expression}' is a {shape.Name}: ask for size()");
            default:
                throw evaluator.Error(argument.Expression.Span, $"'{expression}' is a {shape.Name}: ask for size() or an element ([0])");
        }
    }

    /// <summary>What a reference of Rust's (<c>&amp;T</c>) refers to, where that is one value: a text, a number, an enum. null for all other pointers, whose address is shown.</summary>
    private Value? Referred(Value value, DebugType type)
    {
        if (type is not { Language: SourceLanguage.Rust, Name: ['&', ..] } || value.Pointee(isUser: false) is not { } place)
            return null;
        var inner = new Value(type.Target, place);
        return evaluator.ShapeOf(inner) is Shape.Text || TypeWalk.Strip(type.Target) is { Variants.Tag: not null }
            or { Kind: DebugTypeKind.Integer or DebugTypeKind.Boolean or DebugTypeKind.Character or DebugTypeKind.Enum or DebugTypeKind.Float } ? inner : null;
    }

    /// <summary>Names of Go's types by the address of their description.</summary>
    private Presentation GoTypes()
    {
        var start = target.FindSymbol("runtime.types")?.Value ?? 0;
        var names = new Dictionary<long, string>();
        foreach (var source in target.Types)
        {
            foreach (var (place, name) in source.GoRuntimeTypes())
            {
                if (names.Count < 65_536)
                    names.TryAdd((long)(place < start ? start + place : place), name);
            }
        }

        return names.Count == 0 ? new Presentation { Kind = PresentationKind.Symbol } : new Presentation { Kind = PresentationKind.Enum, Names = names };
    }

    /// <summary>Which variant a Rust enum is.</summary>
    private Fetched Tag(Value value, DebugType type, ArgumentSyntax argument)
    {
        var variants = type.Variants!;
        if (variants.Tag is not { } tag)
        {
            var only = variants.Variants.Count == 1 ? variants.Variants[0].Name : "?";
            throw evaluator.Error(argument.Expression.Span, $"'{expression}' is always {only}: name a field of it");
        }

        var names = new Dictionary<long, string>();
        string? other = null;
        foreach (var variant in variants.Variants)
        {
            if (variant.Value is { } number)
                names.TryAdd(number, variant.Name);
            else
                other = variant.Name;
        }

        if (other is not null)
            notes.Add($"'{expression}': a value without a name is {other}, which is told by no number of its own");
        var at = value.Part(tag.Type, tag.BitOffset, tag.BitSize);
        evaluator.Available(at, argument.Expression.Span, "the tag");
        var width = TypeWalk.SizeOf(tag.Type) is { } size and (1 or 2 or 4 or 8) ? size * 8 : 64;
        return new Fetched([new Fetch("", Word(at, argument), "u" + width.ToString(CultureInfo.InvariantCulture))], new Presentation { Kind = PresentationKind.Enum, Names = names });
    }

    /// <summary>A number of elements: where they begin and end.</summary>
    private Fetched Count(Shape.Sequence sequence, ArgumentSyntax argument)
    {
        var size = TypeWalk.SizeOf(sequence.Element) ?? 1;
        return new Fetched(
            [new Fetch("_begin", Word(sequence.Data, argument), "x64"), new Fetch("_end", Word(sequence.End!, argument), "x64")],
            new Presentation { Kind = PresentationKind.ElementCount, Names = new Dictionary<long, string> { [(long)Math.Max(size, 1)] = "" } });
    }

    /// <summary>
    /// A text that carries its length: the length, then so many of its bytes. The kernel reads an array element by element, and what cannot be read is zero, so that
    /// reading past the text's end, even past the last page that is there, loses nothing of it (seen on x86-64: an element of 8 bytes half of which is there keeps that half;
    /// AArch64's copy gives no such half, so that its elements are single bytes).
    /// </summary>
    private Fetched Text(Value data, Value length, int bytes, ArgumentSyntax argument)
    {
        const ushort arm64 = 183;
        var element = target.Machine == arm64 ? 1 : 8;
        if (data.Pointee(isUser: argument.IsUser && target.IsKernel) is not Place.Memory memory)
            throw evaluator.Error(argument.Expression.Span, "the text's bytes are at no address that can be read here");
        var fetches = new List<Fetch> { new("_len", Word(length, argument), "u" + ((TypeWalk.SizeOf(length.Type) is { } size and (4 or 8) ? size : 8) * 8).ToString(CultureInfo.InvariantCulture)) };
        var left = (Math.Max(bytes, 1) + element - 1) / element;
        for (var i = 1; left > 0; i++)
        {
            var count = Math.Min(left, MaxElements);
            fetches.Add(new Fetch(i == 1 ? "_text" : string.Create(CultureInfo.InvariantCulture, $"_text{i}"), memory.At((long)(i - 1) * MaxElements * element).Text,
                string.Create(CultureInfo.InvariantCulture, $"{(element == 8 ? "x64" : "u8")}[{count}]")));
            left -= count;
        }

        return new Fetched(fetches, new Presentation { Kind = PresentationKind.Text });
    }

    /// <summary>The value as a word.</summary>
    private string Word(Value value, ArgumentSyntax argument) => value.WordText ?? throw evaluator.Error(argument.Expression.Span, value.Place switch
    {
        Place.Nowhere nowhere => $"'{expression}' cannot be read here: {nowhere.Reason}",
        Place.Sum sum => $"'{expression}' is %{sum.Text.TrimStart('%')} plus {sum.Offset}, a sum that the kernel cannot fetch; what it points to can be read (*, ->)",
        _ => $"'{expression}' is in several places at this instruction: name a part of it",
    });

    private static string Bits(DebugType type) => ((type.ByteSize ?? 8) * 8).ToString(CultureInfo.InvariantCulture);

    private static string SizeText(DebugType type) => type.ByteSize is { } size ? string.Create(CultureInfo.InvariantCulture, $" of {size} bytes") : "";

    private static string Examples(DebugType type)
    {
        var names = new List<string>();
        foreach (var name in TypeWalk.MemberNames(type))
        {
            names.Add(name);
            if (names.Count == 3)
            {
                names.Add("…");
                break;
            }
        }

        return names.Count == 0 ? "it has none that are known" : string.Join(", ", names);
    }
}
