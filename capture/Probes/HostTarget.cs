using System.Globalization;
using TraceKit.Binary;
using TraceKit.Capture.Cli;
using TraceKit.Capture.Host;
using TraceKit.Capture.Native;
using TraceKit.Capture.Snapshots;
using TraceKit.Probes.Plan;
using TraceKit.Probes.Targets;

namespace TraceKit.Capture.Probes;

/// <summary>
/// What a definition is about: a file, held open from the moment its symbols are read until its probes are defined, so that what is armed is
/// what was looked at; or the kernel.
/// </summary>
internal sealed partial class HostTarget : IDisposable
{
    private readonly ModuleFile? _file;
    private readonly List<IDisposable> _opened;

    private HostTarget(ProbeTarget target, string? path, ModuleFile? file, List<IDisposable> opened)
    {
        Target = target;
        Path = path;
        _file = file;
        _opened = opened;
    }

    /// <summary>What the compiler asks.</summary>
    public ProbeTarget Target { get; }

    /// <summary>The file; null for the kernel.</summary>
    public string? Path { get; }

    /// <summary>Device and inode of the file; null for the kernel.</summary>
    public FileFacts? Facts => _file?.Facts;

    /// <summary>Whether debug information was read, which fills memory.</summary>
    public bool HasReadMuch { get; private init; }

    /// <summary>Why debug information that exists is not read; null when it is, or there is none.</summary>
    public string? Unread { get; private init; }

    /// <summary>The path by which the kernel is to find the file; null for the kernel itself.</summary>
    /// <remarks>The kernel splits its line at blanks: such a path is given by our open descriptor, which it resolves while it reads the line.</remarks>
    public string? KernelPath =>
        _file is null ? null : Path!.AsSpan().IndexOfAny(' ', '\t', '#') < 0 ? Path : string.Create(CultureInfo.InvariantCulture, $"/proc/{Libc.getpid()}/fd/{_file.Descriptor}");

    /// <summary>The address, as the file's tables count, of what stands at a place of the file; null for the kernel and for what no segment loads.</summary>
    public Svma? ToAddress(FileOffset offset) => _file is not null && _file.Headers.TryToSvma(offset, out var address) ? address : null;

    /// <summary>What a hit costs there, by the instruction that is replaced; null when it is not known.</summary>
    public string? CostAt(ProbePlace place)
    {
        if (Target is not UserTarget target || place.IsReturn)
            return null;
        var cost = target.CostAt(place.Address);
        return cost.Cheaper is { } behind
            ? string.Create(CultureInfo.InvariantCulture, $"{cost.Description}; some 20 times less at {place.Symbol}+{place.Offset + (behind.Value - place.Address.Value)}, behind the endbr64, which misses jumps past it")
            : cost.Description;
    }

    /// <summary>Throws when the path leads to another file than the one whose symbols were read.</summary>
    public void CheckUnchanged()
    {
        if (_file is null || KernelPath != Path)
            return;
        if (!HostFile.TryFacts(Path!, out var now) || !IsSame(now, _file.Facts))
            throw new CaptureException($"{Path} was replaced while its probe was defined: nothing was kept", "try again when its update has ended");
    }

    /// <summary>Says which of the processes run another file under this path: a probe is of an inode, and never fires in theirs.</summary>
    public void CheckProcesses(IEnumerable<int> pids)
    {
        if (_file is null)
            return;
        foreach (var pid in pids)
        {
            bool maps = false, mapsOther = false;
            foreach (var mapping in ProcMaps.Parse(HostFile.TryReadAll($"/proc/{pid}/maps", out _), executableOnly: true))
            {
                var facts = default(FileFacts);
                var known = mapping.Inode != 0 && HostFile.TryFacts(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/map_files/{mapping.Start:x}-{mapping.End:x}"), out facts);
                if (known && IsSame(facts, _file.Facts))
                    maps = true;
                else if (mapping.Path == Path || mapping.Path == Path + " (deleted)")
                    mapsOther |= known;
            }

            if (mapsOther && !maps)
                Terminal.Notice($"process {pid} runs another file than the one that is now at {Path}: it was replaced after the process had started, and the probe never fires there; restart it, or probe what it runs: -x /proc/{pid}/exe, or its library under /proc/{pid}/map_files");
            else if (!maps)
                Terminal.Notice($"process {pid} does not have {Path} mapped: the probe fires there only once it is loaded");
        }
    }

    public void Dispose()
    {
        foreach (var file in _opened)
            file.Dispose();
    }

    private static bool IsSame(FileFacts a, FileFacts b) => a.Inode == b.Inode && a.DeviceMajor == b.DeviceMajor && a.DeviceMinor == b.DeviceMinor;
}
