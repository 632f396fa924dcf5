namespace TraceKit.Engine.Compare;

/// <summary>The normal distribution, and Student's t through it.</summary>
/// <remarks>
/// Student's t goes by Wallace's transformation (D. L. Wallace, Ann. Math. Statist. 30, 1959): one closed formula in both directions, so that a
/// statistic of any degrees of freedom becomes the normal deviate of the same probability, within 0.02 from 2 degrees on.
/// </remarks>
public static class Distributions
{
    /// <summary>Probability of a normal deviate of at least this size, either sign: <c>2 (1 - Phi(|z|))</c>.</summary>
    public static double NormalTwoSided(double z)
    {
        var x = Math.Abs(z) / Math.Sqrt(2);
        if (double.IsInfinity(x))
            return 0;
        if (x < 2.5)
        {
            // erf(x) = 2/sqrt(pi) exp(-x²) sum 2^n x^(2n+1) / (2n+1)!!: all terms positive, nothing cancels.
            double term = x, sum = x;
            for (var n = 1; term > sum * 1e-17; n++)
                sum += term *= 2 * x * x / (2 * n + 1);
            return 1 - 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
        }

        // erfc(x) = exp(-x²)/sqrt(pi) / (x + 1/2 / (x + 2/2 / (x + 3/2 / ...))), from the far end.
        var fraction = x;
        for (var n = 60; n > 0; n--)
            fraction = x + n / 2.0 / fraction;
        return Math.Exp(-x * x) / (Math.Sqrt(Math.PI) * fraction);
    }

    /// <summary>The deviate that is exceeded, either sign, with this probability: 1.96 for 0.05.</summary>
    public static double NormalDeviate(double twoSided)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(twoSided);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(twoSided, 1);
        double low = 0, high = 40;
        for (var i = 0; i < 80; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = NormalTwoSided(middle) > twoSided ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    /// <summary>The normal deviate that is as unlikely as this value of t; keeps the sign.</summary>
    public static double NormalOfStudent(double t, double degreesOfFreedom)
    {
        if (double.IsInfinity(t))
            return t;
        var factor = (8 * degreesOfFreedom + 1) / (8 * degreesOfFreedom + 3);
        return Math.CopySign(factor * Math.Sqrt(degreesOfFreedom * Math.Log(1 + t * t / degreesOfFreedom)), t);
    }

    /// <summary>The value of t that is as unlikely as this normal deviate; keeps the sign.</summary>
    public static double StudentOfNormal(double z, double degreesOfFreedom)
    {
        var scaled = z * (8 * degreesOfFreedom + 3) / (8 * degreesOfFreedom + 1);
        return Math.CopySign(Math.Sqrt(degreesOfFreedom * (Math.Exp(scaled * scaled / degreesOfFreedom) - 1)), z);
    }
}
