using System.Runtime.InteropServices;
using System.Numerics;

namespace TraceKit.Engine.Compare;

/// <summary>How a comparison is judged.</summary>
public sealed record ShareTestOptions
{
    /// <summary>Resamples.</summary>
    public int Resamples { get; init; } = 2000;

    /// <summary>Start of the random numbers; the same gives the same answer.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Probability that any line at all is called changed where nothing has; one less it is that of intervals to hold the truth.</summary>
    public double Level { get; init; } = 0.05;

    /// <summary>Slots of a block on both sides; 0 lets each side's data choose (<see cref="BlockLength"/>).</summary>
    public int BlockLength { get; init; }

    /// <summary>Threads of work; 0 for one each core. The result does not depend on it.</summary>
    public int Workers { get; init; }
}

/// <summary>What is said of one line.</summary>
/// <param name="BaseShare">Its part of the base, 0 to 1.</param>
/// <param name="NewShare">Its part of the new.</param>
/// <param name="StandardError">Of the difference.</param>
/// <param name="DegreesOfFreedom">That the standard error is worth: few where a line is in few blocks.</param>
/// <param name="Low">Lower end of the interval of the difference, for this line alone.</param>
/// <param name="High">Upper end.</param>
/// <param name="Probability">Of a difference of this size, either sign, where there is none: for this line alone.</param>
/// <param name="FamilyProbability">Of a difference as unlikely as this in any of the lines, where there is none in any.</param>
/// <param name="IsChange">Whether the latter is within <see cref="ShareTestOptions.Level"/>.</param>
public readonly record struct ShareDifference(
    double BaseShare, double NewShare, double StandardError, double DegreesOfFreedom, double Low, double High, double Probability, double FamilyProbability, bool IsChange)
{
    /// <summary>New less base.</summary>
    public double Delta => NewShare - BaseShare;
}

/// <summary>Whether the shares of two sides differ by more than sampling explains.</summary>
/// <remarks>
/// <para>
/// For each line: difference <c>D = r_new - r_base</c>; its standard error is the spread of <c>D*</c> over the resamples, corrected for the number of blocks, <c>K / (K - 1)</c>, and for what they cut (<see cref="BlockChoice.Inflation"/>);
/// <c>T = D / SE</c> is judged as a Student's t of <c>2 S² / sum (v - v̄)²</c> degrees of freedom, v a block's squared residual and S their sum
/// (Satterthwaite's moment match with the blocks' own kurtosis: 2 for what is in one block, K for what is in all alike).
/// </para>
/// <para>
/// All lines are one family (P. H. Westfall and S. S. Young, Resampling-Based Multiple Testing, 1993, single-step max-T): a line is a change when its T, as a normal deviate, is beyond
/// the 95th percentile of the largest <c>|D* - D| / SE</c>, as a normal deviate too, of any line in a resample. (As a t of the same excess kurtosis, <c>4 + 6 S² / sum v²</c> degrees: how often
/// a block is drawn is about Poisson's, so a line of one block has long tails there, and hundreds of such lines would hide everything else.) Lines that rise and fall together cost nothing then, as they would with Bonferroni.
/// </para>
/// </remarks>
public sealed class ShareTest
{
    private readonly SlotMatrix _base;
    private readonly SlotMatrix _new;
    private readonly ShareTestOptions _options;

    private ShareTest(SlotMatrix first, SlotMatrix second, ShareTestOptions options)
    {
        _base = first;
        _new = second;
        _options = options;
        BaseBlock = Block(first);
        NewBlock = Block(second);
        Lines = new ShareDifference[first.Lines];
        Judged = Blocks(first, BaseBlock.Length) >= BlockLength.LeastBlocks && Blocks(second, NewBlock.Length) >= BlockLength.LeastBlocks;
    }

    /// <summary>One for each line of the matrices.</summary>
    public ShareDifference[] Lines { get; }

    /// <summary>Blocks of the base.</summary>
    public BlockChoice BaseBlock { get; }

    /// <summary>Blocks of the new.</summary>
    public BlockChoice NewBlock { get; }

    /// <summary>Whether there are blocks enough on both sides; else no line is a change, and errors are unknown (not a number).</summary>
    public bool Judged { get; }

    /// <summary>The normal deviate that a line must exceed to be a change.</summary>
    public double Critical { get; private set; } = double.PositiveInfinity;

