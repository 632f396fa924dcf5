using TraceKit.Capture.Events;
using TraceKit.Capture.Native;

namespace TraceKit.Capture.Probes;

/// <summary>What is known of the probes that are defined already: by the kernel's own line, and by what <c>probe</c> kept when it defined them.</summary>
internal sealed class KnownProbes
{
    private readonly Dictionary<string, (DefinedEvent Defined, RegisteredProbe? Known)> _byName = new(StringComparer.Ordinal);

    private KnownProbes()
    {
    }

    /// <summary>Reads it; what may not be read is unknown.</summary>
    public static KnownProbes Read()
    {
        var probes = new KnownProbes();
        var all = DefinedEvents.All();
        if (all.Count == 0)
            return probes;
        using var registry = ProbeRegistry.TryOpen(create: false, out _);
        foreach (var defined in all)
        {
            // A name that was used twice is two probes in one event: the kernel's merging. What is known of one does not hold for the other.
            if (!probes._byName.TryAdd($"{defined.Group}/{defined.Event}", (defined, registry?.Find(defined))))
                probes._byName[$"{defined.Group}/{defined.Event}"] = (defined, null);
        }

        return probes;
    }

    /// <summary>Events of a group that are one event with another to people: the returns of a Go function.</summary>
    public List<string> OthersOf(string group, string name)
    {
        var others = new List<string>();
        foreach (var (defined, known) in _byName.Values)
        {
            if (defined.Group == group && defined.Event != name && known?.Description.Name == $"{group}:{name}")
                others.Add(defined.Event);
        }

        return others;
    }

    /// <summary>Adds what is known of an event, and says it when its probe cannot fire any more.</summary>
    public TracedEvent Describe(TracedEvent traced)
    {
        if (!_byName.TryGetValue(traced.KernelName, out var found))
            return traced;
        var (defined, known) = found;
        if (known is null)
        {
            Cli.Terminal.Detail($"{defined.Name}: it was not defined by 'tracekit-capture probe', or is another one by now: its fields are shown as the kernel has them");
            return traced.With(null, defined.Line, [], []);
        }

        var path = known.Description.Places.Count > 0 ? known.Description.Places[0].Path : null;
        if (path is not null && (!HostFile.TryFacts(path, out var facts) || known.File != ProbeRegistry.IdentityOf(facts)))
            Cli.Terminal.Notice($"{defined.Name}: {path} is another file now than when the probe was defined: it fires only in processes that still run the old one; define it again");
        // Several places may be one event to people.
        traced.Name = known.Description.Name;
        return traced.With(known.Description.ProbeSource, defined.Line, known.Description.Arguments, known.Description.Places);
    }
}
