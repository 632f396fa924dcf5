using System.Text;
using TraceKit.Binary;
using TraceKit.Format.Perf;

namespace TraceKit.Format.PerfData;

/// <summary>A file that samples lie in, by its content (<c>struct perf_record_header_build_id</c>).</summary>
/// <param name="Pid">-1 for the host's processes; of guests their own number.</param>
/// <param name="BuildId">The id's bytes.</param>
/// <param name="Path">Path, <c>[kernel.kallsyms]</c>, <c>[vdso]</c>, or a kernel module's path or <c>[name]</c>.</param>
/// <param name="CpuMode"><see cref="PerfRecordMisc.PERF_RECORD_MISC_CPUMODE_MASK"/> of it: kernel, user, or of a guest.</param>
public sealed record PerfDataBuildId(int Pid, byte[] BuildId, string Path, int CpuMode)
{
    /// <summary>Files of one recording.</summary>
    internal const int Maximum = 1 << 18;

    private const ushort PERF_RECORD_MISC_BUILD_ID_SIZE = 1 << 15;

    /// <summary>Whether it is code of the kernel.</summary>
    public bool IsKernel => CpuMode is PerfRecordMisc.PERF_RECORD_MISC_KERNEL or PerfRecordMisc.PERF_RECORD_MISC_GUEST_KERNEL;

    /// <summary>Whether it belongs to a guest.</summary>
    public bool IsGuest => CpuMode is PerfRecordMisc.PERF_RECORD_MISC_GUEST_KERNEL or PerfRecordMisc.PERF_RECORD_MISC_GUEST_USER;

    /// <summary>Reads the entries of <c>HEADER_BUILD_ID</c>.</summary>
    internal static void ReadAll(ReadOnlySpan<byte> section, bool isBigEndian, List<PerfDataBuildId> into)
    {
        while (section.Length >= PerfRecord.HeaderSize && into.Count < Maximum)
        {
            int size = ByteOrder.Read16(section[6..], isBigEndian);
            if (size < PerfRecord.HeaderSize || size > section.Length)
                BadDataException.Throw("HEADER_BUILD_ID", 0, BadDataCode.InvalidValue, $"an entry of at most {section.Length} bytes", $"{size}");
            if (Read(section[..size], isBigEndian) is { } entry)
                into.Add(entry);
            section = section[size..];
        }
    }

    /// <summary>Reads one entry; null when it is too short to be one.</summary>
    internal static PerfDataBuildId? Read(ReadOnlySpan<byte> record, bool isBigEndian)
    {
        const int PathStart = 36;
        if (record.Length <= PathStart)
            return null;
        var misc = ByteOrder.Read16(record[4..], isBigEndian);
        var id = record.Slice(12, 20);
        if ((misc & PERF_RECORD_MISC_BUILD_ID_SIZE) != 0)
            id = id[..Math.Min((int)record[32], 20)];
        else
            id = TrimZeros(id);
        return new PerfDataBuildId((int)ByteOrder.Read32(record[8..], isBigEndian), id.ToArray(), Encoding.UTF8.GetString(SideBandText.UpToNul(record[PathStart..])), misc & PerfRecordMisc.PERF_RECORD_MISC_CPUMODE_MASK);
    }

    /// <summary>Before sizes were told, shorter ids were filled up with zeros: by words, as perf takes them back.</summary>
    private static ReadOnlySpan<byte> TrimZeros(ReadOnlySpan<byte> id)
    {
        while (id.Length > 0 && id[^4..].IndexOfAnyExcept((byte)0) < 0)
            id = id[..^4];
        return id;
    }
}
