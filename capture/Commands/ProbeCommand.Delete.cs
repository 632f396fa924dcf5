using TraceKit.Capture.Cli;
using TraceKit.Capture.Native;
using TraceKit.Capture.Probes;

namespace TraceKit.Capture.Commands;

/// <summary><c>probe -d</c>.</summary>
internal static partial class ProbeCommand
{
    private static int Delete(ProbeArguments options)
    {
        var all = DefinedEvents.All();
        using var registry = ProbeRegistry.TryOpen(create: false, out _);
        var removed = new List<string>();
        var kept = new List<string>();
        foreach (var pattern in options.Operands)
        {
            var matching = all.FindAll(e => DefinedEvents.Matches(pattern, e) || registry?.Find(e)?.Description.Name is { } visible && visible == pattern.Replace('/', ':'));
            if (matching.Count == 0)
                throw NothingMatches(pattern, all, removed);
            foreach (var defined in matching)
            {
                all.RemoveAll(e => e.Name == defined.Name);
                if (removed.Contains(defined.Name) || kept.Contains(defined.Name))
                    continue;
                var error = ProbeDefiner.Remove(defined.File, defined.Group, defined.Event);
                if (error == 0)
                {
                    registry?.Remove(defined);
                    removed.Add(defined.Name);
                    Terminal.Out($"Removed event: {defined.Name}");
                    continue;
                }

                kept.Add(defined.Name);
                Terminal.Error($"{defined.Name} is not removed: {(error == Errno.EBUSY ? DefinedEvents.WhyBusy(defined) : Errno.Text(error))}");
            }
        }

        registry?.Sweep(DefinedEvents.All());
        return kept.Count == 0 ? 0 : 1;
    }

    private static CaptureException NothingMatches(string pattern, List<DefinedEvent> all, List<string> removed)
    {
        var before = removed.Count == 0 ? "" : $" (removed until then: {string.Join(", ", removed)})";
        if (all.Count == 0)
            return new CaptureException($"no event '{pattern}': no probes are defined on this host{before}");
        var names = new List<string>();
        foreach (var defined in all)
        {
            if (names.Count < 8)
                names.Add(defined.Name);
        }

        return new CaptureException($"no event '{pattern}'{before}", $"defined are {string.Join(", ", names)}{(all.Count > names.Count ? $" and {all.Count - names.Count} more: 'tracekit-capture probe -l'" : "")}");
    }
}
