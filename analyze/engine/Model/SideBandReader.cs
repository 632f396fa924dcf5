using System.Text;
using TraceKit.Format.Perf;

namespace TraceKit.Engine.Model;

/// <summary>Collects side-band records of all CPUs and tells them in order of time.</summary>
internal sealed class SideBandReader(SideBandLayouts layouts, Func<MappedFile, int> moduleOf, Func<MappedFile, bool> isMade, KernelMaps kernel)
{
    private readonly List<Item> _items = [];
    private enum ItemKind
    {
        Comm,
        Exec,
        Fork,
        Exit,
        Map,
    }

    private readonly record struct Item(long Time, ItemKind Kind, int Pid, int Tid, int ParentPid, int ParentTid, string? Comm, Mapping Mapping);

    public SideBandTotals Totals { get; } = new();

    /// <summary>Take mappings of data as those of code.</summary>
    public bool TakesData { get; init; }

    /// <summary>Whether any were told (<c>perf record -d</c>).</summary>
    public bool HasData { get; private set; }

    /// <summary>Reads the records that stand one after another in a chunk.</summary>
    public void AddChunk(ReadOnlySpan<byte> payload)
    {
        while (!payload.IsEmpty)
        {
            if (!PerfRecord.TryRead(payload, out var record))
            {
                Totals.Malformed++;
                return;
            }

            payload = payload[record.Bytes.Length..];
            Totals.Records++;
            if (!TryAdd(record))
                Totals.Malformed++;
        }
    }

    /// <summary>Tells everything to the builder, oldest first; what has the same time in the order of the file.</summary>
    public void TellTo(TraceModelBuilder builder)
    {
        foreach (var item in _items.OrderBy(i => i.Time))
        {
            switch (item.Kind)
            {
                case ItemKind.Comm or ItemKind.Exec:
                    builder.Comm(item.Time, item.Pid, item.Tid, item.Comm!, item.Kind == ItemKind.Exec);
                    break;
                case ItemKind.Fork:
                    builder.Fork(item.Time, item.Pid, item.Tid, item.ParentPid, item.ParentTid);
                    break;
                case ItemKind.Exit:
                    builder.Exit(item.Time, item.Tid);
                    break;
                default:
                    builder.Map(item.Time, item.Pid, item.Mapping);
                    break;
            }
        }
    }

    private bool TryAdd(PerfRecord record)
    {
        if (layouts.LayoutOf(record) is not { } layout)
            return false;
        switch (record.Type)
        {
            case PerfRecordType.PERF_RECORD_COMM:
                if (!CommRecord.TryParse(record, layout, out var comm))
                    return false;
                Add(new Item((long)comm.SampleId.Time, comm.IsExec ? ItemKind.Exec : ItemKind.Comm, (int)comm.Pid, (int)comm.Tid, 0, 0, Encoding.UTF8.GetString(comm.Comm), default));
                return true;
            case PerfRecordType.PERF_RECORD_FORK or PerfRecordType.PERF_RECORD_EXIT:
                if (!ForkRecord.TryParse(record, layout, out var fork))
                    return false;
                Add(new Item((long)fork.SampleId.Time, fork.IsExit ? ItemKind.Exit : ItemKind.Fork, (int)fork.Pid, (int)fork.Tid, (int)fork.ParentPid, (int)fork.ParentTid, null, default));
                return true;
            case PerfRecordType.PERF_RECORD_MMAP2:
                return TryAddMmap2(record, layout);
            case PerfRecordType.PERF_RECORD_MMAP:
                return TryAddMmap(record, layout);
            case PerfRecordType.PERF_RECORD_LOST:
                if (!LostRecord.TryParse(record, layout, out var lost))
                    return false;
                Totals.Lost += (long)Math.Min(lost.Lost, long.MaxValue / 2);
                return true;
            case PerfRecordType.PERF_RECORD_LOST_SAMPLES:
                if (!LostSamplesRecord.TryParse(record, layout, out var lostSamples))
                    return false;
                Totals.LostSamples += (long)Math.Min(lostSamples.Lost, long.MaxValue / 2);
                return true;
            case PerfRecordType.PERF_RECORD_KSYMBOL:
                if (!KsymbolRecord.TryParse(record, layout, out var symbol))
                    return false;
                kernel.AddSymbol(symbol);
                return true;
            case PerfRecordType.PERF_RECORD_THROTTLE:
                Totals.Throttled++;
                return true;
            default:
                return true;
        }
    }

    private bool PassesOver(PerfRecord record)
    {
        var isData = (record.Misc & PerfRecordMisc.PERF_RECORD_MISC_MMAP_DATA) != 0;
        HasData |= isData;
        return isData && !TakesData;
    }

    private bool TryAddMmap2(PerfRecord record, SampleLayout layout)
    {
        if (!Mmap2Record.TryParse(record, layout, out var mmap))
            return false;
        if (PassesOver(record))
            return true;
        if (IsOfKernel(record, mmap.Pid))
        {
            kernel.AddMapping(mmap.Address, mmap.Length, mmap.PageOffset, mmap.Filename);
            return true;
        }

        var file = new MappedFile((int)mmap.Pid, Encoding.UTF8.GetString(mmap.Filename), Convert.ToHexStringLower(mmap.BuildId), mmap.Major, mmap.Minor, mmap.Inode, mmap.InodeGeneration);
        return TryAddMapping(record, mmap.SampleId, mmap.Address, mmap.Length, mmap.PageOffset, file);
    }

    private bool TryAddMmap(PerfRecord record, SampleLayout layout)
    {
        if (!MmapRecord.TryParse(record, layout, out var mmap))
            return false;
        if (PassesOver(record))
            return true;
        if (IsOfKernel(record, mmap.Pid))
        {
            kernel.AddMapping(mmap.Address, mmap.Length, mmap.PageOffset, mmap.Filename);
            return true;
        }

        return TryAddMapping(record, mmap.SampleId, mmap.Address, mmap.Length, mmap.PageOffset, new MappedFile((int)mmap.Pid, Encoding.UTF8.GetString(mmap.Filename), "", 0, 0, 0, 0));
    }

    private bool TryAddMapping(PerfRecord record, SampleId id, ulong start, ulong length, ulong offset, MappedFile file)
    {
        _ = record;
        if (start + length < start)
            return false;
        var module = moduleOf(file);

        // Memory without a file has no offset; the kernel gives the address there, and a merged mapping another.
        var mapping = new Mapping(start, start + length, file.HasFile && !isMade(file) ? offset : start, module);
        Add(new Item((long)id.Time, ItemKind.Map, file.Pid, file.Pid, 0, 0, null, mapping));
        return true;
    }

    /// <summary>The kernel's own code is told with the process number -1.</summary>
    private static bool IsOfKernel(PerfRecord record, uint pid) =>
        pid == uint.MaxValue || (record.Misc & PerfRecordMisc.PERF_RECORD_MISC_CPUMODE_MASK) == PerfRecordMisc.PERF_RECORD_MISC_KERNEL;

    private void Add(Item item) => _items.Add(item);
}
