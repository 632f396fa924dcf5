using System.Text;
using TraceKit.Capture.Cli;
using TraceKit.Capture.Probes;
using TraceKit.Format.Dtr.Metadata;
using TraceKit.Probes;
using TraceKit.Probes.Listing;
using TraceKit.Probes.Plan;

namespace TraceKit.Capture.Commands;

/// <summary><c>probe DEFINITION</c>, <c>probe -D</c>, <c>--dry-run</c>.</summary>
internal static partial class ProbeCommand
{
    private static int Define(ProbeArguments options)
    {
        using var target = HostTarget.Open(options.Target);
        // Everything is looked up before anything is defined: a mistake in the last definition leaves no trace of the first.
        var plans = new List<ProbePlan>(options.Operands.Count);
        foreach (var text in options.Operands)
            plans.Add(PlanReport.Compile(text, target, options.Target, describe: !options.DryRun));
        if (options.Mode == ProbeMode.Definition)
        {
            foreach (var plan in plans)
                Print(PlanListing.Definitions(plan));

            return 0;
        }

        if (options.DryRun)
        {
            foreach (var plan in plans)
                Terminal.Out(PlanReport.Describe(plan, target));
            return 0;
        }

        Persist(plans, target);
        return 0;
    }

    private static void Persist(List<ProbePlan> plans, HostTarget target)
    {
        using var registry = ProbeRegistry.TryOpen(create: true, out var reason);
        if (registry is null)
            Terminal.Detail($"what the fields mean is not kept for later recordings: {reason}");
        registry?.Sweep(DefinedEvents.All());
        var added = new List<DefinedEvent>();
        var shown = new StringBuilder();
        try
        {
            foreach (var plan in plans)
            {
                // Places that are one event to people have one name in the plan; in the kernel each has its own, and the first one's is what people use.
                var visible = new Dictionary<string, string>(StringComparer.Ordinal);
                foreach (var probe in plan.Probes)
                    Add(probe, plan.Syntax.Text, target, registry, visible, added, shown);
            }
        }
        catch
        {
            foreach (var defined in added)
            {
                ProbeDefiner.Remove(defined.File, defined.Group, defined.Event);
                registry?.Remove(defined);
            }

            throw;
        }

        if (added.Count == 0)
            return;
        Terminal.Out($"Added new event{(added.Count > 1 ? "s" : "")}:\n{shown}");
        if (!Terminal.Quiet)
            Terminal.Out($"You can now use {(added.Count > 1 ? "them" : "it")} in all tracekit-capture commands, such as:\n\n\ttracekit-capture record -e {added[0].Name} -a\n");
    }

    private static void Add(PlannedProbe probe, string text, HostTarget target, ProbeRegistry? registry, Dictionary<string, string> visible, List<DefinedEvent> added, StringBuilder shown)
    {
        if (!visible.ContainsKey($"{probe.Group}:{probe.Event}") && FindSame(probe, target) is { } same)
        {
            Terminal.Out($"Exists already, just as it is: {same.Name}");
            return;
        }

        // The kernel would merge two events of one name: each then fires as the other, and removing one removes both.
        var name = DefinedEvents.FreeName(probe.Group, probe.Event);
        var defined = ProbeDefiner.Define(probe, target, probe.Group, name, text);
        added.Add(defined);
        if (!visible.TryGetValue($"{probe.Group}:{probe.Event}", out var shared))
            visible.Add($"{probe.Group}:{probe.Event}", shared = defined.Name);
        var description = new EventDescription
        {
            Name = shared,
            ProbeDefinition = defined.Line,
            ProbeSource = text,
            Arguments = StoredArguments.Of(probe),
            Places = [StoredArguments.Of(probe.Place)],
        };
        if (registry is not null && !registry.TrySave(defined, target.Facts, description, out var reason))
            Terminal.Detail($"{defined.Name}: what its fields mean is not kept for later recordings: {reason}");
        shown.Append(PlanReport.Line(probe, defined.Name)).Append('\n');
    }

    /// <summary>An event that is defined already with the wanted name, place and arguments; null when there is none.</summary>
    private static DefinedEvent? FindSame(PlannedProbe probe, HostTarget target)
    {
        var file = probe.Place.Path is null ? DefinedEvents.Kernel : DefinedEvents.User;
        if (!DefinedEvent.TryParse(file, KernelProbeText.Compose(probe, probe.Group, probe.Event, target.KernelPath), out var wanted))
            return null;
        return DefinedEvents.All().Find(e => e.Name == wanted!.Name && e.IsSameProbe(wanted));
    }
}
