using System.Globalization;

namespace TraceKit.Probes.Targets;

/// <summary>The text of <c>/sys/kernel/debug/kprobes/blacklist</c>: <c>0xSTART-0xEND\tNAME</c> a line. Lines that are not of the form are passed over.</summary>
internal sealed class KernelBlacklist
{
    private readonly List<(ulong Start, ulong End, string Name)> _ranges = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    private KernelBlacklist()
    {
    }

    public static KernelBlacklist Parse(string? text)
    {
        var list = new KernelBlacklist();
        foreach (var line in (text ?? "").AsSpan().EnumerateLines())
        {
            var tab = line.IndexOfAny('\t', ' ');
            var dash = line.IndexOf('-');
            if (tab < 0 || dash < 0 || dash > tab || !line.StartsWith("0x"))
                continue;
            var name = line[(tab + 1)..].Trim();
            // A module's name may follow in brackets.
            if (name.IndexOfAny('\t', ' ') is > 0 and var end)
                name = name[..end];
            list._names.Add(name.ToString());
            var past = line[(dash + 1)..tab];
            if (TryHex(line[..dash], out var from) && TryHex(past, out var to) && from != 0 && from < to)
                list._ranges.Add((from, to, name.ToString()));
        }

        return list;
    }

    /// <summary>Whether a function is in it, by name: where addresses are hidden.</summary>
    public bool Contains(string name) => _names.Contains(name);

    /// <summary>The entry that an address, as the kernel runs, lies in; null for none.</summary>
    public string? Names(ulong address)
    {
        foreach (var (start, end, name) in _ranges)
        {
            if (address >= start && address < end)
                return name;
        }

        return null;
    }

    private static bool TryHex(ReadOnlySpan<char> text, out ulong value)
    {
        value = 0;
        return text.StartsWith("0x") && ulong.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
