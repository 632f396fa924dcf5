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
    private const ScriptFields SampleParts = ScriptFields.Addr | ScriptFields.DataSrc | ScriptFields.Weight | ScriptFields.PhysAddr | ScriptFields.DataPageSize | ScriptFields.CodePageSize
        | ScriptFields.IntrRegs | ScriptFields.UserRegs | ScriptFields.BrStack | ScriptFields.BrStackSym | ScriptFields.BrStackOff | ScriptFields.BpfOutput | ScriptFields.InsLat | ScriptFields.RetireLat
        | ScriptFields.Cgroup;

    private const ScriptFields Branches = ScriptFields.BrStack | ScriptFields.BrStackSym | ScriptFields.BrStackOff;

    private const ScriptFields BeforeAddress = ScriptFields.Addr | ScriptFields.DataSrc | ScriptFields.Weight | ScriptFields.InsLat | ScriptFields.RetireLat | ScriptFields.Cgroup;

    private readonly Dictionary<ulong, string> _dataSources = [];
    private int _dataSourceWidth;
    private IReadOnlyDictionary<ulong, string>? _cgroups;
    private long? _timeOfDay;

    /// <summary>Letters of the record's header; date and time of day.</summary>
    private void AppendMiscAndDay(ByteText output, EventRecord record, ScriptFields fields)
    {
        if ((fields & ScriptFields.Misc) != 0)
        {
            var start = output.Length;
            output.Append(MiscText.Of(record.Misc, record.SideBandType));
            output.Repeat((byte)' ', Math.Max(1, 6 - (output.Length - start)));
        }

        if ((fields & ScriptFields.TimeOfDay) == 0)
            return;
        _timeOfDay ??= TimeOfDay.OffsetOf(_trace) ?? 0;
        output.Append(TimeOfDay.Text(unchecked(record.Time + _timeOfDay.Value), _options.Nanoseconds)).Append((byte)' ');
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
                var names = record.NameOfData(sample.Addr);
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

    /// <summary>The number and what it means, as wide as the widest so far; perf has room for 99 letters and cuts there.</summary>
    private void AppendDataSource(ByteText output, ulong source)
    {
        if (!_dataSources.TryGetValue(source, out var text))
            _dataSources.Add(source, text = DataSourceText.All(source));
        var start = output.Length;
        output.Hex(source, 16).Append((byte)' ').Append(text);
        var width = output.Length - start;
        _dataSourceWidth = Math.Max(_dataSourceWidth, Math.Min(width, 99));
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
                output.Append(RegisterNames.Of(_trace.Architecture, bit).PadLeft(5)).Append(":0x"u8).Hex(values[next++]).Append((byte)' ');
        }
    }

    private void AppendBranches(ByteText output, EventRecord record, in PerfSample sample, ScriptFields fields)
    {
        // perf prints one of the three.
        var bySymbol = (fields & Branches & ~ScriptFields.BrStackOff) == ScriptFields.BrStackSym;
        for (var entries = sample.Branches; !entries.IsEmpty; entries = entries[PerfSample.BranchEntryBytes..])
        {
            var entry = entries[..PerfSample.BranchEntryBytes];
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
        for (; size / 1024 > 1 && unit < 3; unit++)
            size /= 1024;
        output.Decimal(size).Append((byte)"BKMG"[unit]);
    }
}
