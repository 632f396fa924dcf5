using System.Globalization;
using System.Text;
using TraceKit.Engine.Fields;
using TraceKit.Engine.Model;
using TraceKit.Probes.Filters;

namespace TraceKit.Engine.Run;

/// <summary>A sample as a filter sees it. Copies the raw data: the filter is an object and cannot hold a span.</summary>
internal sealed class FilterSample(AddressNames names) : IFilterValues
{
    private readonly RecordContext _context = new(names);
    private EventSource _source = null!;
    private TraceThread? _thread;
    private byte[] _comm = [];
    private byte[]? _event;
    private int _cpu;
    private long _time;
    private byte[] _raw = new byte[256];
    private int _rawLength;

    /// <summary>The sample to be asked about.</summary>
    public void Set(EventSource source, TraceThread thread, int cpu, long time, ReadOnlySpan<byte> raw)
    {
        if (!ReferenceEquals(source, _source))
            _event = null;
        if (!ReferenceEquals(thread, _thread))
            _comm = Encoding.UTF8.GetBytes(thread.Comm);
        _source = source;
        _thread = thread;
        _cpu = cpu;
        _time = time;
        if (_raw.Length < raw.Length)
            _raw = new byte[raw.Length];
        raw.CopyTo(_raw);
        _rawLength = raw.Length;
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
                text = _comm;
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

    private ReadOnlySpan<byte> Raw => _raw.AsSpan(0, _rawLength);

    /// <summary>A number as it is shown, for patterns and names.</summary>
    private bool TryShowNumber(FilterField field, FieldReader? reader, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (!TryGetNumber(field, out var number))
            return false;
        _context.Set(_thread!.Space, _time);
        var shown = reader?.Form == FieldForm.Address ? _context.Name((ulong)number) : reader?.Formatter?.Format(number)
            ?? (field.IsUnsigned ? ((ulong)number).ToString(CultureInfo.InvariantCulture) : number.ToString(CultureInfo.InvariantCulture));
        text = Encoding.UTF8.GetBytes(shown);
        return true;
    }
}
