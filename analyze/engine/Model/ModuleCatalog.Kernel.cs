using TraceKit.DebugInfo.Kernel;
using TraceKit.Engine.DebugFiles;
using TraceKit.Engine.Symbols;

namespace TraceKit.Engine.Model;

internal sealed partial class ModuleCatalog
{
    private readonly Dictionary<string, int> _kernelModules = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _kernelModuleIds = new(StringComparer.Ordinal);
    private readonly Lock _kernelGate = new();
    private volatile bool _kernelIsOpen;
    private volatile bool _isWithoutKernel; // the list has only what the recording itself tells of: modules and programs
    private KernelSymbols? _kernelSymbols;

    /// <summary>The kernel's symbols. They are many, so they are read when the first kernel address is asked for.</summary>
    public KernelSymbols KernelSymbols => LazyInitializer.EnsureInitialized(ref _kernelSymbols, () => new KernelSymbols(_data[KernelIndex].OpenKallsyms))!;

    /// <summary>The module of a kernel address: what the symbols say, else where modules were loaded; none of what only a wrong frame pointer gives.</summary>
    public int OfKernelAddress(ulong address)
    {
        if (!KernelAddress.IsPossible(_source.Host.Architecture, address))
            return Stacks.FrameTable.NoModule;
        OpenKernel();
        if (KernelSymbols.TryFind(address, out var symbol) && _kernelModules.TryGetValue(symbol.Module, out var module))
            return module;
        if (_kernelMaps.ModuleAt(address) is { } piece && _kernelModules.TryGetValue(piece.Name, out module))
            return module;
        // Where there is no kernel code yet: what a chain of frame pointers read where there were none.
        return !_isWithoutKernel && address < KernelSymbols.Start ? Stacks.FrameTable.NoModule : KernelIndex;
    }

    /// <summary>Reads the symbols and adds a module for each kernel module that they name, after those that were mapped.</summary>
    private void OpenKernel()
    {
        if (_kernelIsOpen)
            return;
        lock (_kernelGate)
        {
            if (_kernelIsOpen)
                return;
            var kernel = _modules[KernelIndex];
            var symbols = KernelSymbols;
            if (symbols.State == KallsymsState.Present)
            {
                // It may have been found beside the recording.
                kernel.Unresolved = UnresolvedReason.None;
                kernel.SnapshotProblem = "";
            }
            else if (symbols.State is not null)
            {
                kernel.Unresolved = UnresolvedReason.HiddenKernelSymbols;
                kernel.SnapshotProblem = symbols.Reason;
            }

            foreach (var name in symbols.Modules.Concat(_kernelMaps.Pieces.Where(p => p.Path.Length > 0).Select(p => p.Name)))
            {
                if (name.Length > 0 && !_kernelModules.ContainsKey(name))
                    _kernelModules.Add(name, Add(new TraceModule { Index = _modules.Count, Kind = ModuleKind.KernelModule, Path = $"[{name}]", Name = $"[{name}]" }, null));
            }

            _kernelIsOpen = true;
        }
    }

    /// <summary>The kernel's symbols from beside the recording; null when nothing fits, or nobody said where to look.</summary>
    private KernelText? FindKernelText(TraceModule kernel)
    {
        if (_finder is null)
            return null;
        var finder = new KernelFinder(_finder.Options, _finder, new KernelRequest(kernel.BuildId, _source.Host.KernelRelease, _kernelMaps.ReferenceName, _kernelMaps.ReferenceAddress));
        var found = finder.Find();
        var set = new DebugFileSet(_finder, new DebugFileRequest { Path = kernel.Path, BuildId = kernel.BuildId });
        foreach (var attempt in finder.Tried)
            set.Note(attempt);
        lock (_setsGate)
            _sets.Add(set);
        _isWithoutKernel = found is null;
        return KernelTextBuilder.Build(found, _kernelMaps.Pieces, OpenKernelModule);
    }

    private ElfOnDisk? OpenKernelModule(KernelPiece piece)
    {
        var id = _kernelModuleIds.GetValueOrDefault(piece.Path, "");
        foreach (var place in _finder!.KernelModulePlaces(piece.Path, id, _source.Host.KernelRelease))
        {
            var file = _finder.Open(place, out _, out _);
            if (file is null)
                continue;
            // Without a recorded build-id the release in its path says whose it is, as for perf.
            var found = Convert.ToHexStringLower(file.Image.BuildId.Span);
            if (id.Length > 0 ? found == id : _finder.Options.TrustPaths)
                return file;
            file.Dispose();
        }

        return null;
    }

    /// <summary>
    /// A list that is whole before anybody counts it: kernel modules come last and only then. An index that somebody holds is of a module that is there.
    /// </summary>
    private sealed class WholeList<T>(ModuleCatalog catalog, List<T> list) : IReadOnlyList<T>
    {
        public int Count
        {
            get
            {
                catalog.OpenKernel();
                return list.Count;
            }
        }

        public T this[int index] => list[index];

        public IEnumerator<T> GetEnumerator()
        {
            catalog.OpenKernel();
            return list.GetEnumerator();
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
