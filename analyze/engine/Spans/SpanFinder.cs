using TraceKit.Engine.Model;
using TraceKit.Probes.Filters;

namespace TraceKit.Engine.Spans;

/// <summary>Finds events of a recording that belong together: entry and return of a function, start and end of an operation.</summary>
public static class SpanFinder
{
    /// <summary>How the kernel and programs name the two ends of an operation: what stands at the end, or at the beginning, of the event's name.</summary>
    private static readonly (string Start, string End)[] s_words =
    [
        ("sys_enter", "sys_exit"), ("enter", "exit"), ("entry", "exit"), ("entry", "return"), ("enter", "return"), ("enter", "leave"), ("begin", "end"), ("start", "end"), ("start", "done"),
        ("start", "stop"), ("issue", "complete"), ("submit", "complete"),
    ];

    /// <summary>The kernel says of a flush that it is issued at sector 0 and completed at sector -1: nothing tells which belong together.</summary>
    private const string FlushCondition = "nr_sector != 0", FlushNote = "requests of no sectors (flushes) left out: the kernel gives their issue and their completion different sectors";

    /// <summary>The kernel forgets the number of the system call before it returns from it; with the thread alone a call that <c>execve</c> of another thread ended would take that one's end.</summary>
    private const string SignalNote = "returns from signal handlers (rt_sigreturn) left alone: the kernel gives their end the number -1";

    /// <summary>Operations whose ends are not told apart by the thread, by group and what both names have in common.</summary>
    private static readonly (string Group, string Name, string Key)[] s_keys =
    [
        ("raw_syscalls", "", "tid,id"), ("block", "", "dev,sector"), ("irq", "irq_handler", "cpu,irq"), ("irq", "softirq", "cpu,vec"), ("irq", "", "cpu"), ("irq_vectors", "", "cpu"), ("workqueue", "workqueue_execute", "work"),
        ("timer", "hrtimer", "cpu,hrtimer"), ("timer", "timer", "cpu,timer"), ("power", "", "cpu"), ("nvme", "", "ctrl_id,cid"),
    ];

    /// <summary>All of them, in the order of their first event.</summary>
    public static IReadOnlyList<SpanDefinition> Find(Trace trace)
    {
        ArgumentNullException.ThrowIfNull(trace);
        var events = trace.Events.Where(e => e is { IsSideBandOnly: false, IsTracepoint: true }).ToArray();
        List<SpanDefinition> found = [.. Calls(trace, events), .. Operations(events)];
        return [.. found.OrderBy(d => d.Start.Events[0])];
    }

    /// <summary>Probes at a function's entry and at its return.</summary>
    private static IEnumerable<SpanDefinition> Calls(Trace trace, TraceEvent[] events)
    {
        var returns = events.Where(IsReturn).ToArray();
        foreach (var entry in events.Where(e => !IsReturn(e) && HasField(e, "__probe_ip")))
        {
            var ends = returns.Where(r => IsReturnOf(trace, r, entry)).Select(r => r.Index).ToArray();
            if (ends.Length > 0)
                yield return new SpanDefinition { Name = FunctionOf(trace, entry) ?? NameOf(entry), Start = new([entry.Index]), End = new(ends), IsCall = true };
        }
    }

    private static IEnumerable<SpanDefinition> Operations(TraceEvent[] events)
    {
        var taken = new HashSet<int>();
        foreach (var (startWord, endWord) in s_words)
        {
            foreach (var start in events)
            {
                if (taken.Contains(start.Index) || HasField(start, "__probe_ret_ip") || Common(NameOf(start), startWord) is not { } common)
                    continue;
                var end = Array.Find(events, e => e != start && !taken.Contains(e.Index) && GroupOf(e) == GroupOf(start) && Common(NameOf(e), endWord) == common);
                if (end is null)
                    continue;
                taken.Add(start.Index);
                taken.Add(end.Index);
                yield return Operation(start, end, common.Replace("*", "", StringComparison.Ordinal).Trim('_'), startWord == "sys_enter");
            }
        }
    }

