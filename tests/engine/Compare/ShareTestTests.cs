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
    [InlineData(60, 1000, 8, 8)]
    [InlineData(300, 400, 8, 0)]
    public void Run_WhereNothingChanged_KeepsItsLevel(int functions, int slots, int samples, double phase)
    {
        var traces = new SimulatedTraces(functions, slots, samples, phase);
        var pairs = IsLong ? 400 : 50;
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
        Assert.True(flagged <= pairs * (IsLong ? 0.08 : 0.14), $"{flagged} of {pairs} flagged");
        Assert.InRange(coverage, 0.92, 0.99);
    }

    /// <summary>A function that does 30 % more is found, at the right function, and its interval holds the truth.</summary>
    [Fact]
    public void Run_WhereOneFunctionIsSlower_FindsIt()
    {
        var traces = new SimulatedTraces(40, 1000, 10, 2) { Slowdown = 0.3 };
        var truth = traces.Shares(true)[0] - traces.Shares(false)[0];
        var seeds = new SplitMix64(11);
        int found = 0, held = 0;
        const int pairs = 30;
        for (var i = 0; i < pairs; i++)
        {
            var random = new SplitMix64(seeds.Next());
            var test = ShareTest.Run(traces.Draw(random, false), traces.Draw(random, true), new ShareTestOptions { Resamples = 400, Seed = seeds.Next() });
            found += test.Lines[0] is { IsChange: true, Delta: > 0 } ? 1 : 0;
            held += test.Lines[0].Low <= truth && truth <= test.Lines[0].High ? 1 : 0;
        }

        output.WriteLine($"{found} of {pairs} found, {held} intervals hold the truth of {truth:f4}");
        Assert.InRange(found, 27, pairs);
        Assert.InRange(held, 26, pairs);
    }

    /// <summary>The same seed gives the same answer, whatever the number of workers.</summary>
    [Fact]
    public void Run_WithAnyNumberOfWorkers_IsTheSame()
    {
        var traces = new SimulatedTraces(40, 200, 10, 2) { Slowdown = 0.1 };
        var (first, second) = (traces.Draw(new SplitMix64(1), false), traces.Draw(new SplitMix64(2), true));
        var one = ShareTest.Run(first, second, new ShareTestOptions { Resamples = 300, Workers = 1 });
        var four = ShareTest.Run(first, second, new ShareTestOptions { Resamples = 300, Workers = 4 });
        Assert.Equal(one.Lines, four.Lines);
        Assert.Equal(one.Critical, four.Critical);
    }

    /// <summary>Too little to judge by is said, and nothing is called a change.</summary>
    [Fact]
    public void Run_WithFewSlots_DoesNotJudge()
    {
        var first = new SlotMatrix.Builder(2);
        var second = new SlotMatrix.Builder(2);
        for (var i = 0; i < 7; i++)
        {
            first.BeginSlot(10);
            first.Add(0, 10);
            second.BeginSlot(10);
            second.Add(1, 10);
        }

        var test = ShareTest.Run(first.Build(), second.Build(), new ShareTestOptions());
        Assert.False(test.Judged);
        Assert.DoesNotContain(test.Lines, l => l.IsChange);
        Assert.Equal((1, 0), (test.Lines[0].BaseShare, test.Lines[0].NewShare));
        Assert.False(ShareTest.Run(new SlotMatrix.Builder(1).Build(), new SlotMatrix.Builder(1).Build(), new ShareTestOptions()).Judged);
    }

    /// <summary>A function of a few samples on one side is no change, one of many is; what every slot shows needs no spread.</summary>
    [Fact]
    public void Run_OfRareFunctions_NeedsEnoughOfThem()
    {
        var first = new SlotMatrix.Builder(4);
        var second = new SlotMatrix.Builder(4);
        for (var i = 0; i < 500; i++)
        {
            first.BeginSlot(10);
            first.Add(0, 10);
            second.BeginSlot(10);
            second.Add(0, 10 - (i % 100 == 7 ? 1 : 0) - (i % 10 == 3 ? 1 : 0));
            if (i % 100 == 7)
                second.Add(1, 1);
            if (i % 10 == 3)
                second.Add(2, 1);
        }

        var test = ShareTest.Run(first.Build(), second.Build(), new ShareTestOptions());
        Assert.False(test.Lines[1].IsChange, "5 samples");
        Assert.True(test.Lines[2].IsChange, "50 samples");
        Assert.False(test.Lines[3].IsChange, "none");
    }

    /// <summary>Student's t through the normal deviate agrees with its tables.</summary>
    [Theory]
    [InlineData(1.959964, 10, 2.228)]
    [InlineData(1.959964, 30, 2.042)]
    [InlineData(2.575829, 20, 2.845)]
    public void Distributions_AgreeWithTables(double deviate, double freedom, double student)
    {
        Assert.Equal(student, Distributions.StudentOfNormal(deviate, freedom), 0.01);
        Assert.Equal(deviate, Distributions.NormalOfStudent(Distributions.StudentOfNormal(deviate, freedom), freedom), 1e-9);
        Assert.Equal(1.959964, Distributions.NormalDeviate(0.05), 1e-6);
        Assert.Equal(0.0026998, Distributions.NormalTwoSided(3), 1e-7);
        Assert.Equal(5.733e-7, Distributions.NormalTwoSided(-5), 1e-10);
        Assert.Equal(0, Distributions.NormalTwoSided(double.PositiveInfinity));
    }

    /// <summary>What compilers append goes, what people name stays.</summary>
    [Theory]
    [InlineData("work.constprop.0", "work")]
    [InlineData("work.isra.0.part.1.cold", "work")]
    [InlineData("work.cold", "work")]
    [InlineData("work(int) [clone .constprop.0]", "work(int)")]
    [InlineData("core::fmt::write::h0123456789abcdef", "core::fmt::write")]
    [InlineData("main.work.func1", "main.work.func1")]
    [InlineData("work.part", "work.part")]
    [InlineData("v1.2", "v1.2")]
    [InlineData(".cold", ".cold")]
    [InlineData("", "")]
    public void Stem_KeepsTheName(string name, string stem) => Assert.Equal(stem, JoinNames.Stem(name));

    /// <summary>Functions meet by name and module, totals count a recursion once, samples without a stack are a line of their own.</summary>
    [Fact]
    public void Build_OfTwoAnalyses_JoinsByNameAndModule()
    {
        static Analysis Make(int slowness)
        {
            var builder = new AnalysisBuilder();
            for (var i = 0; i < 1000; i++)
                builder.Add("cpu-clock", "app", 1, 1, i & 1, i * 1000, 10, i % 10 < slowness ? ["work.constprop.0@app", "main@app", "main@app"] : i % 10 == 9 ? [] : ["main@app"]);
            return builder.Build();
        }

        var comparison = TraceComparison.Build([Make(3)], [Make(5)], new ComparisonOptions { Children = true });
        var compared = Assert.Single(comparison.Events);
        Assert.Equal(10_000, compared.Base.Weight);
        var work = compared.Functions.Single(l => l.Name == "work");
        Assert.Equal((300, 500), (work.BaseSamples, work.NewSamples));
        Assert.Equal(0.2, work.Self.Delta, 1e-6);
        Assert.True(work.IsChange);
        var main = compared.Functions.Single(l => l.Name == "main");
        Assert.Equal(0.9, main.Total!.Value.BaseShare, 1e-6);
        Assert.Equal(0.9, main.Total!.Value.NewShare, 1e-6);
        Assert.False(main.Total!.Value.IsChange);
        Assert.Equal(0.1, compared.Functions.Single(l => l.Name == JoinNames.NoStack).Self.NewShare, 1e-6);
        Assert.False(compared.Modules.Single(l => l.Module == "app").IsChange);
    }
}
