using TraceKit.Binary;

namespace TraceKit.Format.Dtr.Metadata;

/// <summary>One argument of a probe as people see it: which of the kernel's fields carry it, and what they mean.</summary>
/// <remarks>The place in <see cref="EventDescription.Arguments"/> is the order that people asked for.</remarks>
public sealed class EventArgument
{
    /// <summary>As shown.</summary>
    public string Name { get; init; } = "";

    /// <summary>What the fields mean: numbers of FORMAT.md §5 (<c>TraceKit.Probes.Plan.PresentationKind</c>); 0 as the kernel has it. A reader shows unknown ones as they are.</summary>
    public uint Kind { get; init; }

    /// <summary>Names of the fields in the event's format, in order; one for most kinds.</summary>
    public IReadOnlyList<string> Fields { get; init; } = [];

    /// <summary>Names of values: of enums, of tags, of types by address.</summary>
    public IReadOnlyList<ValueName> Names { get; init; } = [];

    /// <summary>Type as the program declares it; null when not known.</summary>
    public string? TypeText { get; init; }

    /// <summary>Where type and offsets came from; null when not known.</summary>
    public string? Origin { get; init; }

    /// <summary>As the user wrote it; null when not known.</summary>
    public string? Expression { get; init; }

    internal void Write(ref MetadataWriter w)
    {
        w.Map(7);
        w.Add("name", Name);
        w.Add("kind", (ulong)Kind);
        w.Add("fields", Fields);
        w.Array("names", Names.Count);
        foreach (var item in Names)
            item.Write(ref w);
        w.Add("type", TypeText);
        w.Add("origin", Origin);
        w.Add("expression", Expression);
    }

    internal static EventArgument Read(ref MetadataReader r)
    {
        string vName = "";
        uint vKind = 0;
        List<string> vFields = [];
        List<ValueName> vNames = [];
        string? vTypeText = null;
        string? vOrigin = null;
        string? vExpression = null;
        var count = r.MapCount();
        for (var i = 0; i < count; i++)
        {
            switch (r.Key())
            {
                case "name":
                    vName = r.Text() ?? "";
                    break;
                case "kind":
                    vKind = r.UInt32();
                    break;
                case "fields":
                    for (var left = r.ArrayCount(InputLimits.ProbeArguments); left > 0; left--)
                        vFields.Add(r.Text() ?? "");
                    break;
                case "names":
                    for (var left = r.ArrayCount(InputLimits.ValueNames); left > 0; left--)
                        vNames.Add(ValueName.Read(ref r));
                    break;
                case "type":
                    vTypeText = r.Text();
                    break;
                case "origin":
                    vOrigin = r.Text();
                    break;
                case "expression":
                    vExpression = r.Text();
                    break;
                default:
                    r.Skip();
                    break;
            }
        }

        return new EventArgument
        {
            Name = vName,
            Kind = vKind,
            Fields = vFields,
            Names = vNames,
            TypeText = vTypeText,
            Origin = vOrigin,
            Expression = vExpression,
        };
    }
}
