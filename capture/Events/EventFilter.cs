using System.Text;
using TraceKit.Binary;
using TraceKit.Capture.Cli;
using TraceKit.Format.Tracefs;
using TraceKit.Probes.Filters;
using TraceKit.Probes.Plan;

namespace TraceKit.Capture.Events;

/// <summary>One event's filter: what the kernel evaluates of it, and what is left to the analyzer.</summary>
internal sealed class EventFilter
{
    private EventFilter(string source, string? kernel, string? rest, string? problem)
    {
        Source = source;
        Kernel = kernel;
        Rest = rest;
        Problem = problem;
    }

    /// <summary>As the user wrote it.</summary>
    public string Source { get; }

    /// <summary>For the kernel; null when it can do nothing of it.</summary>
    public string? Kernel { get; }

    /// <summary>For the analyzer; null when the kernel does it all.</summary>
    public string? Rest { get; }

    /// <summary>Why it is none of our language: it is given to the kernel as it stands, and this is said if the kernel does not take it either.</summary>
    public string? Problem { get; }

    /// <summary>Divides a filter by the fields of an event; says how with <c>-v</c>.</summary>
    public static EventFilter Create(string text, TracedEvent traced)
    {
        EventFilter filter;
        try
        {
            var split = FilterExpression.Parse(text).Split(Fields(traced));
            filter = new EventFilter(text, split.Kernel, split.Rest, null);
            Terminal.Detail($"{traced.Name}: filter of the kernel: {split.Kernel ?? "none"}; of the analyzer: {split.Rest ?? "none"}");
            foreach (var reason in split.Reasons)
                Terminal.Detail($"  not for the kernel: {reason}");
        }
        catch (FilterSyntaxException e)
        {
            filter = new EventFilter(text, text, null, e.Message);
        }

        return filter;
    }

    private static FilterFieldSet Fields(TracedEvent traced)
    {
        var fields = new FilterFieldSet();
        try
        {
            foreach (var field in EventFormat.Parse(Encoding.UTF8.GetString(traced.Format)).Fields)
                fields.AddField(field.Name, Shape(field), field.Size, field.IsSigned);
        }
        catch (BadDataException e)
        {
            throw new CaptureException($"{traced.Name}: its format cannot be read: {e.Message}");
        }

        foreach (var argument in traced.Arguments)
        {
            var names = new Dictionary<long, string>(argument.Names.Count);
            foreach (var name in argument.Names)
                names.TryAdd(name.Value, name.Name);
            fields.AddArgument(argument.Name, (PresentationKind)argument.Kind, argument.Fields, names);
        }

        return fields;
    }

    private static FilterFieldShape Shape(EventField field) => field.Kind switch
    {
        EventFieldKind.Integer => FilterFieldShape.Number,
        EventFieldKind.Pointer => field.Type is "const char *" or "char *" ? FilterFieldShape.TextPointer : FilterFieldShape.Number,
        EventFieldKind.FixedString => FilterFieldShape.FixedText,
        EventFieldKind.DynamicString => FilterFieldShape.DynamicText,
        _ => FilterFieldShape.Bytes,
    };
}
