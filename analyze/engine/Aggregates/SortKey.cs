using TraceKit.Engine.Symbols;

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

    /// <summary>The function that called that of the frame.</summary>
    Caller,

    /// <summary>The function of the stack that matches <see cref="SortKey.Pattern"/>: perf's <c>parent</c>.</summary>
    Parent,

    /// <summary>CPU the sample was taken on.</summary>
    Cpu,

    /// <summary>Event, as <c>group:name</c>.</summary>
    Event,

    /// <summary>When, in buckets of <see cref="SortKey.Bucket"/>.</summary>
    Time,

    /// <summary>A field of the event itself.</summary>
    Field,
}

/// <summary>One key of <c>-s comm,dso,sym</c>.</summary>
/// <param name="Kind">What.</param>
/// <param name="Name">The key as typed; of a field, its name.</param>
public readonly record struct SortKey(SortKeyKind Kind, string Name)
{
    /// <summary>Width of the buckets of <c>time</c> when none is said: perf's <c>--time-quantum</c>.</summary>
    public const long DefaultBucket = 100_000_000;

    /// <summary>perf's <c>--parent</c> when none is said.</summary>
    public const string DefaultParent = "^sys_|^do_page_fault";

    private const string FieldPrefix = "field:", TimePrefix = "time:";

    /// <summary>Words that are keys in every recording.</summary>
    public static IReadOnlyList<string> CommonNames { get; } = ["comm", "pid", "tid", "dso", "sym", "srcline", "srcfile", "caller", "cpu", "event", "time"];

    /// <summary>Whether the key speaks of a frame rather than of the sample.</summary>
    public bool IsOfFrame => Kind is SortKeyKind.Dso or SortKeyKind.Symbol or SortKeyKind.SourceLine or SortKeyKind.SourceFile or SortKeyKind.Caller;

    /// <summary>Whether the debug information must be asked for lines.</summary>
    public bool IsOfSource => Kind is SortKeyKind.SourceLine or SortKeyKind.SourceFile;

    /// <summary>Of source files: whole paths, not only names.</summary>
    public bool IsFullPath { get; init; }

    /// <summary>Of <see cref="SortKeyKind.Parent"/>: which functions; null for perf's default, <see cref="DefaultParent"/>.</summary>
    public FunctionRule? Pattern { get; init; }

    /// <summary>Of <see cref="SortKeyKind.Parent"/>: of several functions that match the outermost, else the innermost.</summary>
    public bool IsOutermost { get; init; }

    /// <summary>Of <see cref="SortKeyKind.Time"/>: nanoseconds of a bucket. Buckets begin at multiples of it on the recording's clock, as perf's do.</summary>
    public long Bucket { get; init; }

    /// <summary>Reads a comma-separated list; a word that is no key's name is a field of the events.</summary>
    /// <remarks>A leading <c>field:</c> makes any word a field: an event may have one called <c>comm</c>.</remarks>
    /// <exception cref="FormatException">A bucket of time is no duration; the message says what is expected.</exception>
    public static IReadOnlyList<SortKey> ParseList(string text)
    {
        var keys = new List<SortKey>();
        foreach (var word in Words(text))
            keys.Add(Parse(word));
        return keys;
    }

    /// <summary>The words of a list of keys; a plus before the first, which says that they are added to others, left out.</summary>
    public static string[] Words(string keys) => keys.TrimStart('+').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>What an analysis must keep so that its samples can be grouped by these keys.</summary>
    /// <param name="options">What is asked for otherwise.</param>
    /// <param name="keys">The keys.</param>
    public static AnalysisOptions Keep(AnalysisOptions options, IReadOnlyList<SortKey> keys)
    {
        var fields = new List<string>(options.Fields);
        foreach (var key in keys)
        {
            if (key.Kind == SortKeyKind.Field && !fields.Contains(key.Name))
                fields.Add(key.Name);
        }

        return options with
        {
            Fields = fields,
            KeepCpus = options.KeepCpus || keys.Any(k => k.Kind == SortKeyKind.Cpu),
            KeepSamples = options.KeepSamples || keys.Any(k => k.Kind == SortKeyKind.Time),
            Stacks = options.Stacks || keys.Any(k => k.IsOfFrame || k.Kind == SortKeyKind.Parent),
            Source = options.Source | (keys.Any(k => k.IsOfSource) ? SourceDetail.Lines : SourceDetail.None),
        };
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
        "caller" => new(SortKeyKind.Caller, word),
        "parent" => new(SortKeyKind.Parent, word),
        "cpu" => new(SortKeyKind.Cpu, word),
        "event" => new(SortKeyKind.Event, word),
        "time" => new(SortKeyKind.Time, word) { Bucket = DefaultBucket },
        _ when word.StartsWith(TimePrefix, StringComparison.Ordinal) => new(SortKeyKind.Time, word) { Bucket = BucketOf(word) },
        _ => new(SortKeyKind.Field, word.StartsWith(FieldPrefix, StringComparison.Ordinal) ? word[FieldPrefix.Length..] : word),
    };

    private static long BucketOf(string word)
    {
        if (Durations.TryParse(word.AsSpan(TimePrefix.Length), out var nanoseconds) && nanoseconds > 0)
            return nanoseconds;
        throw new FormatException($"{word}: expected a duration after 'time:', as 100ms, 2s or 50us");
    }
}
