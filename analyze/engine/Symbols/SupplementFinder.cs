using TraceKit.Binary;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Kernel;
using TraceKit.DebugInfo.Source;
using TraceKit.Engine.DebugFiles;
using TraceKit.Engine.Model;
using TraceKit.Format.Dtr.Metadata;
using ModuleKind = TraceKit.Engine.Model.ModuleKind;
using SnapshotKind = TraceKit.Format.Dtr.Metadata.ModuleKind;

namespace TraceKit.Engine.Symbols;

/// <summary>Finds what a recording lacks, in the places that its <see cref="Trace"/> was opened with.</summary>
/// <remarks>
/// Nothing that the recording has is offered again: what was added once is not found missing a second time. Only files of the same build are used.
/// </remarks>
public sealed class SupplementFinder
{
    private const long MaximumPieceBytes = 1L << 30;

    private readonly Trace _trace;
    private readonly SnapshotLevel _level;
    private readonly bool _everyModule;
    private readonly List<string> _problems = [];
    private readonly HashSet<(SnapshotKind, string)> _taken = [];
    private uint _nextId;

    /// <param name="trace">Opened with places to look at.</param>
    /// <param name="level">How much of each module; <see cref="SnapshotLevel.Full"/> takes all of its lines, else those that samples went through.</param>
    /// <param name="everyModule">Also of modules that no sample went through.</param>
    public SupplementFinder(Trace trace, SnapshotLevel level, bool everyModule)
    {
        _trace = trace;
        _level = level;
        _everyModule = everyModule;
        _nextId = trace.Snapshots.Count == 0 ? 1 : trace.Snapshots.Max(s => s.Id) + 1;
    }

    /// <summary>What was found and cannot be used, in words.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Pieces that fit, module by module.</summary>
    /// <param name="analysis">Of the same trace: which addresses the samples went through.</param>
    public IEnumerable<Supplement> Find(Analysis analysis)
    {
        if (_level == SnapshotLevel.None)
            yield break;
        var contents = _trace.ReadContents();
        var hit = analysis.Unwind.ByModule.Select(s => s.Module).Concat(analysis.Frames.Modules.ToArray()).ToHashSet();
        foreach (var content in contents)
        {
            var module = content.Module;
            if (!_everyModule && !hit.Contains(module.Index))
                continue;
            foreach (var piece in OfModule(content, analysis))
            {
                if (_taken.Add((piece.Info.Kind, piece.Info.BuildId.Length > 0 ? Convert.ToHexStringLower(piece.Info.BuildId) : $"{piece.Info.Path} {piece.Info.Pid}")))
                    yield return piece;
                else if (module.IsFoundByPath && piece.Info.Kind == SnapshotKind.Elf && _taken.Add((SnapshotKind.Elf, piece.Info.Path)))
                    yield return Named(piece); // the same bytes under another path, which is all that its mapping says
            }
        }

        // What the kernel's modules are called stands in the kernel's own list.
        if (contents.Any(c => c.Module.Kind is ModuleKind.Kernel or ModuleKind.KernelModule && (_everyModule || hit.Contains(c.Module.Index))) && OfKernel(contents[0].Module) is { } kernel)
            yield return kernel;
    }

    private IEnumerable<Supplement> OfModule(ModuleContents content, Analysis analysis)
    {
        var module = content.Module;
        var data = _trace.Parts.Data[module.Index];
        return module.Kind switch
        {
            ModuleKind.Elf when data.Outside is { IsEmpty: false } files => OfFile(content, data, files, _level == SnapshotLevel.Full ? [] : Addresses(analysis, module.Index)),
            ModuleKind.Vdso when data is { OwnImage: null, Outside.Main: { } image } => [WholeVdso(module, image)],
            ModuleKind.Jit when data.Jit is not null && module.OutsideMap is { } map =>
                [new Supplement(module, "symbols", map.Path, new ModuleInfo { Id = _nextId++, Kind = SnapshotKind.PerfMap, Path = map.Path, Pid = module.Pid, BlobBytes = (ulong)map.Text.Length, BlobFormat = "perf-map" }, map.Text)],
            _ => [],
        };
    }

