using System.Text;
using TraceKit.Capture.Native;
using TraceKit.Format.Perf;

namespace TraceKit.Capture.Host;

/// <summary>
/// Describes processes that existed before the recording as the kernel would have: COMM for each thread, MMAP2 for each executable mapping,
/// with time 0, from /proc.
/// </summary>
internal sealed class ProcScanner(SampleLayout layout)
{
    private const uint PROT_READ = 1, PROT_WRITE = 2, PROT_EXEC = 4, MAP_SHARED = 1, MAP_PRIVATE = 2;

    // Above this are the kernel's addresses: [vsyscall] is no mapping of the process.
    private const ulong UserEnd = 1UL << 63;

    private readonly byte[] _record = new byte[16 << 10];

    /// <summary>Gets each record; the bytes are valid during the call.</summary>
    public delegate void RecordSink(ReadOnlySpan<byte> record);

    /// <summary>Describes all processes.</summary>
    public int ScanAll(RecordSink sink, Action<int> known)
    {
        var count = 0;
        foreach (var pid in ProcStat.Ids("/proc"))
        {
            if (Scan(pid, sink))
            {
                known(pid);
                count++;
            }
        }

        return count;
    }

    /// <summary>Describes one process; false when it has ended or its mappings may not be read.</summary>
    public bool Scan(int pid, RecordSink sink)
    {
        foreach (var tid in ProcStat.Ids($"/proc/{pid}/task"))
        {
            var comm = HostFile.TryReadAll($"/proc/{pid}/task/{tid}/comm", out _);
            if (comm is null)
                continue;
            var name = comm.AsSpan().TrimEnd((byte)'\n');
            sink(_record.AsSpan(0, PerfRecordWriter.WriteComm(_record, layout, new SampleId((uint)pid, (uint)tid, 0, 0, 0, 0), (uint)pid, (uint)tid, name)));
        }

        var maps = HostFile.TryReadAll($"/proc/{pid}/maps", out _);
        if (maps is null)
            return false;
        foreach (var mapping in ProcMaps.Parse(maps, executableOnly: true))
        {
            if (mapping.Start >= UserEnd)
                continue;
            var path = mapping.Path.Length == 0 ? "//anon" : mapping.Path;
            var bytes = Encoding.UTF8.GetBytes(path);
            if (bytes.Length > 4096)
                continue;
            var protection = (mapping.Readable ? PROT_READ : 0) | (mapping.Writable ? PROT_WRITE : 0) | PROT_EXEC;
            var size = PerfRecordWriter.WriteMmap2(
                _record, layout, new SampleId((uint)pid, (uint)pid, 0, 0, 0, 0), (uint)pid, (uint)pid, mapping.Start, mapping.End - mapping.Start,
                mapping.FileOffset, mapping.DeviceMajor, mapping.DeviceMinor, mapping.Inode, 0, protection, mapping.Shared ? MAP_SHARED : MAP_PRIVATE, bytes);
            sink(_record.AsSpan(0, size));
        }

        return true;
    }
}
