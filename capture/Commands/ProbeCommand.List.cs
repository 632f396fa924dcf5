using System.Globalization;
using System.Text;
using TraceKit.Capture.Cli;
using TraceKit.Capture.Host;
using TraceKit.Capture.Native;
using TraceKit.Capture.Probes;

namespace TraceKit.Capture.Commands;

/// <summary><c>probe -l</c>.</summary>
internal static partial class ProbeCommand
{
    private static int List(ProbeArguments options)
    {
        var all = DefinedEvents.All();
        using var registry = ProbeRegistry.TryOpen(create: false, out _);
        registry?.Sweep(all);
        using var places = new DefinedPlaces(options.Target);
        var counts = Terminal.Verbose ? ReadCounts() : [];
        var output = new StringBuilder();
        foreach (var defined in all)
        {
            if (options.Operands.Count > 0 && !options.Operands.Exists(p => DefinedEvents.Matches(p, defined)))
                continue;
            var known = registry?.Find(defined);
            output.Append(ProbeLine.Of(defined.Name, places.Of(defined, known), DefinedPlaces.ModuleOf(defined, known), ArgumentNames(defined, known))).Append('\n');
            if (!Terminal.Verbose)
                continue;
            if (known?.Description.ProbeSource is { } source)
                output.Append("    defined as  ").Append(source).Append('\n');
            output.Append("    the kernel  ").Append(defined.Line).Append('\n');
            if (counts.TryGetValue(defined.Name, out var count))
                output.Append(CultureInfo.InvariantCulture, $"    hits        {count.Hits}, missed {count.Missed}\n");
            foreach (var argument in known?.Description.Arguments ?? [])
            {
                output.Append("    ").Append(argument.Name.PadRight(11)).Append(' ').Append(argument.Expression ?? "").Append(argument.TypeText is { } type ? $", {type}" : "");
                output.Append(argument.Origin is { } origin ? $": {origin}" : "").Append('\n');
            }
        }

        if (output.Length > 0)
            Terminal.Out(output.ToString().TrimEnd('\n'));
        else if (options.Operands.Count > 0)
            throw NothingMatches(options.Operands[0], all, []);
        return 0;
    }

    /// <summary>As people know them where that is registered, else as the kernel does.</summary>
    private static IReadOnlyList<string> ArgumentNames(DefinedEvent defined, RegisteredProbe? known)
    {
        if (known is not { Description.Arguments.Count: > 0 })
            return defined.Arguments;
        var names = new List<string>();
        foreach (var argument in known.Description.Arguments)
            names.Add(argument.Name);
        return names;
    }

    /// <summary>
    /// Hits and misses by <c>GROUP:EVENT</c>. The profiles name no groups, but have the order of the files of definitions: <c>kprobe_profile</c> has event, hits, misses in a
    /// line, <c>uprobe_profile</c> the probed file before them, and no misses on older kernels.
    /// </summary>
    private static Dictionary<string, (ulong Hits, ulong Missed)> ReadCounts()
    {
        var counts = new Dictionary<string, (ulong Hits, ulong Missed)>(StringComparer.Ordinal);
        var all = DefinedEvents.All(ofRuns: true);
        foreach (var (file, nameAt) in (ReadOnlySpan<(ProbeFile, int)>)[(DefinedEvents.Kernel, 0), (DefinedEvents.User, 1)])
        {
            var events = all.FindAll(e => e.File == file);
            var profile = $"{Tracefs.Root}/{file.Name.Replace("_events", "_profile", StringComparison.Ordinal)}";
            var lines = (HostFile.TryReadText(profile) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries);
            for (var i = 0; i < Math.Min(lines.Length, events.Count); i++)
            {
                var words = lines[i].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                // One that was defined or removed between the two reads: what follows would be told of the wrong event.
                if (words.Length < nameAt + 2 || words[nameAt] != events[i].Event || !ulong.TryParse(words[nameAt + 1], out var hits))
                    break;
                counts[events[i].Name] = (hits, words.Length > nameAt + 2 && ulong.TryParse(words[nameAt + 2], out var missed) ? missed : 0);
            }
        }

        return counts;
    }
}
