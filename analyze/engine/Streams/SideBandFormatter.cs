using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using TraceKit.Format.Perf;

namespace TraceKit.Engine.Streams;

/// <summary>Side-band records as text, as <c>perf script --show-task-events --show-mmap-events --show-lost-events</c> prints them.</summary>
internal static class SideBandFormatter
{
    /// <param name="record">The record.</param>
    /// <param name="trace">The trace.</param>
    /// <param name="nameOf">Names an address at the record's time.</param>
    public static string Format(PerfRecord record, Trace trace, Func<ulong, NamedFrames> nameOf)
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
                    $"PERF_RECORD_MMAP2 {(int)map.Pid}/{(int)map.Tid}: [{Hex(map.Address)}({Hex(map.Length)}) @ {Hex(map.PageOffset)} {what}]: {Protection(map.Protection, map.MapFlags)} {Text(map.Filename)}");
            case PerfRecordType.PERF_RECORD_MMAP when MmapRecord.TryParse(record, layout, out var map):
                return string.Create(
                    CultureInfo.InvariantCulture, $"PERF_RECORD_MMAP {(int)map.Pid}/{(int)map.Tid}: [{Hex(map.Address)}({Hex(map.Length)}) @ {Hex(map.PageOffset)}]: {((record.Misc & PerfRecordMisc.PERF_RECORD_MISC_MMAP_DATA) != 0 ? 'r' : 'x')} {Text(map.Filename)}");
            case PerfRecordType.PERF_RECORD_LOST when LostRecord.TryParse(record, layout, out var lost):
                return string.Create(CultureInfo.InvariantCulture, $"PERF_RECORD_LOST lost {lost.Lost}");
            case PerfRecordType.PERF_RECORD_LOST_SAMPLES when LostSamplesRecord.TryParse(record, layout, out var lostSamples):
                return string.Create(CultureInfo.InvariantCulture, $"PERF_RECORD_LOST_SAMPLES lost {lostSamples.Lost}");
            case PerfRecordType.PERF_RECORD_SWITCH:
                return "PERF_RECORD_SWITCH " + Direction(record.Misc);
            case PerfRecordType.PERF_RECORD_SWITCH_CPU_WIDE when SwitchCpuWideRecord.TryParse(record, layout, out var change):
                return string.Create(
                    CultureInfo.InvariantCulture, $"PERF_RECORD_SWITCH_CPU_WIDE {Direction(record.Misc)}  {(change.IsOut ? "next" : "prev")} pid/tid: {(int)change.NextPrevPid,5}/{(int)change.NextPrevTid,-5}");
            case PerfRecordType.PERF_RECORD_NAMESPACES when NamespacesRecord.TryParse(record, layout, out var spaces):
                return Namespaces(spaces);
            case PerfRecordType.PERF_RECORD_CGROUP when CgroupRecord.TryParse(record, layout, out var cgroup):
                return string.Create(CultureInfo.InvariantCulture, $"PERF_RECORD_CGROUP cgroup: {cgroup.Id} {Text(cgroup.Path)}");
            case PerfRecordType.PERF_RECORD_KSYMBOL when KsymbolRecord.TryParse(record, layout, out var symbol):
                return string.Create(
                    CultureInfo.InvariantCulture, $"PERF_RECORD_KSYMBOL addr {symbol.Address:x} len {symbol.Length} type {symbol.KsymType} flags 0x{symbol.Flags:x} name {Text(symbol.Name)}");
            case PerfRecordType.PERF_RECORD_BPF_EVENT when BpfEventRecord.TryParse(record, layout, out var bpf):
                return string.Create(CultureInfo.InvariantCulture, $"PERF_RECORD_BPF_EVENT type {bpf.EventType}, flags {bpf.Flags}, id {bpf.ProgramId}");
            case PerfRecordType.PERF_RECORD_TEXT_POKE when record.Body.Length >= layout.TrailerSize + 12:
                return TextPoke(record.Body[..^layout.TrailerSize], nameOf);
            case PerfRecordType.PERF_RECORD_THROTTLE:
                return "PERF_RECORD_THROTTLE";
            case PerfRecordType.PERF_RECORD_UNTHROTTLE:
                return "PERF_RECORD_UNTHROTTLE";
            default:
                return Unknown(record);
        }
    }

    /// <summary>The thread that a record is about, which need not be the one that its trailer names; null when it is about none.</summary>
    public static (int Pid, int Tid)? ThreadOf(PerfRecord record)
    {
        // struct { header; u32 pid, tid; … } in all of these but EXIT, which has the parents' numbers between.
        // A child has its parent's name until it says otherwise.
        if (record.Type == PerfRecordType.PERF_RECORD_FORK && record.Bytes.Length >= PerfRecord.HeaderSize + 16)
            return (BinaryPrimitives.ReadInt32LittleEndian(record.Body[4..]), BinaryPrimitives.ReadInt32LittleEndian(record.Body[12..]));
        var at = record.Type switch
        {
            PerfRecordType.PERF_RECORD_COMM or PerfRecordType.PERF_RECORD_MMAP or PerfRecordType.PERF_RECORD_MMAP2 or PerfRecordType.PERF_RECORD_NAMESPACES => PerfRecord.HeaderSize + 4,
            PerfRecordType.PERF_RECORD_EXIT => PerfRecord.HeaderSize + 8,
            _ => -1,
        };
        if (at < 0 || record.Bytes.Length < at + 4)
            return null;
        return (BinaryPrimitives.ReadInt32LittleEndian(record.Bytes[PerfRecord.HeaderSize..]), BinaryPrimitives.ReadInt32LittleEndian(record.Bytes[at..]));
    }

    private static string Unknown(PerfRecord record) =>
        string.Create(CultureInfo.InvariantCulture, $"PERF_RECORD {record.Type}, {record.Bytes.Length} bytes");

    /// <summary><c>struct { u64 addr; u16 old_len, new_len; u8 bytes[]; }</c>: what code was and what it became.</summary>
    private static string TextPoke(ReadOnlySpan<byte> body, Func<ulong, NamedFrames> nameOf)
    {
        var address = BinaryPrimitives.ReadUInt64LittleEndian(body);
        var oldLength = BinaryPrimitives.ReadUInt16LittleEndian(body[8..]);
        var newLength = BinaryPrimitives.ReadUInt16LittleEndian(body[10..]);
        var bytes = body[12..];
        var frame = nameOf(address).Frames[^1];
        var name = frame.Reason != Symbols.UnresolvedReason.None ? "" : frame.Offset == Symbols.ResolvedFrame.NoOffset ? frame.Name : string.Create(CultureInfo.InvariantCulture, $"{frame.Name}+0x{frame.Offset:x}");
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"PERF_RECORD_TEXT_POKE {address:x} {name} old len {oldLength} new len {newLength}");
        AppendBytes(text, "Old", bytes[..Math.Min(oldLength, bytes.Length)]);
        AppendBytes(text, "New", bytes[Math.Min(oldLength, bytes.Length)..Math.Min(oldLength + newLength, bytes.Length)]);
        return text.ToString();
    }

    private static void AppendBytes(StringBuilder text, string what, ReadOnlySpan<byte> bytes)
    {
        for (var at = 0; at < bytes.Length; at += 16)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n            {what} bytes:");
            foreach (var value in bytes.Slice(at, Math.Min(16, bytes.Length - at)))
                text.Append(CultureInfo.InvariantCulture, $" {value:x2}");
        }
    }

    private static string Direction(ushort misc) =>
        (misc & PerfRecordMisc.PERF_RECORD_MISC_SWITCH_OUT) == 0 ? "IN         " : (misc & PerfRecordMisc.PERF_RECORD_MISC_SWITCH_OUT_PREEMPT) == 0 ? "OUT        " : "OUT preempt";

    private static string Namespaces(in NamespacesRecord record)
    {
        var count = (int)Math.Min(record.Count, (ulong)s_namespaces.Length);
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"PERF_RECORD_NAMESPACES {(int)record.Pid}/{(int)record.Tid} - nr_namespaces: {record.Count}\n\t\t[");
        for (var i = 0; i < count && record.TryGet(i, out var device, out var inode); i++)
            text.Append(i > 0 && i % 4 == 0 ? "\n\t\t " : "").Append(CultureInfo.InvariantCulture, $"{i}/{s_namespaces[i]}: {device}/{Hex(inode)}").Append(i + 1 < count ? ", " : "]");
        return text.ToString();
    }

    private static readonly string[] s_namespaces = ["net", "uts", "ipc", "pid", "user", "mnt", "cgroup"];

    /// <summary>C's <c>%#lx</c>.</summary>
    private static string Hex(ulong value) => value == 0 ? "0" : "0x" + value.ToString("x", CultureInfo.InvariantCulture);

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    private static string Protection(uint protection, uint flags) =>
        $"{((protection & 1) != 0 ? 'r' : '-')}{((protection & 2) != 0 ? 'w' : '-')}{((protection & 4) != 0 ? 'x' : '-')}{((flags & 1) != 0 ? 's' : 'p')}";
}
