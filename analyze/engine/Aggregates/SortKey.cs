namespace TraceKit.Engine.Aggregates;

/// <summary>What a report groups by.</summary>
public enum SortKeyKind
{
    /// <summary>Name of the thread at that time.</summary>
    Comm,

    /// <summary>Process.</summary>
    Pid,

    /// <summary>Thread.</summary>
    Tid,

    /// <summary>Module of the frame.</summary>
    Dso,

    /// <summary>Function of the frame.</summary>
    Symbol,

    /// <summary>Source file and line.</summary>
    SourceLine,

    /// <summary>Source file.</summary>
    SourceFile,

    /// <summary>CPU the sample was taken on.</summary>
    Cpu,

    /// <summary>Event, as <c>group:name</c>.</summary>
    Event,

    /// <summary>A field of the event itself.</summary>
    Field,
}

/// <summary>One key of <c>-s comm,dso,sym</c>.</summary>
/// <param name="Kind">What.</param>
/// <param name="Name">The key as typed; of a field, its name.</param>
public readonly record struct SortKey(SortKeyKind Kind, string Name)
{
    /// <summary>Whether the key speaks of a frame rather than of the sample.</summary>
    public bool IsOfFrame => Kind is SortKeyKind.Dso or SortKeyKind.Symbol or SortKeyKind.SourceLine or SortKeyKind.SourceFile;

    /// <summary>Whether the debug information must be asked for lines.</summary>
    public bool IsOfSource => Kind is SortKeyKind.SourceLine or SortKeyKind.SourceFile;

    /// <summary>Of source files: whole paths, not only names.</summary>
    public bool IsFullPath { get; init; }

    /// <summary>Reads a comma-separated list; a word that is no key's name is a field of the events.</summary>
    /// <remarks>A leading <c>field:</c> makes any word a field: an event may have one called <c>comm</c>.</remarks>
    public static IReadOnlyList<SortKey> ParseList(string text)
    {
        var keys = new List<SortKey>();
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            keys.Add(Parse(word));
        return keys;
    }

    private static SortKey Parse(string word) => word switch
    {
        "comm" => new(SortKeyKind.Comm, word),
        "pid" => new(SortKeyKind.Pid, word),
        "tid" => new(SortKeyKind.Tid, word),
        "dso" or "module" => new(SortKeyKind.Dso, word),
        "sym" or "symbol" or "function" => new(SortKeyKind.Symbol, word),
        "srcline" => new(SortKeyKind.SourceLine, word),
        "srcfile" => new(SortKeyKind.SourceFile, word),
        "cpu" => new(SortKeyKind.Cpu, word),
        "event" => new(SortKeyKind.Event, word),
        _ => new(SortKeyKind.Field, word.StartsWith("field:", StringComparison.Ordinal) ? word["field:".Length..] : word),
    };
}
