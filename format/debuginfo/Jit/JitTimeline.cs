using System.Text;
using TraceKit.Binary;

namespace TraceKit.DebugInfo.Jit;

/// <summary>
/// Code that one process made at run time: what each address meant at each time, from its perf-maps (with the marks that say when a line was there) and
/// jitdump files.
/// </summary>
/// <remarks>
/// <para>A line of a perf-map holds from the last mark that does not have it on (the code is younger than that mark, and runs before its line is seen), a record of a
/// jitdump from its timestamp. Before all that is known of an address, the earliest holds. Where a jitdump knows an address it goes before the maps.</para>
/// <para><b>Keys</b>: an address that always meant one thing is its own key. Of one that changed its meaning the key names the piece of code: bit 62 set, which no
/// user address has, 32 bits number of the entry, 30 bits offset. So keys can be told apart, sorted and looked up where addresses would be.</para>
/// <para>Immutable but for <see cref="Resolve"/>; any number of threads may look up.</para>
/// </remarks>
public sealed partial class JitTimeline
{
    private const ulong KeyBit = 1UL << 62;
    private const int OffsetBits = 30;

    private readonly List<Claim> _claims = [];
    private readonly List<ReadOnlyMemory<byte>> _texts = [];
    private readonly List<JitDump> _dumps = [];
    private readonly JitLayer _dumped, _mapped;

    private JitTimeline(IReadOnlyList<JitMapText> maps, IReadOnlyList<JitDump> dumps)
    {
        foreach (var dump in dumps)
            AddDump(dump);
        var dumped = _claims.Count;
        var floor = long.MinValue;
        foreach (var map in maps.OrderBy(m => m.Time))
            AddMap(map, ref floor);
        _dumped = MakeLayer(0, dumped);
        _mapped = MakeLayer(dumped, _claims.Count);
        Dropped = _dumped.Dropped + _mapped.Dropped;
        HasChanges = _dumped.HasChanges || _mapped.HasChanges;
    }

    /// <summary>Pieces of code that were told of.</summary>
    public int Count => _claims.Count;

    /// <summary>Lines of perf-maps that are not of the form, records of jitdumps that say what they may not.</summary>
    public int Bad { get; private set; }

    /// <summary>Pieces that could not be kept because too many lie over each other.</summary>
    public int Dropped { get; }

    /// <summary>Whether any address meant different things at different times: else every address is its own key.</summary>
    public bool HasChanges { get; }

    /// <summary>Whether there are source lines.</summary>
    public bool HasLines { get; private set; }

    /// <summary>The piece at a position of <see cref="Count"/>.</summary>
    public JitEntry this[int index] => new(index, new Avma(_claims[index].Start), new Avma(_claims[index].End), _claims[index].From);

    /// <summary>Builds a timeline. Damaged files give what they have.</summary>
    /// <param name="maps">Perf-maps of the process, in any order.</param>
    /// <param name="dumps">Its jitdumps.</param>
    public static JitTimeline Build(IReadOnlyList<JitMapText> maps, IReadOnlyList<JitDump> dumps) => new(maps, dumps);

    /// <summary>Whether a number is a key of the kind that is no address.</summary>
    public static bool IsKey(ulong value) => value >> 62 == 1;

    /// <summary>The piece of code at an address at a time.</summary>
    public bool TryFind(Avma address, long time, out JitEntry entry) => TryFind(address.Value, time, out entry, out _);

    /// <summary>The key of an address at a time: itself where it never changed its meaning.</summary>
    /// <param name="address">An instruction.</param>
    /// <param name="time">Nanoseconds.</param>
    public ulong Key(Avma address, long time)
    {
        if (!HasChanges || !TryFind(address.Value, time, out var entry, out var changes) || !changes || address.Value - entry.Start.Value >= 1UL << OffsetBits)
            return address.Value;
        return KeyBit | (ulong)entry.Index << OffsetBits | address.Value - entry.Start.Value;
    }

