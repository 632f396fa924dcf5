using System.Buffers.Binary;
using System.Globalization;
using TraceKit.Engine.Streams;
using TraceKit.Engine.Symbols;
using TraceKit.Format.Perf;
using TraceKit.Report.Text;

namespace TraceKit.Report.Scripts;

/// <summary>Parts of samples that few recordings have: addresses of data, registers, branches, output of BPF programs.</summary>
public sealed partial class ScriptPrinter
{
    private const int BranchBytes = 24; // struct perf_branch_entry

    private const ScriptFields SampleParts = ScriptFields.Addr | ScriptFields.DataSrc | ScriptFields.Weight | ScriptFields.PhysAddr | ScriptFields.DataPageSize | ScriptFields.CodePageSize
        | ScriptFields.IntrRegs | ScriptFields.UserRegs | ScriptFields.BrStack | ScriptFields.BrStackSym | ScriptFields.BrStackOff | ScriptFields.BpfOutput | ScriptFields.InsLat | ScriptFields.RetireLat
        | ScriptFields.Cgroup;

    private const ScriptFields Branches = ScriptFields.BrStack | ScriptFields.BrStackSym | ScriptFields.BrStackOff;

    private const ScriptFields BeforeAddress = ScriptFields.Addr | ScriptFields.DataSrc | ScriptFields.Weight | ScriptFields.InsLat | ScriptFields.RetireLat | ScriptFields.Cgroup;

    private readonly Dictionary<ulong, string> _dataSources = [];
    private int _dataSourceWidth;
    private IReadOnlyDictionary<ulong, string>? _cgroups;
    private long _timeOfDay = long.MinValue;

    /// <summary>Letters of the record's header; date and time of day.</summary>
    private void AppendMiscAndDay(ByteText output, EventRecord record, ScriptFields fields)
    {
        if ((fields & ScriptFields.Misc) != 0)
        {
            var start = output.Length;
            AppendMisc(output, record.Misc, record.SideBandType);
            output.Repeat((byte)' ', Math.Max(1, 6 - (output.Length - start)));
        }

        if ((fields & ScriptFields.TimeOfDay) == 0)
            return;
        if (_timeOfDay == long.MinValue)
            _timeOfDay = _trace.PerfData?.Metadata.Facts.ClockData is { } clock ? (long)(clock.TimeOfDay - clock.ClockTime) : _trace.Host.RealtimeOffset;
        var nanoseconds = unchecked(record.Time + _timeOfDay);
        var day = DateTime.UnixEpoch.AddTicks(Math.Clamp(nanoseconds / 100, 0, 100_000_000_000_000_000)).ToLocalTime();
        output.Append(day.ToString("yyyy-MM-dd HH:mm:ss.", CultureInfo.InvariantCulture));
        var fraction = (ulong)Math.Max(0, nanoseconds % 1_000_000_000);
        output.Zeros(_options.Nanoseconds ? fraction : fraction / 1000, _options.Nanoseconds ? 9 : 6).Append((byte)' ');
    }

    /// <summary>As perf tests them: each mode whose bits are all set, so that 3 (hypervisor) has the letters of 1 and 2 too.</summary>
    private static void AppendMisc(ByteText output, ushort misc, uint sideBand)
    {
        AppendIf(output, misc, PerfRecordMisc.PERF_RECORD_MISC_KERNEL, 'K');
        AppendIf(output, misc, PerfRecordMisc.PERF_RECORD_MISC_USER, 'U');
        AppendIf(output, misc, PerfRecordMisc.PERF_RECORD_MISC_HYPERVISOR, 'H');
        AppendIf(output, misc, PerfRecordMisc.PERF_RECORD_MISC_GUEST_KERNEL, 'G');
        AppendIf(output, misc, PerfRecordMisc.PERF_RECORD_MISC_GUEST_USER, 'g');
        switch (sideBand)
        {
            case PerfRecordType.PERF_RECORD_MMAP or PerfRecordType.PERF_RECORD_MMAP2:
                AppendIf(output, misc, PerfRecordMisc.PERF_RECORD_MISC_MMAP_DATA, 'M');
                break;
            case PerfRecordType.PERF_RECORD_COMM:
                AppendIf(output, misc, PerfRecordMisc.PERF_RECORD_MISC_COMM_EXEC, 'E');
                break;
            case PerfRecordType.PERF_RECORD_SWITCH or PerfRecordType.PERF_RECORD_SWITCH_CPU_WIDE:
                AppendIf(output, misc, PerfRecordMisc.PERF_RECORD_MISC_SWITCH_OUT, 'S');
                AppendIf(output, misc, PerfRecordMisc.PERF_RECORD_MISC_SWITCH_OUT | PerfRecordMisc.PERF_RECORD_MISC_SWITCH_OUT_PREEMPT, 'p');
                break;
        }
    }

