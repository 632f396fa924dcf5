using TraceKit.DebugInfo.Unwind;
using TraceKit.Engine.Fields;
using TraceKit.Engine.Filters;
using TraceKit.Engine.Model;
using TraceKit.Engine.Stacks;
using TraceKit.Engine.Symbols;
using TraceKit.Engine.Unwinding;
using TraceKit.Format.Dtr.Metadata;

namespace TraceKit.Engine.Run;

internal sealed partial class AnalysisRunner
{
    private Analysis Merge(ModelParts parts, SampleWorker[] workers, SampleFilter filter)
    {
        parts.Kernel.Expect(KernelAddresses(workers));
        // Addresses to frames: each worker's own distinct ones, side by side.
        var frameOfNode = new int[workers.Length][];
        Parallel.For(0, workers.Length, i => frameOfNode[i] = new FrameResolver(parts.Resolver, _frames).Resolve(workers[i].Stacks.Trie, workers[i].Versions));
        var (frames, finalFrame) = _frames.Freeze();

        var merger = new StackMerger();
        var nodeOf = new int[workers.Length][];
        for (var i = 0; i < workers.Length; i++)
        {
            var of = frameOfNode[i];
            for (var n = 0; n < of.Length; n++)
                of[n] = of[n] < 0 ? -1 : finalFrame[of[n]];
            nodeOf[i] = merger.Add(workers[i].Stacks.Trie, of);
        }

        var (stacks, finalStack) = merger.Freeze(frames.Count);
        foreach (var of in nodeOf)
        {
            for (var n = 0; n < of.Length; n++)
                of[n] = finalStack[of[n]];
        }

        var (threads, finalGuessed) = _guessed.Freeze(parts.Model);
        var groups = MergeGroups(workers, finalGuessed, out var groupOf);
        var columns = options.KeepSamples ? KeptRows(workers, nodeOf, groupOf, groups) : SummedRows(workers, nodeOf, groupOf, groups, stacks.Count);
        var source = options.Source | (filter.NeedsLines ? SourceDetail.Lines : SourceDetail.None);
        var (functions, offsets) = new Symbolizer(parts.Data, parts.Kernel, source, options.Names).Run(frames);
        var totals = Totals(parts, workers);
        if (filter.HasLate)
        {
            LeaveOut(columns, new LateFilter(parts.Model.Modules, frames, stacks, functions), filter, threads, totals);
            if (!options.Stacks)
                Array.Clear(columns.Stacks);
            (stacks, frames, functions, offsets) = StackPruner.Prune(stacks, frames, functions, offsets, columns.Stacks.AsSpan(0, columns.Count));
            totals.EmptyStacks = columns.EmptyStacks();
        }

        var samples = columns.ToTable(options.KeepCpus, _tuples, Formatters());
        var unwind = MergeUnwind(parts, workers);
        var analysis = new Analysis(trace.Events, parts.Model.Modules, threads, samples, stacks, frames, functions, offsets, totals, unwind);
        CountReasons(analysis);
        analysis.Missing = MissingPieces.Of(analysis, options.Source.HasFlag(SourceDetail.Lines), module => parts.Data[module].HasUnwind);
        analysis.StoredFiltersIgnored = options.IgnoreStoredFilters;
        analysis.FileName = Path.GetFileName(trace.Path);
        return analysis;
    }

    /// <summary>Every kernel address that will be looked up, ascending.</summary>
    private static ulong[] KernelAddresses(SampleWorker[] workers)
    {
        var found = new HashSet<ulong>();
        foreach (var worker in workers)
        {
            foreach (var address in worker.Stacks.Trie.Addresses)
            {
                if (KernelAddress.Is(address))
                    found.Add(KernelAddress.Plain(address));
            }
        }

        ulong[] sorted = [.. found];
        Array.Sort(sorted);
        return sorted;
    }

