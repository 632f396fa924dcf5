using TraceKit.DebugInfo.Types;
using TraceKit.Engine;
using TraceKit.Engine.DebugFiles;
using TraceKit.Engine.Symbols;
using TraceKit.Format.Dtr;
using TraceKit.Format.PerfData;

namespace TraceKit.Cli.Host;

/// <summary>Opening a recording and analyzing it, with progress for who watches and losses told to everybody.</summary>
internal static class Recording
{
    /// <summary>Opens the container alone, going on after a damaged file header.</summary>
    public static DtrReader OpenContainer(string path)
    {
        if (path == "-")
            throw new UserErrorException("this command reads a file, not standard input");
        // The folder of a recorder that failed: its file is what cannot be used.
        if (Directory.Exists(path) && Path.Combine(path, "data") is var data && File.Exists(data))
            path = data;
        return Seekable(path, () => DtrReader.Open(path, salvage: true));
    }

    /// <summary>Whether it is a <c>perf.data</c>, which has no container of ours.</summary>
    public static bool IsPerfData(string path) => path != "-" && Seekable(path, () => Trace.IsPerfData(path));

    /// <summary>Opens it and checks that the events asked for exist.</summary>
    /// <param name="path">The file, or <c>-</c>.</param>
    /// <param name="events">Names of events.</param>
    /// <param name="debugFiles">Where files that it lacks may be looked for; null for nowhere.</param>
    /// <param name="rawFields">Show fields as the kernel has them.</param>
    public static Trace Open(string path, IReadOnlyList<string> events, DebugFileOptions? debugFiles = null, bool rawFields = false)
    {
        var trace = Seekable(path, () => Trace.Open(path, debugFiles, rawFields));
        trace.SourceCache = SourceIndexCache.ForAnalyses();
        foreach (var name in events)
        {
            if (trace.Events.Any(e => e.IsCalled(name)))
                continue;
            var near = Suggestions.Nearest(name, trace.Events.Select(e => e.Name));
            var message = $"{path}: has no event '{name}'{(near is null ? "" : $", did you mean '{near}'?")}; it has {List(trace)}";
            trace.Dispose();
            throw new UserErrorException(message);
        }

        return trace;
    }

    /// <summary>Runs the analysis and warns about what it could not read.</summary>
    public static Analysis Run(Trace trace, AnalysisOptions options, CommandContext context)
    {
        using var progress = context.ShowProgress ? new ProgressLine(context.Error, trace.Path) : null;
        var analysis = Analysis.Run(trace, progress is null ? options : options with { Progress = progress.Report });
        progress?.Dispose();
        WarnOfLosses(trace, context, analysis.Totals);
        WarnOfOtherFiles(trace, context);
        return analysis;
    }

    /// <summary>One line on stderr for each kind of loss.</summary>
    /// <param name="trace">The recording; what of it is damaged is known once it was read.</param>
    /// <param name="context">Where to say it.</param>
    /// <param name="totals">Of an analysis, when there was one.</param>
    public static void WarnOfLosses(Trace trace, CommandContext context, AnalysisTotals? totals = null)
    {
        var path = trace.Path;
        var damage = trace.Damage;
        if (damage.Count > 0)
            context.Warn($"{path}: damaged in {damage.Count} {(damage.Count == 1 ? "place" : "places")}, {damage.Sum(d => d.Bytes)} bytes could not be read; the rest is used ('tracekit verify' says where)");
        else if (!trace.EndedInOrder)
            context.Warn($"{path}: the recording did not end in order; what was written before is used");
        if (totals is not null && (totals.Malformed > 0 || totals.UnknownEvent > 0))
            context.Warn($"{path}: {totals.Malformed} records against their layout and {totals.UnknownEvent} of unknown events left out");
        foreach (var traceEvent in trace.Events)
        {
            if (traceEvent.FilterProblem.Length > 0)
                context.Warn($"{path}: {traceEvent.Name}: the recording's own filter cannot be read, so nothing is left out by it: {traceEvent.FilterProblem}");
            if (traceEvent.UnknownKinds > 0)
                context.Warn($"{path}: {traceEvent.Name}: {traceEvent.UnknownKinds} of its arguments have types of a newer tracekit: shown as plain numbers");
        }

        if (trace.PerfData?.Counts.FirstOrDefault(c => c.Type == PerfDataRecordType.PERF_RECORD_STAT).Count is { Records: > 0 } counts)
            ErrorReporter.WriteLine(context.Error, "note", $"{path}: holds {counts.Records} counts of perf stat, which are no samples (perf stat report -i shows them)");
        var lost = totals?.Lost ?? (long)(trace.Summary?.Lost ?? 0);
        if (lost > 0)
            context.Warn($"{path}: {lost} samples were lost while recording");
    }

    /// <summary>Samples that are in the file and not in the output, where the output itself does not say so.</summary>
    public static void TellLeftOut(Trace trace, CommandContext context, long samples)
    {
        if (samples > 0)
            ErrorReporter.WriteLine(context.Error, "note", $"{trace.Path}: {samples} samples left out by the recording's own filters (--no-stored-filter shows them)");
    }

    /// <summary>Files that were where they were looked for, and are of another build: without a word somebody would think that they were used.</summary>
    public static void WarnOfOtherFiles(Trace trace, CommandContext context)
    {
        foreach (var problem in trace.DebugFileProblems)
            context.Warn(problem);
        var byPath = trace.DebugFiles.SelectMany(s => s.Tried).Where(t => t.IsByPathAlone).Select(t => Path.GetFileName(t.Path)).Distinct(StringComparer.Ordinal).ToArray();
        if (byPath.Length > 0)
            ErrorReporter.WriteLine(context.Error, "note", $"{trace.Path}: no build-id of {string.Join(", ", byPath.Take(4))}{(byPath.Length > 4 ? $" and {byPath.Length - 4} more" : "")}: taken by path, as perf does");
        var told = new HashSet<string>(StringComparer.Ordinal);
        foreach (var set in trace.DebugFiles)
        {
            foreach (var attempt in set.Tried)
            {
                // A program without symbols is usual; a kernel's list without any was asked for, or is hidden from this user.
                var unfit = attempt.Outcome is DebugFileOutcome.OtherFile or DebugFileOutcome.NoIdentity or DebugFileOutcome.NotReadable
                    || attempt is { Purpose: DebugFilePurpose.Kernel, Outcome: DebugFileOutcome.NotUsable };
                if (unfit && told.Add(attempt.Path))
                    context.Warn($"not used for {set.Request.Path}: {attempt}");
            }
        }
    }

    /// <summary>The events of a trace, for messages.</summary>
    public static string List(Trace trace) => string.Join(", ", trace.Events.Where(e => !e.IsSideBandOnly).Select(e => e.Name).DefaultIfEmpty("none"));

    private static T Seekable<T>(string path, Func<T> open)
    {
        try
        {
            return open();
        }
        catch (NotSupportedException)
        {
            // A pipe or a terminal has no length and cannot be read at a position.
            throw new UserErrorException($"{path}: is not a regular file; copy it to one, or pipe it into 'tracekit analyze -'", ExitCodes.UnusableFile);
        }
    }
}
