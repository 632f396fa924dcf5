using TraceKit.Engine.Fields;
using TraceKit.Engine.Streams;

namespace TraceKit.Engine.Spans;

/// <summary>Reads the keys that match spans out of records; texts become numbers, so that a key is four numbers.</summary>
internal sealed class RecordKeys(Trace trace)
{
    /// <summary>In front of a field that is called as something that every record has.</summary>
    public const string FieldPrefix = "field:";

    private readonly Dictionary<string, long> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<(int Event, string Name), FieldReader?> _readers = [];
    private byte[] _scratch = [];

    /// <summary>Whether a key is one that every record has.</summary>
    public static bool IsCommon(string name) => name is "tid" or "pid" or "cpu" or "comm";

    /// <summary>The key of a record; false when a part of it cannot be read.</summary>
    public bool TryRead(DecodedRecord record, IReadOnlyList<string> names, out SpanKey key)
    {
        key = default;
        for (var i = 0; i < names.Count; i++)
        {
            if (!TryRead(record, names[i], out var part))
                return false;
            key = i switch
            {
                0 => key with { A = part },
                1 => key with { B = part },
                2 => key with { C = part },
                _ => key with { D = part },
            };
        }

        return true;
    }

    private bool TryRead(DecodedRecord record, string name, out long part)
    {
        switch (name)
        {
            case "tid":
                part = record.Tid;
                return true;
            case "pid":
                part = record.Pid;
                return true;
            case "cpu":
                part = record.Cpu;
                return part >= 0;
            case "comm":
                part = Number(record.Comm);
                return true;
        }

        var index = record.Source!.Event.Index;
        if (!_readers.TryGetValue((index, name), out var reader))
            _readers.Add((index, name), reader = trace.EventSources[index].Fields.Find(name.StartsWith(FieldPrefix, StringComparison.Ordinal) ? name[FieldPrefix.Length..] : name));
        if (reader is null)
        {
            part = 0;
            return false;
        }

        if (reader.TryReadNumber(record.Raw, out part))
            return true;
        if (reader.TryShowText(record.Raw, ref _scratch) is not { } text)
            return false;
        part = Number(text);
        return true;
    }

    // Far from the numbers that fields have; a text and a number are never equal anyway, the events' formats being what they are.
    private long Number(string text)
    {
        if (!_texts.TryGetValue(text, out var number))
            _texts.Add(text, number = long.MinValue + _texts.Count);
        return number;
    }
}
