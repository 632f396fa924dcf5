using TraceKit.Engine.Symbols;
using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Metadata;
using TraceKit.Format.PerfData;

namespace TraceKit.Engine.Import;

/// <summary>Writes what a recording has, and what of the files beside it its samples need, into a <c>.dtr</c> that travels.</summary>
/// <remarks>
/// Records come back byte for byte, but for user stacks that are thinned to pointers. A trace that was cut short gives a file without an end, so that nobody takes it for whole. The file
/// appears under its name when all of it is on the disk; one that was there is kept as <c>NAME.old</c>.
/// </remarks>
public static class TraceImporter
{
    /// <summary>Writes the file.</summary>
    /// <param name="trace">What is imported, opened with the places where its modules' files may be.</param>
    /// <param name="target">The new file.</param>
    /// <param name="options">What goes in.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static ImportResult Import(Trace trace, string target, ImportOptions options)
    {
        ArgumentNullException.ThrowIfNull(trace);
        ArgumentNullException.ThrowIfNull(options);
        var folder = Path.GetDirectoryName(Path.GetFullPath(target))!;
        var temporary = Path.Combine(folder, $".{Path.GetFileName(target)}.{Environment.ProcessId}.tmp");
        try
        {
            File.Delete(temporary);
            ImportResult result;
            using (var writer = DtrFile.CreateNew(temporary))
                result = Write(trace, writer, options);
            if (File.Exists(target))
                File.Move(target, target + ".old", overwrite: true);
            File.Move(temporary, target);
            return result;
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static ImportResult Write(Trace trace, DtrWriter writer, ImportOptions options)
    {
        var copier = new RecordCopier(trace, writer, options);
        Write(writer, ChunkType.Host, Host(trace, options).Encode());
        Write(writer, ChunkType.Events, new EventTable { Architecture = trace.Source.Architecture, Events = trace.Descriptions }.Encode());
        copier.CopySideBand();
        copier.CopySamples();
        foreach (var module in trace.Snapshots)
            writer.WriteChunk(ChunkType.Module, module.Id, 0, 0, Described(module, options).Encode());

        // What the samples went through is known when they are unwound.
        var analysis = Analysis.Run(trace, new AnalysisOptions { Source = SourceDetail.None });
        var finder = new SupplementFinder(trace, options.Snapshot, everyModule: false);
        var pieces = new List<ImportedPiece>();
        foreach (var piece in finder.Find(analysis))
        {
            SupplementWriter.Write(writer, piece);
            pieces.Add(new ImportedPiece(piece.Module.Name, Convert.ToHexStringLower(piece.Info.BuildId), piece.What, piece.From, piece.Blob.Length));
        }

        if (trace.Processes.Count > 0)
            Write(writer, ChunkType.Process, new ProcessTable { Processes = trace.Processes }.Encode());
        if (Losses(trace, copier) is { Count: > 0 } losses)
            Write(writer, ChunkType.Loss, new LossTable { Losses = losses }.Encode());
        if (trace.EndedInOrder)
        {
            Write(writer, ChunkType.Summary, Summary(trace, copier).Encode());
            writer.Finish();
        }

        writer.Flush();
        return new ImportResult(copier.Samples, copier.SideBandRecords, copier.LeftOut, copier.FilteredStacks, copier.RawStacks, writer.Length)
        {
            Pieces = pieces,
            Problems = [.. finder.Problems.Concat(trace.DebugFiles.SelectMany(f => f.Missing)).Distinct()],
            Analysis = analysis,
        };
    }

    private static void Write(DtrWriter writer, ChunkType type, byte[] payload) => writer.WriteChunk(type, ChunkHeader.NoStream, 0, 0, payload);

    private static HostInfo Host(Trace trace, ImportOptions options)
    {
        var host = trace.Host;
        var (first, last) = trace.SampleTimes;
        return new HostInfo
        {
            HostName = host.HostName,
            KernelRelease = host.KernelRelease,
            KernelVersion = host.KernelVersion,
            Architecture = host.Architecture,
            ClockId = host.ClockId,
            RealtimeOffset = host.RealtimeOffset,
            CpuCount = host.CpuCount,
            OnlineCpus = host.OnlineCpus,
            PageSize = host.PageSize,
            AgentVersion = host.AgentVersion,
            CommandLine = host.CommandLine,
            UserId = host.UserId,
            Container = host.Container,
            StartTime = host.StartTime != 0 ? host.StartTime : (ulong)Math.Max(0, first),
            EndTime = host.EndTime != 0 || !trace.EndedInOrder ? host.EndTime : (ulong)Math.Max(0, last),
            CpuModel = host.CpuModel,
            MemoryBytes = host.MemoryBytes,
            Notes = [.. host.Notes, $"imported by {options.Importer} from a {(trace.PerfData is null ? "recording" : "perf.data")} of {trace.Length} bytes", .. LeftOut(trace)],
        };
    }

    /// <summary>Records that a <c>.dtr</c> has no place for.</summary>
    private static IEnumerable<string> LeftOut(Trace trace)
    {
        foreach (var (type, count) in trace.PerfData?.Counts ?? [])
        {
            if (type is >= PerfDataRecordType.PERF_RECORD_AUXTRACE_INFO and <= PerfDataRecordType.PERF_RECORD_AUXTRACE_ERROR
                or PerfDataRecordType.PERF_RECORD_STAT or PerfDataRecordType.PERF_RECORD_STAT_ROUND
                or >= PerfDataRecordType.PERF_RECORD_BPF_METADATA and <= PerfDataRecordType.PERF_RECORD_SCHEDSTAT_DOMAIN
                || PerfDataRecordType.NameOf(type) is null)
            {
                yield return FormattableString.Invariant($"left out: {count.Records} records {PerfDataRecordType.Describe(type)}, {count.Bytes} bytes");
            }
        }

        if (trace.PerfData is { AuxBytes: > 0 } perf)
            yield return FormattableString.Invariant($"left out: {perf.AuxBytes} bytes of instruction traces (AUX)");
    }

    private static ModuleInfo Described(ModuleInfo module, ImportOptions options) => new()
    {
        Id = module.Id,
        Kind = module.Kind,
        BuildId = module.BuildId,
        Path = module.Path,
        OtherPaths = module.OtherPaths,
        DeviceMajor = module.DeviceMajor,
        DeviceMinor = module.DeviceMinor,
        Inode = module.Inode,
        InodeGeneration = module.InodeGeneration,
        Pid = module.Pid,
        LoadAddress = module.LoadAddress,
        FileLength = module.FileLength,
        MissingReason = options.Snapshot == DebugInfo.Elf.SnapshotLevel.None ? "imported with --snapshot none" : "no sample went through it, or no file of this build was found when it was imported",
    };

    private static List<LossReport> Losses(Trace trace, RecordCopier copier)
    {
        var losses = new List<LossReport>(trace.Losses);
        foreach (var damage in trace.Damage)
            losses.Add(new LossReport { Cpu = -1, EventIndex = -1, Cause = LossCause.BadRecord, Count = (ulong)Math.Max(0, damage.Bytes), Detail = $"of the imported file: {damage}" });
        if (copier.LeftOut > 0)
            losses.Add(new LossReport { Cpu = -1, EventIndex = -1, Cause = LossCause.Unknown, Count = (ulong)copier.LeftOut, Detail = "samples of events that the imported file does not describe" });
        return losses;
    }

    private static RecordingSummary Summary(Trace trace, RecordCopier copier) => new()
    {
        Events = [.. copier.EventTotals],
        Samples = (ulong)copier.Samples,
        Lost = trace.Summary?.Lost ?? 0,
        SideBandRecords = (ulong)copier.SideBandRecords,
        FilteredStacks = (ulong)copier.FilteredStacks,
        RawStacks = (ulong)copier.RawStacks,
        RecordBytes = trace.Summary?.RecordBytes ?? (ulong)copier.RecordBytes,
        AgentCpuNanoseconds = trace.Summary?.AgentCpuNanoseconds ?? 0,
        StopReason = trace.Summary?.StopReason ?? "imported",
    };
}