    private static void AppendIf(ByteText output, ushort misc, int bits, char letter)
    {
        if ((misc & bits) == bits)
            output.Append((byte)letter);
    }

    private void AppendBeforeAddress(ByteText output, EventRecord record, ScriptFields fields)
    {
        if ((fields & BeforeAddress) == 0 || !record.TryReadSample(out var sample))
            return;
        if ((fields & ScriptFields.Addr) != 0)
        {
            output.Hex(sample.Addr, 16);
            if (_events.NamesAddress(record.Event!.Index))
            {
                var names = record.NameOf(sample.Addr);
                AppendNames(output, names.Frames[^1], names.FileAddress, 0, fields);
            }
        }

        if ((fields & ScriptFields.DataSrc) != 0)
            AppendDataSource(output, sample.DataSrc);
        if ((fields & ScriptFields.Weight) != 0)
            output.Decimal(sample.Layout.Has(PerfSampleFormat.PERF_SAMPLE_WEIGHT_STRUCT) ? (uint)sample.Weight : sample.Weight, 16);
        if ((fields & ScriptFields.InsLat) != 0)
            output.Decimal((ushort)(sample.Weight >> 32), 16);
        if ((fields & ScriptFields.RetireLat) != 0)
            output.Decimal((ushort)(sample.Weight >> 48), 16);
        if ((fields & ScriptFields.Cgroup) != 0)
            output.Append((byte)' ').Append(SafeText.Show((_cgroups ??= _trace.ReadCgroups()).GetValueOrDefault(sample.Cgroup, "unknown")));
    }

    /// <summary>The number and what it means, as wide as the widest so far.</summary>
    private void AppendDataSource(ByteText output, ulong source)
    {
        if (!_dataSources.TryGetValue(source, out var text))
            _dataSources.Add(source, text = DataSourceText.All(source));
        var start = output.Length;
        output.Hex(source, 16).Append((byte)' ').Append(text);
        var width = output.Length - start;
        _dataSourceWidth = Math.Max(_dataSourceWidth, width);
        output.Repeat((byte)' ', _dataSourceWidth - width);
    }

    private void AppendAfterAddress(ByteText output, EventRecord record, ScriptFields fields)
    {
        if (!record.TryReadSample(out var sample))
            return;
        if ((fields & ScriptFields.IntrRegs) != 0)
            AppendRegisters(output, sample.IntrAbi, sample.Layout.RegsIntr, sample.IntrRegs);
        if ((fields & ScriptFields.UserRegs) != 0)
            AppendRegisters(output, sample.UserAbi, sample.Layout.RegsUser, sample.UserRegs);
        if ((fields & Branches) != 0)
            AppendBranches(output, record, sample, fields);
        if ((fields & ScriptFields.BpfOutput) != 0 && _events.IsBpfOutput(record.Event!.Index))
            AppendBpfOutput(output, record.Raw);
        if ((fields & ScriptFields.PhysAddr) != 0)
            output.Hex(sample.PhysAddr, 16);
        if ((fields & ScriptFields.DataPageSize) != 0)
            AppendSize(output, sample.DataPageSize);
        if ((fields & ScriptFields.CodePageSize) != 0)
            AppendSize(output, sample.CodePageSize);
    }

    private void AppendRegisters(ByteText output, ulong abi, ulong mask, ReadOnlySpan<ulong> values)
    {
        if (values.IsEmpty)
            return;
        output.Append(" ABI:"u8).Decimal(abi).Append((byte)' ');
        var next = 0;
        for (var bit = 0; bit < 64 && next < values.Length; bit++)
        {
            if ((mask >> bit & 1) != 0)
                output.Append(RegisterName(bit).PadLeft(5)).Append(":0x"u8).Hex(values[next++]).Append((byte)' ');
        }
    }

    private string RegisterName(int bit) => _trace.Architecture switch
    {
        PerfArchitecture.Arm64 => bit switch { < 29 => FormattableString.Invariant($"x{bit}"), 29 => "x29", 30 => "lr", 31 => "sp", 32 => "pc", _ => "unknown" },
        PerfArchitecture.X64 => bit < s_x86Registers.Length ? s_x86Registers[bit] : "unknown",
        _ => FormattableString.Invariant($"r{bit}"),
    };

    private static readonly string[] s_x86Registers =
        ["AX", "BX", "CX", "DX", "SI", "DI", "BP", "SP", "IP", "FLAGS", "CS", "SS", "DS", "ES", "FS", "GS", "R8", "R9", "R10", "R11", "R12", "R13", "R14", "R15"];

