namespace TraceKit.Format.Perf;

/// <summary><c>PERF_RECORD_SWITCH</c>: a context switch of the traced task.</summary>
/// <remarks>Borrows the record's bytes.</remarks>
public readonly ref struct SwitchRecord
{
    private SwitchRecord(PerfRecord record, SampleId sampleId)
    {
        Record = record;
        SampleId = sampleId;
    }

    /// <summary>The whole record.</summary>
    public PerfRecord Record { get; }

    /// <summary>The trailer; zeros without <c>sample_id_all</c>.</summary>
    public SampleId SampleId { get; }

    /// <summary>The task of <see cref="SampleId"/> leaves the CPU.</summary>
    public bool IsOut => (Record.Misc & PerfRecordMisc.PERF_RECORD_MISC_SWITCH_OUT) != 0;

    /// <summary>It leaves although it could run on.</summary>
    public bool IsPreempt => (Record.Misc & PerfRecordMisc.PERF_RECORD_MISC_SWITCH_OUT_PREEMPT) != 0;

    /// <summary>Views <paramref name="record"/>.</summary>
    /// <returns>False when it is of another type or too short.</returns>
    public static bool TryParse(PerfRecord record, SampleLayout layout, out SwitchRecord result)
    {
        if (record.Type is not PerfRecordType.PERF_RECORD_SWITCH ||
            !SampleId.TrySplit(record, layout, 0, out _, out var id))
        {
            result = default;
            return false;
        }

        result = new SwitchRecord(record, id);
        return true;
    }
}
