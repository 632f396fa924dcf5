using TraceKit.Engine.Model;
using TraceKit.Format.Dtr.Metadata;
using TraceKit.Format.Tracefs;
using TraceKit.Probes.Filters;
using TraceKit.Probes.Plan;
using TraceKit.Probes.Values;

namespace TraceKit.Engine.Fields;

/// <summary>The fields of one event as people see them: the arguments of its definition in their order, then what of the kernel's own fields no argument has taken.</summary>
internal sealed class EventFields
{
    /// <summary>Beyond these, kinds are of a newer build.</summary>
    private const uint LastKind = (uint)PresentationKind.Float;

    private readonly Dictionary<string, FieldReader> _byName = new(StringComparer.Ordinal);
    private readonly FieldReader[] _argumentReaders;
    private readonly EventFormat? _format;

    private EventFields(EventFormat? format, FieldReader[] readers, FieldReader[] argumentReaders, FilterFieldSet filterFields, int unknownKinds, bool hasArguments)
    {
        _format = format;
        Readers = readers;
        _argumentReaders = argumentReaders;
        FilterFields = filterFields;
        UnknownKinds = unknownKinds;
        HasArguments = hasArguments;
        foreach (var reader in readers)
            _byName.TryAdd(reader.Field.Name, reader);
    }

    /// <summary>In the order in which they are shown.</summary>
    public FieldReader[] Readers { get; }

    /// <summary>What filters may name.</summary>
    public FilterFieldSet FilterFields { get; }

    /// <summary>Arguments whose meaning this build does not know: their fields are shown as the kernel has them.</summary>
    public int UnknownKinds { get; }

    /// <summary>Whether the definition said anything that the kernel's format does not.</summary>
    public bool HasArguments { get; }

    /// <summary>The reader of a visible field; null when there is none of that name.</summary>
    public FieldReader? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The reader of an argument that a filter names; null for fields of the kernel.</summary>
    public FieldReader? ArgumentOf(FilterField field) => _format is not null && field.Index >= _format.Fields.Count ? _argumentReaders[field.Index - _format.Fields.Count] : null;

    /// <summary>The kernel's field that a filter names; null for arguments.</summary>
    public EventField? KernelFieldOf(FilterField field) => _format is not null && field.Index >= 0 && field.Index < _format.Fields.Count ? _format.Fields[field.Index] : null;

    /// <summary>Puts them together.</summary>
    /// <param name="format">The event's format; null when it has none.</param>
    /// <param name="arguments">Of its definition.</param>
    public static EventFields Make(EventFormat? format, IReadOnlyList<EventArgument> arguments)
    {
        var filterFields = new FilterFieldSet();
        if (format is null)
            return new EventFields(null, [], [], filterFields, 0, false);
        foreach (var field in format.Fields)
            filterFields.AddField(field.Name, ShapeOf(field), field.Size, field.IsSigned);
        var claimed = new HashSet<string>(StringComparer.Ordinal);
        var argumentReaders = new List<FieldReader>();
        var unknown = 0;
        var hasMeaning = false;
        foreach (var argument in arguments)
        {
            var isKnown = argument.Kind <= LastKind;
            unknown += isKnown ? 0 : 1;
            // Of several fields with a meaning that is not known, each is shown by itself.
            if (!isKnown && argument.Fields.Count != 1)
                continue;
            var kind = isKnown ? (PresentationKind)argument.Kind : PresentationKind.None;
            var names = NamesOf(argument);
            hasMeaning |= kind != PresentationKind.None || argument.Fields.Count != 1 || argument.Fields[0] != argument.Name;
            claimed.UnionWith(argument.Fields);
            argumentReaders.Add(ReaderOf(format, argument, kind, names));
            filterFields.AddArgument(argument.Name, kind, argument.Fields, names);
        }

        var rest = format.Fields.Where(f => !f.IsCommon && !claimed.Contains(f.Name)).Select(f => Plain(f.Name, f, null, format));
        return new EventFields(format, [.. argumentReaders, .. rest], [.. argumentReaders], filterFields, unknown, hasMeaning);
    }

    private static Dictionary<long, string> NamesOf(EventArgument argument)
    {
        var names = new Dictionary<long, string>(argument.Names.Count);
        foreach (var name in argument.Names)
            names.TryAdd(name.Value, name.Name);
        return names;
    }

