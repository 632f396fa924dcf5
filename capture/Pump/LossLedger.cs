using TraceKit.Format.Dtr.Metadata;

namespace TraceKit.Capture.Pump;

/// <summary>What was lost on each CPU since the last report, why, and between which times.</summary>
internal sealed class LossLedger(int rings)
{
    private readonly Entry[] _full = new Entry[rings];
    private readonly List<LossReport> _others = [];

    private struct Entry
    {
        public ulong Count;
        public ulong First;
        public ulong Last;
    }

    /// <summary>Records that the rings had no room for, as PERF_RECORD_LOST told: over the whole recording.</summary>
    public ulong TotalRingFull { get; private set; }

    /// <summary>PERF_RECORD_LOST: the ring was full between the record before it and itself.</summary>
    public void RingFull(int ring, ulong count, ulong since, ulong time)
    {
        ref var entry = ref _full[ring];
        if (entry.Count == 0)
            entry.First = since;
        entry.Count += count;
        entry.Last = time;
        TotalRingFull += count;
    }

    public void Add(LossReport report) => _others.Add(report);

    /// <summary>Takes the reports since the last call; null when there are none.</summary>
    public LossTable? Take(Func<int, int> cpuOf)
    {
        var reports = new List<LossReport>(_others);
        _others.Clear();
        for (var ring = 0; ring < _full.Length; ring++)
        {
            var entry = _full[ring];
            if (entry.Count == 0)
                continue;
            reports.Add(new LossReport { Cpu = cpuOf(ring), Cause = LossCause.RingFull, Count = entry.Count, FirstTime = entry.First, LastTime = entry.Last, EventIndex = -1 });
            _full[ring] = default;
        }

        return reports.Count == 0 ? null : new LossTable { Losses = reports };
    }
}
