using TraceKit.Format.Perf;

namespace TraceKit.Engine.Model;

/// <summary>Finds the layout of a side-band record's trailer by the event id in it.</summary>
internal sealed class SideBandLayouts
{
    private readonly Dictionary<ulong, SampleLayout> _byId = [];
    private readonly SampleLayout? _any;

    public SideBandLayouts(IReadOnlyList<EventSource> events)
    {
        foreach (var source in events)
        {
            if (source.Layout is not { } layout)
                continue;
            _any ??= layout;
            foreach (var id in source.Description.Ids)
                _byId.TryAdd(id.Id, layout);
        }
    }

    /// <summary>
    /// The record's own layout; of a record that names no known event (a synthesized one may not), the first event's: all of a recording
    /// have the same trailer. Null when no event has a layout.
    /// </summary>
    public SampleLayout? LayoutOf(PerfRecord record) =>
        _any is not null && _any.TryReadId(record, out var id) && _byId.TryGetValue(id, out var layout) ? layout : _any;
}