    private Supplement? OfKernel(TraceModule module)
    {
        if (_trace.Parts.Data[module.Index].KernelText is not { } text)
            return null;
        var symbols = text.Read(KallsymsPacker.Read);
        using var packed = new MemoryStream();
        symbols.Write(packed.Write);
        return new Supplement(module, "symbols", _trace.DebugFiles.SelectMany(f => f.Tried).LastOrDefault(t => t is { Purpose: DebugFilePurpose.Kernel, Outcome: DebugFileOutcome.Used })?.Path ?? "", new ModuleInfo
        {
            Id = _trace.SnapshotOf(module)?.Id ?? _nextId++,
            Kind = SnapshotKind.Kernel,
            BuildId = Convert.FromHexString(module.BuildId),
            Path = module.Path,
            BlobBytes = (ulong)packed.Length,
            BlobFormat = "kallsyms-compact",
        }, packed.ToArray());
    }

    private static Supplement Named(Supplement piece) => piece with
    {
        What = "the same build",
        Blob = [],
        Info = new ModuleInfo { Id = piece.Info.Id, Kind = piece.Info.Kind, BuildId = piece.Info.BuildId, Path = piece.Info.Path, FileLength = piece.Info.FileLength },
    };

    private Supplement WholeVdso(TraceModule module, ElfImage image)
    {
        if (image.Image.Length > MaximumPieceBytes || !image.Image.TryRead(default, image.Image.Length, out var bytes))
            bytes = default;
        var info = Info(module, SnapshotKind.Vdso, image, bytes.Length, [new ModuleExtent { FileOffset = 0, Length = (ulong)bytes.Length, BlobOffset = 0 }], "");
        return new Supplement(module, "symbols, unwind", image.Name, info, bytes.ToArray());
    }

    private IEnumerable<Supplement> OfFile(ModuleContents content, ModuleData data, DebugFileSet files, Svma[] hit)
    {
        var module = content.Module;
        var has = (content.Symbols, content.Unwind);
        var wanted = SnapshotLevels.OwnParts(_level);
        if (files.Main is { } main && (data.OwnImage is null || (!content.Unwind && main.HasUnwind())))
        {
            // An index of lines is joined by build-id: without one the file's own debug sections travel.
            var own = wanted | (module.BuildId.Length == 0 && _level >= SnapshotLevel.Lines ? ElfSnapshotParts.Lines : 0);
            yield return Snapshot(module, main, SnapshotKind.Elf, own, main.HasUnwind() && _level >= SnapshotLevel.Unwind ? "symbols, unwind" : "symbols", data.Code.Used);
            has = (main.HasBytes(".symtab") ? PieceState.All : PieceState.Part, main.HasUnwind());
        }

        // What is joined by build-id needs one.
        if (module.BuildId.Length == 0)
            yield break;
        if (Richer(files) is { } richer)
        {
            var parts = (has.Symbols != PieceState.All && richer.HasBytes(".symtab") ? ElfSnapshotParts.Symbols : 0)
                | (!has.Unwind && richer.HasUnwind() ? ElfSnapshotParts.Unwind : 0);
            parts &= wanted;
            if (parts != 0)
                yield return Snapshot(module, richer, SnapshotKind.DebugFile, parts, parts.ToString().ToLowerInvariant(), []);
        }

        if (_level >= SnapshotLevel.Lines && content.Lines != PieceState.All && files.Dwarf is { } dwarf && dwarf.HasDwarf() && Lines(module, data, dwarf, files, hit) is { } lines)
            yield return lines;
    }

    private static ElfImage? Richer(DebugFileSet files) => files.Debug ?? files.Main;

    private static Svma[] Addresses(Analysis analysis, int module)
    {
        var addresses = new List<Svma>();
        for (var frame = 0; frame < analysis.Frames.Count; frame++)
        {
            if (analysis.Frames.Modules[frame] == module && (addresses.Count == 0 || addresses[^1].Value != analysis.Frames.Addresses[frame]))
                addresses.Add(new Svma(analysis.Frames.Addresses[frame]));
        }

        return [.. addresses];
    }

