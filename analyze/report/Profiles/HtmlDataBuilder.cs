using TraceKit.DebugInfo.Unwind;
using TraceKit.Engine;
using TraceKit.Engine.Aggregates;
using TraceKit.Engine.Stacks;
using TraceKit.Engine.Symbols;
using TraceKit.Format.Dtr.Metadata;
using TraceKit.Report.Charts;
using TraceKit.Report.Html;
using TraceKit.Report.Info;

namespace TraceKit.Report.Profiles;

/// <summary>Fills the page's data from a trace and its analysis.</summary>
public static class HtmlDataBuilder
{
    /// <summary>Places where stacks stopped that are told one by one.</summary>
    private const int MostStops = 30;

    private const int TimelineBins = 400;

    /// <summary>Everything that the page shows.</summary>
    /// <param name="trace">The recording.</param>
    /// <param name="analysis">Of it; times and fields are shown when they were kept.</param>
    /// <param name="tool">Name and version of this program.</param>
    public static ReportData Build(Trace trace, Analysis analysis, string tool)
    {
        var samples = SamplesByEvent(analysis);
        // The tabs' order: most samples first; events that never happened are told in the notes, not shown empty.
        int[] shown = [.. Enumerable.Range(0, samples.Length).Where(e => samples[e] > 0).OrderByDescending(e => samples[e]).ThenBy(e => e)];
        var position = new int[samples.Length];
        Array.Fill(position, -1);
        for (var i = 0; i < shown.Length; i++)
            position[shown[i]] = i;
        var tree = FunctionTree.Of(analysis);
        var (threads, threadOf) = Threads(analysis, position, shown.Length);
        var timeline = TimelineOf(trace, analysis, shown, out var origin);
        return new ReportData
        {
            File = Path.GetFileName(trace.Path),
            Host = Host(trace, tool),
            Totals = Totals(analysis),
            Events = [.. shown.Select(e => new ReportEvent(analysis.Events[e].Name, analysis.Events[e].WeightIsTime ? "ns" : "events", samples[e]))],
            Frames = Frames(analysis),
            Nodes = tree.ToNodes(analysis, position, shown.Length),
            Rows = HtmlRows.Build(analysis, position, tree.OfStack, thread => threadOf[thread], origin, timeline),
            Timeline = timeline,
            Histograms = Histograms(analysis, shown),
            Threads = threads,
            Modules = Modules(trace, analysis),
            UnwindStops = Stops(analysis),
            Unresolved = Unresolved(analysis.Totals),
            Losses = Losses(trace),
            Notes = Notes(trace, analysis, samples),
        };
    }

    private static long[] SamplesByEvent(Analysis analysis)
    {
        var samples = new long[analysis.Events.Count];
        for (var row = 0; row < analysis.Samples.Count; row++)
            samples[analysis.Samples.Events[row]] += analysis.Samples.Counts[row];
        return samples;
    }

    private static ReportHost Host(Trace trace, string tool)
    {
        var host = trace.Host;
        var (first, last) = trace.SampleTimes;
        var start = host.StartTime != 0 ? (long)host.StartTime : first;
        var end = host.EndTime != 0 ? (long)host.EndTime : last;
        return new ReportHost
        {
            Name = host.HostName,
            Kernel = $"{host.KernelRelease} {host.Architecture}".Trim(),
            Cpu = host.CpuCount > 0 ? FormattableString.Invariant($"{host.CpuCount} CPUs") + (host.CpuModel is { Length: > 0 } model ? $", {model}" : "") : "",
            Command = string.Join(' ', host.CommandLine),
            Start = start != 0 ? InfoText.Utc(start, host.RealtimeOffset) : "",
            DurationNanoseconds = Math.Max(0, end - start),
            Tool = tool,
        };
    }

    private static ReportTotals Totals(Analysis analysis) => new()
    {
        Samples = analysis.Totals.Used,
        Filtered = analysis.Totals.Filtered,
        Lost = analysis.Totals.Lost,
        Throttled = analysis.Totals.Throttled,
        DamagedChunks = analysis.Totals.DamagedChunks,
        IncompleteStacks = analysis.Unwind.Samples - analysis.Unwind.ReachedRoot,
        UnresolvedSamples = analysis.Totals.SamplesByReason.Skip(1).Sum(),
    };

