using TraceKit.Capture.Cli;
using TraceKit.Capture.Snapshots;
using TraceKit.DebugInfo.Elf;
using TraceKit.Format.Dtr.Samples;

namespace TraceKit.Capture.Pump;

/// <summary>
/// From where samples point to what must travel: a module that no address of any stack lies in is needed neither for names nor for
/// unwinding, and is not read.
/// </summary>
internal sealed class ProcessHits
{
    /// <summary>Granularity of <see cref="TrackedMapping.HitPieces"/>: functions are aligned to as much.</summary>
    public const int PieceBytes = 16;

    /// <summary>Pages of made code that are copied of one process: 64 MB.</summary>
    private const int MaxMadeCodePages = 16384;

    private const int PieceShift = 4, PageShift = 12;

    private readonly SnapshotWorker _snapshots;
    private readonly bool _lines;
    private readonly bool _madeCode;
    private readonly Dictionary<string, HashSet<uint>> _pieces = new(StringComparer.Ordinal);

    public ProcessHits(SnapshotWorker snapshots, RecordOptions options)
    {
        _snapshots = snapshots;
        _lines = options.Snapshot == SnapshotLevel.Lines;
        // Frame pointers are walked by the kernel: nobody has to read code to find a caller.
        _madeCode = options.Snapshot >= SnapshotLevel.Unwind && options.CallGraph == CallGraph.Dwarf;
    }

    /// <summary>A process had its first sample.</summary>
    public void Attach(TrackedProcess process)
    {
        if (_snapshots.TakesNothing)
            return;
        process.Hits = _lines
            ? new AddressHits(PieceShift, slotBits: 11, address => Hit(process, address))
            : new AddressHits(PageShift, slotBits: 8, address => Hit(process, address));
    }

    private void Hit(TrackedProcess process, ulong address)
    {
        if (process.Find(address) is not { } mapping)
            return;
        if (!mapping.IsHit)
        {
            mapping.IsHit = true;
            if (_lines && !mapping.IsMadeCode)
                mapping.HitPieces = Pieces(mapping);
            _snapshots.ModuleHit(process, mapping);
        }

        if (mapping.IsMadeCode)
        {
            if (_madeCode && process.MadeCodePages.Count < MaxMadeCodePages && process.MadeCodePages.Add(address >> PageShift))
                _snapshots.MadeCodeHit(process, address);
            return;
        }

        mapping.HitPieces?.Add((uint)((address - mapping.Start + mapping.FileOffset) >> PieceShift));
    }

    private HashSet<uint> Pieces(TrackedMapping mapping)
    {
        var identity = ModuleIdentity.Of(mapping);
        if (!_pieces.TryGetValue(identity, out var pieces))
            _pieces.Add(identity, pieces = []);
        return pieces;
    }
}
