using System.Globalization;
using System.Text;
using TraceKit.Format.Perf;

namespace TraceKit.Engine.Streams;

/// <summary>Side-band records as text, as <c>perf script --show-task-events --show-mmap-events --show-lost-events</c> prints them.</summary>
internal static class SideBandFormatter
{
    public static string Format(PerfRecord record, Trace trace)
    {
        var layout = trace.SideBandLayouts.LayoutOf(record);
        if (layout is null)
            return Unknown(record);
        switch (record.Type)
        {
            case PerfRecordType.PERF_RECORD_COMM when CommRecord.TryParse(record, layout, out var comm):
                return string.Create(CultureInfo.InvariantCulture, $"PERF_RECORD_COMM{(comm.IsExec ? " exec" : "")}: {Text(comm.Comm)}:{(int)comm.Pid}/{(int)comm.Tid}");
            case PerfRecordType.PERF_RECORD_FORK or PerfRecordType.PERF_RECORD_EXIT when ForkRecord.TryParse(record, layout, out var fork):
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{(fork.IsExit ? "PERF_RECORD_EXIT" : "PERF_RECORD_FORK")}({(int)fork.Pid}:{(int)fork.Tid}):({(int)fork.ParentPid}:{(int)fork.ParentTid})");
            case PerfRecordType.PERF_RECORD_MMAP2 when Mmap2Record.TryParse(record, layout, out var map):
                var what = map.HasBuildId ? $"<{Convert.ToHexStringLower(map.BuildId)}>" : string.Create(CultureInfo.InvariantCulture, $"{map.Major:x2}:{map.Minor:x2} {map.Inode} {map.InodeGeneration}");
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"PERF_RECORD_MMAP2 {(int)map.Pid}/{(int)map.Tid}: [0x{map.Address:x}(0x{map.Length:x}) @ 0x{map.PageOffset:x} {what}]: {Protection(map.Protection, map.MapFlags)} {Text(map.Filename)}");
            case PerfRecordType.PERF_RECORD_MMAP when MmapRecord.TryParse(record, layout, out var map):
                return string.Create(
                    CultureInfo.InvariantCulture, $"PERF_RECORD_MMAP {(int)map.Pid}/{(int)map.Tid}: [0x{map.Address:x}(0x{map.Length:x}) @ 0x{map.PageOffset:x}]: x {Text(map.Filename)}");
            case PerfRecordType.PERF_RECORD_LOST when LostRecord.TryParse(record, layout, out var lost):
                return string.Create(CultureInfo.InvariantCulture, $"PERF_RECORD_LOST lost {lost.Lost}");
            case PerfRecordType.PERF_RECORD_LOST_SAMPLES when LostSamplesRecord.TryParse(record, layout, out var lostSamples):
                return string.Create(CultureInfo.InvariantCulture, $"PERF_RECORD_LOST_SAMPLES lost {lostSamples.Lost}");
            case PerfRecordType.PERF_RECORD_THROTTLE:
                return "PERF_RECORD_THROTTLE";
            case PerfRecordType.PERF_RECORD_UNTHROTTLE:
                return "PERF_RECORD_UNTHROTTLE";
            default:
                return Unknown(record);
        }
    }

    private static string Unknown(PerfRecord record) =>
        string.Create(CultureInfo.InvariantCulture, $"PERF_RECORD {record.Type}, {record.Bytes.Length} bytes");

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    private static string Protection(uint protection, uint flags) =>
        $"{((protection & 1) != 0 ? 'r' : '-')}{((protection & 2) != 0 ? 'w' : '-')}{((protection & 4) != 0 ? 'x' : '-')}{((flags & 1) != 0 ? 's' : 'p')}";
}
