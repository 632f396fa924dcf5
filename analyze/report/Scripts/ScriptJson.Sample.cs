using System.Buffers.Binary;
using System.Globalization;
using TraceKit.Engine.Streams;
using TraceKit.Engine.Symbols;
using TraceKit.Format.Perf;

namespace TraceKit.Report.Scripts;

/// <summary>Parts of samples that few recordings have.</summary>
public sealed partial class ScriptJson
{
    private const ulong SampleParts = PerfSampleFormat.PERF_SAMPLE_ADDR | PerfSampleFormat.PERF_SAMPLE_DATA_SRC | PerfSampleFormat.PERF_SAMPLE_WEIGHT | PerfSampleFormat.PERF_SAMPLE_WEIGHT_STRUCT
        | PerfSampleFormat.PERF_SAMPLE_CGROUP | PerfSampleFormat.PERF_SAMPLE_PHYS_ADDR | PerfSampleFormat.PERF_SAMPLE_DATA_PAGE_SIZE | PerfSampleFormat.PERF_SAMPLE_CODE_PAGE_SIZE
        | PerfSampleFormat.PERF_SAMPLE_REGS_INTR | PerfSampleFormat.PERF_SAMPLE_REGS_USER | PerfSampleFormat.PERF_SAMPLE_BRANCH_STACK;

    private IReadOnlyDictionary<ulong, string>? _cgroups;

    private void WriteParts(EventRecord record)
    {
        var index = record.Event!.Index;
        if (_events.Attribute(index) is not { } attr || (attr.SampleType & SampleParts) == 0 || !record.TryReadSample(out var sample))
            return;
        var layout = sample.Layout;
        if (layout.Has(PerfSampleFormat.PERF_SAMPLE_ADDR))
        {
            _writer.WriteString("addr", Hex(sample.Addr));
            if (_events.NamesAddress(index))
                WriteAt("addr_at", record.NameOfData(sample.Addr), sample.Addr);
        }

        if (layout.Has(PerfSampleFormat.PERF_SAMPLE_DATA_SRC))
            WriteDataSource(sample.DataSrc);
        if (layout.Has(PerfSampleFormat.PERF_SAMPLE_WEIGHT_STRUCT))
        {
            _writer.WriteNumber("weight", (uint)sample.Weight);
            _writer.WriteNumber("ins_lat", (ushort)(sample.Weight >> 32));
            _writer.WriteNumber("retire_lat", (ushort)(sample.Weight >> 48));
        }
        else if (layout.Has(PerfSampleFormat.PERF_SAMPLE_WEIGHT))
        {
            _writer.WriteNumber("weight", sample.Weight);
        }

        if (layout.Has(PerfSampleFormat.PERF_SAMPLE_CGROUP) && (_cgroups ??= _trace.ReadCgroups()).TryGetValue(sample.Cgroup, out var path))
            _writer.WriteString("cgroup", path);
        if (layout.Has(PerfSampleFormat.PERF_SAMPLE_PHYS_ADDR))
            _writer.WriteString("phys_addr", Hex(sample.PhysAddr));
        if (layout.Has(PerfSampleFormat.PERF_SAMPLE_DATA_PAGE_SIZE) && sample.DataPageSize != 0)
            _writer.WriteNumber("data_page_size", sample.DataPageSize);
        if (layout.Has(PerfSampleFormat.PERF_SAMPLE_CODE_PAGE_SIZE) && sample.CodePageSize != 0)
            _writer.WriteNumber("code_page_size", sample.CodePageSize);
        WriteRegisters("iregs", layout.RegsIntr, sample.IntrRegs);
        WriteRegisters("uregs", layout.RegsUser, sample.UserRegs);
        WriteBranches(record, sample);
    }

    private void WriteDataSource(ulong source)
    {
        _writer.WriteStartObject("data_src");
        _writer.WriteString("value", Hex(source));
        _writer.WriteString("op", DataSourceText.Operation(source));
        _writer.WriteString("lvl", DataSourceText.Level(source));
        _writer.WriteString("snp", DataSourceText.Snoop(source));
        _writer.WriteString("tlb", DataSourceText.Translation(source));
        _writer.WriteString("lck", DataSourceText.Lock(source));
        _writer.WriteString("blk", DataSourceText.Blocked(source));
        _writer.WriteEndObject();
    }

    private void WriteRegisters(string key, ulong mask, ReadOnlySpan<ulong> values)
    {
        if (values.IsEmpty)
            return;
        _writer.WriteStartObject(key);
        var next = 0;
        for (var bit = 0; bit < 64 && next < values.Length; bit++)
        {
            if ((mask >> bit & 1) != 0)
                _writer.WriteString(RegisterNames.Of(_trace.Architecture, bit), Hex(values[next++]));
        }

        _writer.WriteEndObject();
    }

    private void WriteBranches(EventRecord record, in PerfSample sample)
    {
        var entries = sample.Branches;
        if (entries.IsEmpty)
            return;
        _writer.WriteStartArray("branches");
        for (; entries.Length >= PerfSample.BranchEntryBytes; entries = entries[PerfSample.BranchEntryBytes..])
        {
            var flags = new BranchFlags(BinaryPrimitives.ReadUInt64LittleEndian(entries[16..]));
            _writer.WriteStartObject();
            WriteAt("from", record.NameOf(BinaryPrimitives.ReadUInt64LittleEndian(entries)), BinaryPrimitives.ReadUInt64LittleEndian(entries));
            WriteAt("to", record.NameOf(BinaryPrimitives.ReadUInt64LittleEndian(entries[8..])), BinaryPrimitives.ReadUInt64LittleEndian(entries[8..]));
            if (flags.Prediction != '-')
                _writer.WriteBoolean("predicted", flags.Prediction == 'P');
            if (flags.IsInTransaction)
                _writer.WriteBoolean("in_tx", true);
            if (flags.IsAbort)
                _writer.WriteBoolean("abort", true);
            if (flags.Cycles > 0)
                _writer.WriteNumber("cycles", flags.Cycles);
            if (flags.Type.Length > 0)
                _writer.WriteString("type", flags.Type);
            _writer.WriteEndObject();
        }

        _writer.WriteEndArray();
    }

    /// <summary>An address and what lies there: the function that has code of its own.</summary>
    private void WriteAt(string key, NamedFrames names, ulong address)
    {
        _writer.WriteStartObject(key);
        WriteFrame(address, names.Frames[^1]);
    }

    private void WriteFrame(ulong address, in ResolvedFrame frame)
    {
        _writer.WriteString("ip", Hex(address));
        if (frame.Reason == UnresolvedReason.None)
        {
            _writer.WriteString("sym", frame.Name);
            if (frame.Offset != ResolvedFrame.NoOffset && !frame.IsInlined)
                _writer.WriteNumber("off", frame.Offset + ((address - frame.Address) & 1));
        }

        if (frame.Module >= 0)
            _writer.WriteString("dso", frame.Module < _trace.Model.Modules.Count ? _trace.Model.Modules[frame.Module].Path : frame.ModuleName);
        if (frame.IsInlined)
            _writer.WriteBoolean("inlined", true);
        if (!string.IsNullOrEmpty(frame.File))
            _writer.WriteString("srcline", string.Create(CultureInfo.InvariantCulture, $"{frame.File}:{frame.Line}"));
        _writer.WriteEndObject();
    }
}
