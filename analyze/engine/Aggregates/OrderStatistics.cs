namespace TraceKit.Engine.Aggregates;

/// <summary>Distribution-free intervals of quantiles.</summary>
/// <remarks>
/// Of n independent values, how many lie below the p-quantile is binomial (n, p), whatever their distribution. So the quantile lies in
/// [X(l), X(u)], sorted values numbered from 1, with a probability of at least P(l ≤ B &lt; u): H. A. David, H. N. Nagaraja, Order Statistics, §7.1.
/// </remarks>
public static class OrderStatistics
{
    /// <summary>What may lie outside, on either side.</summary>
    private const double Tail = 0.025;

    /// <summary>The ranks of the ends of the 95 % interval of a quantile.</summary>
    /// <param name="count">Values: at least 1.</param>
    /// <param name="quantile">Between 0 and 1, both exclusive.</param>
    /// <returns><c>Low</c> 0 or <c>High</c> <paramref name="count"/> + 1 where there are too few values for that end.</returns>
    public static (long Low, long High) Interval(long count, double quantile)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (quantile is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(quantile));

        // Weights relative to that of the most likely number: no factorials, and what is below 1e-18 changes nothing.
        var middle = Math.Clamp((long)((count + 1.0) * quantile), 0, count);
        var odds = quantile / (1 - quantile);
        List<double> below = [], above = [];
        double total = 1;
        double weight = 1;
        for (var k = middle; k > 0; k--)
        {
            weight *= k / (count - k + 1.0) / odds;
            if (weight < 1e-18)
                break;
            below.Add(weight);
            total += weight;
        }

        weight = 1;
        for (var k = middle; k < count; k++)
        {
            weight *= (count - k) / (k + 1.0) * odds;
            if (weight < 1e-18)
                break;
            above.Add(weight);
            total += weight;
        }

        var least = Tail * total;
        // The largest l with P(B < l) <= 2.5 %, and the smallest u with P(B >= u) <= 2.5 %.
        var low = middle - below.Count;
        double sum = 0;
        while (low < count && sum + At(low) <= least)
            sum += At(low++);
        var high = middle + above.Count + 1;
        sum = 0;
        while (high > 0 && sum + At(high - 1) <= least)
            sum += At(--high);
        return (low, high);

        double At(long k) => k == middle ? 1 : k < middle ? below[(int)(middle - k - 1)] : above[(int)(k - middle - 1)];
    }
}
