using System.Text;
using TraceKit.Engine.Fields;
using TraceKit.Engine.Model;
using TraceKit.Engine.Run;
using TraceKit.Engine.Stacks;
using TraceKit.Format.Perf;
using TraceKit.Format.Tracefs;

namespace TraceKit.Engine.Streams;

/// <summary>The record at hand of an <see cref="EventStream"/>: cheap facts at once, fields and call chain when asked for.</summary>
/// <param name="trace">The trace.</param>
/// <param name="options">How functions are named.</param>
/// <param name="names">Names addresses in fields.</param>
internal sealed class DecodedRecord(Trace trace, AnalysisOptions options, AddressNames names) : EventRecord, IFrameSource
{
    private readonly GuessedThreads _guessed = new();
    private readonly RecordContext _context = new(names);
    private readonly List<FieldValue> _fields = [];
    private readonly List<CallchainEntry> _callchain = [];
    private readonly List<ChainEntry> _chain = [];
    private readonly List<CallchainEntry> _ownFrame = [];
    private FrameNamer? _namer;
    private SampleChains? _chains;
    private DataPlaces? _dataPlaces;
    private bool _dataPlacesReady;
    private byte[] _bytes = new byte[1024];
    private int _length;
    private int _rawStart;
    private int _rawLength;
    private bool _fieldsReady;
    private bool _callchainReady;
    private bool _chainReady;
    private bool _stackFiltered;
    private long _time;
    private int _cpu;
    private int _pid;
    private int _tid;
    private long _period;
    private ulong _ip;
    private string? _sideBandText;

    /// <summary>The event of a sample.</summary>
    public EventSource? Source { get; private set; }

    /// <summary>Whose sample.</summary>
    public TraceThread Thread { get; private set; } = null!;

    /// <inheritdoc/>
    public override long Time => _time;

    /// <inheritdoc/>
    public override int Cpu => _cpu;

    /// <inheritdoc/>
    public override int Pid => _pid;

    /// <inheritdoc/>
    public override int Tid => _tid;

    /// <inheritdoc/>
    public override string Comm => Thread.Comm;

    /// <inheritdoc/>
    public override TraceEvent? Event => Source?.Event;

    /// <inheritdoc/>
    public override string SideBandText => Source is null ? _sideBandText ??= SideBandFormatter.Format(Record, trace, NameOf) : "";

    /// <inheritdoc/>
    public override long Period => _period;

    /// <inheritdoc/>
    public override ulong Ip => _ip;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Raw => _bytes.AsSpan(_rawStart, _rawLength);

