using System.Text;
using TraceKit.Capture.Cli;
using TraceKit.Capture.Events;
using TraceKit.Capture.Host;
using TraceKit.Capture.Native;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes;

namespace TraceKit.Capture.Commands;

/// <summary><c>list [PATTERN]</c>: one event a line.</summary>
internal static class ListCommand
{
    public static int Run(string[] arguments)
    {
        if (HelpText.IsAskedFor(arguments))
        {
            Terminal.Out(HelpText.List);
            return 0;
        }

        if (arguments.Length > 1 || (arguments.Length == 1 && arguments[0].StartsWith('-')))
            throw new UsageException($"list takes one pattern, not '{string.Join(' ', arguments)}'");
        var pattern = arguments.Length == 1 ? arguments[0] : "*";
        var output = new StringBuilder();
        foreach (var (name, config) in EventNames.Software)
        {
            if (EventProbe.Opens(EventNames.PERF_TYPE_SOFTWARE, config))
                Add(output, pattern, name, "software event");
        }

        foreach (var (name, config) in EventNames.Hardware)
        {
            if (EventProbe.Opens(EventNames.PERF_TYPE_HARDWARE, config))
                Add(output, pattern, name, "hardware event");
        }

        AddTracepoints(output, pattern);
        if (output.Length == 0)
            throw new CaptureException($"no event matches '{pattern}' here", Tracefs.CanRead ? null : "tracepoints need tracefs: see 'tracekit-capture doctor'");
        Terminal.Out(output.ToString().TrimEnd('\n'));
        return 0;
    }

    private static void AddTracepoints(StringBuilder output, string pattern)
    {
        string root;
        try
        {
            root = Tracefs.Root;
        }
        catch (CaptureException e)
        {
            Terminal.Notice($"no tracepoints: {e.Message}; {e.Fix}");
            return;
        }

        var probes = ProbeNames();
        var groups = HostFile.List(root + "/events", out var error);
        if (error != 0)
            Terminal.Notice($"no tracepoints: cannot read {root}/events: {Errno.Text(error)}; run as root");
        groups.Sort(StringComparer.Ordinal);
        foreach (var group in groups)
        {
            var names = HostFile.List($"{root}/events/{group}", out _);
            names.Sort(StringComparer.Ordinal);
            foreach (var name in names)
            {
                // Folders hold control files beside the events: enable, filter. ftrace's own formats cannot be recorded by perf.
                if (name is "enable" or "filter" || group == "ftrace" || RunGroup.TryParse(group, out _, out _))
                    continue;
                Add(output, pattern, $"{group}:{name}", probes.Contains($"{group}/{name}") ? "probe" : "tracepoint");
            }
        }
    }

    private static HashSet<string> ProbeNames()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in (ReadOnlySpan<string>)["kprobe_events", "uprobe_events"])
        {
            foreach (var line in new Probes.ProbeFile(file).Read())
            {
                if (KernelProbeText.TryParseName(line, out var group, out var name))
                    names.Add($"{group}/{name}");
            }
        }

        return names;
    }

    private static void Add(StringBuilder output, string pattern, string name, string kind)
    {
        if (Glob.Matches(pattern, name))
            output.Append("  ").Append(name.PadRight(48)).Append(" [").Append(kind).Append("]\n");
    }
}
