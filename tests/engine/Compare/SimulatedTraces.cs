using TraceKit.Engine.Compare;

namespace TraceKit.Engine.Tests.Compare;

/// <summary>Sides of a comparison whose truth is known: a program that goes through phases of random length, each with its own mix of functions.</summary>
/// <param name="Functions">Functions; their mean shares fall as 1/rank.</param>
/// <param name="Slots">Slots of time.</param>
/// <param name="SamplesOfSlot">Samples of each slot on average.</param>
/// <param name="PhaseSlots">Mean length of a phase: samples depend on one another over about that long. 0 for none.</param>
internal sealed record SimulatedTraces(int Functions, int Slots, int SamplesOfSlot, double PhaseSlots)
{
    private const int Phases = 4;

    /// <summary>How much more of function 0 there is in the new: 0.1 is 10 % more work.</summary>
    public double Slowdown { get; init; }

    /// <summary>Mean share of each function over all phases.</summary>
    public double[] Shares(bool isNew)
    {
        var shares = new double[Functions];
        for (var phase = 0; phase < Phases; phase++)
        {
            var mix = Mix(phase, isNew);
            for (var f = 0; f < Functions; f++)
                shares[f] += mix[f] / Phases;
        }

        return shares;
    }

    /// <summary>One recording.</summary>
    public SlotMatrix Draw(SplitMix64 random, bool isNew)
    {
        var builder = new SlotMatrix.Builder(Functions);
        var mixes = Enumerable.Range(0, Phases).Select(p => Cumulative(Mix(p, isNew))).ToArray();
        var phase = random.Below(Phases);
        var counts = new int[Functions];
        for (var slot = 0; slot < Slots; slot++)
        {
            if (PhaseSlots > 0 && random.NextDouble() < 1 / PhaseSlots)
                phase = random.Below(Phases);
            Array.Clear(counts);
            // Binomial of 2 n halves: n on average, and not the same in each slot.
            var samples = 0;
            for (var i = 0; i < 2 * SamplesOfSlot; i++)
                samples += (int)(random.Next() >> 63);
            for (var i = 0; i < samples; i++)
            {
                var mix = mixes[PhaseSlots > 0 ? phase : random.Below(Phases)];
                var at = Array.BinarySearch(mix, random.NextDouble());
                counts[Math.Min(Functions - 1, at < 0 ? ~at : at)]++;
            }

            if (samples == 0)
                continue;
            builder.BeginSlot(samples);
            for (var f = 0; f < Functions; f++)
            {
                if (counts[f] > 0)
                    builder.Add(f, counts[f]);
            }
        }

        return builder.Build();
    }

    private double[] Mix(int phase, bool isNew)
    {
        var mix = new double[Functions];
        for (var f = 0; f < Functions; f++)
            mix[f] = 1.0 / (f + 1) * (f % Phases == phase ? 2 : 0.7) * (isNew && f == 0 ? 1 + Slowdown : 1);
        var sum = mix.Sum();
        for (var f = 0; f < Functions; f++)
            mix[f] /= sum;
        return mix;
    }

    private static double[] Cumulative(double[] mix)
    {
        var sum = 0.0;
        return Array.ConvertAll(mix, m => sum += m);
    }
}
