using System.Runtime.InteropServices;
using TraceKit.Binary;
using TraceKit.DebugInfo.Jit;
using TraceKit.Format.Dtr.Metadata;
using SnapshotKind = TraceKit.Format.Dtr.Metadata.ModuleKind;

namespace TraceKit.Engine.Model;

internal sealed partial class ModuleCatalog
{
    /// <summary>What the recording has of each process's JIT code: perf-maps, jitdumps, memory.</summary>
    private readonly Dictionary<int, List<ModuleInfo>> _jit = [];

    private void NoteJit(ModuleInfo info) => (CollectionsMarshal.GetValueRefOrAddDefault(_jit, info.Pid, out _) ??= []).Add(info);

    private int AddJit(int pid)
    {
        var infos = _jit.GetValueOrDefault(pid, []);
        var first = infos.Find(i => i.Kind == SnapshotKind.PerfMap) ?? infos.Find(i => i.Kind == SnapshotKind.Jit);
        var module = new TraceModule { Index = _modules.Count, Kind = ModuleKind.Jit, Path = first?.Path ?? FormattableString.Invariant($"/tmp/perf-{pid}.map"), Name = $"[JIT] tid {pid}", Pid = pid };
        module.HasSnapshot = infos.Exists(i => i.BlobBytes > 0);
        module.SnapshotProblem = string.Join("; ", infos.Select(i => i.MissingReason).Where(r => !string.IsNullOrEmpty(r)));
        _modules.Add(module);
        _infos.Add(infos);
        _data.Add(new ModuleData(module, new ModulePieces
        {
            Timeline = () => Timeline(module, infos),
            Memory = () => Memory(module, infos),
            OwnSource = static data => data.Jit is { HasLines: true } jit ? [jit] : [],
        }));
        return module.Index;
    }

    private JitTimeline? Timeline(TraceModule module, List<ModuleInfo> infos)
    {
        var maps = new List<JitMapText>();
        var dumps = new List<JitDump>();
        foreach (var info in infos)
        {
            if (info.Kind == SnapshotKind.JitCode || Whole(module, info) is not { } bytes)
                continue;
            if (info.Kind == SnapshotKind.PerfMap)
            {
                maps.Add(new JitMapText(bytes, [.. info.Marks.Select(m => ((long)m.Time, m.Length)).Order()], (long)info.SnapshotTime));
                continue;
            }

            try
            {
                dumps.Add(JitDump.Parse(bytes, info.Path));
            }
            catch (BadDataException e)
            {
                // A damaged dump leaves the perf-map.
                module.SnapshotProblem = e.Message;
            }
        }

        if (maps.Count + dumps.Count == 0 && _finder?.FindPerfMap(module.Pid) is { } outside)
        {
            module.OutsideMap = outside;
            maps.Add(new JitMapText(outside.Text, [], 0));
        }

        return maps.Count + dumps.Count == 0 ? null : JitTimeline.Build(maps, dumps);
    }

    private JitCode? Memory(TraceModule module, List<ModuleInfo> infos)
    {
        var pieces = new List<JitCodePiece>();
        foreach (var info in infos)
        {
            if (info.Kind != SnapshotKind.JitCode || info.BlobBytes == 0)
                continue;
            ReadOnlyMemory<byte> blob = _source.ReadBlob(info, MaximumSnapshotBytes, out _);
            foreach (var extent in info.Extents)
            {
                if (extent.BlobOffset <= (ulong)blob.Length && extent.Length <= (ulong)blob.Length - extent.BlobOffset)
                    pieces.Add(new JitCodePiece(new Avma(extent.FileOffset), blob.Slice((int)extent.BlobOffset, (int)extent.Length), (long)(extent.Time == 0 ? info.SnapshotTime : extent.Time)));
                else
                    module.SnapshotProblem = $"module {info.Id}: an extent ends after its {blob.Length} bytes";
            }
        }

        return pieces.Count == 0 ? null : JitCode.Build(pieces);
    }

    private ReadOnlyMemory<byte>? Whole(TraceModule module, ModuleInfo info)
    {
        // Not as a conditional expression: there null would become an empty memory.
        if (Snapshot(module, info) is { } image && image.TryRead(default, image.Length, out var bytes))
            return bytes;
        return null;
    }
}
