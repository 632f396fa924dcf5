using System.Runtime.InteropServices;
using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;

namespace TraceKit.DebugInfo.Cfi;

/// <summary>Runs every FDE of a module and gathers its rows.</summary>
internal sealed partial class UnwindTableBuilder
{
    /// <summary>Bounds memory on hostile input: libraries have up to a million rows, chromium eight.</summary>
    private const int MaximumRows = 64 << 20;

    private readonly ElfImage _image;
    private readonly ulong _base;
    private readonly bool _isArm64;
    private uint[] _pcs = new uint[1024], _ruleOf = new uint[1024];
    private int _rows;
    private readonly List<Span> _spans = [];
    private readonly RuleSet _rules = new();
    private readonly List<FullRow> _full = [];
    private readonly Dictionary<uint, int> _fullByHash = [];
    private CommonInformationEntry _common = null!;
    private ReadOnlyMemory<byte> _section;
    private int _firstRow;
    private long _sourceRows;
    private int _entries, _damaged, _discarded;
    private BadDataException? _firstDamage;

    public UnwindTableBuilder(ElfImage image)
    {
        _image = image;
        _base = image.ImageBase.Value;
        _isArm64 = image.Machine == ElfConstants.EM_AARCH64;
    }

    public UnwindTable Build(UnwindRowList? others)
    {
        if (_image.Machine is ElfConstants.EM_X86_64 or ElfConstants.EM_AARCH64)
        {
            if (!_isArm64)
                AddGo();
            foreach (var section in CfiSection.OpenAll(_image, ".eh_frame"))
                Read(section);
            foreach (var section in CfiSection.OpenAll(_image, ".debug_frame"))
                Read(section);
            if (others is not null)
                Add(others);
            AddEntryPoint();
        }

        Assemble(out var pcs, out var ruleOf);
        foreach (var (start, end) in others?.Roots ?? [])
            Overlay(ref pcs, ref ruleOf, start.Value - _base, end.Value - _base);
        return new UnwindTable(_base, pcs, ruleOf, _rules.ToArray(), [.. _full], _image.Machine)
        {
            SourceRows = _sourceRows,
            Entries = _entries,
            DamagedEntries = _damaged,
            DiscardedEntries = _discarded,
            FirstDamage = _firstDamage,
        };
    }

    private void Read(CfiSection section)
    {
        _section = section.Data;
        // Real sections have a row for every 8 to 12 bytes.
        Array.Resize(ref _pcs, Math.Max(_pcs.Length, _rows + section.Data.Length / 8));
        Array.Resize(ref _ruleOf, _pcs.Length);
        var sink = new Sink(this);
        for (; ; )
        {
            var status = section.TryReadNext(out var entry);
            if (status is CfiStatus.EndOfSection or CfiStatus.BadSection || _rows > MaximumRows)
            {
                _damaged += status == CfiStatus.BadSection ? 1 : 0;
                break;
            }

            _entries++;
            if (status == CfiStatus.BadEntry)
            {
                _damaged++;
                continue;
            }

            // Linkers leave FDEs of discarded functions behind, at address 0 or a tombstone.
            var start = entry.Start - _base;
            if (entry.Length == 0 || start > uint.MaxValue || entry.Length > uint.MaxValue - start || !_image.IsCodeAddress(new Svma(entry.Start)))
            {
                _discarded++;
                continue;
            }

            _common = entry.Common;
            _firstRow = _rows;
            if (section.Run(entry, ref sink) != CfiStatus.Ok)
            {
                _damaged++;
                // The program is one whole: a flipped byte may show only after it has spoilt earlier rows.
                _rows = _firstRow;
                Append((uint)start, _rules.Add(new UnwindRule(UnwindRuleKind.Bad, 0, 0, 0, false)));
            }

            _spans.Add(new Span { Start = (uint)start, End = (uint)(start + entry.Length), FirstRow = _firstRow, RowCount = _rows - _firstRow });
        }

        _firstDamage ??= section.FirstDamage?.WithFile(_image.Name);
    }