    /// <summary>Groups of all workers in the order of what they hold.</summary>
    private GroupKey[] MergeGroups(SampleWorker[] workers, int[] finalGuessed, out int[][] groupOf)
    {
        var rank = _tuples.RankByContent();
        GroupKey Final(GroupKey key) => key with { Thread = key.Thread < 0 ? finalGuessed[-1 - key.Thread] : key.Thread };
        var all = workers.SelectMany(w => w.Groups.Keys).Select(Final).Distinct().ToArray();
        Array.Sort(all, (a, b) =>
        {
            var order = a.Thread.CompareTo(b.Thread);
            if (order == 0)
                order = a.Event.CompareTo(b.Event);
            if (order == 0)
                order = a.Cpu.CompareTo(b.Cpu);
            if (order == 0 && a.Tuple >= 0)
                order = rank[a.Tuple].CompareTo(rank[b.Tuple]);
            return order == 0 ? a.Carried.CompareTo(b.Carried) : order;
        });
        var numbers = new Dictionary<GroupKey, int>();
        for (var i = 0; i < all.Length; i++)
            numbers.Add(all[i], i);
        groupOf = [.. workers.Select(w => w.Groups.Keys.Select(k => numbers[Final(k)]).ToArray())];
        return all;
    }

    /// <summary>For each asked field how each event's numbers are shown.</summary>
    private FieldFormatter?[][] Formatters() => [.. options.Fields.Select(name => trace.EventSources.Select(s => s.Fields.Find(name)?.Formatter).ToArray())];

    private Columns SummedRows(SampleWorker[] workers, int[][] nodeOf, int[][] groupOf, GroupKey[] groups, int stackCount)
    {
        // Bucket by stack in linear time; within a stack there are few rows, sorted by group.
        var first = new int[stackCount + 1];
        for (var w = 0; w < workers.Length; w++)
        {
            foreach (var row in workers[w].Rows.Rows())
                first[nodeOf[w][row.Stack] + 1]++;
        }

        for (var i = 0; i < stackCount; i++)
            first[i + 1] += first[i];
        var next = first.AsSpan(0, stackCount).ToArray();
        var rows = new (int Group, long Weight, long Count)[first[stackCount]];
        for (var w = 0; w < workers.Length; w++)
        {
            foreach (var row in workers[w].Rows.Rows())
                rows[next[nodeOf[w][row.Stack]]++] = (groupOf[w][row.Group], row.Weight, row.Count);
        }

        var columns = new Columns(groups, rows.Length);
        for (var stack = 0; stack < stackCount; stack++)
        {
            var slice = rows.AsSpan(first[stack], first[stack + 1] - first[stack]);
            if (slice.Length > 1)
                slice.Sort(static (a, b) => a.Group.CompareTo(b.Group));
            var previous = -1;
            foreach (var (group, weight, count) in slice)
            {
                if (group == previous)
                    columns.AddToLast(weight, count);
                else
                    columns.Add(stack, group, weight, count);
                previous = group;
            }
        }

        return columns;
    }

    private Columns KeptRows(SampleWorker[] workers, int[][] nodeOf, int[][] groupOf, GroupKey[] groups)
    {
        // By time, then place in the file: which worker read a chunk does not matter.
        var total = 0;
        foreach (var worker in workers)
        {
            foreach (var (_, samples) in worker.Kept)
                total += samples.Count;
        }

        var parts = workers.SelectMany((w, i) => w.Kept.Select(k => (k.Chunk, Worker: i, k.Samples))).OrderBy(k => k.Chunk).ToArray();
        var all = new (int Stack, int Group, long Weight)[total];
        var times = new long[total];
        var order = new int[total];
        var at = 0;
        foreach (var (_, worker, samples) in parts)
        {
            foreach (var sample in samples)
            {
                all[at] = (nodeOf[worker][sample.Stack], groupOf[worker][sample.Group], sample.Weight);
                times[at] = sample.Time;
                order[at] = at;
                at++;
            }
        }

        SortByTime(times, order);
        var columns = new Columns(groups, total) { Times = times };
        foreach (var i in order)
            columns.Add(all[i].Stack, all[i].Group, all[i].Weight, 1);
        return columns;
    }

    /// <summary>Array.Sort is not stable; equal times must keep the order of the file.</summary>
    private static void SortByTime(long[] times, int[] order)
    {
        Array.Sort(times, order);
        for (int start = 0, end; start < times.Length; start = end)
        {
            end = start + 1;
            while (end < times.Length && times[end] == times[start])
                end++;
            if (end - start > 1)
                Array.Sort(order, start, end - start);
        }
    }