    /// <summary>Compares two sides.</summary>
    /// <param name="first">The base.</param>
    /// <param name="second">The new; its lines are those of the base.</param>
    /// <param name="options">How.</param>
    public static ShareTest Run(SlotMatrix first, SlotMatrix second, ShareTestOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(second.Lines, first.Lines);
        var test = new ShareTest(first, second, options);
        if (test.Judged)
            test.Judge();
        else
            test.OnlyShares();
        return test;
    }

    private BlockChoice Block(SlotMatrix side) =>
        _options.BlockLength > 0 ? BlockLength.Choose(side, Math.Clamp(_options.BlockLength, 1, Math.Max(1, side.Slots))) : BlockLength.Choose(side);

    private static double Blocks(SlotMatrix side, int length) => (double)side.Slots / length;

    private void OnlyShares()
    {
        for (var line = 0; line < Lines.Length; line++)
            Lines[line] = new(_base.Share(line), _new.Share(line), double.NaN, 0, double.NaN, double.NaN, 1, 1, false);
    }

    private void Judge()
    {
        var seeds = new SplitMix64(_options.Seed);
        var first = new Side(_base, BaseBlock, new BlockResamples(_base.Slots, BaseBlock.Length, _options.Resamples, seeds.Next()));
        var second = new Side(_new, NewBlock, new BlockResamples(_new.Slots, NewBlock.Length, _options.Resamples, seeds.Next()));
        var largest = new double[_options.Resamples];
        var gate = new Lock();
        var workers = _options.Workers > 0 ? _options.Workers : Environment.ProcessorCount;
        Parallel.For(0, Lines.Length, new ParallelOptions { MaxDegreeOfParallelism = workers }, () => new Scratch(_options.Resamples), (line, _, scratch) =>
        {
            Lines[line] = JudgeLine(line, first, second, scratch);
            return scratch;
        }, scratch =>
        {
            lock (gate)
            {
                for (var i = 0; i < largest.Length; i++)
                    largest[i] = Math.Max(largest[i], scratch.Largest[i]);
            }
        });
        Array.Sort(largest);
        Critical = largest[Math.Min(largest.Length - 1, (int)Math.Ceiling((1 - _options.Level) * largest.Length))];
        for (var line = 0; line < Lines.Length; line++)
            Lines[line] = OfFamily(Lines[line], largest);
    }

    private ShareDifference JudgeLine(int line, Side first, Side second, Scratch scratch)
    {
        double shareBase = _base.Share(line), shareNew = _new.Share(line), delta = shareNew - shareBase;
        first.Resample(line, scratch.Sums, scratch.First);
        second.Resample(line, scratch.Sums, scratch.Second);
        var error = Math.Sqrt(Variance(scratch.First) * first.Correction + Variance(scratch.Second) * second.Correction);
        var (freedom, tails) = DegreesOfFreedom(line);
        if (error <= 1e-7)
        {
            // Nothing varies (beyond rounding in single precision): the same in every slot, or a change that every slot shows.
            var isSame = Math.Abs(delta) <= 1e-6;
            return new(shareBase, shareNew, 0, freedom, delta, delta, isSame ? 1 : 0, 1, false);
        }

        for (var i = 0; i < scratch.Largest.Length; i++)
        {
            var t = Math.Abs(scratch.Second[i] - scratch.First[i] - delta) / error;
            if (t > scratch.Largest[i]) // the deviate is never larger than t
                scratch.Largest[i] = Math.Max(scratch.Largest[i], Distributions.NormalOfStudent(t, tails));
        }

        var reach = Distributions.StudentOfNormal(Distributions.NormalDeviate(_options.Level), freedom) * error;
        var deviate = Distributions.NormalOfStudent(delta / error, freedom);
        return new(shareBase, shareNew, error, freedom, delta - reach, delta + reach, Distributions.NormalTwoSided(deviate), 1, false);
    }

    private ShareDifference OfFamily(ShareDifference line, double[] sortedLargest)
    {
        if (line.Probability >= 1)
            return line;
        var deviate = line.Probability <= 0 ? double.PositiveInfinity : Math.Abs(Distributions.NormalOfStudent(line.Delta / line.StandardError, line.DegreesOfFreedom));
        var under = 0;
        for (int low = 0, high = sortedLargest.Length; low < high;)
        {
            var middle = (low + high) / 2;
            if (sortedLargest[middle] < deviate)
                low = under = middle + 1;
            else
                high = middle;
        }

        var probability = (sortedLargest.Length - under + 1.0) / (sortedLargest.Length + 1);
        return line with { FamilyProbability = Math.Min(1, Math.Max(probability, line.Probability)), IsChange = probability <= _options.Level };
    }

