using System.Text;
using TraceKit.Engine.Fields;
using TraceKit.Engine.Model;
using TraceKit.Engine.Samples;
using TraceKit.Format.Perf;

namespace TraceKit.Engine.Run;

internal sealed partial class SampleWorker
{
    private readonly RawField[] _fieldScratch;
    private readonly StringBuilder _eventText = new();
    private char[] _textScratch = new char[256];
    private readonly RecordContext _context;

    /// <summary>The number of the combination of the asked fields' values.</summary>
    private int TupleOf(in PerfSample sample, int eventIndex, AddressSpace space)
    {
        var raw = sample.Raw;
        var readers = _shared.FieldsOfEvent[eventIndex];
        for (var i = 0; i < readers.Length; i++)
        {
            _fieldScratch[i] = default;
            if (readers[i] is not { } reader)
            {
                if (_shared.Options.Fields[i] == AnalysisOptions.EventText && _shared.Events[eventIndex].Text is { } text)
                {
                    _context.Set(space, (long)sample.Time);
                    text.Append(_eventText.Clear(), raw, _context);
                    _fieldScratch[i] = new RawField(true, true, _shared.Tuples.InternText(Written(_eventText)));
                }
            }
            else if (reader.IsNumber)
            {
                if (!reader.TryReadNumber(raw, out var number))
                    continue;
                if (reader.Form == FieldForm.Number)
                {
                    _fieldScratch[i] = new RawField(true, false, number);
                    continue;
                }

                _context.Set(space, (long)sample.Time);
                _fieldScratch[i] = new RawField(true, true, _shared.Tuples.InternText(_context.Name((ulong)number)));
            }
            else if (reader.TryReadBytes(raw, ref _context.Scratch, out var bytes, out var missing))
            {
                _fieldScratch[i] = new RawField(true, true, missing == 0 && reader.Form == FieldForm.Text ? TextNumber(bytes) : _shared.Tuples.InternText(reader.TryShowText(raw, ref _context.Scratch)));
            }
        }

        return _shared.Tuples.Intern(_fieldScratch);
    }

    /// <summary>The text without a string of its own: most are known already.</summary>
    private ReadOnlySpan<char> Written(StringBuilder text)
    {
        if (_textScratch.Length < text.Length)
            _textScratch = new char[text.Length * 2];
        text.CopyTo(0, _textScratch, text.Length);
        return _textScratch.AsSpan(0, text.Length);
    }

    private int TextNumber(ReadOnlySpan<byte> bytes)
    {
        Span<char> chars = bytes.Length <= 512 ? stackalloc char[512] : new char[bytes.Length];
        return _shared.Tuples.InternText(chars[..Encoding.UTF8.GetChars(bytes, chars)]);
    }
}
