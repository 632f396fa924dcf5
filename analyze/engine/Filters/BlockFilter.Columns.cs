using System.Runtime.InteropServices;
using TraceKit.Engine.Model;
using TraceKit.Probes.Filters;

namespace TraceKit.Engine.Filters;

internal sealed partial class BlockFilter
{
    /// <summary>What was read of one event's rows, and answers that hold beyond the block.</summary>
    private sealed class EventState
    {
        private readonly Dictionary<FilterTest, Dictionary<TraceThread, bool>> _byThread = [];

        public Dictionary<int, NumberColumn> Numbers { get; } = [];

        public Dictionary<int, TextColumn> Texts { get; } = [];

        public Dictionary<TraceThread, bool> ThreadAnswers(FilterTest test)
        {
            ref var answers = ref CollectionsMarshal.GetValueRefOrAddDefault(_byThread, test, out _);
            return answers ??= [];
        }
    }

    /// <summary>A field's numbers.</summary>
    private sealed class NumberColumn
    {
        public long Stamp { get; set; }

        public long[] Values { get; } = new long[FilterBlock.Capacity];

        public ulong[] Present { get; } = new ulong[Bitmap.Words(FilterBlock.Capacity)];
    }

    /// <summary>A field's texts, as numbers of distinct ones.</summary>
    private sealed class TextColumn
    {
        /// <summary>Distinct texts that are remembered; then it starts over.</summary>
        private const int MostTexts = 1 << 15;

        private readonly Dictionary<byte[], int> _numbers = new(new ByBytes());
        private readonly List<byte[]> _texts = [];
        private readonly Dictionary<TextTest, byte[]> _answers = [];

        public long Stamp { get; set; }

        /// <summary>Of each row; -1 where there is none.</summary>
        public int[] Numbers { get; } = new int[FilterBlock.Capacity];

        public ReadOnlySpan<byte> Text(int number) => _texts[number];

        public int Number(ReadOnlySpan<byte> text)
        {
            if (_numbers.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(text, out var number))
                return number;
            number = _texts.Count;
            var copy = text.ToArray();
            _texts.Add(copy);
            _numbers.Add(copy, number);
            return number;
        }

        /// <summary>Before a block's texts are numbered.</summary>
        public void Begin()
        {
            if (_texts.Count < MostTexts)
                return;
            _texts.Clear();
            _numbers.Clear();
            _answers.Clear();
        }

        /// <summary>For each text: 0 not asked yet, 1 it holds, 2 it does not.</summary>
        public byte[] Answers(TextTest test)
        {
            ref var answers = ref CollectionsMarshal.GetValueRefOrAddDefault(_answers, test, out _);
            if (answers is null || answers.Length < _texts.Count)
                Array.Resize(ref answers, Math.Max(64, _texts.Count * 2));
            return answers;
        }
    }

    private NumberColumn Numbers(FilterField field)
    {
        ref var column = ref CollectionsMarshal.GetValueRefOrAddDefault(_state.Numbers, field.Index, out _);
        column ??= new NumberColumn();
        if (column.Stamp == _stamp)
            return column;
        column.Stamp = _stamp;
        Array.Clear(column.Present);
        for (var i = 0; i < _count; i++)
        {
            SetRow(i);
            var isPresent = sample.TryGetNumber(field, out column.Values[i]);
            Bitmap.Set(column.Present, i, isPresent);
        }

        return column;
    }

    private TextColumn Texts(FilterField field)
    {
        ref var column = ref CollectionsMarshal.GetValueRefOrAddDefault(_state.Texts, field.Index, out _);
        column ??= new TextColumn();
        if (column.Stamp == _stamp)
            return column;
        column.Stamp = _stamp;
        column.Begin();
        for (var i = 0; i < _count; i++)
        {
            SetRow(i);
            column.Numbers[i] = sample.TryGetText(field, out var text) ? column.Number(text) : -1;
        }

        return column;
    }

    private sealed class ByBytes : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => GetHashCode((ReadOnlySpan<byte>)obj);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
