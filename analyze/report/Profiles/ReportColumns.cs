using TraceKit.Engine.Aggregates;
using TraceKit.Engine.Model;
using TraceKit.Report.Text;
using TraceKit.Report.Text.PrintFormats;

namespace TraceKit.Report.Profiles;

/// <summary>The columns of a report on one event: which keys the engine groups by, and how their values become cells.</summary>
internal sealed class ReportColumns
{
    /// <summary>The default of perf for what was sampled, not probed.</summary>
    public const string DefaultKeys = "comm,dso,sym";

    /// <summary>The key that stands for the whole text of an event.</summary>
    public const string TraceKey = "trace";

    private readonly List<Part> _parts = [];
    private readonly List<SortKey> _keys = [];
    private readonly TraceEvent _event;
    private readonly PrintFormat _format;

    /// <summary>One column: some of the engine's keys.</summary>
    private readonly record struct Part(int FirstKey, int KeyCount, bool IsTrace);

    /// <summary>Reads the keys.</summary>
    /// <param name="traceEvent">The event that is reported on.</param>
    /// <param name="keys">As typed; null for the default.</param>
    public ReportColumns(TraceEvent traceEvent, string? keys)
    {
        _event = traceEvent;
        _format = PrintFormat.Compile(traceEvent.PrintFormat, [.. traceEvent.Fields.Select(f => f.Name)]);
        var columns = new List<ReportColumn>();
        foreach (var word in Words(keys ?? (traceEvent.Fields.Count > 0 ? TraceKey : DefaultKeys)))
        {
            if (word == TraceKey)
            {
                _parts.Add(new Part(_keys.Count, traceEvent.Fields.Count, true));
                foreach (var field in traceEvent.Fields)
                    _keys.Add(new SortKey(SortKeyKind.Field, field.Name));
                columns.Add(new ReportColumn("Trace output", word));
                continue;
            }

            var key = SortKey.ParseList(word)[0];
            _parts.Add(new Part(_keys.Count, 1, false));
            _keys.Add(key);
            columns.Add(Column(traceEvent, key));
        }

        Columns = columns;
    }

    /// <summary>Columns as printed.</summary>
    public IReadOnlyList<ReportColumn> Columns { get; }

    /// <summary>Keys for the engine.</summary>
    public IReadOnlyList<SortKey> Keys => _keys;

    /// <summary>Whether any key speaks of frames: only then do callers get lines.</summary>
    public bool HasFrameKey => _keys.Exists(k => k.IsOfFrame);

    /// <summary>The words of a list of keys.</summary>
    public static string[] Words(string keys) => keys.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The cells of an entry.</summary>
    public string[] Cells(IReadOnlyList<string> values, bool isKernel)
    {
        var cells = new string[_parts.Count];
        for (var i = 0; i < cells.Length; i++)
        {
            var part = _parts[i];
            cells[i] = part.IsTrace ? Trace(values, part)
                : _keys[part.FirstKey].Kind == SortKeyKind.Symbol ? (isKernel ? "[k] " : "[.] ") + SafeText.Show(values[part.FirstKey])
                : SafeText.Show(values[part.FirstKey]);
        }

        return cells;
    }

    private string Trace(IReadOnlyList<string> values, Part part)
    {
        var fields = new ColumnFieldValues();
        for (var i = 0; i < part.KeyCount; i++)
            fields.Set(_event.Fields[i].Name, values[part.FirstKey + i], _event.Fields[i].IsText);
        return _format.Format(fields);
    }

    private static ReportColumn Column(TraceEvent traceEvent, SortKey key) => key.Kind switch
    {
        SortKeyKind.Comm => new("Command", "comm"),
        SortKeyKind.Pid => new("Pid", "pid", true),
        SortKeyKind.Tid => new("Tid", "tid", true),
        SortKeyKind.Dso => new("Shared Object", "dso"),
        SortKeyKind.Symbol => new("Symbol", "sym"),
        SortKeyKind.Cpu => new("CPU", "cpu", true),
        SortKeyKind.Event => new("Event", "event"),
        _ => new(key.Name, key.Name, traceEvent.Fields.Any(f => f.Name == key.Name && !f.IsText)),
    };
}
