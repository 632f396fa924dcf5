using TraceKit.Binary;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Elf;
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
    private readonly bool _full;
    private readonly List<string> _problems = [];
    private uint _nextId;

    /// <param name="trace">Opened with places to look at.</param>
    /// <param name="full">All modules, and all lines of each; else only what the samples went through.</param>
    public SupplementFinder(Trace trace, bool full)
    {
        _trace = trace;
        _full = full;
        _nextId = trace.Snapshots.Count == 0 ? 1 : trace.Snapshots.Max(s => s.Id) + 1;
    }

    /// <summary>What was found and cannot be used, in words.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Pieces that fit, module by module.</summary>
    /// <param name="analysis">Of the same trace: which addresses the samples went through.</param>
    public IEnumerable<Supplement> Find(Analysis analysis)
    {
        var contents = _trace.ReadContents();
        var hit = analysis.Unwind.ByModule.Select(s => s.Module).Concat(analysis.Frames.Modules.ToArray()).ToHashSet();
        foreach (var content in contents)
        {
            var module = content.Module;
            if (module.Kind != ModuleKind.Elf || (!_full && !hit.Contains(module.Index)))
                continue;
            var data = _trace.Parts.Data[module.Index];
            if (data.Outside is not { IsEmpty: false } files)
                continue;
            foreach (var piece in OfModule(content, data, files, _full ? [] : Addresses(analysis, module.Index)))
                yield return piece;
        }
    }

    private IEnumerable<Supplement> OfModule(ModuleContents content, ModuleData data, DebugFileSet files, Svma[] hit)
    {
        var module = content.Module;
        var has = (content.Symbols, content.Unwind);
        if (files.Main is { } main && (data.OwnImage is null || (!content.Unwind && main.HasUnwind())))
        {
            yield return Snapshot(module, main, SnapshotKind.Elf, ElfSnapshotParts.Symbols | ElfSnapshotParts.Unwind, main.HasUnwind() ? "symbols, unwind" : "symbols");
            has = (main.HasBytes(".symtab") ? PieceState.All : PieceState.Part, main.HasUnwind());
        }

        // What is joined by build-id needs one.
        if (module.BuildId.Length == 0)
            yield break;
        if (Richer(files) is { } richer)
        {
            var parts = (has.Symbols != PieceState.All && richer.HasBytes(".symtab") ? ElfSnapshotParts.Symbols : 0)
                | (!has.Unwind && richer.HasUnwind() ? ElfSnapshotParts.Unwind : 0);
            if (parts != 0)
                yield return Snapshot(module, richer, SnapshotKind.DebugFile, parts, parts.ToString().ToLowerInvariant());
        }

        if (content.Lines != PieceState.All && files.Dwarf is { } dwarf && dwarf.HasDwarf() && Lines(module, data, dwarf, files, hit) is { } lines)
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
        try
        {
            var dwarf = DwarfInfo.Open(image, files.DwarfFiles);
            if (!_full)
            {
                hit = Answered(data.ResolveOwnSource, hit, wanted: false);
                hit = Answered(dwarf.Resolve, hit, wanted: true);
                if (hit.Length == 0)
                    return null;
            }

            var index = SourceIndex.Build(dwarf, hit);
            if (index.Length == 0)
                return null;
            var info = Info(module, SnapshotKind.SourceIndex, image, index.Length, [], _full ? ModuleContents.FullIndex : "source-index");
            return new Supplement(module, _full ? "lines (all)" : "lines", image.Name, info, index);
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

    private Supplement Snapshot(TraceModule module, ElfImage image, SnapshotKind kind, ElfSnapshotParts parts, string what)
    {
        var extents = new List<ModuleExtent>();
        using var blob = new MemoryStream();
        foreach (var range in ElfSnapshotPlan.Create(image, parts))
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

    private ModuleInfo Info(TraceModule module, SnapshotKind kind, ElfImage image, long bytes, List<ModuleExtent> extents, string format)
    {
        // Of a file that the recording names and has nothing of, the new chunk takes the place of the old.
        var known = kind == SnapshotKind.Elf ? _trace.SnapshotOf(module) : null;
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
