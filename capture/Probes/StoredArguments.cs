using TraceKit.Binary;
using TraceKit.Format.Dtr.Metadata;
using TraceKit.Probes.Plan;

namespace TraceKit.Capture.Probes;

/// <summary>What of a planned probe travels in the recording, so that the analyzer shows and filters it as people asked for it.</summary>
internal static class StoredArguments
{
    /// <summary>The arguments of a probe, in the order they were written; empty when the kernel's own text was given.</summary>
    public static IReadOnlyList<EventArgument> Of(PlannedProbe probe)
    {
        if (probe.RawArguments is not null)
            return [];
        var stored = new List<EventArgument>(probe.Arguments.Count);
        foreach (var argument in probe.Arguments)
        {
            if (stored.Count == InputLimits.ProbeArguments)
                break;
            var fields = new List<string>(argument.Fetches.Count);
            foreach (var fetch in argument.Fetches)
                fields.Add(fetch.Name);
            stored.Add(new EventArgument
            {
                Name = argument.Name,
                Kind = (uint)(argument.Presentation?.Kind ?? PresentationKind.None),
                Fields = fields,
                Names = Names(argument.Presentation),
                TypeText = argument.TypeText,
                Origin = argument.Origin.Length > 0 ? argument.Origin : null,
                Expression = argument.Expression.Length > 0 ? argument.Expression : null,
            });
        }

        return stored;
    }

    /// <summary>Where a probe stands.</summary>
    public static EventPlace Of(ProbePlace place) => new()
    {
        Function = place.Function.Length > 0 ? place.Function : place.Symbol,
        IsReturn = place.IsReturn,
        Path = place.Path,
        Module = place.Module,
        Address = place.Address.Value,
        SourceFile = place.SourceFile,
        SourceLine = place.SourceLine,
        InlinedIn = place.InlinedIn,
    };

    private static List<ValueName> Names(Presentation? presentation)
    {
        if (presentation is null)
            return [];
        var names = new List<ValueName>(Math.Min(presentation.Names.Count, InputLimits.ValueNames));
        foreach (var (value, name) in presentation.Names)
        {
            if (names.Count == InputLimits.ValueNames)
                break;
            names.Add(new ValueName { Value = value, Name = name });
        }

        return names;
    }
}
