using System.Globalization;

namespace TraceKit.Engine.Aggregates;

/// <summary>Rows of the sample table grouped by keys that speak of the sample: comm, pid, tid, cpu, event, fields.</summary>
internal sealed class RowGroups
{
    private RowGroups(string[][] values, int[][] rows)
    {
        Values = values;
        Rows = rows;
    }

    /// <summary>For each group its value of each key (of frame keys: empty).</summary>
    public string[][] Values { get; }

    /// <summary>For each group its rows, ascending.</summary>
    public int[][] Rows { get; }

    public static RowGroups Make(Analysis analysis, IReadOnlyList<SortKey> keys, Func<int, bool>? only)
    {
        var rowCount = analysis.Samples.Count;
        var groupOf = new int[rowCount]; // all in group 0, refined key by key
        var groups = 1;
        var coders = new List<(int Key, Coder Coder)>();
        for (var k = 0; k < keys.Count; k++)
        {
            if (keys[k].IsOfFrame)
                continue;
            var coder = Coder.For(analysis, keys[k]);
            coders.Add((k, coder));
            var refined = new Dictionary<(int, long), int>();
            for (var row = 0; row < rowCount; row++)
            {
                var id = (groupOf[row], coder.Code(row));
                if (!refined.TryGetValue(id, out var group))
                    refined.Add(id, group = refined.Count);
                groupOf[row] = group;
            }

            groups = Math.Max(1, refined.Count);
        }

        var counts = new int[groups];
        for (var row = 0; row < rowCount; row++)
        {
            if (only is null || only(row))
                counts[groupOf[row]]++;
            else
                groupOf[row] = -1;
        }

        var rows = new int[groups][];
        for (var g = 0; g < groups; g++)
            rows[g] = new int[counts[g]];
        Array.Clear(counts);
        for (var row = 0; row < rowCount; row++)
        {
            if (groupOf[row] >= 0)
                rows[groupOf[row]][counts[groupOf[row]]++] = row;
        }

        rows = Array.FindAll(rows, r => r.Length > 0);
        var values = new string[rows.Length][];
        for (var g = 0; g < rows.Length; g++)
        {
            values[g] = new string[keys.Count];
            Array.Fill(values[g], "");
            foreach (var (key, coder) in coders)
                values[g][key] = coder.Text(rows[g][0]);
        }

        return new RowGroups(values, rows);
    }

    /// <summary>A key's value of a row as a number to group by and as text to print.</summary>
    private sealed record Coder(Func<int, long> Code, Func<int, string> Text)
    {
        public static Coder For(Analysis analysis, SortKey key)
        {
            var samples = analysis.Samples;
            var threads = analysis.Threads;
            switch (key.Kind)
            {
                case SortKeyKind.Comm:
                    var comms = new Dictionary<string, int>(StringComparer.Ordinal);
                    var codes = new long[threads.Count];
                    for (var i = 0; i < codes.Length; i++)
                    {
                        comms.TryAdd(threads[i].Comm, comms.Count);
                        codes[i] = comms[threads[i].Comm];
                    }

                    return new(row => codes[samples.Threads[row]], row => threads[samples.Threads[row]].Comm);
                case SortKeyKind.Pid:
                    return new(row => threads[samples.Threads[row]].Pid, row => Number(threads[samples.Threads[row]].Pid));
                case SortKeyKind.Tid:
                    return new(row => threads[samples.Threads[row]].Tid, row => Number(threads[samples.Threads[row]].Tid));
                case SortKeyKind.Cpu:
                    if (!samples.HasCpus)
                        return new(_ => 0, _ => "");
                    return new(row => samples.Cpus[row], row => samples.Cpus[row] < 0 ? "" : Number(samples.Cpus[row]));
                case SortKeyKind.Event:
                    return new(row => samples.Events[row], row => analysis.EventName(samples.Events[row]));
                case SortKeyKind.Field:
                    var field = samples.Field(key.Name);
                    if (field is null)
                        return new(_ => 0, _ => "");
                    // A missing value must not meet the value 0: texts get their index, integers themselves, so shift by presence.
                    return new(row => field.Has(row) ? unchecked(field.Values[row] * 2 + 1) ^ (field.Values[row] >> 63 & long.MinValue) : 0, field.Format);
                default:
                    throw new ArgumentOutOfRangeException(nameof(key));
            }
        }

        private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
    }
}
