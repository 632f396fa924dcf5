using System.Globalization;
using TraceKit.Engine.Compare;

namespace TraceKit.Report.Compare;

/// <summary>A comparison and what must be said with it: what the forms of <c>diff</c> are made from.</summary>
/// <param name="Base">Names of the base's files.</param>
/// <param name="New">Names of the new's files.</param>
/// <param name="Comparison">The numbers.</param>
/// <param name="Notes">What else differs, and what is not in the numbers.</param>
public sealed record DiffReport(IReadOnlyList<string> Base, IReadOnlyList<string> New, TraceComparison Comparison, IReadOnlyList<string> Notes)
{
    /// <summary>A rise of more points of the event's total than this, beyond sampling error, fails; null for no limit.</summary>
    public double? FailOn { get; init; }

    /// <summary>Lines of each table that people get; 0 for all. Changes are always there.</summary>
    public int Limit { get; init; } = 20;

    /// <summary>The lines that rose by more than <see cref="FailOn"/>, beyond sampling error.</summary>
    public IEnumerable<(EventComparison Event, ComparedLine Line)> Failures()
    {
        foreach (var compared in Comparison.Events)
        {
            foreach (var line in compared.Lines)
            {
                if (FailOn is { } limit && (Rose(line.Self, limit) || (line.Total is { } total && Rose(total, limit))))
                    yield return (compared, line);
            }
        }
    }

    /// <summary>Lines to show: every change, then the heaviest.</summary>
    internal IReadOnlyList<ComparedLine> Shown(IReadOnlyList<ComparedLine> lines) =>
        Limit == 0 ? lines : [.. lines.TakeWhile((l, i) => l.IsChange || i < Limit)];

    /// <summary>What a line is, in a mark: <c>~</c> within error, <c>+</c> more, <c>-</c> less, <c>new</c>, <c>gone</c>; <c>?</c> when there was not enough to judge.</summary>
    internal static string Mark(EventComparison compared, ComparedLine line)
    {
        if (!compared.IsJudged)
            return "?";
        if (!line.IsChange)
            return "~";
        return line.IsNew ? "new" : line.IsGone ? "gone" : (line.Self.IsChange ? line.Self : line.Total!.Value).Delta > 0 ? "+" : "-";
    }

    /// <summary>The same in a word, for programs.</summary>
    internal static string Word(EventComparison compared, ComparedLine line) =>
        Mark(compared, line) switch { "?" => "unknown", "~" => "none", "+" => "rise", "-" => "fall", var other => other };

    /// <summary>A weight as people read it.</summary>
    internal static string Weight(double weight, bool isTime) =>
        isTime ? (weight / 1e9).ToString("0.000", CultureInfo.InvariantCulture) + " s" : weight.ToString("0", CultureInfo.InvariantCulture);

    private static bool Rose(ShareDifference difference, double limit) => difference.IsChange && difference.Delta * 100 > limit;
}
