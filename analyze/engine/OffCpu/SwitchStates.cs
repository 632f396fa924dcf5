using System.Globalization;

namespace TraceKit.Engine.OffCpu;

/// <summary>What <c>prev_state</c> of <c>sched:sched_switch</c> means, as the event's own print format says it: kernels have moved the bits about.</summary>
internal sealed class SwitchStates
{
    /// <summary>Waiting for a CPU after a wakeup: not a state of the kernel's, the second part of a sleep.</summary>
    public const string Woken = "W woken";

    /// <summary>Still runnable: the kernel took the CPU away, or the thread yielded.</summary>
    public const string Preempted = "R preempted";

    private static readonly (long Bit, string Letter)[] Usual = [(1, "S"), (2, "D"), (4, "T"), (8, "t"), (0x10, "X"), (0x20, "Z"), (0x40, "P"), (0x80, "I")];

    private readonly (long Bit, string Letter)[] _bits;
    private readonly Dictionary<long, string> _names = [];

    private SwitchStates((long Bit, string Letter)[] bits) => _bits = bits;

    /// <summary>Reads the pairs <c>{ 0x00000001, "S" }</c> of a print format; what has none gets those of today's kernels.</summary>
    public static SwitchStates Parse(string printText)
    {
        var bits = new List<(long, string)>();
        for (var at = printText.IndexOf('{', StringComparison.Ordinal); at >= 0; at = printText.IndexOf('{', at + 1))
        {
            var end = printText.IndexOf('}', at);
            if (end < 0)
                break;
            var parts = printText[(at + 1)..end].Split(',', 2, StringSplitOptions.TrimEntries);
            if (parts.Length == 2 && TryNumber(parts[0], out var bit) && bit > 0 && parts[1].Length > 2 && parts[1][0] == '"')
                bits.Add((bit, parts[1].Trim('"')));
        }

        return new SwitchStates(bits.Count > 0 ? [.. bits] : Usual);
    }

    /// <summary>Whether a thread that leaves in this state never comes back.</summary>
    public bool IsDead(long state) => Letter(state) is "X" or "Z" or "X|Z" or "x";

    /// <summary>The state in words, its letter first: <c>S sleeping</c>.</summary>
    public string Name(long state)
    {
        if (!_names.TryGetValue(state, out var name))
            _names.Add(state, name = Describe(Letter(state)));
        return name;
    }

    private static string Describe(string letter) => letter switch
    {
        "R" => Preempted,
        "S" => "S sleeping",
        "D" => "D blocked",
        "T" => "T stopped",
        "t" => "t traced",
        "P" => "P parked",
        "I" => "I idle",
        _ => letter,
    };

    private string Letter(long state)
    {
        // The bit above all that have a letter says "preempted" and nothing of the state.
        var letters = _bits.Where(b => (state & b.Bit) != 0).Select(b => b.Letter).Where(l => l != "+").ToArray();
        return letters.Length == 0 ? "R" : string.Join('|', letters);
    }

    private static bool TryNumber(string text, out long number) => text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        ? long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
