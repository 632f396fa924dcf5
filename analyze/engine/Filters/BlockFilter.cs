using TraceKit.Engine.Model;
using TraceKit.Engine.Run;
using TraceKit.Probes.Filters;

namespace TraceKit.Engine.Filters;

/// <summary>
/// Answers filters for the samples of a block, column by column: a condition on the thread once for each thread, on a text once for each distinct text, on numbers
/// over the whole column; <c>&amp;&amp;</c>, <c>||</c> and <c>!</c> are operations on bitmaps. One per worker.
/// </summary>
/// <param name="filter">The filters of the run.</param>
/// <param name="events">What was recorded.</param>
/// <param name="sample">Reads fields out of a row.</param>
internal sealed partial class BlockFilter(SampleFilter filter, IReadOnlyList<EventSource> events, FilterSample sample)
{
    private readonly int[] _rows = new int[FilterBlock.Capacity];
    private readonly Stack<ulong[]> _free = new();
    private FilterBlock _block = null!;
    private int _count;
    private int _words;
    private EventSource _source = null!;
    private EventState _state = null!;
    private long _stamp;

    private readonly EventState?[] _states = new EventState?[events.Count];

    /// <summary>Samples that the recording's own filters left out.</summary>
    public long LeftOutByRecording { get; private set; }

    /// <summary>Fills in <see cref="FilterBlock.Row.IsWanted"/> and <see cref="FilterBlock.Row.Carried"/>.</summary>
    public void Answer(FilterBlock block)
    {
        _block = block;
        for (var e = 0; e < events.Count; e++)
        {
            if (!filter.HasExpression(e))
                continue;
            _count = 0;
            var rows = block.Rows;
            for (var i = 0; i < rows.Length; i++)
            {
                if (rows[i].Event == e)
                    _rows[_count++] = i;
            }

            if (_count > 0)
                AnswerEvent(e);
        }
    }

    private void AnswerEvent(int e)
    {
        _words = Bitmap.Words(_count);
        _source = events[e];
        _state = _states[e] ??= new EventState();
        _stamp++;
        var rows = _block.Rows;
        var wanted = Rent();
        Bitmap.Fill(wanted.AsSpan(0, _words), _count);
        if (filter.Stored(e)?.Early is { } stored)
        {
            Evaluate(stored, wanted);
            LeftOutByRecording += _count - Bitmap.Count(wanted.AsSpan(0, _words));
        }

        if (filter.Asked(e)?.Early is { } asked)
        {
            var bits = Rent();
            Evaluate(asked, bits);
            Bitmap.And(wanted.AsSpan(0, _words), bits);
            _free.Push(bits);
        }

        for (var i = 0; i < _count; i++)
            rows[_rows[i]].IsWanted = Bitmap.Get(wanted, i);
        _free.Push(wanted);
        var carried = filter.Carried(e);
        for (var c = 0; c < carried.Count; c++)
        {
            var bits = Rent();
            Evaluate(carried[c], bits);
            for (var i = 0; i < _count; i++)
                rows[_rows[i]].Carried |= (Bitmap.Get(bits, i) ? 1UL : 0) << c;
            _free.Push(bits);
        }
    }

    private ulong[] Rent() => _free.TryPop(out var bits) ? bits : new ulong[Bitmap.Words(FilterBlock.Capacity)];

    private void Evaluate(BoundNode node, ulong[] result)
    {
        var bits = result.AsSpan(0, _words);
        switch (node)
        {
            case BoundConstant constant:
                bits.Clear();
                if (constant.Value)
                    Bitmap.Fill(bits, _count);
                break;
            case BoundNot not:
                Evaluate(not.Inner, result);
                Bitmap.Not(bits, _count);
                break;
            case BoundJoin join:
                Join(join, result);
                break;
            default:
                Test((FilterTest)node, bits);
                break;
        }
    }

    private void Join(BoundJoin join, ulong[] result)
    {
        var bits = result.AsSpan(0, _words);
        Evaluate(join.Parts[0], result);
        var other = Rent();
        for (var i = 1; i < join.Parts.Count; i++)
        {
            var decided = join.IsAnd ? 0 : _count;
            if (Bitmap.Count(bits) == decided)
                break;
            Evaluate(join.Parts[i], other);
            if (join.IsAnd)
                Bitmap.And(bits, other);
            else
                Bitmap.Or(bits, other);
        }

        _free.Push(other);
    }

    private void Test(FilterTest test, Span<ulong> bits)
    {
        bits.Clear();
        switch (test)
        {
            case { Field.Index: FilterFieldSet.Comm or FilterFieldSet.Pid or FilterFieldSet.Tid } and not FieldTest:
                ByThread(test, bits);
                break;
            case { Field.Index: FilterFieldSet.Event }:
                SetRow(0);
                if (test.Matches(sample))
                    Bitmap.Fill(bits, _count);
                break;
            case NumberFilterTest number:
                var column = Numbers(test.Field);
                number.Holds(column.Values.AsSpan(0, _count), bits);
                Bitmap.And(bits, column.Present);
                break;
            case TextTest text:
                ByText(text, bits);
                break;
            default:
                for (var i = 0; i < _count; i++)
                {
                    SetRow(i);
                    Bitmap.Set(bits, i, test.Matches(sample));
                }

                break;
        }
    }

    private void ByThread(FilterTest test, Span<ulong> bits)
    {
        var known = _state.ThreadAnswers(test);
        var rows = _block.Rows;
        TraceThread? last = null;
        var holds = false;
        for (var i = 0; i < _count; i++)
        {
            var thread = rows[_rows[i]].Thread.Thread!;
            if (!ReferenceEquals(thread, last))
            {
                if (!known.TryGetValue(thread, out holds))
                {
                    SetRow(i);
                    known.Add(thread, holds = test.Matches(sample));
                }

                last = thread;
            }

            Bitmap.Set(bits, i, holds);
        }
    }

    private void ByText(TextTest test, Span<ulong> bits)
    {
        var column = Texts(test.Field);
        var answers = column.Answers(test);
        for (var i = 0; i < _count; i++)
        {
            var number = column.Numbers[i];
            if (number < 0)
                continue;
            if (answers[number] == 0)
                answers[number] = test.Holds(column.Text(number)) ? (byte)1 : (byte)2;
            Bitmap.Set(bits, i, answers[number] == 1);
        }
    }

    private void SetRow(int i)
    {
        ref readonly var row = ref _block.Rows[_rows[i]];
        sample.Set(_source, row.Thread.Thread!, row.Cpu, row.Time, row.Period, row.Ip, _block.Bytes, row.RawStart, row.RawLength);
    }
}
