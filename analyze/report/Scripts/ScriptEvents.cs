using System.Text;
using TraceKit.Engine;
using TraceKit.Format.Perf;
using TraceKit.Report.Text;

namespace TraceKit.Report.Scripts;

/// <summary>What <c>script</c> has to know of each event of a trace.</summary>
internal sealed class ScriptEvents
{
    private readonly PerfEventAttr?[] _attributes;
    private readonly byte[][] _names;

    public ScriptEvents(Trace trace)
    {
        _attributes = [.. trace.Descriptions.Select(d => PerfEventAttr.TryRead(d.AttrBytes, out var attr) ? attr : null)];
        // perf aligns names to the longest of all events; our files have more of those that make no samples.
        var width = trace.Events.Where(e => trace.Container is null || !e.IsSideBandOnly).Select(e => e.Name.Length).DefaultIfEmpty(0).Max();
        _names = [.. trace.Events.Select(e => Encoding.UTF8.GetBytes(SafeText.Show(e.Name).PadLeft(width) + ": "))];
    }

    /// <summary>The event's name as it stands in a line.</summary>
    public ReadOnlySpan<byte> NameInLine(int index) => _names[index];

    /// <summary>Null when the file's is damaged.</summary>
    public PerfEventAttr? Attribute(int index) => (uint)index < (uint)_attributes.Length ? _attributes[index] : null;

    /// <summary>Whether the event's samples carry stacks: then addresses are printed as a chain under the line.</summary>
    public bool HasChain(int index) => Attribute(index) is { } attr && ScriptFieldRules.HasChain(attr);

    /// <summary>Whether the address of its samples has to do with code or data that has a name.</summary>
    public bool NamesAddress(int index) => Attribute(index) is
    {
        Type: PerfTypeId.PERF_TYPE_SOFTWARE,
        Config: PerfSoftwareId.PERF_COUNT_SW_PAGE_FAULTS or PerfSoftwareId.PERF_COUNT_SW_PAGE_FAULTS_MIN or PerfSoftwareId.PERF_COUNT_SW_PAGE_FAULTS_MAJ,
    };

    /// <summary>Whether its raw data are what a BPF program wrote.</summary>
    public bool IsBpfOutput(int index) => Attribute(index) is { Type: PerfTypeId.PERF_TYPE_SOFTWARE, Config: PerfSoftwareId.PERF_COUNT_SW_BPF_OUTPUT };
}