    private static FieldReader ReaderOf(EventFormat format, EventArgument argument, PresentationKind kind, Dictionary<long, string> names)
    {
        var parts = new EventField[argument.Fields.Count];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!format.TryGetField(argument.Fields[i], out parts[i]))
                return new FieldReader(Describe(argument, "", true, kind), FieldForm.None, [], null);
        }

        var first = parts.Length > 0 ? parts[0] : null;
        switch (kind)
        {
            case PresentationKind.Text when parts.Length > 1 && first!.IsNumeric:
                return new FieldReader(Describe(argument, "char[]", true, kind), FieldForm.JoinedText, parts, null);
            case PresentationKind.ElementCount when parts.Length == 2 && first!.IsNumeric && parts[1].IsNumeric:
                var element = argument.Names.Count > 0 ? argument.Names[0].Value : 0;
                return new FieldReader(Describe(argument, "u64", false, kind) with { IsUnsigned = true }, FieldForm.Number, parts, FieldFormatter.For(kind, 8, false), element);
            case PresentationKind.Ip6 when parts.Length == 1 && first!.Size == 16:
                return new FieldReader(Describe(argument, first.Type, true, kind), FieldForm.Ip6, parts, null);
            case PresentationKind.Bytes when parts.Length == 1 && !first!.IsText:
                return new FieldReader(Describe(argument, first.Type, true, kind), FieldForm.Bytes, parts, null);
            case PresentationKind.None or PresentationKind.Text or PresentationKind.ElementCount or PresentationKind.Ip6 or PresentationKind.Bytes:
                break;
            case var _ when parts.Length == 1 && first!.IsNumeric:
                var formatter = FieldFormatter.For(kind, first.Size, first.IsSigned, names);
                var described = Describe(argument, first.Type, kind == PresentationKind.Symbol, kind) with
                {
                    IsUnsigned = FieldNumbers.IsUnsigned(kind, first.IsSigned),
                    // Names may have been written with or without the sign of the field.
                    ValueNames = names.Count == 0 ? null : names.GroupBy(n => FieldNumbers.Extend(n.Key, first.Size, FieldNumbers.IsUnsigned(kind, first.IsSigned))).ToDictionary(g => g.Key, g => g.First().Value),
                };
                return new FieldReader(described, kind == PresentationKind.Symbol ? FieldForm.Address : FieldForm.Number, parts, formatter);
        }

        return parts.Length == 1 ? Plain(argument.Name, first!, argument, format) : new FieldReader(Describe(argument, "", true, PresentationKind.None), FieldForm.None, [], null);
    }

    /// <summary>A field as the kernel has it.</summary>
    private static FieldReader Plain(string name, EventField field, EventArgument? argument, EventFormat format)
    {
        var form = field.IsText ? FieldForm.Text : field.IsNumeric ? FieldForm.Number : FieldForm.Bytes;
        var formatter = form == FieldForm.Number ? FieldFormatter.For(IsHexadecimal(format, field) ? PresentationKind.Pointer : PresentationKind.None, field.Size, field.IsSigned) : null;
        var described = argument is null ? new TraceEventField(name, field.Type, field.IsText) : Describe(argument, field.Type, field.IsText, PresentationKind.None);
        described = described with { IsUnsigned = form == FieldForm.Number && !field.IsSigned };
        return new FieldReader(described, form, [field], formatter);
    }

    /// <summary>Whether the kernel's text of a probe has this number in hexadecimal: <c>:x64</c>, or what is an address.</summary>
    private static bool IsHexadecimal(EventFormat format, EventField field) =>
        (format.TryGetField("__probe_ip", out _) || format.TryGetField("__probe_ret_ip", out _)) && !field.Name.StartsWith("__", StringComparison.Ordinal)
        && format.PrintText.Contains($" {field.Name}=0x%", StringComparison.Ordinal);

    private static TraceEventField Describe(EventArgument argument, string kernelType, bool isText, PresentationKind kind) => new(argument.Name, kernelType, isText)
    {
        Kind = kind,
        TypeText = argument.TypeText ?? "",
        Origin = argument.Origin ?? "",
        Expression = argument.Expression ?? "",
    };

    private static FilterFieldShape ShapeOf(EventField field) => field.Kind switch
    {
        EventFieldKind.FixedString => FilterFieldShape.FixedText,
        EventFieldKind.DynamicString => FilterFieldShape.DynamicText,
        EventFieldKind.Pointer when field.Type is "char *" or "const char *" => FilterFieldShape.TextPointer,
        EventFieldKind.Integer or EventFieldKind.Pointer => FilterFieldShape.Number,
        _ => FilterFieldShape.Bytes,
    };
}
