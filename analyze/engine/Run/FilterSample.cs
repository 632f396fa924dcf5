using System.Globalization;
using System.Text;
using TraceKit.Engine.Fields;
using TraceKit.Engine.Filters;
using TraceKit.Engine.Model;
using TraceKit.Engine.Streams;
using TraceKit.Format.Perf;
using TraceKit.Probes.Filters;

namespace TraceKit.Engine.Run;

/// <summary>A sample as a filter sees it. The raw data is in an array: the filter is an object and cannot hold a span.</summary>
internal sealed class FilterSample(AddressNames names) : IFilterValues
{
    private readonly RecordContext _context = new(names);
    private EventSource _source = null!;
    private TraceThread? _thread;
    private byte[]? _comm;
    private byte[]? _event;
    private int _cpu;
    private long _time;
    private long _period;
    private ulong _ip;
    private byte[] _raw = [];
    private byte[] _copy = new byte[256];
    private int _rawStart;
    private int _rawLength;
    private IFrameSource? _frames;

    /// <summary>The sample to be asked about.</summary>
    /// <param name="source">Its event.</param>
    /// <param name="thread">Whose.</param>
    /// <param name="cpu">CPU; -1 when unknown.</param>
    /// <param name="time">Nanoseconds.</param>
    /// <param name="period">Its weight.</param>
    /// <param name="ip">Where it happened; 0 when the record does not say.</param>
    /// <param name="bytes">Where its raw data lies; must stay as it is.</param>
    /// <param name="start">From here.</param>
    /// <param name="length">So long.</param>
    public void Set(EventSource source, TraceThread thread, int cpu, long time, long period, ulong ip, byte[] bytes, int start, int length)
    {
        if (!ReferenceEquals(source, _source))
            _event = null;
        if (!ReferenceEquals(thread, _thread))
            _comm = null;
        _source = source;
        _thread = thread;
        _cpu = cpu;
        _time = time;
        _period = period;
        _ip = ip;
        _raw = bytes;
        _rawStart = start;
        _rawLength = length;
        _frames = null;
    }

    /// <summary>The same of a record at hand, of which the raw data is copied.</summary>
    /// <param name="source">Its event.</param>
    /// <param name="thread">Whose.</param>
    /// <param name="record">The record.</param>
    /// <param name="frames">Names its frames when asked.</param>
    public void Set(EventSource source, TraceThread thread, EventRecord record, IFrameSource frames)
    {
        var raw = record.Raw;
        if (_copy.Length < raw.Length)
            _copy = new byte[raw.Length];
        raw.CopyTo(_copy);
        Set(source, thread, record.Cpu, record.Time, record.Period, record.Ip, _copy, 0, raw.Length);
        _frames = frames;
    }

    /// <inheritdoc/>
    public bool TryGetNumber(FilterField field, out long number)
    {
        switch (field.Index)
        {
            case FilterFieldSet.Pid:
                number = _thread!.Pid;
                return true;
            case FilterFieldSet.Tid:
                number = _thread!.Tid;
                return true;
            case FilterFieldSet.Cpu:
                number = _cpu;
                return _cpu >= 0;
            case FilterFieldSet.Time:
                number = _time;
                return true;
            case FilterFieldSet.Period:
                number = _period;
                return true;
            case FilterFieldSet.Ip:
                number = (long)_ip;
                return _source.Layout!.Has(PerfSampleFormat.PERF_SAMPLE_IP);
            case FilterFieldSet.Depth when _frames is not null:
                number = FrameNames.Depth(_frames.Frames);
                return true;
            case < 0:
                number = 0;
                return false;
        }

        if (_source.FilterFields.ArgumentOf(field) is { } reader)
            return reader.TryReadNumber(Raw, out number);
        number = 0;
        return _source.FilterFields.KernelFieldOf(field)?.TryReadInteger(Raw, out number) == true;
    }

    /// <inheritdoc/>
    public bool TryGetText(FilterField field, out ReadOnlySpan<byte> text)
    {
        switch (field.Index)
        {
            case FilterFieldSet.Comm:
                text = _comm ??= Encoding.UTF8.GetBytes(_thread!.Comm);
                return true;
            case FilterFieldSet.Event:
                text = _event ??= Encoding.UTF8.GetBytes(_source.Event.Name);
                return true;
            case >= 0 when _source.FilterFields.KernelFieldOf(field) is { } own:
                if (own.TryReadText(Raw, out text))
                    return true;
                if (own.IsNumeric || own.IsText)
                    break;
                text = own.TryReadBytes(Raw, out var bytes) ? Encoding.UTF8.GetBytes(Convert.ToHexStringLower(bytes)) : default;
                return !bytes.IsEmpty;
        }

        var reader = field.Index >= 0 ? _source.FilterFields.ArgumentOf(field) : null;
        if (reader is null || reader.IsNumber)
            return TryShowNumber(field, reader, out text);
        if (!reader.TryReadBytes(Raw, ref _context.Scratch, out text, out var missing))
            return false;
        if (missing < 0)
            text = "(fault)"u8;
        else if (reader.Form is FieldForm.Ip6 or FieldForm.Bytes)
            text = Encoding.UTF8.GetBytes(reader.TextOf(text));
        return true;
    }

    /// <inheritdoc/>
    public bool TryGetBytes(FilterField field, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        return field.Index >= 0 && _source.FilterFields.ArgumentOf(field) is { } reader && reader.TryReadBytes(Raw, ref _context.Scratch, out bytes, out _);
    }

    /// <inheritdoc/>
    public bool Matches(FrameTest test) => _frames is not null && FrameNames.Holds(test, _frames.Frames, _frames.ModulePath);

    private ReadOnlySpan<byte> Raw => _raw.AsSpan(_rawStart, _rawLength);

    /// <summary>A number as it is shown, for patterns and names.</summary>
    private bool TryShowNumber(FilterField field, FieldReader? reader, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (!TryGetNumber(field, out var number))
            return false;
        _context.Set(_thread!.Space, _time);
        var shown = reader?.Form == FieldForm.Address ? _context.Name((ulong)number) : reader?.Formatter?.Format(number)
            ?? (field.Index == FilterFieldSet.Ip ? string.Create(CultureInfo.InvariantCulture, $"0x{number:x}") : field.IsUnsigned ? ((ulong)number).ToString(CultureInfo.InvariantCulture) : number.ToString(CultureInfo.InvariantCulture));
        text = Encoding.UTF8.GetBytes(shown);
        return true;
    }
}

/// <summary>The named frames of the sample at hand.</summary>
internal interface IFrameSource
{
    /// <summary>Innermost first, inlined functions before the one that they are in.</summary>
    IReadOnlyList<CallchainEntry> Frames { get; }

    /// <summary>Path of a module by number.</summary>
    string ModulePath(int module);
}
