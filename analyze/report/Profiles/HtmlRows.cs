using System.Runtime.InteropServices;
using TraceKit.Engine;
using TraceKit.Engine.Model;
using TraceKit.Report.Html;

namespace TraceKit.Report.Profiles;

/// <summary>The samples as rows of the page: single ones while they are few; sums of what is alike, with times in steps and without fields, when they are many.</summary>
internal static class HtmlRows
{
    /// <summary>Rows of single samples: a dozen bytes each.</summary>
    private const int MostSingle = 250_000;

    /// <summary>Rows in all: a page must open.</summary>
    private const int MostRows = 500_000;

    private readonly record struct Key(int Event, int Node, int Thread, int Cpu, long Time);

    /// <summary>Rows for an analysis; null when they would be too many.</summary>
    /// <param name="analysis">The samples.</param>
    /// <param name="position">Of each event, its place on the page.</param>
    /// <param name="nodeOfStack">Node of each stack, counted from 1; 0 for no stack.</param>
    /// <param name="threadOf">Of each thread, its place on the page.</param>
    /// <param name="origin">Time of the recording's start.</param>
    /// <param name="timeline">Whose bins times are rounded to, when they must be.</param>
    public static ReportRows? Build(Analysis analysis, int[] position, int[] nodeOfStack, Func<int, int> threadOf, long origin, ReportTimeline? timeline)
    {
        var samples = analysis.Samples;
        if (samples.Count > MostSingle)
            return Summed(analysis, position, nodeOfStack, threadOf, origin, timeline);
        var isSingle = samples.HasTimes;
        var rows = Enumerable.Range(0, samples.Count).ToArray();
        return new ReportRows
        {
            Events = Array.ConvertAll(rows, row => position[samples.Events[row]]),
            Nodes = Array.ConvertAll(rows, row => nodeOfStack[samples.Stacks[row]] - 1),
            Threads = Array.ConvertAll(rows, row => threadOf(samples.Threads[row])),
            Weights = samples.Weights.ToArray(),
            Counts = isSingle ? [] : samples.Counts.ToArray(),
            Cpus = samples.HasCpus ? samples.Cpus.ToArray() : [],
            Times = isSingle ? samples.Times.ToArray() : [],
            Origin = origin,
            Fields = Fields(analysis, position),
        };
    }

    private static ReportRows? Summed(Analysis analysis, int[] position, int[] nodeOfStack, Func<int, int> threadOf, long origin, ReportTimeline? timeline)
    {
        var samples = analysis.Samples;
        var sums = new Dictionary<Key, (long Weight, long Count)>();
        var step = timeline?.BinNanoseconds ?? 1;
        var start = origin + (timeline?.StartNanoseconds ?? 0);
        for (var row = 0; row < samples.Count; row++)
        {
            var time = samples.HasTimes ? samples.Times[row] : 0;
            var key = new Key(position[samples.Events[row]], nodeOfStack[samples.Stacks[row]] - 1, threadOf(samples.Threads[row]), samples.HasCpus ? samples.Cpus[row] : -1, start + ((time - start) / step * step));
            ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(sums, key, out _);
            sum = (sum.Weight + samples.Weights[row], sum.Count + samples.Counts[row]);
            if (sums.Count > MostRows)
                return null;
        }

        return new ReportRows
        {
            Events = [.. sums.Keys.Select(k => k.Event)],
            Nodes = [.. sums.Keys.Select(k => k.Node)],
            Threads = [.. sums.Keys.Select(k => k.Thread)],
            Weights = [.. sums.Values.Select(s => s.Weight)],
            Counts = [.. sums.Values.Select(s => s.Count)],
            Cpus = samples.HasCpus ? [.. sums.Keys.Select(k => k.Cpu)] : [],
            Times = samples.HasTimes ? [.. sums.Keys.Select(k => k.Time)] : [],
            TimeStep = samples.HasTimes ? step : 0,
            Origin = origin,
        };
    }

    private static List<ReportField> Fields(Analysis analysis, int[] position)
    {
        var fields = new List<ReportField>();
        foreach (var traceEvent in analysis.Events)
        {
            if (position[traceEvent.Index] < 0)
                continue;
            foreach (var field in traceEvent.Fields)
            {
                if (FieldOf(analysis, traceEvent, field, position[traceEvent.Index]) is { } column)
                    fields.Add(column);
            }
        }

        return fields;
    }

    private static ReportField? FieldOf(Analysis analysis, TraceEvent traceEvent, TraceEventField field, int place)
    {
        // A number here that is a name in another event is kept as text: its filters would not be those of a number.
        if (analysis.Samples.Field(field.Name) is not { } column || column.IsText != field.IsText)
            return null;
        var numbers = new Dictionary<long, int>();
        var values = new List<int>();
        var shown = new List<string>();
        for (var row = 0; row < analysis.Samples.Count; row++)
        {
            if (analysis.Samples.Events[row] != traceEvent.Index)
                continue;
            if (!column.Has(row))
            {
                values.Add(-1);
                continue;
            }

            ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, column.Values[row], out var isKnown);
            if (!isKnown)
            {
                number = shown.Count;
                shown.Add(column.Format(row));
            }

            values.Add(number);
        }

        return new ReportField
        {
            Event = place,
            Name = field.Name,
            Kind = field.Kind.ToString(),
            Shown = shown,
            Numbers = column.IsText ? [] : [.. numbers.Keys],
            IsUnsigned = field.IsUnsigned,
            ValueNames = field.ValueNames,
            Values = values,
        };
    }
}
