namespace TraceKit.Engine.Compare;

/// <summary>How long blocks must be so that one tells little of the next.</summary>
/// <remarks>
/// The automatic choice of D. N. Politis and H. White (Econometric Reviews 23, 2004) for the circular block bootstrap, with the correction of A. Patton, D. Politis
/// and H. White (28, 2009): <c>b = (2 G² / D)^(1/3) N^(1/3)</c>, <c>G = sum λ(k/M) |k| R(k)</c>, <c>D = 4/3 (sum λ(k/M) R(k))²</c>, R the autocovariance, λ the flat-top
/// window (1 up to a half, then down to 0), M twice the lag after which correlations stay within <c>2.5 sqrt(log10(N) / N)</c> (theirs is 2 for one series; here the
/// heaviest of many lines are asked, and the longest answer counts).
/// </remarks>
public static class BlockLength
{
    /// <summary>Blocks there must be at least for the spread among them to say anything.</summary>
    public const int LeastBlocks = 8;

    /// <summary>Blocks that the choice leaves at least.</summary>
    private const int FewestBlocks = 20;

    /// <summary>
    /// Blocks that it leaves at most: what varies slowly (a neighbour on the machine comes and goes) is too small in each slot to be seen in correlations, and adds up in sums. Long blocks have it
    /// in them; twenty to thirty cost a tenth of precision against hundreds (B. Schmeiser, Operations Research 30, 1982).
    /// </summary>
    private const int MostBlocks = 32;

    /// <summary>Heaviest lines that are asked.</summary>
    private const int MostLines = 32;

    /// <summary>Slots that a line must be in to be asked.</summary>
    private const int LeastFilled = 16;

    /// <summary>More than this is an estimate gone wrong.</summary>
    private const double MostInflation = 3;

    /// <summary>The length for one side of a comparison: the longest that any of its heaviest lines asks for, but such that there are 20 to 32 blocks.</summary>
    /// <param name="side">The side.</param>
    public static BlockChoice Choose(SlotMatrix side)
    {
        if (side.Slots == 0)
            return new BlockChoice(1, 1, false);
        var dependences = Heaviest(side);
        var longest = 1.0;
        foreach (var dependence in dependences)
            longest = Math.Max(longest, dependence.BlockLength(side.Slots));
        var most = Math.Max(1, side.Slots / FewestBlocks);
        var length = (int)Math.Clamp(Math.Ceiling(longest), Math.Max(1, side.Slots / MostBlocks), most);
        return new BlockChoice(length, Inflation(dependences, length), longest > most * 1.5);
    }

    /// <summary>The same when the length is given.</summary>
    public static BlockChoice Choose(SlotMatrix side, int length) => new(length, Inflation(Heaviest(side), length), false);

    /// <summary>
    /// Blocks of length b cut what reaches across their ends, so their variance is too small by <c>G / b</c> (S. N. Lahiri, Annals of Statistics 27, 1999): by what factor, over all lines together.
    /// </summary>
    private static double Inflation(SeriesDependence[] dependences, int length)
    {
        double whole = 0, cut = 0;
        foreach (var dependence in dependences)
        {
            whole += dependence.LongRunVariance;
            cut += dependence.LongRunVariance - dependence.Moment / length;
        }

        return whole > 0 ? Math.Clamp(whole / Math.Max(cut, whole / MostInflation), 1, MostInflation) : 1;
    }

    private static SeriesDependence[] Heaviest(SlotMatrix side)
    {
        var lines = new int[side.Lines];
        for (var i = 0; i < lines.Length; i++)
            lines[i] = i;
        Array.Sort(lines, (a, b) => side.Sum(b).CompareTo(side.Sum(a)) is var order and not 0 ? order : a.CompareTo(b));
        // In a handful of slots two neighbours are chance, and look like dependence.
        lines = Array.FindAll(lines, line => side.SlotsOf(line).Length >= Math.Max(LeastFilled, side.Slots / 10));
        var residuals = new double[side.Slots];
        var dependences = new SeriesDependence[Math.Min(MostLines, lines.Length)];
        for (var i = 0; i < dependences.Length; i++)
        {
            side.Residuals(lines[i], residuals);
            dependences[i] = SeriesDependence.Of(residuals);
        }

        return dependences;
    }
}

/// <summary>How a side is cut into blocks.</summary>
/// <param name="Length">Slots of a block.</param>
/// <param name="Inflation">What the variance among resamples is to be multiplied with for what blocks of this length cut off.</param>
/// <param name="IsCut">Whether correlations reach farther than a recording of this length can show: intervals may then be too narrow.</param>
public readonly record struct BlockChoice(int Length, double Inflation, bool IsCut);

/// <summary>How the steps of a series depend on one another.</summary>
/// <param name="LongRunVariance"><c>sum λ(k/M) R(k)</c>: variance of a sum of many steps, for each step.</param>
/// <param name="Moment"><c>sum λ(k/M) |k| R(k)</c>.</param>
public readonly record struct SeriesDependence(double LongRunVariance, double Moment)
{
    /// <summary>Estimates it.</summary>
    public static SeriesDependence Of(ReadOnlySpan<double> series)
    {
        var n = series.Length;
        if (n < 8)
            return default;
        double mean = 0;
        foreach (var value in series)
            mean += value;
        mean /= n;
        var most = Math.Min(n - 1, (int)Math.Ceiling(Math.Sqrt(n)) + Run(n));
        var covariances = new double[most + 1];
        for (var lag = 0; lag <= most; lag++)
        {
            double sum = 0;
            for (var i = lag; i < n; i++)
                sum += (series[i] - mean) * (series[i - lag] - mean);
            covariances[lag] = sum / n;
        }

        if (covariances[0] <= 0)
            return default;
        var window = Math.Min(most, 2 * LastCorrelatedLag(covariances, n));
        double g = 0, d = covariances[0];
        for (var lag = 1; lag <= window; lag++)
        {
            var weight = lag * 2 <= window ? 1 : 2 * (1 - (double)lag / window);
            g += 2 * weight * lag * covariances[lag];
            d += 2 * weight * covariances[lag];
        }

        // A negative long-run variance is an estimate gone wrong: then the variance itself stands in.
        return d > 0 ? new(d, g) : new(covariances[0], 0);
    }

    /// <summary>The length of blocks for a series of this many steps: at least 1, not rounded, not bounded above.</summary>
    public double BlockLength(int steps) => LongRunVariance <= 0 ? 1 : Math.Max(1, Math.Cbrt(1.5 * Moment * Moment / (LongRunVariance * LongRunVariance) * steps));

    /// <summary>The last lag before <see cref="Run"/> lags in a row are not to be told from 0: beyond <c>2.5 sqrt(log10(N) / N)</c>, four standard errors for some hundred slots, as some hundred correlations are looked at.</summary>
    private static int LastCorrelatedLag(double[] covariances, int n)
    {
        var bound = 2.5 * Math.Sqrt(Math.Log10(n) / n) * covariances[0];
        var run = Run(n);
        var last = 0;
        for (var lag = 1; lag < covariances.Length && lag <= last + run; lag++)
        {
            if (Math.Abs(covariances[lag]) > bound)
                last = lag;
        }

        return last;
    }

    private static int Run(int n) => Math.Max(5, (int)Math.Ceiling(Math.Sqrt(Math.Log10(n))));
}