    /// <inheritdoc/>
    public override IReadOnlyList<FieldValue> Fields
    {
        get
        {
            if (!_fieldsReady)
                ReadFields();
            _fieldsReady = true;
            return _fields;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CallchainEntry> Callchain
    {
        get
        {
            if (_callchainReady)
                return _callchain;
            foreach (var entry in Chain)
            {
                foreach (ref readonly var frame in entry.Names.Frames)
                    _callchain.Add(new CallchainEntry(entry.Address, frame));
            }

            _callchainReady = true;
            return _callchain;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<CallchainEntry> Frames
    {
        get
        {
            // A sample without a chain still says where it was.
            if (Callchain.Count > 0 || _ip == 0)
                return Callchain;
            _ownFrame.Clear();
            foreach (ref readonly var frame in NameOf(_ip).Frames)
                _ownFrame.Add(new CallchainEntry(_ip, frame));
            return _ownFrame;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ChainEntry> Chain
    {
        get
        {
            if (!_chainReady)
                ReadChain();
            _chainReady = true;
            return _chain;
        }
    }

    /// <summary>Addresses of a chain that are read: of the kernel's part and of one that is unwound each.</summary>
    public int MaxStack { get; init; } = int.MaxValue;

    /// <inheritdoc/>
    public override NamedFrames NameOf(ulong address)
    {
        _namer ??= new FrameNamer(trace, options);
        _namer.PointTo(Thread.Space, _time);
        // Only of where it happened does the record say whether that was in the kernel.
        var isOwn = address == _ip;
        if (isOwn && TryReadSample(out var sample))
        {
            address = Chains.IpOf(sample);
            if (SampleChains.IsInGuest(sample))
                _namer.PointTo(null, _time);
        }

        return _namer.Name(address, isReturn: false, inChain: isOwn);
    }

    /// <inheritdoc/>
    public override NamedFrames NameOfData(ulong address)
    {
        var code = NameOf(address);
        if (code.Frames[^1].Module >= 0 || KernelAddress.Is(address))
            return code;
        if (!_dataPlacesReady)
            _dataPlaces = DataPlaces.Read(trace, options.Names);
        _dataPlacesReady = true;
        return _dataPlaces?.Find(_pid, _tid, _time, address) ?? code;
    }

    /// <inheritdoc/>
    public override uint SideBandType => Source is null ? Record.Type : 0;

    /// <inheritdoc/>
    public override ushort Misc => Record.Misc;

    /// <inheritdoc/>
    public override bool TryReadSample(out PerfSample sample)
    {
        sample = default;
        return Source is not null && PerfSample.TryParse(Record, Source.Layout!, out sample);
    }

    /// <inheritdoc/>
    public string ModulePath(int module) => trace.Model.Modules[module].Path;

    private SampleChains Chains => _chains ??= new SampleChains(trace.Parts.Resolver, 0);

    private PerfRecord Record => new(_bytes.AsSpan(0, _length));

    public bool TrySetSample(PerfRecord record, EventSource source, int chunkCpu, bool stackFiltered)
    {
        if (source.Layout is null || !PerfSample.TryParse(record, source.Layout, out var sample))
            return false;
        Keep(record);
        Source = source;
        _stackFiltered = stackFiltered;
        _time = (long)sample.Time;
        _cpu = source.HasCpu ? (int)sample.Cpu : chunkCpu;
        _pid = (int)sample.Pid;
        _tid = (int)sample.Tid;
        _period = source.HasPeriod ? (long)Math.Min(sample.Period, long.MaxValue) : source.DefaultPeriod;
        _ip = sample.Ip;
        _rawLength = sample.Raw.Length;
        _rawStart = _rawLength == 0 ? 0 : OffsetOf(record.Bytes, sample.Raw);
        Thread = FindThread(_pid, _tid);
        return true;
    }

    public void SetSideBand(PerfRecord record, SampleId id)
    {
        Keep(record);
        Source = null;
        _time = (long)id.Time;
        // Where records do not say on which CPU they were made, 0 would be a guess.
        _cpu = trace.SideBandLayouts.LayoutOf(record)?.Has(PerfSampleFormat.PERF_SAMPLE_CPU) == true ? (int)id.Cpu : -1;
        _pid = (int)id.Pid;
        _tid = (int)id.Tid;
        _period = 0;
        _ip = 0;
        _rawStart = _rawLength = 0;
        Thread = SideBandFormatter.ThreadOf(record) is (var pid, var tid) ? FindThread(pid, tid) : FindThread(_pid, _tid);
    }

    private TraceThread FindThread(int pid, int tid) => trace.Model.FindThread(pid, tid, _time) ?? _guessed.Get(trace.Model, pid, tid, _time);

    private void Keep(PerfRecord record)
    {
        if (_bytes.Length < record.Bytes.Length)
            _bytes = new byte[record.Bytes.Length];
        record.Bytes.CopyTo(_bytes);
        _length = record.Bytes.Length;
        _fieldsReady = _callchainReady = _chainReady = false;
        _fields.Clear();
        _callchain.Clear();
        _chain.Clear();
        _sideBandText = null;
    }

    private static int OffsetOf(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> part)
    {
        whole.Overlaps(part, out var offset);
        return offset;
    }

    private void ReadFields()
    {
        if (Source is null)
            return;
        var raw = Raw;
        _context.Set(Thread.Space, _time);
        foreach (var reader in Source.Fields.Readers)
        {
            var name = reader.Field.Name;
            if (!reader.TryReadNumber(raw, out var number))
            {
                _fields.Add(new FieldValue(name, reader.TryShowText(raw, ref _context.Scratch) ?? "", 0, false, false));
                continue;
            }

            var single = reader.Single;
            var shown = reader.Form == FieldForm.Address ? _context.Name((ulong)number) : reader.Formatter?.Format(number);
            _fields.Add(new FieldValue(name, reader.Form == FieldForm.Address ? shown : null, number, single is { IsSigned: false }, single is { Kind: EventFieldKind.Pointer }) { Shown = shown });
        }
    }

    /// <inheritdoc/>
    public override void AppendText(StringBuilder output)
    {
        _context.Set(Thread.Space, _time);
        if (Source?.Text is { } text)
            text.Append(output, Raw, _context);
        else if (_rawLength > 0)
            output.Append("raw ").Append(Convert.ToHexStringLower(Raw));
    }

    private void ReadChain()
    {
        if (Source is null || !PerfSample.TryParse(Record, Source.Layout!, out var sample))
            return;
        if (!Source.HasCallchain && !Source.HasStackDumps)
            return;
        _namer ??= new FrameNamer(trace, options);
        _namer.PointTo(Thread.Space, _time);
        var innermost = true;
        var isUnwound = false;
        var left = MaxStack;
        foreach (var address in Chains.Get(sample, Source, Thread.Space, Thread.Space.VersionAt(_time), _stackFiltered))
        {
            if (address >= StackInterner.FirstMarker)
            {
                innermost = true;
                // What is unwound here is counted by itself, as perf does.
                isUnwound = address == PerfContext.PERF_CONTEXT_USER
                    && ((Source.HasStackDumps && sample.UserAbi != PerfRegsAbi.PERF_SAMPLE_REGS_ABI_NONE) || (Source.HasBranchCallStack && !sample.BranchStack.IsEmpty));
                if (isUnwound)
                    left = MaxStack;
                _namer.PointTo(StackInterner.IsGuestMarker(address) ? null : Thread.Space, _time);
                continue;
            }

            // Unwinding, and the processor's stack of calls, give the place of the call, not the one to return to; perf shows it so.
            var place = isUnwound && !innermost ? LookupAddress.OfReturn(address) : address;
            if (left-- > 0)
                _chain.Add(new ChainEntry(KernelAddress.Plain(place), _namer.Name(place, !innermost && !isUnwound)));
            innermost = false;
        }
    }
}
