using TraceKit.DebugInfo.Elf;
using TraceKit.Binary;
using TraceKit.Engine.DebugFiles;
using TraceKit.Engine.Sources;
using TraceKit.Engine.Symbols;
using TraceKit.Format.Dtr.Metadata;
using SnapshotKind = TraceKit.Format.Dtr.Metadata.ModuleKind;

namespace TraceKit.Engine.Model;

/// <summary>Brings what was mapped together with what the file holds of it.</summary>
internal sealed partial class ModuleCatalog
{
    /// <summary>The largest snapshot that is opened: whole debug files of browsers stay below.</summary>
    private const long MaximumSnapshotBytes = 2L << 30;

    private readonly TraceSource _source;
    private readonly List<TraceModule> _modules = [];
    private readonly List<ModuleData> _data = [];
    private readonly List<IReadOnlyList<ModuleInfo>> _infos = [];
    private readonly Dictionary<MappedFile, int> _known = [];
    private readonly Dictionary<(uint Id, string Path), int> _bySnapshot = [];
    private readonly Dictionary<string, ModuleInfo> _byBuildId = new(StringComparer.Ordinal);
    private readonly Dictionary<(uint, uint, ulong), ModuleInfo> _byInode = [];
    private readonly Dictionary<string, ModuleInfo> _byPath = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ModuleInfo> _debugFiles = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<ModuleInfo>> _indexes = new(StringComparer.Ordinal);
    private const int KernelIndex = 0;

    private readonly DebugFileFinder? _finder;
    private readonly SourceIndexCache? _cache;
    private readonly KernelMaps _kernelMaps;

    /// <param name="source">The file.</param>
    /// <param name="snapshots">What it says that it holds.</param>
    /// <param name="finder">Looks for files beside it; null to use only what it holds.</param>
    /// <param name="kernelMaps">Where the kernel was; filled while mappings are read.</param>
    /// <param name="cache">Keeps what files beside it answered; null for none.</param>
    public ModuleCatalog(TraceSource source, IReadOnlyList<ModuleInfo> snapshots, DebugFileFinder? finder, KernelMaps kernelMaps, SourceIndexCache? cache = null)
    {
        _cache = cache;
        _kernelMaps = kernelMaps;
        _source = source;
        _finder = finder;
        ModuleInfo? kernel = null;
        var best = BestOfBuild(snapshots);
        foreach (var stored in snapshots)
        {
            var info = stored;
            switch (info.Kind)
            {
                case SnapshotKind.Elf or SnapshotKind.Vdso:
                    if (info.BuildId.Length > 0)
                        info = best[Convert.ToHexStringLower(info.BuildId)];
                    if (info.BuildId.Length > 0)
                        _byBuildId.TryAdd(Convert.ToHexStringLower(info.BuildId), info);
                    if (stored.Inode != 0)
                        _byInode.TryAdd((stored.DeviceMajor, stored.DeviceMinor, stored.Inode), info);
                    _byPath.TryAdd(stored.Path, info);
                    foreach (var path in stored.OtherPaths)
                        _byPath.TryAdd(path, info);
                    break;
                case SnapshotKind.DebugFile:
                    _debugFiles[Convert.ToHexStringLower(info.BuildId)] = info; // one that was added later has more
                    break;
                case SnapshotKind.SourceIndex:
                    if (info.BuildId.Length > 0)
                        (System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_indexes, Convert.ToHexStringLower(info.BuildId), out _) ??= []).Add(info);
                    break;
                case SnapshotKind.PerfMap or SnapshotKind.Jit or SnapshotKind.JitCode:
                    NoteJit(info);
                    break;
                case SnapshotKind.Kernel:
                    kernel = info;
                    break;
                case SnapshotKind.KernelModule:
                    _kernelModuleIds.TryAdd(info.Path, Convert.ToHexStringLower(info.BuildId));
                    break;
            }
        }

