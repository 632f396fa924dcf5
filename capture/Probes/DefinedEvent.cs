using System.Globalization;
using TraceKit.Probes;

namespace TraceKit.Capture.Probes;

/// <summary>One line of <c>kprobe_events</c> or <c>uprobe_events</c>, as the kernel prints it: ours, perf's or anybody's.</summary>
/// <remarks>
/// <code>
/// p:probe/vfs_read vfs_read name=+0(+40(+24(%di))):string          r16:probe/f mod:f
/// p:probe_bash/readline /bin/bash:0x00000000000ad170 arg1=%di      p:g/e /bin/x:0x0000000000001234(0x4010)
/// </code>
/// </remarks>
internal sealed class DefinedEvent
{
    private DefinedEvent(ProbeFile file, string line, string group, string name)
    {
        File = file;
        Line = line;
        Group = group;
        Event = name;
    }

    /// <summary>The file that it stands in.</summary>
    public ProbeFile File { get; }

    /// <summary>The whole line.</summary>
    public string Line { get; }

    public string Group { get; }

    public string Event { get; }

    /// <summary><c>GROUP:EVENT</c>.</summary>
    public string Name => $"{Group}:{Event}";

    public bool IsReturn { get; private init; }

    /// <summary>The probed file; null for the kernel.</summary>
    public string? Path { get; private init; }

    /// <summary>Of the kernel: the symbol with its module, or <c>0xADDRESS</c>.</summary>
    public string Symbol { get; private init; } = "";

    /// <summary>Bytes from the symbol; of a file from its start.</summary>
    public ulong Offset { get; private init; }

    /// <summary>Names of the fetch arguments, in order.</summary>
    public IReadOnlyList<string> Arguments { get; private init; } = [];

    /// <summary>What stands behind the place, with one blank between two.</summary>
    public string ArgumentText { get; private init; } = "";

    /// <summary>Whether another definition means the same: how the kernel writes numbers aside.</summary>
    public bool IsSameProbe(DefinedEvent other) =>
        IsReturn == other.IsReturn && Path == other.Path && Symbol == other.Symbol && Offset == other.Offset && ArgumentText == other.ArgumentText;

    /// <summary>Reads a line; false when it is none of a probe.</summary>
    public static bool TryParse(ProbeFile file, string line, out DefinedEvent? defined)
    {
        defined = null;
        if (!KernelProbeText.TryParseName(line, out var group, out var name))
            return false;
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 2)
            return false;
        var names = new List<string>(words.Length - 2);
        for (var i = 2; i < words.Length; i++)
        {
            var equals = words[i].IndexOf('=');
            names.Add(equals > 0 ? words[i][..equals] : words[i]);
        }

        var isReturn = line[0] == 'r';
        var place = words[1];
        if (place.EndsWith("%return", StringComparison.Ordinal))
        {
            isReturn = true;
            place = place[..^7];
        }

        string? path = null;
        var symbol = place;
        ulong offset = 0;
        if (place[0] == '/')
        {
            // The offset is what stands behind the last colon, a counter's place in parentheses after it.
            var colon = place.LastIndexOf(':');
            if (colon < 0)
                return false;
            var number = place[(colon + 1)..];
            var parenthesis = number.IndexOf('(');
            if (parenthesis >= 0)
                number = number[..parenthesis];
            if (!TryNumber(number, out offset))
                return false;
            path = place[..colon];
            symbol = "";
        }
        else if (place.LastIndexOf('+') is var plus && plus > 0 && TryNumber(place[(plus + 1)..], out offset))
        {
            symbol = place[..plus];
        }

        defined = new DefinedEvent(file, line, group, name) { IsReturn = isReturn, Path = path, Symbol = symbol, Offset = offset, Arguments = names, ArgumentText = string.Join(' ', words.AsSpan(2)) };
        return true;
    }

    private static bool TryNumber(string text, out ulong value) =>
        text.StartsWith("0x", StringComparison.Ordinal)
            ? ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
            : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
