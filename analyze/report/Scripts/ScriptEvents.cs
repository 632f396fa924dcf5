using TraceKit.Engine;
using TraceKit.Format.Perf;

namespace TraceKit.Report.Scripts;

/// <summary>What <c>script</c> has to know of each event of a trace.</summary>
internal sealed class ScriptEvents
{
    private readonly bool[] _hasChains;

    public ScriptEvents(Trace trace)
    {
        var described = trace.Descriptions;
        _hasChains = new bool[Math.Max(described.Count, trace.Events.Count)];
        for (var i = 0; i < described.Count; i++)
        {
            if (PerfEventAttr.TryRead(described[i].AttrBytes, out var attr) && attr is not null)
                _hasChains[i] = (attr.SampleType & (PerfSampleFormat.PERF_SAMPLE_CALLCHAIN | PerfSampleFormat.PERF_SAMPLE_STACK_USER)) != 0;
        }

        // perf aligns event names, but only to those that have samples to print.
        NameWidth = trace.Events.Where(e => !e.IsSideBandOnly).Select(e => e.Name.Length).DefaultIfEmpty(0).Max();
    }

    /// <summary>Width of the longest event name.</summary>
    public int NameWidth { get; }

    /// <summary>Whether the event's samples carry stacks: then addresses are printed as a chain under the line.</summary>
    public bool HasChain(int index) => _hasChains[index];
}