        Add(new TraceModule { Index = KernelIndex, Kind = ModuleKind.Kernel, Path = "[kernel.kallsyms]", Name = "[kernel.kallsyms]", BuildId = Convert.ToHexStringLower(kernel?.BuildId ?? []) }, kernel);
        if (kernel is null || kernel.BlobBytes == 0)
        {
            _modules[KernelIndex].Unresolved = UnresolvedReason.HiddenKernelSymbols;
            _modules[KernelIndex].SnapshotProblem = kernel?.MissingReason ?? "the recording has no kernel symbols";
        }

        Modules = new WholeList<TraceModule>(this, _modules);
        Data = new WholeList<ModuleData>(this, _data);
    }

    /// <summary>Where a file has several snapshots of one build, the fullest: one with more parts may have been added later.</summary>
    private static Dictionary<string, ModuleInfo> BestOfBuild(IReadOnlyList<ModuleInfo> snapshots)
    {
        var best = new Dictionary<string, ModuleInfo>(StringComparer.Ordinal);
        foreach (var info in snapshots)
        {
            if (info.Kind is not (SnapshotKind.Elf or SnapshotKind.Vdso) || info.BuildId.Length == 0)
                continue;
            ref var known = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(best, Convert.ToHexStringLower(info.BuildId), out _);
            if (known is null || info.BlobBytes > known.BlobBytes)
                known = info;
        }

        return best;
    }

    /// <summary>What the recording has of each module.</summary>
    public IReadOnlyList<ModuleContents> Contents() => [.. Data.Select(d => ModuleContents.Of(d, InfosOf(d.Module)))];

    /// <summary>What the recording says of a module's own file; null when nothing.</summary>
    public ModuleInfo? InfoOf(TraceModule module) => _infos[module.Index] is [var info, ..] ? info : null;

    /// <summary>Everything that the recording stores about a module.</summary>
    public IReadOnlyList<ModuleInfo> InfosOf(TraceModule module)
    {
        var infos = new List<ModuleInfo>(_infos[module.Index]);
        if (module.BuildId.Length == 0 || module.Kind != ModuleKind.Elf)
            return infos;
        if (_debugFiles.TryGetValue(module.BuildId, out var debug))
            infos.Add(debug);
        infos.AddRange(_indexes.GetValueOrDefault(module.BuildId, []));
        return infos;
    }

    /// <summary>All modules; the kernel's own come last.</summary>
    public IReadOnlyList<TraceModule> Modules { get; }

    /// <summary>Their tables.</summary>
    public IReadOnlyList<ModuleData> Data { get; }

    /// <summary>The module of a mapping; made when it is new.</summary>
    public int Of(MappedFile file)
    {
        // Of memory without a file only the process matters; of a file, the process does not.
        var isMade = IsMade(file);
        var key = isMade ? new MappedFile(file.Pid, "//anon", "", 0, 0, 0, 0) : file with { Pid = 0 };
        if (_known.TryGetValue(key, out var index))
            return index;
        index = isMade ? AddJit(file.Pid) : file.IsData ? AddData(file) : AddFile(file);
        _known.Add(key, index);
        return index;
    }

    /// <summary>Whether a mapping holds code that its process made. A file in memory does when it is .NET's, or of a process that names its code; not when it is known to be an ELF file.</summary>
    public bool IsMade(MappedFile file) => file.IsAnonymous
        || (file.IsInMemory && (file.IsDoubleMapper || _jit.ContainsKey(file.Pid)) && file.BuildId.Length == 0 && WithBytes(Find(file)) is not { Kind: SnapshotKind.Elf, BlobBytes: > 0 });

    private int AddData(MappedFile file) =>
        Add(new TraceModule { Index = _modules.Count, Kind = ModuleKind.Data, Path = file.Path, Name = file.Path }, null);

    private int AddFile(MappedFile file)
    {
        var info = WithBytes(Find(file));
        var path = file.IsVdso ? "[vdso]" : file.Path;
        // The same bytes under another path are shown by that path.
        if (info is not null && _bySnapshot.TryGetValue((info.Id, path), out var known))
            return known;
        var index = Add(
            new TraceModule
            {
                Index = _modules.Count,
                Kind = file.IsVdso ? ModuleKind.Vdso : ModuleKind.Elf,
                Path = path,
                Name = path[(path.LastIndexOf('/') + 1)..],
                BuildId = info is { BuildId.Length: > 0 } ? Convert.ToHexStringLower(info.BuildId) : file.BuildId,
            },
            info);
        if (info is not null)
            _bySnapshot.Add((info.Id, path), index);
        return index;
    }

    /// <summary>The same bytes may have been mapped from several places: they are stored once, and the others only named.</summary>
    private ModuleInfo? WithBytes(ModuleInfo? info) =>
        info is { BlobBytes: 0, BuildId.Length: > 0 } && _byBuildId.TryGetValue(Convert.ToHexStringLower(info.BuildId), out var copied) ? copied : info;

    /// <summary>By what names the content, before what names the place: a path may show another file tomorrow.</summary>
    private ModuleInfo? Find(MappedFile file)
    {
        if (file.BuildId.Length > 0)
            return _byBuildId.GetValueOrDefault(file.BuildId);
        if (file.Inode != 0 && _byInode.TryGetValue((file.Major, file.Minor, file.Inode), out var byInode) && (file.Generation == byInode.InodeGeneration || byInode.InodeGeneration == 0))
            return byInode;
        if (!_byPath.TryGetValue(file.Path, out var byPath))
            return null;

        // The same path with another inode is another file.
        return file.Inode != 0 && byPath.Inode != 0 && (byPath.Inode != file.Inode || byPath.DeviceMajor != file.Major || byPath.DeviceMinor != file.Minor) ? null : byPath;
    }

    private int Add(TraceModule module, ModuleInfo? info)
    {
        if (info is not null)
        {
            module.HasSnapshot = info.BlobBytes > 0;
            module.SnapshotProblem = info.MissingReason ?? "";
        }
        else if (module.Kind is ModuleKind.Elf or ModuleKind.Vdso)
        {
            module.SnapshotProblem = "the recording has no snapshot of this file";
        }

        _modules.Add(module);
        _infos.Add(info is null ? [] : [info]);
        var debugFile = module.Kind == ModuleKind.Elf && module.BuildId.Length > 0 ? _debugFiles.GetValueOrDefault(module.BuildId) : null;
        _data.Add(new ModuleData(module, new ModulePieces
        {
            Snapshot = () => Snapshot(module, info),
            Format = info?.BlobFormat ?? "",
            DebugFile = () => Snapshot(module, debugFile),
            KernelText = () => FindKernelText(module),
            Outside = image => FindOutside(module, image),
            OwnSource = data => OwnSource(module, data),
            OutsideSource = data => OutsideSource(module, data),
        }));
        return module.Index;
    }

    private SparseImage? Snapshot(TraceModule module, ModuleInfo? info)
    {
        if (info is null || info.BlobBytes == 0)
            return null;
        ReadOnlyMemory<byte> blob = _source.ReadBlob(info, MaximumSnapshotBytes, out var missing);
        if (missing > 0)
            module.SnapshotProblem = $"{missing} of {info.BlobBytes} bytes of the snapshot are lost";
        if (blob.IsEmpty)
            return null;
        if (info.Extents.Count == 0)
            return SparseImage.FromWhole(blob);
        var extents = new List<FileExtent>();
        foreach (var extent in info.Extents)
        {
            if (extent.BlobOffset > (ulong)blob.Length || extent.Length > (ulong)blob.Length - extent.BlobOffset)
                BadDataException.Throw($"module {info.Id}", extent.BlobOffset, BadDataCode.InvalidValue, $"an extent within {blob.Length} bytes", $"{extent.Length} bytes");
            extents.Add(new FileExtent(new FileOffset(extent.FileOffset), blob.Slice((int)extent.BlobOffset, (int)extent.Length)));
        }

        return new SparseImage(info.FileLength, [.. extents]);
    }
}
