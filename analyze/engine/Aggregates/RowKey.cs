using System.Globalization;
using TraceKit.Engine.Samples;
using TraceKit.Engine.Symbols;

namespace TraceKit.Engine.Aggregates;

/// <summary>The value of a key for each row of the sample table: as a number to group and to order by, and as text.</summary>
/// <param name="Has">Whether the row has a value.</param>
/// <param name="Code">Equal for equal values, ordered as they are; asked only of rows that have one.</param>
/// <param name="Show">The value as it is shown; asked only of rows that have one.</param>
internal sealed record RowKey(Func<int, bool> Has, Func<int, long> Code, Func<int, string> Show)
{
    private static readonly RowKey Nothing = new(_ => false, _ => 0, _ => "") { IsConstant = true };

    /// <summary>Whether no row has a value.</summary>
    public bool IsConstant { get; private init; }

    /// <summary>What is shown of rows without a value.</summary>
    private string WithoutValue { get; init; } = "";

    /// <summary>The value as text, or what stands for none.</summary>
    public string Text(int row) => Has(row) ? Show(row) : WithoutValue;

    /// <summary>A key that speaks of samples.</summary>
    public static RowKey Of(Analysis analysis, SortKey key)
    {
        var samples = analysis.Samples;
        var threads = analysis.Threads;
        switch (key.Kind)
        {
            case SortKeyKind.Comm:
                var comms = Ranks([.. threads.Select(t => t.Comm)]);
                return Always(row => comms[samples.Threads[row]], row => threads[samples.Threads[row]].Comm);
            case SortKeyKind.Pid:
                return Always(row => threads[samples.Threads[row]].Pid, row => Number(threads[samples.Threads[row]].Pid));
            case SortKeyKind.Tid:
                return Always(row => threads[samples.Threads[row]].Tid, row => Number(threads[samples.Threads[row]].Tid));
            case SortKeyKind.Cpu:
                return samples.HasCpus ? new(row => samples.Cpus[row] >= 0, row => samples.Cpus[row], row => Number(samples.Cpus[row])) : Nothing;
            case SortKeyKind.Event:
                var names = Ranks([.. analysis.Events.Select(e => e.Name)]);
                return Always(row => names[samples.Events[row]], row => analysis.EventName(samples.Events[row]));
            case SortKeyKind.Time:
                return samples.HasTimes ? Always(row => Floor(samples.Times[row], key.Bucket), row => Seconds(Floor(samples.Times[row], key.Bucket))) : Nothing;
            case SortKeyKind.Parent:
                return OfParent(analysis, key);
            case SortKeyKind.Field:
                return samples.Field(key.Name) is { } field ? OfField(field) : Nothing;
            default:
                throw new ArgumentOutOfRangeException(nameof(key));
        }
    }

    /// <summary>A key that speaks of the frame that a sample hit.</summary>
    public static RowKey OfFrame(Analysis analysis, SortKey key, FrameKeys frames)
    {
        // One number for each text: keys that are told apart by something else meet.
        var texts = frames.Texts(key.Kind);
        var ranks = Ranks(texts);
        return Always(row => ranks[frames.OfSelf(analysis.Samples.Stacks[row]) + 1], row => texts[frames.OfSelf(analysis.Samples.Stacks[row]) + 1]);
    }

    /// <summary>The first function of each stack, from its inner or outer end, that the key's pattern matches; functions that were inlined do not count, as in perf.</summary>
    private static RowKey OfParent(Analysis analysis, SortKey key)
    {
        const string Other = "[other]";
        if (key.Pattern is not { } pattern && !FunctionRule.TryParse(SortKey.DefaultParent, false, out pattern, out _))
            throw new ArgumentOutOfRangeException(nameof(key));
        var functions = analysis.Functions;
        var matches = pattern!.MatchesOf(functions);
        ReadOnlySpan<int> parents = analysis.Stacks.Parents, frames = analysis.Stacks.Frames;
        var parentOf = new int[parents.Length]; // 0: none; else function + 1
        for (var i = 1; i < parentOf.Length; i++)
        {
            var above = parentOf[parents[i]];
            var function = functions.OfFrame[frames[i]];
            parentOf[i] = matches[function] && (above == 0 || !key.IsOutermost) ? function + 1 : above;
        }

        var names = new string[functions.Count + 1];
        names[0] = Other;
        for (var i = 0; i < functions.Count; i++)
            names[i + 1] = functions[i].Name;
        var ranks = Ranks(names);
        var samples = analysis.Samples;
        return new(row => parentOf[samples.Stacks[row]] > 0, row => ranks[parentOf[samples.Stacks[row]]], row => names[parentOf[samples.Stacks[row]]]) { WithoutValue = Other };
    }

    /// <summary>Unsigned numbers of 64 bits are in order as such.</summary>
    private static RowKey OfField(FieldColumn field)
    {
        var flip = field.Formatter is { IsUnsigned64: true } ? long.MinValue : 0;
        return new(field.Has, row => field.Values[row] ^ flip, field.Format);
    }

    /// <summary>Seconds as perf prints times: six decimals.</summary>
    public static string Seconds(long nanoseconds) => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1_000_000_000}.{nanoseconds % 1_000_000_000 / 1000:d6}");

    private static RowKey Always(Func<int, long> code, Func<int, string> show) => new(static _ => true, code, show);

    private static long Floor(long time, long bucket) => time - (((time % bucket) + bucket) % bucket);

    /// <summary>Places in the ordinal order of the distinct texts: equal texts have equal ones.</summary>
    private static int[] Ranks(string[] texts)
    {
        var order = texts.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Index().ToDictionary(t => t.Item, t => t.Index, StringComparer.Ordinal);
        return Array.ConvertAll(texts, text => order[text]);
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
