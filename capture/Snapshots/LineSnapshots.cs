using System.Runtime;
using TraceKit.Binary;
using TraceKit.Capture.Cli;
using TraceKit.Capture.Native;
using TraceKit.Capture.Pump;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Source;
using TraceKit.Format.Dtr.Metadata;

namespace TraceKit.Capture.Snapshots;

/// <summary>
/// <c>--snapshot lines</c>: of each module the functions, inlined ones included, and source lines of the compilation units that samples pointed
/// into. Looked up once, at the end; until then the files are held open, so it does not matter whether they or their process still exist.
/// </summary>
internal sealed class LineSnapshots(TraceOutput output, SnapshotBudget budget)
{
    /// <summary>Modules whose files are held open.</summary>
    private const int MaxModules = 128;

    /// <summary>Debug information, inflated, that is read into memory for one module: one at a time, given back after it.</summary>
    private const ulong MaxDebugBytes = 160 << 20;

    private readonly Dictionary<string, Entry> _modules = new(StringComparer.Ordinal);
    private int _dropped;

    private sealed class Entry
    {
        public required string Path { get; init; }

        public required ModuleFile Module { get; init; }

        /// <summary>The file with the <c>.debug_*</c> sections: the module itself, or its debug file.</summary>
        public required ModuleFile? Debug { get; init; }

        public required ModuleFile? Alternate { get; init; }

        public string? Missing { get; set; }

        public List<HashSet<uint>> Pieces { get; } = [];
    }

    public bool Holds(ModuleFile file) => _modules.TryGetValue(KeyOf(file), out var entry) && ReferenceEquals(entry.Module, file);

    /// <summary>Notes a module that was hit, and opens its debug file while its process lives.</summary>
    public void Add(int pid, TrackedMapping mapping, ModuleFile file)
    {
        var key = KeyOf(file);
        // An index is joined to its module by build-id. Go's own table travels with the module and has all of this already.
        if (key.Length == 0 || mapping.HitPieces is null || file.Headers.TrySection(".go.buildinfo", out _))
            return;
        if (!_modules.TryGetValue(key, out var entry))
        {
            if (_modules.Count >= MaxModules)
            {
                _dropped++;
                return;
            }

            string? missing = null;
            var debug = DebugSize.HasUnits(file) ? file : HostDebugFiles.Find(pid, file, mapping.Path, out _);
            if (debug is not null && !ReferenceEquals(debug, file) && !DebugSize.HasUnits(debug))
            {
                debug.Dispose();
                debug = null;
            }

            if (debug is null)
                missing = "neither the file nor an installed debug file has line information: install its debug package before recording, or use 'tracekit symbols add' afterwards";
            var alternate = debug is null ? null : HostDebugFiles.FindAlternate(pid, debug, debug.Headers.Name, out _, out missing);
            _modules.Add(key, entry = new Entry { Path = mapping.Path, Module = file, Debug = debug, Alternate = alternate, Missing = missing });
        }

        entry.Pieces.Add(mapping.HitPieces);
    }

    /// <summary>Looks up and writes everything.</summary>
    /// <param name="progress">Called after each module.</param>
    public void Finish(Action progress)
    {
        // Small ones first: what the bounds leave out is then the largest.
        var entries = new List<(string Key, Entry Entry, ulong Bytes)>();
        foreach (var (key, entry) in _modules)
            entries.Add((key, entry, entry.Debug is null ? 0 : DebugSize.Of(entry.Debug, IsRead) + (entry.Alternate is null ? 0 : DebugSize.Of(entry.Alternate, IsRead))));
        entries.Sort(static (a, b) => a.Bytes.CompareTo(b.Bytes));
        foreach (var (key, entry, bytes) in entries)
        {
            var index = Build(entry, bytes);
            Write(key, entry, index);
            entry.Debug?.Dispose();
            entry.Alternate?.Dispose();
            entry.Module.Dispose();
            if (bytes > 8 << 20)
            {
                GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
                GC.Collect(2, GCCollectionMode.Aggressive);
            }

            progress();
        }

        _modules.Clear();
        if (_dropped > 0)
            Terminal.Notice($"source lines of {_dropped} more modules were not taken: at most {MaxModules} files are held open for them");
    }

    private static byte[] Build(Entry entry, ulong bytes)
    {
        if (entry.Debug is null)
            return [];
        if (bytes > MaxDebugBytes)
        {
            entry.Missing = $"its line information, {Quantity.FormatSize((long)bytes)}, is over the {MaxDebugBytes >> 20} MiB that --snapshot lines reads: use --snapshot full, or 'tracekit symbols add' afterwards";
            return [];
        }

        try
        {
            var dwarf = DwarfInfo.Open(entry.Debug.Open(), new DwarfFiles { Alternate = entry.Alternate?.Open() });
            var index = SourceIndex.Build(dwarf, Addresses(entry));
            if (dwarf.MissingFiles.Count > 0)
                entry.Missing = $"not at hand: {string.Join(", ", dwarf.MissingFiles)}";
            return index;
        }
        catch (BadDataException e)
        {
            entry.Missing = e.Message;
            return [];
        }
    }

    /// <summary>Both ends of every piece that was hit, as the file's tables count.</summary>
    private static Svma[] Addresses(Entry entry)
    {
        var addresses = new SortedSet<ulong>();
        foreach (var pieces in entry.Pieces)
        {
            foreach (var piece in pieces)
            {
                foreach (var end in (ReadOnlySpan<int>)[0, ProcessHits.PieceBytes - 1])
                {
                    if (entry.Module.Headers.TryToSvma(new FileOffset(((ulong)piece * ProcessHits.PieceBytes) + (ulong)end), out var address))
                        addresses.Add(address.Value);
                }
            }
        }

        var sorted = new Svma[addresses.Count];
        var at = 0;
        foreach (var address in addresses)
            sorted[at++] = new Svma(address);
        return sorted;
    }

    private void Write(string key, Entry entry, byte[] index)
    {
        var reason = entry.Missing;
        if ((ulong)index.Length > budget.ForModule)
        {
            reason = $"{index.Length} bytes of line information were left out for their size ({budget.Option})";
            index = [];
        }

        budget.Spend((ulong)index.Length);
        Blob.Write(output, new ModuleInfo
        {
            Id = budget.NextId(),
            Kind = ModuleKind.SourceIndex,
            BuildId = Convert.FromHexString(key),
            Path = entry.Path,
            BlobBytes = (ulong)index.Length,
            BlobFormat = index.Length > 0 ? "source-index" : "",
            MissingReason = reason,
            SnapshotTime = Clock.Monotonic,
        }, index);
        Terminal.Detail($"lines of {entry.Path}: {index.Length} bytes{(reason is null ? "" : "; " + reason)}");
    }

    private static string KeyOf(ModuleFile file) => Convert.ToHexString(file.Headers.BuildId.Span);

    /// <summary>What tells functions, inlined calls and lines; where variables are is never looked at.</summary>
    private static bool IsRead(string section) =>
        (section.StartsWith(".debug_", StringComparison.Ordinal) || section.StartsWith(".zdebug_", StringComparison.Ordinal))
        && !(section.Contains("_loc", StringComparison.Ordinal) || section.Contains("_pub", StringComparison.Ordinal) || section.Contains("_mac", StringComparison.Ordinal)
            || section.Contains("_gnu_pub", StringComparison.Ordinal) || section.EndsWith("_frame", StringComparison.Ordinal));
}
