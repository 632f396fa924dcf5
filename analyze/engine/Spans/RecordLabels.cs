using System.Globalization;
using SortKey = TraceKit.Engine.Aggregates.SortKey;
using TraceKit.Engine.Aggregates;
using TraceKit.Engine.Fields;
using TraceKit.Engine.Model;
using TraceKit.Engine.Streams;

namespace TraceKit.Engine.Spans;

/// <summary>The value of one key of grouping in records, as the number of a text: each distinct value is put into words once.</summary>
internal sealed class RecordLabels
{
    private readonly SortKey _key;
    private readonly RecordContext _context;
    private readonly List<string> _texts = [];
    private readonly Dictionary<string, int> _byText = new(StringComparer.Ordinal);
    private readonly Dictionary<(int Event, long Number), int> _byNumber = [];
    private readonly Dictionary<TraceThread, int> _byThread = [];
    private readonly Dictionary<int, FieldReader?> _readers = [];

    public RecordLabels(SortKey key, AddressNames names)
    {
        _key = key;
        _context = new RecordContext(names);
    }

    /// <summary>The text of a number that <see cref="Of"/> gave.</summary>
    public string this[int label] => _texts[label];

    /// <summary>The label of a record; an empty text where it has none.</summary>
    public int Of(DecodedRecord record)
    {
        switch (_key.Kind)
        {
            case SortKeyKind.Comm:
                if (!_byThread.TryGetValue(record.Thread, out var label))
                    _byThread.Add(record.Thread, label = OfText(record.Comm));
                return label;
            case SortKeyKind.Pid:
                return OfNumber(-1, record.Pid, null);
            case SortKeyKind.Tid:
                return OfNumber(-1, record.Tid, null);
            case SortKeyKind.Cpu:
                return record.Cpu < 0 ? OfText("") : OfNumber(-1, record.Cpu, null);
            case SortKeyKind.Event:
                return OfText(record.Event?.Name ?? "");
            case SortKeyKind.Time:
                var into = record.Time % _key.Bucket;
                return OfTime(record.Time - (into < 0 ? into + _key.Bucket : into));
            case SortKeyKind.Field:
                return OfField(record);
            default:
                return OfText(OfFrame(record));
        }
    }

    private int OfTime(long time)
    {
        if (!_byNumber.TryGetValue((-1, time), out var label))
            _byNumber.Add((-1, time), label = OfText(RowKey.Seconds(time)));
        return label;
    }

    private int OfField(DecodedRecord record)
    {
        var source = record.Source!;
        if (!_readers.TryGetValue(source.Event.Index, out var reader))
            _readers.Add(source.Event.Index, reader = source.Fields.Find(_key.Name));
        if (reader is null)
            return OfText("");
        if (!reader.TryReadNumber(record.Raw, out var number))
            return OfText(reader.TryShowText(record.Raw, ref _context.Scratch) ?? "");
        if (reader.Form != FieldForm.Address)
            return OfNumber(source.Event.Index, number, reader.Formatter);
        _context.Set(record.Thread.Space, record.Time);
        return OfText(_context.Name((ulong)number));
    }

    /// <summary>Of the innermost function that has code of its own, as a sample's own weight is counted.</summary>
    private string OfFrame(DecodedRecord record)
    {
        var chain = record.Callchain;
        var at = 0;
        while (at + 1 < chain.Count && chain[at].Frame.IsInlined)
            at++;
        if (_key.Kind == SortKeyKind.Caller)
            return at + 1 < chain.Count ? chain[at + 1].Frame.Name : "-";
        if (at >= chain.Count)
            return Symbols.FunctionTable.UnknownName;
        var frame = chain[at].Frame;
        var file = string.IsNullOrEmpty(frame.File) ? "??" : _key.IsFullPath ? frame.File : frame.File[(frame.File.LastIndexOf('/') + 1)..];
        return _key.Kind switch
        {
            SortKeyKind.Dso => frame.ModuleName,
            SortKeyKind.SourceFile => file,
            SortKeyKind.SourceLine => string.Create(CultureInfo.InvariantCulture, $"{file}:{frame.Line}"),
            _ => frame.Name,
        };
    }

    private int OfNumber(int traceEvent, long number, FieldFormatter? formatter)
    {
        if (!_byNumber.TryGetValue((traceEvent, number), out var label))
            _byNumber.Add((traceEvent, number), label = OfText(formatter?.Format(number) ?? number.ToString(CultureInfo.InvariantCulture)));
        return label;
    }

    private int OfText(string text)
    {
        if (!_byText.TryGetValue(text, out var label))
        {
            _byText.Add(text, label = _texts.Count);
            _texts.Add(text);
        }

        return label;
    }
}
