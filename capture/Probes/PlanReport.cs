using System.Text;
using TraceKit.Capture.Cli;
using TraceKit.Probes;
using TraceKit.Probes.Listing;
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
        ProbePlan plan;
        try
        {
            plan = ProbeCompiler.Compile(ProbeParser.Parse(text), target.Target, OptionsOf(options));
        }
        catch (ProbeSyntaxException e) when (target.Unread is not null)
        {
            throw new CaptureException(e.Message, target.Unread);
        }

        foreach (var note in plan.Notes)
            Terminal.Notice(note);
        if (describe && Terminal.Verbose)
            Terminal.Detail(PlanListing.Details(plan, target.CostAt).TrimEnd('\n'));
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

    /// <summary>Everything about a plan: each event with its places, what a hit costs there, its arguments with where they came from, and the kernel's text.</summary>
    public static string Describe(ProbePlan plan, HostTarget target)
    {
        var text = new StringBuilder();
        foreach (var probe in plan.Probes)
            text.Append(Line(probe, $"{probe.Group}:{probe.Event}")).Append('\n');
        return text.Append(PlanListing.Details(plan, target.CostAt)).Append(PlanListing.Definitions(plan)).ToString().TrimEnd('\n');
    }

    /// <summary>Choices of a compilation.</summary>
    public static ProbeOptions OptionsOf(TargetOptions options) =>
        new() { MaxProbes = options.MaxProbes, NoInlines = options.NoInlines, TextBytes = options.TextBytes, SourceText = SourceText.Read };
}
