using TraceKit.Capture.Cli;
using TraceKit.Capture.Events;
using TraceKit.Capture.Snapshots;
using TraceKit.Format.Dtr.Metadata;
using TraceKit.Format.Perf;

namespace TraceKit.Capture.Pump;

internal sealed class SampleSink(PerfSession session, TraceOutput output, RecordOptions options, ProcessTracker tracker, SnapshotWorker snapshots)
{
    public ulong Samples { get; private set; }
    public ulong FilteredStacks { get; private set; }
    public ulong RawStacks { get; private set; }
    public List<EventTotals> EventTotals() => [];
    public void AddBlock(ReadOnlySpan<byte> records, int ring)
    {
        _ = (session, output, options, tracker, snapshots);
        for (var at = 0; at < records.Length && PerfRecord.TryRead(records[at..], out var record); at += record.Size)
        {
            if (record.Type == PerfRecordType.PERF_RECORD_SAMPLE) Samples++;
        }
    }
    public void Flush() { }
}
