using System.Globalization;
using TraceKit.Engine;
using TraceKit.Engine.Compare;
using TraceKit.Report.Profiles;
using TraceKit.Report.Text;

namespace TraceKit.Report.Compare;

/// <summary>What differs between two sides beside the program: each of these can look like a change of it.</summary>
public static class DiffNotes
{
    /// <summary>In sentences; empty when there is nothing to say.</summary>
    /// <param name="first">Recordings of the base.</param>
    /// <param name="second">Recordings of the new.</param>
    /// <param name="comparison">What came of them.</param>
    public static IReadOnlyList<string> Of(IReadOnlyList<(Trace Trace, Analysis Analysis)> first, IReadOnlyList<(Trace Trace, Analysis Analysis)> second, TraceComparison comparison)
    {
        var notes = new List<string>();
        AddIfApart(notes, "Hosts", t => t.Host.HostName);
        AddIfApart(notes, "Kernels", t => t.Host.KernelRelease);
        AddIfApart(notes, "CPUs", t => t.Host.CpuModel is { Length: > 0 } model ? $"{t.Host.CpuCount} x {model}" : t.Host.CpuCount > 0 ? $"{t.Host.CpuCount}" : "");
        foreach (var name in comparison.OnlyBase)
            notes.Add($"Event {SafeText.Show(name)} has samples in the base only and is not compared");
        foreach (var name in comparison.OnlyNew)
            notes.Add($"Event {SafeText.Show(name)} has samples in the new only and is not compared");
        foreach (var compared in comparison.Events)
            AddOfEvent(notes, compared);
        AddLost(notes, "base", first);
        AddLost(notes, "new", second);
        double unnamedBase = Unnamed(first), unnamedNew = Unnamed(second);
        if (unnamedBase > 0.001 || unnamedNew > 0.001)
            notes.Add($"Samples without a function's name: {Percent(unnamedBase)} of the base, {Percent(unnamedNew)} of the new"
                + (Math.Abs(unnamedBase - unnamedNew) > 0.01 ? ": functions may seem to come or go where only their names did" : ""));
        foreach (var (side, runs) in new[] { ("base", first), ("new", second) })
        {
            foreach (var (_, analysis) in runs)
                notes.AddRange(LossNotes.Filters(analysis).Select(n => $"In the {side}: {n}"));
        }

        return notes;

        void AddIfApart(List<string> to, string what, Func<Trace, string> of)
        {
            string one = Joined(first), other = Joined(second);
            if (one != other && one.Length > 0 && other.Length > 0)
                to.Add($"{what} differ: {one} in the base, {other} in the new");

            string Joined(IReadOnlyList<(Trace Trace, Analysis Analysis)> runs) => string.Join(", ", runs.Select(r => SafeText.Show(of(r.Trace))).Where(t => t.Length > 0).Distinct());
        }
    }

    private static void AddOfEvent(List<string> notes, EventComparison compared)
    {
        var name = SafeText.Show(compared.BaseEvent);
        if (compared.BaseEvent != compared.NewEvent)
            notes.Add($"Events differ: {name} in the base, {SafeText.Show(compared.NewEvent)} in the new");
        var (one, other) = (compared.Base, compared.New);
        if (!compared.IsJudged)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{name}: {one.Samples} and {other.Samples} samples in {one.Matrix.Slots} and {other.Matrix.Slots} slots of time: too few to tell a change from chance (8 blocks on each side at least)"));
        else if (compared.IsCut)
            notes.Add($"{name}: the program's phases are long beside the recording, so that few are seen: intervals may be too narrow; record longer, or several times");
        double each = (double)one.Weight / Math.Max(1, one.Samples), otherEach = (double)other.Weight / Math.Max(1, other.Samples);
        if (Math.Abs(each - otherEach) > 0.05 * Math.Max(each, otherEach))
            notes.Add($"{name}: a sample stands for {Each(each)} in the base and for {Each(otherEach)} in the new: they were sampled at different rates");
        var changes = compared.Lines.Where(l => l.IsChange).Select(l => (l.Total ?? l.Self).Delta).ToArray();
        if (changes.Any(d => d > 0) && changes.Any(d => d < 0))
            notes.Add($"{name}: shares are parts of one whole: where one falls the others rise; the totals above say whether there is more work in all");

        string Each(double weight) => compared.WeightIsTime ? (weight / 1e6).ToString("0.###", CultureInfo.InvariantCulture) + " ms" : weight.ToString("0.#", CultureInfo.InvariantCulture);
    }

    private static void AddLost(List<string> notes, string side, IReadOnlyList<(Trace Trace, Analysis Analysis)> runs)
    {
        long lost = runs.Sum(r => r.Analysis.Totals.Lost), made = runs.Sum(r => r.Analysis.Totals.Made), throttled = runs.Sum(r => r.Analysis.Totals.Throttled);
        if (lost > 0)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"Lost while recording the {side}: {lost} of {made} samples ({Percent((double)lost / Math.Max(1, made))}): what ran while they were lost has too small a share"));
        if (throttled > 0)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"Throttled by the kernel while recording the {side}: {throttled} times"));
        var (damaged, malformed) = (runs.Sum(r => r.Analysis.Totals.DamagedChunks), runs.Sum(r => r.Analysis.Totals.Malformed + r.Analysis.Totals.UnknownEvent));
        if (damaged > 0 || malformed > 0)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"Not readable in the {side}: {damaged} chunks, {malformed} records"));
    }

    private static double Unnamed(IReadOnlyList<(Trace Trace, Analysis Analysis)> runs)
    {
        long all = 0, named = 0;
        foreach (var (_, analysis) in runs)
        {
            all += analysis.Totals.SamplesByReason.Sum();
            named += analysis.Totals.SamplesByReason[0];
        }

        return all == 0 ? 0 : (double)(all - named) / all;
    }

    private static string Percent(double part) => (100 * part).ToString("0.0", CultureInfo.InvariantCulture) + " %";
}