    private static ReportFrames Frames(Analysis analysis)
    {
        var count = analysis.Functions.Count;
        var names = new string[count];
        var modules = new int[count];
        var kinds = new ReportFrameKind[count];
        for (var i = 0; i < count; i++)
        {
            var function = analysis.Functions[i];
            names[i] = function.IsKnown ? function.Label : $"{function.Name} ({LossNotes.Describe(function.Reason)})";
            modules[i] = function.Module;
            kinds[i] = !function.IsKnown ? ReportFrameKind.Unresolved
                : function.IsInlined ? ReportFrameKind.Inlined
                : function.Kind == FrameKind.Kernel ? ReportFrameKind.Kernel
                : function.Module >= 0 && analysis.Modules[function.Module].Kind == Engine.Model.ModuleKind.Jit ? ReportFrameKind.Jit
                : ReportFrameKind.User;
        }

        return new ReportFrames { Names = names, Modules = modules, Kinds = kinds };
    }

    private static ReportTimeline? TimelineOf(Trace trace, Analysis analysis, int[] shown, out long origin)
    {
        var timeline = Timeline.Build(analysis, TimelineKey.Event, TimelineBins);
        origin = (long)trace.Host.StartTime;
        if (timeline.Bins == 0)
            return null;
        origin = trace.Host.StartTime != 0 ? (long)trace.Host.StartTime : timeline.Start;
        return new ReportTimeline
        {
            StartNanoseconds = Math.Max(0, timeline.Start - origin),
            BinNanoseconds = timeline.BinWidth,
            Counts = [.. shown.Select(e => timeline.Series.FirstOrDefault(s => s.Name == analysis.Events[e].Name)?.Counts ?? new long[timeline.Bins])],
        };
    }

    private static List<ReportHistogram> Histograms(Analysis analysis, int[] shown)
    {
        var histograms = new List<ReportHistogram>();
        for (var i = 0; i < shown.Length; i++)
        {
            var traceEvent = analysis.Events[shown[i]];
            foreach (var field in FieldHistograms.NumericFields(traceEvent))
            {
                if (FieldHistograms.Count(analysis, traceEvent, field, HistogramShape.Log2) is not { Count: > 0 } counted)
                    continue;
                histograms.Add(new ReportHistogram
                {
                    Event = i,
                    Field = field,
                    Low = [.. counted.Buckets.Select(b => Number(b.Low))],
                    High = [.. counted.Buckets.Select(b => Number(b.High))],
                    Counts = [.. counted.Buckets.Select(b => b.Count)],
                    Mean = counted.Mean,
                    Min = Number(counted.Min),
                    P50 = Number(counted.ValueAt(50)),
                    P90 = Number(counted.ValueAt(90)),
                    P99 = Number(counted.ValueAt(99)),
                    Max = Number(counted.Max),
                });
            }
        }

        return histograms;
    }

    /// <summary>The page's numbers are signed: what of unsigned ones is beyond them stands at the end.</summary>
    private static long Number(Int128 value) => (long)Int128.Clamp(value, long.MinValue, long.MaxValue);

    private static (List<ReportThread> Threads, int[] PlaceOf) Threads(Analysis analysis, int[] position, int events)
    {
        var counts = new Dictionary<int, long[]>();
        for (var row = 0; row < analysis.Samples.Count; row++)
        {
            var thread = analysis.Samples.Threads[row];
            if (!counts.TryGetValue(thread, out var columns))
                counts.Add(thread, columns = new long[events]);
            columns[position[analysis.Samples.Events[row]]] += analysis.Samples.Counts[row];
        }

        var processes = new Dictionary<int, string>();
        foreach (var thread in analysis.Threads)
        {
            // The last name of the main thread is the process's.
            if (thread.Pid == thread.Tid && !thread.IsGuessed)
                processes[thread.Pid] = thread.Comm;
        }

        var threads = new List<ReportThread>();
        var placeOf = new int[analysis.Threads.Count];
        foreach (var (index, samples) in counts.OrderByDescending(c => c.Value.Sum()).ThenBy(c => c.Key))
        {
            var thread = analysis.Threads[index];
            placeOf[index] = threads.Count;
            threads.Add(new ReportThread(thread.Pid, thread.Tid, processes.GetValueOrDefault(thread.Pid, ""), thread.Comm, samples));
        }

        return (threads, placeOf);
    }