    private void Add(UnwindRowList others)
    {
        for (var i = 0; i < others.Count && _rows <= MaximumRows; i++)
        {
            var rows = others.Rows(i, out var first, out var after);
            ulong start = first.Value - _base, end = after.Value - _base;
            _firstRow = _rows;
            if (start >= end || end > uint.MaxValue)
                continue;
            if (rows.IsEmpty || rows[0].Start.Value > first.Value)
                Append((uint)start, _rules.Add(default));
            foreach (var (at, rule) in rows)
            {
                var pc = at.Value - _base;
                if (pc >= start && pc < end && (_rows == _firstRow || pc >= _pcs[_rows - 1]))
                    Append((uint)pc, _rules.Add(rule));
            }

            _spans.Add(new Span { Start = (uint)start, End = (uint)end, FirstRow = _firstRow, RowCount = _rows - _firstRow });
        }
    }

    /// <summary>
    /// The kernel enters a program at <c>e_entry</c>, so whatever runs there has no caller. The dynamic loader's and musl's entry code has no CFI
    /// to say so; where CFI covers the address, that holds.
    /// </summary>
    private void AddEntryPoint()
    {
        const uint size = 64; // the entry stubs of glibc's and musl's loaders take 30 to 60 bytes, then call or jump away
        var entry = _image.Entry.Value - _base;
        if (_image.Entry.Value == 0 || entry > uint.MaxValue - size || !_image.IsCodeAddress(_image.Entry))
            return;
        _firstRow = _rows;
        Append((uint)entry, _rules.Add(new UnwindRule(UnwindRuleKind.EndOfStack, 0, 0, 0, false)));
        var span = new Span { Start = (uint)entry, End = (uint)entry + size, FirstRow = _firstRow, RowCount = 1 };
        foreach (var other in _spans)
        {
            if (other.Start <= span.Start && span.Start < other.End)
                return;
            if (other.Start > span.Start)
                span.End = Math.Min(span.End, other.Start);
        }

        _spans.Add(span);
    }

    private void Add(ulong start, in CfiRow row)
    {
        _sourceRows++;
        if (!(_isArm64 ? Arm64RuleEncoder.TryEncode(row, _common, out var rule) : X64RuleEncoder.TryEncode(row, _common, out rule)))
            rule = AddFull(row);
        Append((uint)(start - _base), _rules.Add(rule));
    }

    private void Append(uint pc, uint rule)
    {
        if (_rows > _firstRow && _ruleOf[_rows - 1] == rule)
            return;
        if (_rows == _pcs.Length)
        {
            Array.Resize(ref _pcs, _rows * 2);
            Array.Resize(ref _ruleOf, _rows * 2);
        }

        _pcs[_rows] = pc;
        _ruleOf[_rows++] = rule;
    }

    private UnwindRule AddFull(in CfiRow row)
    {
        var full = new FullRow(row, _section, _common.ReturnAddressRegister);
        var hash = full.ContentHash();
        if (!_fullByHash.TryGetValue(hash, out var index) || !_full[index].SameAs(full))
        {
            index = _full.Count;
            _fullByHash[hash] = index;
            _full.Add(full);
        }

        return new UnwindRule(UnwindRuleKind.Full, 0, index, 0, _common.IsSignalFrame);
    }

    /// <summary>Lays the FDEs' rows end to end by address, with rows of no information between.</summary>
    private void Assemble(out uint[] pcs, out uint[] ruleOf)
    {
        var spans = CollectionsMarshal.AsSpan(_spans);
        // By address; equal ones stay in the order they were read, .eh_frame first. Plain numbers sort several times faster than structs by a comparer.
        var order = new ulong[spans.Length];
        var sorted = true;
        for (var i = 0; i < spans.Length; i++)
        {
            order[i] = (ulong)spans[i].Start << 32 | (uint)i;
            sorted &= i == 0 || order[i] > order[i - 1];
        }

        if (!sorted)
            Array.Sort(order);

        var none = _rules.Add(default);
        pcs = new uint[_rows + spans.Length + 1];
        ruleOf = new uint[pcs.Length];
        var count = 0;
        uint covered = 0;
        foreach (var key in order)
        {
            ref readonly var span = ref spans[(int)(uint)key];
            if (span.End <= covered)
                continue;
            if (span.Start > covered || count == 0)
                Put(pcs, ruleOf, ref count, covered, none);
            var from = Math.Max(span.Start, covered);
            for (var row = span.FirstRow; row < span.FirstRow + span.RowCount; row++)
            {
                var end = row + 1 < span.FirstRow + span.RowCount ? _pcs[row + 1] : span.End;
                if (end > from)
                    Put(pcs, ruleOf, ref count, Math.Max(_pcs[row], from), _ruleOf[row]);
            }

            covered = span.End;
        }

        if (count != 0)
            Put(pcs, ruleOf, ref count, covered, none);
        Array.Resize(ref pcs, count);
        Array.Resize(ref ruleOf, count);
    }

