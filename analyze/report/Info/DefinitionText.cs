using System.Globalization;
using System.Text;
using TraceKit.Format.Dtr.Metadata;
using TraceKit.Report.Text;

namespace TraceKit.Report.Info;

/// <summary>What a probe was defined as: its places, arguments with their types, filters.</summary>
internal static class DefinitionText
{
    private const int MostPlaces = 8, MostNames = 8;

    /// <summary>Lines under the event's own; none for events that were not defined in the recording.</summary>
    public static void Append(StringBuilder text, EventDescription described)
    {
        if (described.ProbeSource is { Length: > 0 } source)
            Line(text, "defined", SafeText.Show(source));
        for (var i = 0; i < Math.Min(described.Places.Count, MostPlaces); i++)
            Line(text, i == 0 ? "at" : "", Place(described.Places[i]));
        if (described.Places.Count > MostPlaces)
            Line(text, "", string.Create(CultureInfo.InvariantCulture, $"and {described.Places.Count - MostPlaces} more places"));
        if (described.FilterSource is { Length: > 0 } whole)
            Line(text, "filter", SafeText.Show(whole));
        if (described.AnalyzerFilter is { Length: > 0 } rest)
            Line(text, "", $"applied when read: {SafeText.Show(rest)}");
        foreach (var argument in described.Arguments)
            Line(text, "argument", Argument(argument));
    }

    /// <summary>The word for a kind, as definitions have it; empty for what the kernel shows.</summary>
    public static string Kind(uint kind) => kind switch
    {
        0 => "",
        1 => "ip4",
        2 => "ip6",
        3 => "be16",
        4 => "be32",
        5 => "port",
        6 => "time_ns",
        7 => "errno",
        8 => "enum",
        9 => "sym",
        10 => "bytes",
        11 => "text",
        12 => "bool",
        13 => "char",
        14 => "be64",
        15 => "pointer",
        16 => "number of elements",
        17 => "fraction",
        _ => string.Create(CultureInfo.InvariantCulture, $"type {kind} of a newer tracekit"),
    };

    private static string Argument(EventArgument argument)
    {
        var line = new StringBuilder(SafeText.Show(argument.Name));
        var kind = Kind(argument.Kind);
        if (argument.TypeText is { Length: > 0 } type)
            line.Append(": ").Append(SafeText.Show(type));
        if (kind.Length > 0)
            line.Append(argument.TypeText is { Length: > 0 } ? " as " : ": ").Append(kind);
        if (argument.Fields.Count != 1 || argument.Fields[0] != argument.Name)
            line.Append(", from ").Append(SafeText.Show(string.Join(", ", argument.Fields)));
        if (argument.Kind == 8 && argument.Names.Count > 0)
        {
            line.Append(CultureInfo.InvariantCulture, $", {argument.Names.Count} names: ").AppendJoin(", ", argument.Names.Take(MostNames).Select(n => SafeText.Show(n.Name)));
            if (argument.Names.Count > MostNames)
                line.Append(", ...");
        }

        if (argument.Origin is { Length: > 0 } origin)
            line.Append(" (").Append(SafeText.Show(origin)).Append(')');
        return line.ToString();
    }

    private static string Place(EventPlace place)
    {
        var line = new StringBuilder(SafeText.Show(place.Function));
        if (place.IsReturn)
            line.Append(" (return)");
        if (place.SourceFile is { Length: > 0 } file)
            line.Append(", ").Append(SafeText.Show(file)).Append(place.SourceLine > 0 ? string.Create(CultureInfo.InvariantCulture, $":{place.SourceLine}") : "");
        if (place.InlinedIn is { Length: > 0 } outer)
            line.Append(", inlined in ").Append(SafeText.Show(outer));
        if (place.Path is { Length: > 0 } path)
            line.Append(", ").Append(SafeText.Show(path));
        else if (place.Module is { Length: > 0 } module)
            line.Append(", kernel module ").Append(SafeText.Show(module));
        if (place.Address != 0)
            line.Append(CultureInfo.InvariantCulture, $" 0x{place.Address:x}");
        return line.ToString();
    }

    private static void Line(StringBuilder text, string name, string value) => text.Append("          ").Append(name.PadRight(10)).Append(value).Append('\n');
}