    private static double Variance(ReadOnlySpan<double> values)
    {
        double mean = 0, sum = 0;
        foreach (var value in values)
            mean += value;
        mean /= values.Length;
        foreach (var value in values)
            sum += (value - mean) * (value - mean);
        return sum / Math.Max(1, values.Length - 1);
    }

    /// <summary>Those of T, whose standard error is an estimate, and those of <c>(D* - D) / SE</c>, whose is not, but whose blocks are drawn: a t of the same excess kurtosis.</summary>
    private (double OfStatistic, double OfResamples) DegreesOfFreedom(int line)
    {
        double sum = 0, spread = 0, fourth = 0, blocks = 0;
        Add(_base, BaseBlock.Length);
        Add(_new, NewBlock.Length);
        return (spread <= 0 ? Math.Max(1, blocks - 2) : Math.Clamp(2 * sum * sum / spread, 1, Math.Max(1, blocks - 2)), fourth <= 0 ? 1000 : 4 + 6 * sum * sum / fourth);

        void Add(SlotMatrix side, int length)
        {
            var share = side.Share(line);
            var count = (side.Slots + length - 1) / length;
            Span<double> residuals = count <= 1024 ? stackalloc double[count] : new double[count];
            residuals.Clear();
            for (var slot = 0; slot < side.Slots; slot++)
                residuals[slot / length] -= share * side.Denominators[slot];
            var slots = side.SlotsOf(line);
            var values = side.Values(line);
            for (var i = 0; i < slots.Length; i++)
                residuals[slots[i] / length] += values[i];
            double squares = 0, fourths = 0;
            foreach (var residual in residuals)
            {
                var square = residual / side.Denominator * (residual / side.Denominator);
                squares += square;
                fourths += square * square;
            }

            sum += squares;
            spread += fourths - squares * squares / count;
            fourth += fourths;
            blocks += count;
        }
    }

    private sealed class Side
    {
        private readonly SlotMatrix _matrix;
        private readonly BlockResamples _resamples;
        private readonly double[] _denominators;

        public Side(SlotMatrix matrix, BlockChoice block, BlockResamples resamples)
        {
            _matrix = matrix;
            _resamples = resamples;
            var blocks = Blocks(matrix, resamples.Length);
            Correction = blocks / (blocks - 1) * block.Inflation;
            _denominators = new double[resamples.Count];
            for (var slot = 0; slot < matrix.Slots; slot++)
            {
                var times = resamples.TimesOf(slot);
                for (var i = 0; i < times.Length; i++)
                    _denominators[i] += times[i] * matrix.Denominators[slot];
            }
        }

        /// <summary>By what the spread of resamples is too small: K blocks spread about their own mean, and what reaches across their ends is cut.</summary>
        public double Correction { get; }

        /// <summary>The line's share in each resample.</summary>
        public void Resample(int line, Span<float> sums, Span<double> shares)
        {
            sums.Clear();
            var slots = _matrix.SlotsOf(line);
            var values = _matrix.Values(line);
            for (var entry = 0; entry < slots.Length; entry++)
                AddScaled(sums, _resamples.TimesOf(slots[entry]), values[entry]);
            for (var i = 0; i < shares.Length; i++)
                shares[i] = _denominators[i] > 0 ? sums[i] / _denominators[i] : 0;
        }

        /// <summary>The one hot loop: entries × resamples. Lane by lane, so that the vector's width does not change the result.</summary>
        private static void AddScaled(Span<float> sums, ReadOnlySpan<float> times, float value)
        {
            var wideSums = MemoryMarshal.Cast<float, Vector<float>>(sums);
            var wideTimes = MemoryMarshal.Cast<float, Vector<float>>(times);
            for (var i = 0; i < wideSums.Length; i++)
                wideSums[i] += wideTimes[i] * value;
            for (var i = wideSums.Length * Vector<float>.Count; i < sums.Length; i++)
                sums[i] += times[i] * value;
        }
    }

    private sealed class Scratch(int resamples)
    {
        public float[] Sums { get; } = new float[resamples];

        public double[] First { get; } = new double[resamples];

        public double[] Second { get; } = new double[resamples];

        public double[] Largest { get; } = new double[resamples];
    }
}
