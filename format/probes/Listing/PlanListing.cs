using System.Globalization;
using System.Text;
using TraceKit.Probes.Plan;

namespace TraceKit.Probes.Listing;

/// <summary>The text of <c>-D</c>, <c>-v</c> and <c>--dry-run</c>: what a definition became.</summary>
public static class PlanListing
{
    /// <summary>The kernel's lines, one for each probe: what <c>-D</c> prints.</summary>
    public static string Definitions(ProbePlan plan)
    {
        var text = new StringBuilder();
        foreach (var probe in plan.Probes)
            text.Append(KernelProbeText.Compose(probe, probe.Group, probe.Event)).Append('\n');
        return text.ToString();
    }

    /// <summary>Each place, and each argument with what is fetched, its declared type, how it is shown and where all that came from.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="costAt">What a hit costs at a place; null for what is not known.</param>
    public static string Details(ProbePlan plan, Func<ProbePlace, string?>? costAt = null)
    {
        var text = new StringBuilder();
        foreach (var probe in plan.Probes)
        {
            var place = probe.Place;
            text.Append(CultureInfo.InvariantCulture, $"{probe.Group}:{probe.Event}\n");
            Row(text, "place", Place(place));
            if (costAt?.Invoke(place) is { } cost)
                Row(text, "cost", cost);
            foreach (var argument in probe.Arguments)
                Argument(text, argument);
            if (probe.RawArguments is { Length: > 0 } raw)
                Row(text, "arguments", raw + " (the kernel's own words, passed on as they are)");
        }

        foreach (var note in plan.Notes)
            text.Append("note: ").Append(note).Append('\n');
        return text.ToString();
    }

    private static string Place(ProbePlace place)
    {
        var text = new StringBuilder();
        text.Append(place.Function.Length > 0 ? place.Function : place.Symbol);
        text.Append(place.IsReturn ? "%return" : place.Offset > 0 ? $"+{place.Offset.ToString(CultureInfo.InvariantCulture)}" : "");
        if (place.Address.Value != 0)
            text.Append(CultureInfo.InvariantCulture, $" at 0x{place.Address.Value:x}");
        if (place.Path is not null)
            text.Append(CultureInfo.InvariantCulture, $" of {place.Path}, file offset 0x{place.FileOffset.Value:x}");
        else if (place.Module is not null)
            text.Append(" of the module ").Append(place.Module);
        if (place.Semaphore is { } counter)
            text.Append(CultureInfo.InvariantCulture, $", its semaphore at file offset 0x{counter.Value:x}");
        if (place.SourceFile is not null)
            text.Append(CultureInfo.InvariantCulture, $", {place.SourceFile}:{place.SourceLine}");
        if (place.InlinedIn is not null)
            text.Append(", inlined in ").Append(place.InlinedIn);
        return text.ToString();
    }

    private static void Argument(StringBuilder text, PlannedArgument argument)
    {
        var line = new StringBuilder();
        foreach (var fetch in argument.Fetches)
        {
            line.Append(line.Length > 0 ? ", " : "").Append(fetch.Text);
            if (fetch.Type is not null)
                line.Append(':').Append(fetch.Type);
        }

        if (argument.TypeText is not null)
            line.Append("  ").Append(argument.TypeText);
        if (argument.Presentation is { Kind: not PresentationKind.None } shown)
            line.Append(", shown as ").Append(Word(shown.Kind));
        Row(text, argument.Name, line.ToString());
        if (argument.Origin.Length > 0)
            Row(text, "", argument.Origin);
    }

    private static void Row(StringBuilder text, string name, string value) => text.Append("    ").Append(name.PadRight(9)).Append(' ').Append(value).Append('\n');

    private static string Word(PresentationKind kind) => kind switch
    {
        PresentationKind.Ip4 => "IPv4 address",
        PresentationKind.Ip6 => "IPv6 address",
        PresentationKind.BigEndian16 or PresentationKind.BigEndian32 or PresentationKind.BigEndian64 => "number in network order",
        PresentationKind.Port => "port",
        PresentationKind.Nanoseconds => "time",
        PresentationKind.Errno => "error number by name",
        PresentationKind.Enum => "enum by name",
        PresentationKind.Symbol => "symbol",
        PresentationKind.Bytes => "bytes",
        PresentationKind.Text => "text with its length",
        PresentationKind.Boolean => "true or false",
        PresentationKind.Character => "character",
        PresentationKind.Pointer => "address",
        PresentationKind.ElementCount => "number of elements",
        PresentationKind.Float => "floating-point number",
        _ => "number",
    };
}
