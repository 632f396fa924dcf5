using System.Globalization;
using TraceKit.Engine.Compare;

namespace TraceKit.Engine.Tests.Compare;

/// <summary>The statistics of <c>diff</c> against traces whose truth is known.</summary>
public sealed class ShareTestTests(ITestOutputHelper output)
{
    private static bool IsLong => Environment.GetEnvironmentVariable("TRACEKIT_ALL_LIBRARIES") == "1";

    /// <summary>Where nothing changed, about one comparison in twenty names a change in any of its lines; the interval of a line holds the truth nineteen times of twenty.</summary>
    [Theory]
    [InlineData(60, 600, 8, 0)]
    [InlineData(60, 600, 8, 3)]
    [InlineData(60, 600, 8, 10)]
    [InlineData(20, 1000, 20, 20)]
    [InlineData(300, 400, 8, 0)]
    public void Run_WhereNothingChanged_KeepsItsLevel(int functions, int slots, int samples, double phase)
    {
        var traces = new SimulatedTraces(functions, slots, samples, phase);
        var pairs = IsLong ? 300 : 120;
        var seeds = new SplitMix64(7);
        int flagged = 0, held = 0, asked = 0;
        var blocks = 0;
        var inflation = 0.0;
        for (var i = 0; i < pairs; i++)
        {
            var random = new SplitMix64(seeds.Next());
            var test = ShareTest.Run(traces.Draw(random, false), traces.Draw(random, true), new ShareTestOptions { Resamples = 400, Seed = seeds.Next() });
            flagged += test.Lines.Any(l => l.IsChange) ? 1 : 0;
            foreach (var line in test.Lines.Take(10))
            {
                asked++;
                held += line.Low <= 0 && line.High >= 0 ? 1 : 0;
            }

            blocks += test.BaseBlock.Length;
            inflation += test.BaseBlock.Inflation;
        }

        var coverage = (double)held / asked;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{functions} functions, {slots} slots of {samples}, phases of {phase}: {flagged} of {pairs} flagged, coverage {coverage:f3}, blocks of {(double)blocks / pairs:f1}, inflation {inflation / pairs:f2}"));
        Assert.True(flagged <= pairs * 0.11, $"{flagged} of {pairs} flagged");
        Assert.InRange(coverage, 0.92, 0.99);
    }
}
