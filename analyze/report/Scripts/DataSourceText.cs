using System.Text;

namespace TraceKit.Report.Scripts;

/// <summary>What a memory access was, in perf's words: <c>|OP LOAD|LVL L1 hit|SNP None|TLB L1 or L2 hit|LCK No|BLK  N/A</c>.</summary>
/// <remarks><c>union perf_mem_data_src</c> of perf_event.h; its bits, lowest first:
/// <code>
/// mem_op 5 | mem_lvl 14 | mem_snoop 5 | mem_lock 2 | mem_dtlb 7 | mem_lvl_num 4 | mem_remote 1 | mem_snoopx 2 | mem_blk 3 | mem_hops 3
/// </code>
/// </remarks>
internal static class DataSourceText
{
    private static readonly string[] s_operations = ["N/A", "LOAD", "STORE", "PFETCH", "EXEC"];

    private static readonly string[] s_levels =
    [
        "N/A", "HIT", "MISS", "L1", "LFB/MAB", "L2", "L3", "Local RAM", "Remote RAM (1 hop)", "Remote RAM (2 hops)", "Remote Cache (1 hop)", "Remote Cache (2 hops)", "I/O", "Uncached",
    ];

    private static readonly string[] s_hops = ["N/A", "core, same node", "node, same socket", "socket, same board", "board"];
    private static readonly string[] s_snoops = ["N/A", "None", "Hit", "Miss", "HitM"];
    private static readonly string[] s_moreSnoops = ["Fwd", "Peer"];
    private static readonly string[] s_buffers = ["N/A", "HIT", "MISS", "L1", "L2", "Walker", "Fault"];

    /// <summary>The operation: <c>LOAD</c>.</summary>
    public static string Operation(ulong source)
    {
        for (var bit = 0; bit < s_operations.Length; bit++)
        {
            if ((source >> bit & 1) != 0)
                return s_operations[bit];
        }

        return "No";
    }

    /// <summary>Where the data were: <c>L1 hit</c>.</summary>
    public static string Level(ulong source)
    {
        var level = source >> 5 & 0x3fff;
        var number = (int)(source >> 33 & 15);
        var hops = (int)(source >> 43 & 7);
        var text = new StringBuilder();
        if ((source >> 37 & 1) != 0)
            text.Append("Remote ");
        if (hops > 0)
            text.Append(hops < s_hops.Length ? s_hops[hops] : "?").Append(' ');
        var start = text.Length;
        // Bits 1 and 2 are hit and miss.
        AppendNames(text, level & ~6UL, s_levels);
        if (number > 0)
            text.Append(text.Length > start ? " or " : "").Append(LevelName(number));
        if (text.Length == 0)
            text.Append("N/A");
        return text.Append((level & 2) != 0 ? " hit" : "").Append((level & 4) != 0 ? " miss" : "").ToString();
    }

    /// <summary>What other caches answered: <c>HitM</c>.</summary>
    public static string Snoop(ulong source)
    {
        var text = new StringBuilder();
        AppendNames(text, source >> 19 & 31, s_snoops);
        AppendNames(text, source >> 38 & 3, s_moreSnoops);
        return text.Length == 0 ? "N/A" : text.ToString();
    }

    /// <summary>How its page was found: <c>L1 or L2 hit</c>.</summary>
    public static string Translation(ulong source)
    {
        var text = new StringBuilder();
        var bits = source >> 26 & 127;
        AppendNames(text, bits & ~6UL, s_buffers);
        if (text.Length == 0)
            text.Append("N/A");
        return text.Append((bits & 2) != 0 ? " hit" : "").Append((bits & 4) != 0 ? " miss" : "").ToString();
    }

    /// <summary>Whether it was locked: <c>Yes</c>.</summary>
    public static string Lock(ulong source) => (source >> 24 & 1) != 0 ? "N/A" : (source >> 25 & 1) != 0 ? "Yes" : "No";

    /// <summary>What it waited for: <c>Data</c>, <c>Addr</c>, both or neither.</summary>
    public static string Blocked(ulong source)
    {
        var bits = source >> 40 & 7;
        return bits == 0 || (bits & 1) != 0 ? "N/A" : bits switch { 2 => "Data", 4 => "Addr", _ => "Data Addr" };
    }

    /// <summary>All of it.</summary>
    public static string All(ulong source) => $"|OP {Operation(source)}|LVL {Level(source)}|SNP {Snoop(source)}|TLB {Translation(source)}|LCK {Lock(source)}|BLK  {Blocked(source)}";

    private static string LevelName(int number) => number switch
    {
        9 => "CXL", 10 => "I/O", 11 => "Any cache", 12 => "LFB/MAB", 13 => "RAM", 14 => "PMEM", 15 => "N/A", _ => FormattableString.Invariant($"L{number}"),
    };

    private static void AppendNames(StringBuilder text, ulong bits, string[] names)
    {
        for (var bit = 0; bit < names.Length; bit++)
        {
            if ((bits >> bit & 1) == 0)
                continue;
            if (text.Length > 0 && text[^1] != ' ')
                text.Append(" or ");
            text.Append(names[bit]);
        }
    }
}
