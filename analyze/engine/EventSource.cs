using TraceKit.Binary;
using TraceKit.Engine.Fields;
using TraceKit.Engine.Filters;
using TraceKit.Engine.Model;
using TraceKit.Format.Dtr.Metadata;
using TraceKit.Format.Perf;
using TraceKit.Format.Tracefs;
using TraceKit.Probes.Filters;

namespace TraceKit.Engine;

/// <summary>An event with what is needed to decode its records.</summary>
internal sealed class EventSource
{
    private const uint TracepointType = 2; // PERF_TYPE_TRACEPOINT
    private const uint SoftwareType = 1; // PERF_TYPE_SOFTWARE

    /// <param name="index">Its place in the table.</param>
    /// <param name="description">What the recording says of it.</param>
    /// <param name="architecture">Whose register numbers it uses.</param>
    /// <param name="rawFields">Pass over the arguments of its definition: fields as the kernel has them.</param>
    /// <param name="hasTimes">Whether its times are times, and not places in the file.</param>
    public EventSource(int index, EventDescription description, PerfArchitecture architecture, bool rawFields = false, bool hasTimes = true)
    {
        Description = description;
        if (!PerfEventAttr.TryRead(description.AttrBytes, out var attr))
            attr = null;
        Layout = attr is null ? null : new SampleLayout(attr, architecture);
        Format = ParseFormat(description.Format);

        // perf's cpu-clock and task-clock (PERF_COUNT_SW_CPU_CLOCK 0, _TASK_CLOCK 1) count nanoseconds.
        var isClock = attr is { Type: SoftwareType, Config: 0 or 1 };
        var isFrequency = attr is not null && attr.Has(PerfAttrFlags.freq);
        DefaultPeriod = attr is null || attr.SamplePeriodOrFrequency == 0 ? 1
            : !isFrequency ? (long)Math.Min(attr.SamplePeriodOrFrequency, long.MaxValue)
            : isClock ? Math.Max(1, 1_000_000_000 / (long)Math.Min(attr.SamplePeriodOrFrequency, long.MaxValue)) : 1;
        HasStackDumps = Layout is not null && Layout.Has(PerfSampleFormat.PERF_SAMPLE_STACK_USER) && Layout.Has(PerfSampleFormat.PERF_SAMPLE_REGS_USER)
            && architecture is PerfArchitecture.X64 or PerfArchitecture.Arm64;
        IsArm64 = architecture == PerfArchitecture.Arm64;
        HasPeriod = Layout is not null && Layout.Has(PerfSampleFormat.PERF_SAMPLE_PERIOD);
        HasCpu = Layout is not null && Layout.Has(PerfSampleFormat.PERF_SAMPLE_CPU);
        HasCallchain = Layout is not null && Layout.Has(PerfSampleFormat.PERF_SAMPLE_CALLCHAIN);
        HasBranchCallStack = HasCallchain && Layout!.Has(PerfSampleFormat.PERF_SAMPLE_BRANCH_STACK) && (Layout.BranchSampleType & PerfBranchSampleType.PERF_SAMPLE_BRANCH_CALL_STACK) != 0;
        DwarfOfRegister = Layout is null ? [] : DwarfRegisters(Layout.RegsUser, IsArm64);
        Fields = EventFields.Make(Format, rawFields ? [] : description.Arguments);
        Text = Format is null ? null : new EventText(Format, Fields);
        // A filter of people's types needs them, however the fields are shown.
        FilterFields = rawFields ? EventFields.Make(Format, description.Arguments) : Fields;
        (StoredFilter, var problem) = ReadFilter(description.AnalyzerFilter, FilterFields);
        Event = new TraceEvent
        {
            Index = index,
            Name = description.Name,
            IsTracepoint = attr?.Type == TracepointType || Format is not null,
            Fields = [.. Fields.Readers.Select(r => r.Field)],
            WeightIsTime = isClock,
            IsSideBandOnly = description.IsSideBandOnly,
            Filter = description.Filter ?? "",
            AnalyzerFilter = description.AnalyzerFilter ?? "",
            FilterProblem = problem,
            UnknownKinds = Fields.UnknownKinds,
            HasTime = hasTimes && Layout?.Has(PerfSampleFormat.PERF_SAMPLE_TIME) != false,
            HasStacks = HasCallchain || HasStackDumps,
            HasStackDumps = HasStackDumps,
        };
    }

    public TraceEvent Event { get; }

    public EventDescription Description { get; }

    /// <summary>Null when the attribute is damaged: its samples cannot be read.</summary>
    public SampleLayout? Layout { get; }

    /// <summary>Null when it is no tracepoint, or its format is damaged.</summary>
    public EventFormat? Format { get; }

    /// <summary>Own fields, as in <see cref="TraceEvent.Fields"/>.</summary>
    public EventFields Fields { get; }

    /// <summary>What filters may name: arguments too when the fields are shown raw.</summary>
    public EventFields FilterFields { get; }

    /// <summary>All of a record in one line; null without a format.</summary>
    public EventText? Text { get; }

    /// <summary>What the recording leaves to the analyzer; null when nothing, or when it cannot be read.</summary>
    public BoundFilter? StoredFilter { get; }

    public long DefaultPeriod { get; }

    public bool HasStackDumps { get; }

    /// <summary>Its register numbers are those of AArch64, else of x86-64.</summary>
    public bool IsArm64 { get; }

    public bool HasPeriod { get; }

    public bool HasCpu { get; }

    public bool HasCallchain { get; }

    /// <summary>The processor noted the calls of user code that had not returned (<c>--call-graph lbr</c>).</summary>
    public bool HasBranchCallStack { get; }

    /// <summary>DWARF number of each register in the order of the sample; -1 for those that unwinding has no use for.</summary>
    public int[] DwarfOfRegister { get; }

    private static int[] DwarfRegisters(ulong mask, bool isArm64)
    {
        var numbers = new List<int>();
        for (var bit = 0; bit < 64; bit++)
        {
            if ((mask >> bit & 1) == 0)
                continue;
            var dwarf = isArm64 ? PerfRegsArm64.ToDwarf(bit) : PerfRegsX86.ToDwarf(bit);
            numbers.Add(dwarf >= 0 && dwarf <= (isArm64 ? 32 : 16) ? dwarf : -1);
        }

        return [.. numbers];
    }

    private static (BoundFilter? Filter, string Problem) ReadFilter(string? text, EventFields fields)
    {
        if (string.IsNullOrEmpty(text))
            return (null, "");
        try
        {
            return (FilterExpression.Parse(text).Bind(fields.FilterFields, FilterPatterns.Instance), "");
        }
        catch (FilterSyntaxException e)
        {
            // Records are shown that should not be: better than none, and said.
            return (null, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"column {e.Position + 1}: expected {e.Expected}, found {e.Found}"));
        }
    }

    private static EventFormat? ParseFormat(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        try
        {
            return EventFormat.Parse(text);
        }
        catch (BadDataException)
        {
            // The event's samples are still counted and unwound; only its fields are not known.
            return null;
        }
    }
}
