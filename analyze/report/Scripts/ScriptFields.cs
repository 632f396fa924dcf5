namespace TraceKit.Report.Scripts;

/// <summary>What <c>script</c> prints of a record: the names of <c>perf script -F</c>.</summary>
[Flags]
public enum ScriptFields
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Name of the thread.</summary>
    Comm = 1 << 0,

    /// <summary>Process number.</summary>
    Pid = 1 << 1,

    /// <summary>Thread number.</summary>
    Tid = 1 << 2,

    /// <summary>CPU.</summary>
    Cpu = 1 << 3,

    /// <summary>Time in seconds of the trace's clock.</summary>
    Time = 1 << 4,

    /// <summary>Period of the sample.</summary>
    Period = 1 << 5,

    /// <summary>Name of the event.</summary>
    Event = 1 << 6,

    /// <summary>What a tracepoint or probe recorded.</summary>
    Trace = 1 << 7,

    /// <summary>Addresses: one, or the call chain.</summary>
    Ip = 1 << 8,

    /// <summary>Function at the address.</summary>
    Sym = 1 << 9,

    /// <summary>Distance from the function's start.</summary>
    SymOff = 1 << 10,

    /// <summary>File of the address.</summary>
    Dso = 1 << 11,

    /// <summary>Source file and line, under the address.</summary>
    SrcLine = 1 << 12,

    /// <summary>Default of perf for samples.</summary>
    Sampling = Comm | Tid | Cpu | Time | Period | Event | Ip | Sym | SymOff | Dso,

    /// <summary>Default of perf for tracepoints and probes; addresses only when there is a call chain.</summary>
    Tracepoint = Comm | Tid | Cpu | Time | Event | Trace | Sym | SymOff | Dso,
}

/// <summary>Reads <c>-F</c>.</summary>
public static class ScriptFieldNames
{
    private static readonly (string Name, ScriptFields Field)[] Names =
    [
        ("comm", ScriptFields.Comm), ("pid", ScriptFields.Pid), ("tid", ScriptFields.Tid), ("cpu", ScriptFields.Cpu), ("time", ScriptFields.Time),
        ("period", ScriptFields.Period), ("event", ScriptFields.Event), ("trace", ScriptFields.Trace), ("ip", ScriptFields.Ip), ("sym", ScriptFields.Sym),
        ("symoff", ScriptFields.SymOff), ("dso", ScriptFields.Dso), ("srcline", ScriptFields.SrcLine),
    ];

    /// <summary>All names, for messages.</summary>
    public static IEnumerable<string> All => Names.Select(n => n.Name);

    /// <summary>Reads a list: <c>comm,tid,time</c> sets, <c>+period,-cpu</c> changes the default.</summary>
    /// <param name="text">As typed.</param>
    /// <param name="added">Fields to print, or to add.</param>
    /// <param name="removed">Fields to leave out of the default.</param>
    /// <param name="replaces">Whether the list stands alone: no word has a sign.</param>
    /// <param name="unknown">The word that is no field, when false.</param>
    /// <returns>False when a word is unknown.</returns>
    public static bool TryParse(string text, out ScriptFields added, out ScriptFields removed, out bool replaces, out string unknown)
    {
        added = removed = ScriptFields.None;
        replaces = true;
        unknown = "";
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var name = word.TrimStart('+', '-');
            var field = Array.Find(Names, n => n.Name == name).Field;
            if (field == ScriptFields.None)
            {
                unknown = word;
                return false;
            }

            replaces &= name.Length == word.Length;
            if (word[0] == '-')
                removed |= field;
            else
                added |= field;
        }

        return true;
    }
}
