using System.Text;
using TraceKit.Engine.Filters;
using TraceKit.Engine.Model;
using TraceKit.Engine.Samples;
using TraceKit.Format.Perf;
using TraceKit.Format.Tracefs;

namespace TraceKit.Engine.Run;

internal sealed partial class SampleWorker
{
    private readonly RawField[] _fieldScratch;
    private readonly StringBuilder _eventText = new();

    /// <summary>The number of the combination of the asked fields' values.</summary>
    private int TupleOf(in PerfSample sample, int eventIndex)
    {
        var raw = sample.Raw;
        var fields = _shared.FieldsOfEvent[eventIndex];
        for (var i = 0; i < fields.Length; i++)
        {
            _fieldScratch[i] = default;
            if (fields[i] is not { } field)
            {
                if (_shared.Options.Fields[i] == AnalysisOptions.EventText && _shared.Events[eventIndex].Format is { } format)
                {
                    format.AppendText(_eventText.Clear(), raw);
                    _fieldScratch[i] = new RawField(true, true, _shared.Tuples.InternText(_eventText.ToString()));
                }

                continue;
            }

            if (field.TryReadText(raw, out var bytes))
                _fieldScratch[i] = new RawField(true, true, TextNumber(bytes));
            else if (field.TryReadInteger(raw, out var number))
                _fieldScratch[i] = new RawField(true, false, number);
            else if (field.TryReadBytes(raw, out bytes))
                _fieldScratch[i] = new RawField(true, true, _shared.Tuples.InternText(Convert.ToHexStringLower(bytes)));
        }

        return _shared.Tuples.Intern(_fieldScratch);
    }

    private int TextNumber(ReadOnlySpan<byte> bytes)
    {
        Span<char> chars = bytes.Length <= 512 ? stackalloc char[512] : new char[bytes.Length];
        return _shared.Tuples.InternText(chars[..Encoding.UTF8.GetChars(bytes, chars)]);
    }

    private bool MatchesExpression(in PerfSample sample, EventSource source, TraceThread thread, int cpu)
    {
        _filterSample.Set(source, thread, cpu, (long)sample.Time, sample.Raw);
        return _shared.Filter.Expression!.Matches(_filterSample);
    }

    private readonly FilterSample _filterSample = new();
}

/// <summary>A sample as a filter sees it. Copies the raw data: the filter is an object and cannot hold a span.</summary>
internal sealed class FilterSample : IFilterSource
{
    private EventSource _source = null!;
    private TraceThread _thread = null!;
    private int _cpu;
    private long _time;
    private byte[] _raw = new byte[256];
    private int _rawLength;

    public void Set(EventSource source, TraceThread thread, int cpu, long time, ReadOnlySpan<byte> raw)
    {
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
    public bool TryGet(string name, out FilterValue value)
    {
        // An event's own field comes first: a tracepoint may well have a pid of its own.
        if (_source.Format is { } format && format.TryGetField(name, out var field) && TryRead(field, out value))
            return true;
        switch (name)
        {
            case "comm":
                value = new FilterValue(_thread.Comm, 0);
                return true;
            case "pid":
                value = new FilterValue(null, _thread.Pid);
                return true;
            case "tid":
                value = new FilterValue(null, _thread.Tid);
                return true;
            case "cpu":
                value = new FilterValue(null, _cpu);
                return _cpu >= 0;
            case "time":
                value = new FilterValue(null, _time);
                return true;
            case "event":
                value = new FilterValue(_source.Event.Name, 0);
                return true;
            default:
                value = default;
                return false;
        }
    }

    private bool TryRead(EventField field, out FilterValue value)
    {
        var raw = _raw.AsSpan(0, _rawLength);
        if (field.TryReadText(raw, out var text))
        {
            value = new FilterValue(Encoding.UTF8.GetString(text), 0);
            return true;
        }

        var isNumber = field.TryReadInteger(raw, out var number);
        value = new FilterValue(null, number, !field.IsSigned);
        return isNumber;
    }
}