    /// <summary>An index of the units that the samples went through and the recording does not know, or of all.</summary>
    private Supplement? Lines(TraceModule module, ModuleData data, ElfImage image, DebugFileSet files, Svma[] hit)
    {
        var full = _level == SnapshotLevel.Full;
        try
        {
            var dwarf = DwarfInfo.Open(image, files.DwarfFiles);
            if (!full)
            {
                hit = Answered(data.ResolveOwnSource, hit, wanted: false);
                hit = Answered(dwarf.Resolve, hit, wanted: true);
                if (hit.Length == 0)
                    return null;
            }

            var index = SourceIndex.Build(dwarf, hit);
            if (index.Length == 0)
                return null;
            var info = Info(module, SnapshotKind.SourceIndex, image, index.Length, [], full ? ModuleContents.FullIndex : "source-index");
            return new Supplement(module, full ? "lines (all)" : "lines", image.Name, info, index);
        }
        catch (BadDataException e)
        {
            _problems.Add(e.Message);
            return null;
        }
    }

    private static Svma[] Answered(Action<ReadOnlySpan<Svma>, SourceFrames> resolve, Svma[] addresses, bool wanted)
    {
        var frames = new SourceFrames();
        resolve(addresses, frames);
        return [.. addresses.Where((_, i) => !frames[i].IsEmpty == wanted)];
    }

    private Supplement Snapshot(TraceModule module, ElfImage image, SnapshotKind kind, ElfSnapshotParts parts, string what, IReadOnlyCollection<KeyValuePair<ulong, int>> code)
    {
        var extents = new List<ModuleExtent>();
        using var blob = new MemoryStream();
        var plan = ElfSnapshotPlan.Create(image, parts, (offset, destination) =>
        {
            if (!image.Image.TryRead(new FileOffset(offset), (ulong)destination.Length, out var read))
                return false;
            read.Span.CopyTo(destination);
            return true;
        }, ulong.MaxValue, out _);
        foreach (var range in WithCode(plan, image, code))
        {
            if (blob.Length + (long)range.Length > MaximumPieceBytes || !image.Image.TryRead(range.Offset, range.Length, out var bytes))
            {
                _problems.Add($"{image.Name}: {range.Name}: {range.Length} bytes could not be read, or are too many");
                continue;
            }

            extents.Add(new ModuleExtent { FileOffset = range.Offset.Value, Length = range.Length, BlobOffset = (ulong)blob.Length });
            blob.Write(bytes.Span);
        }

        return new Supplement(module, what, image.Name, Info(module, kind, image, blob.Length, extents, ""), blob.ToArray());
    }

    /// <summary>The plan, and the functions whose code unwinding looked at, because no table covers them.</summary>
    private static IEnumerable<SnapshotExtent> WithCode(SnapshotExtent[] plan, ElfImage image, IReadOnlyCollection<KeyValuePair<ulong, int>> code)
    {
        var extents = new List<SnapshotExtent>(plan);
        foreach (var (start, length) in code)
        {
            if (image.TryToFileOffset(new Svma(start), out var offset) && !extents.Exists(e => e.Offset.Value < offset.Value + (ulong)length && offset.Value < e.Offset.Value + e.Length))
                extents.Add(new SnapshotExtent(offset, (ulong)length, "code"));
        }

        return extents.OrderBy(e => e.Offset.Value);
    }

    private ModuleInfo Info(TraceModule module, SnapshotKind kind, ElfImage image, long bytes, List<ModuleExtent> extents, string format)
    {
        // Of a file that the recording names and has nothing of, the new chunk takes the place of the old.
        var known = kind is SnapshotKind.Elf or SnapshotKind.Vdso ? _trace.SnapshotOf(module) : null;
        return new ModuleInfo
        {
            Id = known is { BlobBytes: 0 } ? known.Id : _nextId++,
            Kind = kind,
            BuildId = Convert.FromHexString(module.BuildId),
            Path = kind == SnapshotKind.DebugFile ? image.Name : module.Path,
            DeviceMajor = known?.DeviceMajor ?? 0,
            DeviceMinor = known?.DeviceMinor ?? 0,
            Inode = known?.Inode ?? 0,
            InodeGeneration = known?.InodeGeneration ?? 0,
            FileLength = kind == SnapshotKind.SourceIndex ? (ulong)bytes : image.Image.Length,
            Extents = extents,
            BlobBytes = (ulong)bytes,
            BlobFormat = format,
        };
    }
}
