namespace TraceKit.Report.Html;

/// <summary>Refuses data that the page could not draw, before anything is written.</summary>
internal static class ReportDataCheck
{
    public static void Check(ReportData data)
    {
        var frames = data.Frames.Names.Count;
        Same("Frames.Modules", data.Frames.Modules.Count, frames);
        Same("Frames.Kinds", data.Frames.Kinds.Count, frames);
        for (var i = 0; i < frames; i++)
            Within("Frames.Modules", i, data.Frames.Modules[i], -1, data.Modules.Count);

        var nodes = data.Nodes.Parents.Count;
        Same("Nodes.Frames", data.Nodes.Frames.Count, nodes);
        Same("Nodes.Self", data.Nodes.Self.Count, data.Events.Count);
        foreach (var column in data.Nodes.Self)
            Same("Nodes.Self column", column.Count, nodes);
        for (var i = 0; i < nodes; i++)
        {
            Within("Nodes.Parents", i, data.Nodes.Parents[i], -1, i);
            Within("Nodes.Frames", i, data.Nodes.Frames[i], 0, frames);
        }

        if (data.Timeline is { } timeline)
        {
            Same("Timeline.Counts", timeline.Counts.Count, data.Events.Count);
            foreach (var column in timeline.Counts)
                Same("Timeline.Counts column", column.Count, timeline.Counts[0].Count);
        }

        for (var i = 0; i < data.Histograms.Count; i++)
        {
            var histogram = data.Histograms[i];
            Within("Histograms.Event", i, histogram.Event, 0, data.Events.Count);
            Same("Histogram.High", histogram.High.Count, histogram.Low.Count);
            Same("Histogram.Counts", histogram.Counts.Count, histogram.Low.Count);
        }

        if (data.Rows is { } rows)
            Check(data, rows, nodes);

        foreach (var thread in data.Threads)
            Same("Thread.Samples", thread.Samples.Count, data.Events.Count);
    }

    private static void Check(ReportData data, ReportRows rows, int nodes)
    {
        var count = rows.Events.Count;
        Same("Rows.Nodes", rows.Nodes.Count, count);
        Same("Rows.Threads", rows.Threads.Count, count);
        Same("Rows.Weights", rows.Weights.Count, count);
        foreach (var (name, length) in new[] { ("Rows.Counts", rows.Counts.Count), ("Rows.Cpus", rows.Cpus.Count), ("Rows.Times", rows.Times.Count) })
            Same(name, length, length == 0 ? 0 : count);
        var ofEvent = new int[data.Events.Count];
        for (var i = 0; i < count; i++)
        {
            Within("Rows.Events", i, rows.Events[i], 0, data.Events.Count);
            Within("Rows.Nodes", i, rows.Nodes[i], -1, nodes);
            Within("Rows.Threads", i, rows.Threads[i], 0, data.Threads.Count);
            ofEvent[rows.Events[i]]++;
        }

        foreach (var field in rows.Fields)
        {
            Within("Field.Event", 0, field.Event, 0, data.Events.Count);
            Same("Field.Values", field.Values.Count, ofEvent[field.Event]);
            Same("Field.Numbers", field.Numbers.Count, field.Numbers.Count == 0 ? 0 : field.Shown.Count);
            for (var i = 0; i < field.Values.Count; i++)
                Within("Field.Values", i, field.Values[i], -1, field.Shown.Count);
        }
    }

    private static void Same(string column, int count, int expected)
    {
        if (count != expected)
            throw new ArgumentException($"{column} has {count} entries, expected {expected}");
    }

    private static void Within(string column, int index, int value, int low, int end)
    {
        if (value < low || value >= end)
            throw new ArgumentException($"{column}[{index}] is {value}, expected {low} to {end - 1}");
    }
}