    private static List<ReportModule> Modules(Trace trace, Analysis analysis)
    {
        var contents = trace.ReadContents();
        var through = new long[analysis.Modules.Count];
        foreach (var entry in FlatProfile.Build(analysis, SortKey.ParseList("dso"), children: true).Entries)
        {
            if (entry.Module >= 0)
                through[entry.Module] += entry.TotalCount;
        }

        var missing = analysis.Missing.ToDictionary(m => m.Module.Index, m => LossNotes.Describe(m).Split(": ", 3)[^1]);
        return [.. analysis.Modules.Select((module, i) => new ReportModule
        {
            Name = module.Name,
            Path = module.Path,
            BuildId = module.BuildId,
            Symbols = i < contents.Count ? ContentsText.Describe(contents[i]) : "",
            Unwinding = i < contents.Count && contents[i].Unwind ? "yes" : "",
            Missing = missing.TryGetValue(i, out var note) ? note : module.SnapshotProblem,
            Samples = through[i],
        })];
    }

    private static List<ReportCount> Stops(Analysis analysis)
    {
        var unwind = analysis.Unwind;
        var counts = new List<ReportCount>();
        if (unwind.ReachedRoot > 0)
            counts.Add(new ReportCount(nameof(UnwindStop.ReachedRoot), LossNotes.Describe(UnwindStop.ReachedRoot), unwind.ReachedRoot, "stacks", true));
        foreach (var stop in unwind.ByModule.Take(MostStops))
            counts.Add(new ReportCount(stop.Stop.ToString(), $"{LossNotes.Describe(stop.Stop)}, {(stop.Module < 0 ? "where nothing is mapped" : $"in {analysis.Modules[stop.Module].Name}")}", stop.Samples, "stacks"));
        foreach (var rest in unwind.ByModule.Skip(MostStops).GroupBy(s => s.Stop).OrderBy(g => g.Key))
            counts.Add(new ReportCount(rest.Key.ToString(), $"{LossNotes.Describe(rest.Key)}, in {rest.Count()} other modules", rest.Sum(s => s.Samples), "stacks"));
        return counts;
    }

    private static List<ReportCount> Unresolved(AnalysisTotals totals)
    {
        var counts = new List<ReportCount>();
        for (var i = 1; i < totals.FramesByReason.Length; i++)
        {
            if (totals.FramesByReason[i] > 0)
                counts.Add(new ReportCount(((UnresolvedReason)i).ToString(), LossNotes.Describe((UnresolvedReason)i), totals.FramesByReason[i], "frames"));
        }

        return counts;
    }

    private static List<ReportLoss> Losses(Trace trace)
    {
        var origin = trace.Host.StartTime != 0 ? (long)trace.Host.StartTime : trace.SampleTimes.First;
        var losses = new List<ReportLoss>();
        foreach (var loss in trace.Losses)
            losses.Add(new ReportLoss(InfoText.Cause(loss), loss.Cpu, Math.Max(0, (long)loss.FirstTime - origin), Math.Max(0, (long)loss.LastTime - origin), (long)loss.Count, loss.Cause == LossCause.Throttled ? "records" : "samples"));
        foreach (var damage in trace.Damage)
            losses.Add(new ReportLoss($"file damaged: {damage.Detail}", -1, 0, 0, damage.Bytes, "bytes"));
        return losses;
    }

    private static List<string> Notes(Trace trace, Analysis analysis, long[] samples)
    {
        var notes = new List<string>(LossNotes.Serious(analysis));
        if (analysis.Unwind.Samples > analysis.Unwind.ReachedRoot)
            notes.Add($"Stacks: {LossNotes.Complete(analysis.Unwind)}{string.Concat(LossNotes.Incomplete(analysis, 3).Select(part => "; " + part))}");
        notes.AddRange(LossNotes.Missing(analysis, 3));
        notes.AddRange(LossNotes.Filters(analysis));
        notes.AddRange(trace.Host.Notes);
        if (trace.Summary is null)
            notes.Add("The recording did not end in order: what was not yet written when it stopped is missing.");
        for (var e = 0; e < samples.Length; e++)
        {
            if (samples[e] == 0 && !analysis.Events[e].IsSideBandOnly)
                notes.Add($"No samples of {analysis.Events[e].Name}.");
        }

        return notes;
    }
}