    private static SpanDefinition Operation(TraceEvent start, TraceEvent end, string common, bool isSystemCall)
    {
        var key = "tid";
        foreach (var (group, name, fields) in s_keys)
        {
            if (GroupOf(start) != group || !common.StartsWith(name, StringComparison.Ordinal) || !fields.Split(',').All(f => RecordKeys.IsCommon(f) || (HasField(start, f) && HasField(end, f))))
                continue;
            key = fields;
            break;
        }

        var isBlock = key == "dev,sector" && HasField(start, "nr_sector") && HasField(end, "nr_sector");
        var condition = isBlock ? FilterExpression.Parse(FlushCondition) : null;
        return new SpanDefinition
        {
            Note = isBlock ? FlushNote : isSystemCall && key != "tid" ? SignalNote : "",
            Name = isSystemCall ? common.Length == 0 ? "system calls" : common : $"{NameOf(start)}..{NameOf(end)}",
            Start = new([start.Index], condition),
            End = new([end.Index], condition),
            Key = [.. key.Split(',').Select(k => new SpanKeyPart(k, k))],
            // A thread is in one system call, a CPU in one handler of an interrupt.
            Order = isSystemCall ? SpanOrder.Latest : SpanOrder.Nested,
        };
    }

    /// <summary>The name without the word, which stands at its end or beginning; null when it does not have it there.</summary>
    private static string? Common(string name, string word)
    {
        if (name == word)
            return "";
        if (name.EndsWith("_" + word, StringComparison.Ordinal))
            return name[..^(word.Length + 1)] + "*";
        return name.StartsWith(word + "_", StringComparison.Ordinal) ? "*" + name[(word.Length + 1)..] : null;
    }

    private static bool IsReturn(TraceEvent traceEvent) => HasField(traceEvent, "__probe_ret_ip");

    private static bool IsReturnOf(Trace trace, TraceEvent end, TraceEvent entry)
    {
        if (FunctionOf(trace, entry) is { } function && FunctionOf(trace, end) is { } other)
            return function == other && PathOf(trace, entry) == PathOf(trace, end);
        return GroupOf(end) == GroupOf(entry) && BaseOf(end) == BaseOf(entry);
    }

    /// <summary>The function that the recording says the probe stands in; null when it does not, or says several.</summary>
    private static string? FunctionOf(Trace trace, TraceEvent traceEvent)
    {
        var functions = trace.EventSources[traceEvent.Index].Description.Places.Select(p => p.Function).Distinct(StringComparer.Ordinal).ToArray();
        return functions is [{ Length: > 0 } only] ? only : null;
    }

    private static string? PathOf(Trace trace, TraceEvent traceEvent) => trace.EventSources[traceEvent.Index].Description.Places.Select(p => p.Path ?? p.Module).FirstOrDefault();

    /// <summary>perf calls a return <c>f__return</c>, and of names that are taken gives the next <c>f_1</c>.</summary>
    private static string BaseOf(TraceEvent traceEvent)
    {
        var name = NameOf(traceEvent).AsSpan().TrimEnd("0123456789");
        name = name.Length < NameOf(traceEvent).Length && name.EndsWith("_", StringComparison.Ordinal) ? name[..^1] : NameOf(traceEvent);
        return (name.EndsWith("__return", StringComparison.Ordinal) ? name[..^"__return".Length] : name).ToString();
    }

    private static string GroupOf(TraceEvent traceEvent) => traceEvent.Name[..Math.Max(0, traceEvent.Name.IndexOf(':'))];

    private static string NameOf(TraceEvent traceEvent) => traceEvent.Name[(traceEvent.Name.IndexOf(':') + 1)..];

    private static bool HasField(TraceEvent traceEvent, string name) => traceEvent.Fields.Any(f => f.Name == name);
}