    /// <summary>The piece of code and the address that a key stands for.</summary>
    /// <param name="key">From <see cref="Key"/>, or an address that never changed its meaning.</param>
    /// <param name="entry">The piece; none where nothing is known.</param>
    /// <param name="address">The address.</param>
    public bool TryResolve(ulong key, out JitEntry entry, out Avma address)
    {
        if (!IsKey(key))
        {
            address = new Avma(key);
            return TryFind(key, long.MinValue, out entry, out _);
        }

        var index = (key & ~KeyBit) >> OffsetBits;
        entry = index < (ulong)_claims.Count ? this[(int)index] : default;
        address = new Avma(entry.Start.Value + (key & (1UL << OffsetBits) - 1));
        return index < (ulong)_claims.Count;
    }

    /// <summary>The name of a piece; decoded on each call.</summary>
    public string Name(JitEntry entry)
    {
        var claim = _claims[entry.Index];
        return claim.Dump >= 0 ? _dumps[claim.Dump].Name(_dumps[claim.Dump].Codes[claim.At]) : Encoding.UTF8.GetString(_texts[claim.Text].Span.Slice(claim.At, claim.Length));
    }

    /// <summary>Its instructions, where a jitdump has them.</summary>
    public ReadOnlyMemory<byte> Code(JitEntry entry) =>
        _claims[entry.Index] is { Dump: >= 0 and var dump } claim ? _dumps[dump].Code(_dumps[dump].Codes[claim.At]) : default;

    /// <summary>Until when a piece's first byte was that piece; <see cref="long.MaxValue"/> to the end.</summary>
    public long Until(JitEntry entry) => (_claims[entry.Index].Dump >= 0 ? _dumped : _mapped).Until(entry.Start.Value, entry.From);

    private bool TryFind(ulong address, long time, out JitEntry entry, out bool changes)
    {
        var found = _dumped.TryFind(address, time, out var claim, out changes) || _mapped.TryFind(address, time, out claim, out changes);
        entry = found ? this[claim] : default;
        return found;
    }

    private void AddDump(JitDump dump)
    {
        var number = _dumps.Count;
        _dumps.Add(dump);
        Bad += dump.BadRecords;
        for (var i = 0; i < dump.Codes.Count; i++)
        {
            var code = dump.Codes[i];
            HasLines |= code.LineCount > 0;
            // A clock that cannot be compared leaves the order of the file.
            var from = dump.HasArchTimestamps ? long.MinValue : (long)Math.Min(code.Time, long.MaxValue);
            _claims.Add(new Claim(code.Start.Value, code.Start.Value + code.Size, from, number, -1, i, 0));
        }
    }

    private void AddMap(JitMapText map, ref long floor)
    {
        var number = _texts.Count;
        _texts.Add(map.Text);
        var lines = PerfMapLine.ReadAll(map.Text.Span, out var bad);
        Bad += bad;
        var mark = 0;
        var from = floor;
        foreach (var line in lines)
        {
            var end = (ulong)(line.NameStart + line.NameLength);
            for (; mark < map.Marks.Count && map.Marks[mark].Length < end; mark++)
                from = Math.Max(from, map.Marks[mark].Time);
            _claims.Add(new Claim(line.Start, line.End, from, -1, number, line.NameStart, line.NameLength));
        }

        // What a file that was begun anew says is younger than all that the one before was seen with.
        floor = Math.Max(floor, map.Marks.Count > 0 ? map.Marks[^1].Time : map.Time);
    }

    private JitLayer MakeLayer(int first, int end)
    {
        var claims = new List<(ulong Start, ulong End, long From, int Claim)>(end - first);
        for (var i = first; i < end; i++)
            claims.Add((_claims[i].Start, _claims[i].End, _claims[i].From, i));
        // Stable: what is told later of the same time holds.
        claims.Sort(static (a, b) => a.From != b.From ? a.From.CompareTo(b.From) : a.Claim.CompareTo(b.Claim));
        return new JitLayer(claims);
    }

    /// <param name="Start">First byte.</param>
    /// <param name="End">Past the last.</param>
    /// <param name="From">Since when.</param>
    /// <param name="Dump">Which jitdump, or -1.</param>
    /// <param name="Text">Which perf-map, or -1.</param>
    /// <param name="At">Position of the record, or of the name in the text.</param>
    /// <param name="Length">Bytes of the name in the text.</param>
    private readonly record struct Claim(ulong Start, ulong End, long From, int Dump, int Text, int At, int Length);
}