    private void AppendBranches(ByteText output, EventRecord record, in PerfSample sample, ScriptFields fields)
    {
        var words = sample.BranchStack;
        if (words.Length < 8)
            return;
        var count = BinaryPrimitives.ReadUInt64LittleEndian(words);
        // perf prints one of the three.
        var bySymbol = (fields & Branches & ~ScriptFields.BrStackOff) == ScriptFields.BrStackSym;
        var entries = words[(((_events.Attribute(record.Event!.Index)?.BranchSampleType ?? 0) & PerfBranchSampleType.PERF_SAMPLE_BRANCH_HW_INDEX) != 0 ? 16 : 8)..];
        for (var i = 0; i < (int)Math.Min(count, (ulong)(entries.Length / BranchBytes)); i++)
        {
            var entry = entries.Slice(i * BranchBytes, BranchBytes);
            if (!bySymbol)
                output.Append((byte)' ');
            AppendBranchEnd(output, record, BinaryPrimitives.ReadUInt64LittleEndian(entry), fields);
            output.Append((byte)'/');
            AppendBranchEnd(output, record, BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]), fields);
            var flags = new BranchFlags(BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]));
            output.Append((byte)'/').Append((byte)flags.Prediction);
            output.Append((byte)'/').Append(flags.IsInTransaction ? (byte)'X' : (byte)'-').Append((byte)'/').Append(flags.IsAbort ? (byte)'A' : (byte)'-');
            output.Append((byte)'/').Decimal(flags.Cycles).Append((byte)'/').Append(flags.Type).Append((byte)' ');
        }
    }

    private void AppendBranchEnd(ByteText output, EventRecord record, ulong address, ScriptFields fields)
    {
        if ((fields & ScriptFields.BrStack) != 0)
            output.Append("0x"u8).Hex(address);
        if ((fields & (ScriptFields.BrStackSym | ScriptFields.BrStackOff | ScriptFields.Dso)) == 0)
            return;
        var names = record.NameOf(address);
        var frame = names.Frames[^1];
        if ((fields & ScriptFields.BrStack) == 0 && (fields & ScriptFields.BrStackSym) != 0)
        {
            output.Append(frame.Reason == UnresolvedReason.None ? SafeText.Show(frame.Name) : FunctionTable.UnknownName);
            if (frame.Reason == UnresolvedReason.None && frame.Offset != ResolvedFrame.NoOffset)
                output.Append("+0x"u8).Hex(frame.Offset);
        }
        else if ((fields & ScriptFields.BrStack) == 0)
        {
            output.Append("0x"u8).Hex(names.FileAddress);
        }

        if ((fields & (ScriptFields.Dso | ScriptFields.DsoOff)) == 0)
            return;
        output.Append((byte)'(').Append(Module(frame));
        if ((fields & ScriptFields.DsoOff) != 0 && frame.Module >= 0)
            output.Append("+0x"u8).Hex(names.FileAddress);
        output.Append((byte)')');
    }

    private static void AppendBpfOutput(ByteText output, ReadOnlySpan<byte> raw)
    {
        var end = raw.IndexOf((byte)0);
        var isText = end >= 0 && !raw[end..].ContainsAnyExcept((byte)0) && !raw[..end].ContainsAnyExceptInRange((byte)32, (byte)126);
        output.Append((byte)'\n');
        for (var at = 0; at < raw.Length; at += 8)
        {
            output.Append(at == 0 ? "      BPF output:"u8 : "                 "u8).Append((byte)' ');
            output.Append(at.ToString("x4", CultureInfo.InvariantCulture)).Append((byte)':');
            var line = raw.Slice(at, Math.Min(8, raw.Length - at));
            foreach (var value in line)
                output.Append((byte)' ').Append(value.ToString("x2", CultureInfo.InvariantCulture));
            output.Repeat((byte)' ', (8 - line.Length) * 3).Append("  "u8);
            foreach (var value in line)
                output.Append(value is >= 32 and < 127 ? value : (byte)'.');
            output.Repeat((byte)' ', 8 - line.Length).Append((byte)'\n');
        }

        if (isText)
            output.Append("      BPF string: \""u8).Append(raw[..end]).Append("\"\n"u8);
    }

    private static void AppendSize(ByteText output, ulong size)
    {
        output.Append((byte)' ');
        if (size == 0)
        {
            output.Append("N/A"u8);
            return;
        }

        var unit = 0;
        for (; size >= 1024 && unit < 6; unit++)
            size /= 1024;
        output.Decimal(size).Append((byte)"BKMGTPE"[unit]);
    }
}
