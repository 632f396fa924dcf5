namespace TraceKit.Engine.Compare;

/// <summary>What one side of a comparison is to the statistics: for each line (a function, a module) how much of it fell into each slot of time.</summary>
/// <remarks>
/// <para>
/// A line's share is <c>r = sum(x) / sum(d)</c> over the slots: a ratio of sums, so slots need not weigh the same. Slots are in order of time; those of several
/// recordings stand one after another. Sparse, line by line: memory is what is distinct in each slot.
/// </para>
/// </remarks>
public sealed class SlotMatrix
{
    private readonly int[] _ends;
    private readonly int[] _slots;
    private readonly float[] _values;
    private readonly double[] _denominators;
    private readonly double[] _sums;

    private SlotMatrix(double[] denominators, int[] ends, int[] slots, float[] values)
    {
        _denominators = denominators;
        _ends = ends;
        _slots = slots;
        _values = values;
        foreach (var denominator in denominators)
            Denominator += denominator;
        _sums = new double[ends.Length];
        for (var line = 0; line < _sums.Length; line++)
        {
            foreach (var value in Values(line))
                _sums[line] += value;
        }
    }

    /// <summary>Slots of time.</summary>
    public int Slots => _denominators.Length;

    /// <summary>Lines.</summary>
    public int Lines => _ends.Length;

    /// <summary>For each slot what shares are of: the weight of all its samples.</summary>
    public ReadOnlySpan<double> Denominators => _denominators;

    /// <summary>Sum of <see cref="Denominators"/>.</summary>
    public double Denominator { get; }

    /// <summary>The slots that a line has something in, ascending.</summary>
    public ReadOnlySpan<int> SlotsOf(int line) => _slots.AsSpan(Start(line).._ends[line]);

    /// <summary>What it has there; as long as <see cref="SlotsOf"/>.</summary>
    public ReadOnlySpan<float> Values(int line) => _values.AsSpan(Start(line).._ends[line]);

    /// <summary>All that a line has.</summary>
    public double Sum(int line) => _sums[line];

    /// <summary>A line's part of all; 0 when there is nothing.</summary>
    public double Share(int line) => Denominator > 0 ? _sums[line] / Denominator : 0;

    /// <summary>For each slot how much more the line has there than its share would be: <c>e = x - r d</c>, the linear part of the ratio's error.</summary>
    public void Residuals(int line, Span<double> residuals)
    {
        var share = Share(line);
        for (var slot = 0; slot < residuals.Length; slot++)
            residuals[slot] = -share * _denominators[slot];
        var slots = SlotsOf(line);
        var values = Values(line);
        for (var i = 0; i < slots.Length; i++)
            residuals[slots[i]] += values[i];
    }

    private int Start(int line) => line == 0 ? 0 : _ends[line - 1];

    /// <summary>Takes entries slot by slot.</summary>
    /// <param name="lines">Lines there are.</param>
    public sealed class Builder(int lines)
    {
        private readonly List<double> _denominators = [];
        private readonly List<(int Line, int Slot, float Value)> _entries = [];

        /// <summary>Begins the next slot.</summary>
        /// <param name="denominator">What shares in it are of.</param>
        public void BeginSlot(double denominator) => _denominators.Add(denominator);

        /// <summary>Adds to the slot begun last; once for each line and slot.</summary>
        public void Add(int line, double value) => _entries.Add((line, _denominators.Count - 1, (float)value));

        /// <summary>The matrix.</summary>
        public SlotMatrix Build()
        {
            var ends = new int[lines];
            foreach (var entry in _entries)
                ends[entry.Line]++;
            for (var line = 1; line < lines; line++)
                ends[line] += ends[line - 1];
            var next = new int[lines];
            for (var line = 1; line < lines; line++)
                next[line] = ends[line - 1];
            var slots = new int[_entries.Count];
            var values = new float[_entries.Count];
            foreach (var (line, slot, value) in _entries)
            {
                slots[next[line]] = slot;
                values[next[line]++] = value;
            }

            return new SlotMatrix([.. _denominators], ends, slots, values);
        }
    }
}
