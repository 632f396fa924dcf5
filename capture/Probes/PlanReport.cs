using System.Globalization;
using System.Text;
using TraceKit.Capture.Cli;
using TraceKit.Probes;
using TraceKit.Probes.Plan;
using TraceKit.Probes.Syntax;

namespace TraceKit.Capture.Probes;

/// <summary>From a definition's text to its plan, and what is said of it.</summary>
internal static class PlanReport
{
    /// <summary>Reads and looks up a definition; says what came of it where that is more than was asked for.</summary>
    /// <param name="describe">With <c>-v</c> also where types and offsets came from.</param>
    /// <exception cref="ProbeSyntaxException">It cannot be done.</exception>
    public static ProbePlan Compile(string text, HostTarget target, TargetOptions options, bool describe = true)
    {
        var plan = ProbeCompiler.Compile(
            ProbeParser.Parse(text), target.Target, new ProbeOptions { MaxProbes = options.MaxProbes, NoInlines = options.NoInlines, TextBytes = options.TextBytes });
        foreach (var note in plan.Notes)
            Terminal.Notice(note);
        if (describe && Terminal.Verbose)
            Terminal.Detail(Describe(plan, target, verbose: false));
        return plan;
    }

    /// <summary>The event in one line, as <c>probe -l</c> lists it.</summary>
    public static string Line(PlannedProbe probe, string name)
    {
        var arguments = new List<string>(probe.Arguments.Count);
        foreach (var argument in probe.Arguments)
            arguments.Add(argument.Name);
        if (probe.RawArguments is { Length: > 0 } && DefinedEvent.TryParse(DefinedEvents.Kernel, KernelProbeText.Compose(probe, probe.Group, probe.Event), out var raw))
            arguments.AddRange(raw!.Arguments);
        var place = probe.Place;
        return ProbeLine.Of(name, ProbeLine.Place(place.Function.Length > 0 ? place.Function : place.Symbol, place.IsReturn, place.Offset, place.SourceFile, place.SourceLine), place.Path ?? place.Module, arguments);
    }

    /// <summary>Everything about a plan: each place with what its instruction costs, each argument with what is fetched and where that came from.</summary>
    /// <param name="verbose">The event's line and the kernel's text too.</param>
    public static string Describe(ProbePlan plan, HostTarget target, bool verbose)
    {
        var text = new StringBuilder();
        foreach (var probe in plan.Probes)
        {
            var place = probe.Place;
            if (text.Length > 0)
                text.Append('\n');
            text.Append(verbose ? Line(probe, $"{probe.Group}:{probe.Event}") : $"{probe.Group}:{probe.Event}");
            text.Append(CultureInfo.InvariantCulture, $"\n    place     {place.Symbol}+{place.Offset} at 0x{place.Address.Value:x}");
            if (place.Path is not null)
                text.Append(CultureInfo.InvariantCulture, $" of {place.Path}, file offset 0x{place.FileOffset.Value:x}");
            if (place.Semaphore is { } counter)
                text.Append(CultureInfo.InvariantCulture, $", its semaphore at file offset 0x{counter.Value:x}");
            if (place.SourceFile is not null)
                text.Append(CultureInfo.InvariantCulture, $", {place.SourceFile}:{place.SourceLine}");
            if (place.InlinedIn is not null)
                text.Append(", inlined in ").Append(place.InlinedIn);
            if (target.CostAt(place) is { } cost)
                text.Append("\n    cost      ").Append(cost);
            foreach (var argument in probe.Arguments)
                Add(text, argument);
            if (verbose)
                text.Append("\n    kernel    ").Append(KernelProbeText.Compose(probe, probe.Group, probe.Event));
        }

        return text.ToString();
    }

    private static void Add(StringBuilder text, PlannedArgument argument)
    {
        text.Append("\n    ").Append(argument.Name.PadRight(9)).Append(' ');
        var first = true;
        foreach (var fetch in argument.Fetches)
        {
            if (!first)
                text.Append(", ");
            first = false;
            text.Append(fetch.Text);
            if (fetch.Type is not null)
                text.Append(':').Append(fetch.Type);
        }

        if (argument.TypeText is not null)
            text.Append("  ").Append(argument.TypeText);
        if (argument.Presentation is { Kind: not PresentationKind.None } shown)
            text.Append(", shown as ").Append(Word(shown.Kind));
        if (argument.Origin.Length > 0)
            text.Append("\n              ").Append(argument.Origin);
    }

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
        _ => "number",
    };
}