    private static UnwindTotals MergeUnwind(ModelParts parts, SampleWorker[] workers)
    {
        var totals = new UnwindTotals();
        var ends = new Dictionary<(UnwindStop Stop, int Module), long>();
        foreach (var worker in workers)
        {
            var counts = worker.Unwind;
            totals.Samples += counts.Samples;
            totals.Frames += counts.Frames;
            totals.FramePointerSteps += counts.FramePointerSteps;
            totals.CodeSteps += counts.CodeSteps;
            totals.DumpSize = Math.Max(totals.DumpSize, counts.DumpSize);
            totals.WithoutDump += counts.WithoutDump;
            totals.UnsupportedAbi += counts.UnsupportedAbi;
            totals.Add(UnwindStop.ReachedRoot, counts.ReachedRoot);
            foreach (var ((stop, version, address), count) in counts.Ends)
            {
                totals.Add(stop, count);
                var at = worker.Versions[version];
                var key = (stop, parts.Resolver.Resolve(at.Space, at.Time, address).Module);
                ends[key] = ends.GetValueOrDefault(key) + count;
            }

        }

        totals.ByModule = [.. ends.Select(e => new UnwindStopCount(e.Key.Stop, e.Key.Module, e.Value)).OrderByDescending(e => e.Samples).ThenBy(e => e.Module).ThenBy(e => e.Stop)];
        Suffice(totals, workers);
        return totals;
    }

    private static void Suffice(UnwindTotals totals, SampleWorker[] workers)
    {
        foreach (var worker in workers)
        {
            foreach (var (thread, (stackPointer, neededBytes)) in worker.Unwind.Truncated)
            {
                var root = workers.Max(w => w.Unwind.Roots.GetValueOrDefault(thread));
                // A stack of another kind (of signals, of coroutines) stands elsewhere: no measure.
                var isKnown = root > stackPointer + neededBytes - 8 && root - stackPointer < 64 << 20;
                totals.SufficientIsLeast |= !isKnown;
                totals.SufficientDumpSize = Math.Max(totals.SufficientDumpSize, ((isKnown ? root - stackPointer : neededBytes) + 7) / 8 * 8);
            }
        }
    }

    private AnalysisTotals Totals(ModelParts parts, SampleWorker[] workers)
    {
        // The agent's own table of losses counts what PERF_RECORD_LOST counts; where it is there it is whole, so they are not added up.
        var told = trace.Losses.Where(l => l.Cause is LossCause.RingFull or LossCause.Hardware or LossCause.Limit).Sum(l => (long)Math.Min(l.Count, long.MaxValue / 64));
        var damage = trace.Damage;
        return new AnalysisTotals
        {
            Read = workers.Sum(w => w.Read),
            Used = workers.Sum(w => w.Used),
            Filtered = workers.Sum(w => w.Filtered),
            LeftOutByRecording = workers.Sum(w => w.LeftOutByRecording),
            UnknownEvent = workers.Sum(w => w.UnknownEvent),
            Malformed = workers.Sum(w => w.Malformed),
            UnknownThread = workers.Sum(w => w.UnknownThread),
            EmptyStacks = workers.Sum(w => w.EmptyStacks),
            AuxBytes = trace.PerfData?.AuxBytes ?? 0,
            AuxKind = trace.PerfData?.AuxKind ?? "",
            Lost = Math.Max(told, trace.Source.LostOf(parts.Totals.Lost, parts.Totals.LostSamples)),
            Throttled = Math.Max(parts.Totals.Throttled, trace.Losses.Where(l => l.Cause == LossCause.Throttled).Sum(l => (long)Math.Min(l.Count, long.MaxValue / 64))),
            SkippedChunks = _skippedChunks,
            DamagedChunks = _damagedChunks + damage.Sum(d => (long)Math.Min(d.MissingChunks, int.MaxValue)),
            DamagedBytes = damage.Sum(d => d.Bytes),
        };
    }

    private static void CountReasons(Analysis analysis)
    {
        var functions = analysis.Functions;
        foreach (var function in functions.OfFrame)
            analysis.Totals.FramesByReason[(int)functions[function].Reason]++;
        var samples = analysis.Samples;
        for (var row = 0; row < samples.Count; row++)
        {
            if (samples.Stacks[row] == StackTable.Empty)
                continue;
            var frame = analysis.Stacks.Frames[samples.Stacks[row]];
            analysis.Totals.SamplesByReason[(int)functions[functions.OfFrame[frame]].Reason] += samples.Counts[row];
        }
    }
}
