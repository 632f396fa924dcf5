using TraceKit.Engine;
using TraceKit.Engine.Aggregates;
using TraceKit.Engine.Model;
using TraceKit.Engine.Stacks;
using TraceKit.Engine.Symbols;
using TraceKit.Report.Text;

namespace TraceKit.Report.Profiles;

/// <summary>The columns of a report on one event: which keys the engine groups by, and how their values become cells.</summary>
internal sealed class ReportColumns
{
    /// <summary>The default of perf for what was sampled, not probed.</summary>
    public const string DefaultKeys = "comm,dso,sym";

    /// <summary>The key that stands for the whole text of an event.</summary>
    public const string TraceKey = AnalysisOptions.EventText;

    private readonly List<SortKey> _keys = [];

    /// <summary>
    /// The keys that an event is grouped by when none are asked for: its text where it has fields, else where samples were. In what perf recorded perf's rule holds: texts only where all events are
    /// tracepoints and probes, and one that was opened for side-band records only (<c>dummy</c>) is none.
    /// </summary>
    /// <param name="traceEvent">The event.</param>
    /// <param name="all">The events that are reported on.</param>
    /// <param name="isOfPerf">Whether perf recorded them.</param>
    public static string DefaultOf(TraceEvent traceEvent, IReadOnlyList<TraceEvent> all, bool isOfPerf) =>
        traceEvent.Fields.Count > 0 && (!isOfPerf || all.All(static e => e.IsTracepoint)) ? TraceKey : DefaultKeys;

    /// <summary>Reads the keys.</summary>
    /// <param name="traceEvent">The event that is reported on.</param>
    /// <param name="keys">As typed, columns of numbers among them.</param>
    /// <param name="defaultKeys">When no keys were typed (<see cref="DefaultOf"/>).</param>
    /// <param name="fullPath">Source files with their folders.</param>
    public ReportColumns(TraceEvent traceEvent, string? keys, string defaultKeys, bool fullPath = false)
    {
        var columns = new List<ReportColumn>();
        var words = SortKey.Words(keys ?? "");
        Weights = [.. words.Select(ReportWeights.OfWord).OfType<ReportWeight>()];
        LeadingColumns = Weights.Count == 0 || keys!.StartsWith('+') ? 0 : words.TakeWhile(w => ReportWeights.OfWord(w) is null).Count();
        var asked = Weights.Count == words.Length ? null : string.Join(',', words.Where(w => ReportWeights.OfWord(w) is null));
        foreach (var key in SortKey.ParseList(asked is null ? defaultKeys : keys!.StartsWith('+') ? $"{defaultKeys},{asked}" : asked))
        {
            if (_keys.Exists(k => k.Kind == key.Kind && k.Name == key.Name))
                continue;
            _keys.Add(key with { IsFullPath = fullPath });
            columns.Add(Column(traceEvent, key));
        }

        Columns = columns;
    }

    /// <summary>Columns as printed.</summary>
    public IReadOnlyList<ReportColumn> Columns { get; }

    /// <summary>Keys for the engine.</summary>
    public IReadOnlyList<SortKey> Keys => _keys;

    /// <summary>Columns of numbers that the keys name; none for the default.</summary>
    public IReadOnlyList<ReportWeight> Weights { get; }

    /// <summary>Keys that stand before the numbers.</summary>
    public int LeadingColumns { get; }

    /// <summary>Whether any key speaks of frames: only then do callers get lines.</summary>
    public bool HasFrameKey => _keys.Exists(k => k.IsOfFrame);

    /// <summary>The cells of an entry.</summary>
    /// <param name="values">Of each key.</param>
    /// <param name="function">The function of the entry; null for none.</param>
    public string[] Cells(IReadOnlyList<string> values, Function? function)
    {
        var cells = new string[_keys.Count];
        for (var i = 0; i < cells.Length; i++)
            cells[i] = _keys[i].Kind == SortKeyKind.Symbol ? Symbol(values[i], function) : SafeText.Show(values[i]);
        return cells;
    }

    /// <summary>As perf: addresses in 16 digits.</summary>
    private static string Symbol(string name, Function? function) =>
        Side(function?.Kind) + (function?.Address is { } address ? "0x" + address.ToString("x16", null) : SafeText.Show(name));

    /// <summary>As perf: kernel, guest's kernel, guest's program, program.</summary>
    private static string Side(FrameKind? kind) => kind switch
    {
        FrameKind.Kernel => "[k] ",
        FrameKind.GuestKernel => "[g] ",
        FrameKind.Guest => "[u] ",
        _ => "[.] ",
    };

    private static ReportColumn Column(TraceEvent traceEvent, SortKey key) => key.Kind switch
    {
        SortKeyKind.Comm => new("Command", "comm"),
        SortKeyKind.Pid => new("Pid", "pid", true),
        SortKeyKind.Tid => new("Tid", "tid", true),
        SortKeyKind.Dso => new("Shared Object", "dso"),
        SortKeyKind.Symbol => new("Symbol", "sym"),
        SortKeyKind.SourceLine => new("Source:Line", "srcline"),
        SortKeyKind.SourceFile => new("Source File", "srcfile"),
        SortKeyKind.Caller => new("Caller", "caller"),
        SortKeyKind.Parent => new("Parent symbol", "parent"),
        SortKeyKind.Cpu => new("CPU", "cpu", true),
        SortKeyKind.Time => new("Time", "time", true),
        SortKeyKind.Event => new("Event", "event"),
        _ when key.Name == TraceKey => new("Trace output", key.Name),
        _ => new(key.Name, key.Name, traceEvent.Fields.Any(f => f.Name == key.Name && !f.IsCategory)),
    };
}