    /// <summary>Says of a range that it has no caller.</summary>
    private void Overlay(ref uint[] pcs, ref uint[] ruleOf, ulong start, ulong end)
    {
        if (start >= end || end > uint.MaxValue || _image.Machine is not (ElfConstants.EM_X86_64 or ElfConstants.EM_AARCH64))
            return;
        var first = LowerBound(pcs, (uint)start);
        var after = LowerBound(pcs, (uint)end + 1) - 1; // the row that holds at the end
        var rest = after >= 0 ? ruleOf[after] : _rules.Add(default);
        var next = LowerBound(pcs, (uint)end + 1);
        pcs = [.. pcs[..first], (uint)start, (uint)end, .. pcs[next..]];
        ruleOf = [.. ruleOf[..first], _rules.Add(new UnwindRule(UnwindRuleKind.EndOfStack, 0, 0, 0, false)), rest, .. ruleOf[next..]];
    }

    /// <summary>Rows that begin before an address.</summary>
    private static int LowerBound(uint[] pcs, uint pc)
    {
        var at = Array.BinarySearch(pcs, pc);
        return at < 0 ? ~at : at;
    }

    private static void Put(uint[] pcs, uint[] ruleOf, ref int count, uint pc, uint rule)
    {
        if (count > 0 && ruleOf[count - 1] == rule)
            return;
        if (count > 0 && pcs[count - 1] == pc)
            count--; // an empty row
        pcs[count] = pc;
        ruleOf[count++] = rule;
    }

    /// <summary>A struct, so that running a program over it is compiled without interface calls.</summary>
    private readonly struct Sink(UnwindTableBuilder builder) : ICfiRowSink
    {
        public void Add(ulong start, ulong end, in CfiRow row) => builder.Add(start, row);
    }

    /// <summary>The rows of one FDE.</summary>
    private struct Span
    {
        public uint Start, End;
        public int FirstRow, RowCount;
    }

    /// <summary>Distinct rules in order of first use: an open-addressed table, because this is asked for every row.</summary>
    private sealed class RuleSet
    {
        private UnwindRule[] _items = new UnwindRule[256];
        private uint[] _slots = new uint[1024]; // position + 1; 0 is free
        private int _count;
        private uint _last;

        public uint Add(UnwindRule rule)
        {
            if (_last < (uint)_count && _items[_last].Equals(rule))
                return _last;
            var mask = (uint)_slots.Length - 1;
            var slot = UnwindRule.Hash(rule.Low, rule.Saved) & mask;
            for (; _slots[slot] != 0; slot = (slot + 1) & mask)
            {
                var index = _slots[slot] - 1;
                if (_items[index].Equals(rule))
                    return _last = index;
            }

            if (_count == _items.Length)
                Array.Resize(ref _items, _count * 2);
            _items[_count] = rule;
            _slots[slot] = (uint)++_count;
            _last = (uint)_count - 1;
            if (_count * 2 > _slots.Length)
                Grow();
            return _last;
        }

        public UnwindRule[] ToArray() => _items[.._count];

        private void Grow()
        {
            _slots = new uint[_slots.Length * 4];
            var mask = (uint)_slots.Length - 1;
            for (var i = 0; i < _count; i++)
            {
                var slot = UnwindRule.Hash(_items[i].Low, _items[i].Saved) & mask;
                while (_slots[slot] != 0)
                    slot = (slot + 1) & mask;
                _slots[slot] = (uint)i + 1;
            }
        }
    }
}
