using System.Runtime.InteropServices;
using TraceKit.Binary;
using TraceKit.DebugInfo.Source;

namespace TraceKit.DebugInfo.Dwarf;

public sealed partial class DwarfInfo
{
    /// <summary>How many units' worth of claims on one address are looked at.</summary>
    internal const int MostChoices = 8;

    /// <summary>Fewer addresses than this are not worth a second thread.</summary>
    private const int WorthThreads = 256;

    /// <inheritdoc/>
    public void Resolve(ReadOnlySpan<Svma> addresses, SourceFrames frames)
    {
        var distinct = new List<ulong>(addresses.Length);
        foreach (var address in addresses)
        {
            if (distinct.Count == 0 || distinct[^1] != address.Value)
                distinct.Add(address.Value);
        }

        if (distinct.Count == 0)
            return;
        if (distinct.Count >= WorthThreads)
            Complete();
        else if (_map is null)
            OpenPartly(distinct);
        EnsureUnits();
        var batch = new Batch(this, [.. distinct]);
        batch.Try(_map!);
        if (batch.HasUnknown && Hints() is { Count: > 0 } hints)
            batch.Try(hints);
        if (batch.HasUnknown && Children() is { Count: > 0 } children)
            batch.Try(children);
        batch.CopyTo(addresses, frames);
    }

    /// <summary>The units; reads their headers when that has not been done.</summary>
    internal ReadOnlySpan<DwarfUnit> Units()
    {
        Complete();
        EnsureUnits();
        return _units!.Units;
    }

    /// <summary>Which units claim an address, in the order in which they are asked: what first entries say, then indexes, then the functions of units that say nothing.</summary>
    internal AddressMap Claims(int order)
    {
        EnsureUnits(prefetch: false);
        return order switch { 0 => _map!, 1 => Hints(), _ => Children() };
    }

    /// <summary>
    /// A few addresses lie in a few units: where the file says beforehand in which, only those are kept of a large section, and the heads of the others. What else turns out to be needed is brought in.
    /// </summary>
    private void OpenPartly(List<ulong> addresses)
    {
        if (!_sections.Has(DwarfSection.ARanges) || !_sections.Has(DwarfSection.Abbrev) || _sections.Partly(DwarfSection.Info) is not { HasHeads: false } info)
            return;
        _sections.Partly(DwarfSection.Line);
        var units = AddressHints.UnitsOf(_sections, addresses);
        void Pass()
        {
            if (info.Keep((_, start) => units.Contains(start)) is { } damage)
                Report(_sections, 0, damage);
        }

        Parallel.Invoke(Pass, Prefetch);
    }

    /// <summary>Brings in what some units need of sections that are at hand in part.</summary>
    private void BringIn(IEnumerable<DwarfUnit> units)
    {
        Bring(DwarfSection.Info, units.Select(static unit => (ulong)unit.Offset));
        Bring(DwarfSection.Line, units.Where(static unit => unit.LineOffset.Kind != DwarfValueKind.None).Select(static unit => unit.LineOffset.Value));
    }

    private void Bring(DwarfSection section, IEnumerable<ulong> offsets)
    {
        if (_sections.Partly(section, openNow: false) is not { } partial)
            return;
        var wanted = new HashSet<int>();
        foreach (var offset in offsets)
        {
            if (offset < (ulong)partial.Data.Length && !partial.Has((int)offset))
                wanted.Add((int)offset);
        }

        if (wanted.Count == 0)
            return;
        if (partial.Keep((_, start) => wanted.Contains(start), wanted.Max()) is { } damage)
            Report(_sections, 0, damage);
        foreach (var offset in wanted)
        {
            if (!partial.Has(offset))
                _sections.Complete(section); // it points into the middle of something
        }
    }

    /// <summary>Batches need all of the sections that single questions open in part.</summary>
    private void Complete()
    {
        _sections.Complete(DwarfSection.Info);
        _sections.Complete(DwarfSection.Line);
    }

    private void EnsureUnits(bool prefetch = true)
    {
        if (_map is not null)
            return;
        if (prefetch)
            Prefetch();
        _units = List();
        var map = new AddressMap();
        var ranges = new List<AddressRange>();
        var left = (long)_sections[DwarfSection.Ranges].Length + _sections[DwarfSection.RngLists].Length + _units.Units.Length; // as in FunctionWalker
        for (var i = 0; i < _units.Units.Length; i++)
        {
            var unit = _units.Units[i];
            if (!unit.MayHaveCode)
                continue;
            ranges.Clear();
            if (left < 0 || !TryUnitRanges(unit, ranges))
                Report(unit, new BadDataException(_sections.Image.Name, _sections.NameOf(unit.Section), (ulong)unit.Offset, BadDataCode.InvalidValue, "a readable list of ranges", $"{unit.RangesValue.Kind} 0x{unit.RangesValue.Value:x}"));
            left -= ranges.Count;
            foreach (var range in ranges)
            {
                if (Code.Contains(range.Start))
                    map.Add(range.Start, range.End, i);
            }
        }

        map.Finish();
        _map = map;
    }

    private void Prefetch() =>
        _sections.Prefetch(DwarfSection.Info, DwarfSection.Abbrev, DwarfSection.Line, DwarfSection.Str, DwarfSection.LineStr, DwarfSection.Ranges, DwarfSection.RngLists, DwarfSection.StrOffsets, DwarfSection.Addr);

    /// <summary>What the first entry says of the unit's addresses. Of a split unit of version 4 the skeleton says it as well.</summary>
    private static bool TryUnitRanges(DwarfUnit unit, List<AddressRange> ranges)
    {
        if (unit.RangesValue.Kind != DwarfValueKind.None)
            return RangeReader.TryList(unit, unit.RangesValue, ranges);
        if (unit.HighPc.Kind != DwarfValueKind.None && RangeReader.TryRange(unit, unit.LowPc, unit.HighPc, out var start, out var end))
            ranges.Add(new AddressRange(start, end));
        return true;
    }

    /// <summary>What indexes say of units that do not say it themselves; believed only where the unit then has a function there.</summary>
    private AddressMap Hints() => _hints ??= AddressHints.Read(_sections, _units!);

    /// <summary>The functions of units whose first entry gives no addresses.</summary>
    private AddressMap Children()
    {
        if (_children is not null)
            return _children;
        var map = new AddressMap();
        var walker = new FunctionWalker();
        var silent = new List<int>();
        for (var i = 0; i < _units!.Units.Length; i++)
        {
            var unit = _units.Units[i];
            if (unit.MayHaveCode && unit.RangesValue.Kind == DwarfValueKind.None && unit.HighPc.Kind == DwarfValueKind.None)
                silent.Add(i);
        }

        Bring(DwarfSection.Info, silent.Select(i => (ulong)_units.Units[i].Offset));
        foreach (var i in silent)
        {
            var unit = _units.Units[i];
            var full = FullUnit(unit);
            if (walker.Walk(full, Abbreviations(full), Code, default, prune: false) is { } damage)
                Report(full, damage);
            foreach (ref readonly var range in walker.Ranges)
            {
                if (!walker.Functions[range.Function].IsInlined)
                    map.Add(range.Start, range.End, i);
            }
        }

        map.Finish();
        return _children = map;
    }

    /// <summary>One batch on its way: which addresses are unknown, and who answered the others.</summary>
    private sealed class Batch(DwarfInfo info, ulong[] addresses)
    {
        private readonly List<UnitResolver> _resolvers = [];
        private readonly UnitAnswer[] _answers = new UnitAnswer[addresses.Length];
        private readonly UnitResolver?[] _by = new UnitResolver?[addresses.Length];

        /// <summary>Whether some address has not even a line.</summary>
        public bool HasUnknown => Array.Exists(_answers, static a => a.Kind == AnswerKind.Nothing);

        /// <summary>Asks the units of a map: for each address the best one, then the next as long as none has a function there.</summary>
        public void Try(AddressMap map)
        {
            var open = new List<int>();
            for (var i = 0; i < addresses.Length; i++)
            {
                if (_answers[i].Kind == AnswerKind.Nothing)
                    open.Add(i);
            }

            for (var choice = 0; choice < MostChoices && open.Count > 0; choice++)
            {
                var claims = new List<(int Unit, int Address)>(open.Count);
                foreach (var i in open)
                {
                    if (map.Find(addresses[i], choice) is >= 0 and var unit)
                        claims.Add((unit, i));
                }

                if (claims.Count == 0)
                    return;
                claims.Sort();
                Ask(claims);
                open.RemoveAll(i => _answers[i].Kind == AnswerKind.Function);
            }
        }

        private void Ask(List<(int Unit, int Address)> claims)
        {
            var starts = new List<int>();
            for (var i = 0; i < claims.Count; i++)
            {
                if (i == 0 || claims[i].Unit != claims[i - 1].Unit)
                    starts.Add(i);
            }

            info.BringIn(starts.Select(start => info._units!.Units[claims[start].Unit]));
            starts.Add(claims.Count);
            var units = starts.Count - 1;
            var workers = claims.Count < WorthThreads ? 1 : Math.Clamp(Math.Min(info.Workers, units), 1, 64);
            while (_resolvers.Count < workers)
                _resolvers.Add(new UnitResolver(info));
            var next = -1;
            void Work(int worker)
            {
                for (int u; (u = Interlocked.Increment(ref next)) < units;)
                    AskUnit(_resolvers[worker], CollectionsMarshal.AsSpan(claims)[starts[u]..starts[u + 1]]);
            }

            if (workers == 1)
                Work(0);
            else
                Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, Work);
        }

        private void AskUnit(UnitResolver resolver, ReadOnlySpan<(int Unit, int Address)> claims)
        {
            var wanted = new ulong[claims.Length];
            for (var i = 0; i < wanted.Length; i++)
                wanted[i] = addresses[claims[i].Address];
            var answers = new UnitAnswer[claims.Length];
            resolver.Resolve(info._units!.Units[claims[0].Unit], wanted, answers);
            for (var i = 0; i < wanted.Length; i++)
            {
                var at = claims[i].Address;
                if (answers[i].Kind > _answers[at].Kind)
                    (_answers[at], _by[at]) = (answers[i], resolver);
            }
        }

        /// <summary>Puts the answers in order; texts are numbered as they appear, whichever thread found them.</summary>
        public void CopyTo(ReadOnlySpan<Svma> asked, SourceFrames frames)
        {
            var texts = new Dictionary<UnitResolver, int[]>();
            foreach (var resolver in _resolvers)
                texts.Add(resolver, new int[resolver.Frames.TextCount]);
            var i = -1;
            var last = 0UL;
            foreach (var address in asked)
            {
                if (i < 0 || address.Value != last)
                    i++;
                last = address.Value;
                if (_by[i] is { } resolver)
                {
                    var numbers = texts[resolver];
                    foreach (ref readonly var frame in resolver.Frames[_answers[i].Position])
                        frames.Add(frame with { Name = Number(resolver, numbers, frame.Name, frames), File = Number(resolver, numbers, frame.File, frames) });
                }

                frames.EndAddress();
            }
        }

        private static int Number(UnitResolver resolver, int[] numbers, int text, SourceFrames frames)
        {
            if (text != 0 && numbers[text] == 0)
                numbers[text] = frames.Intern(resolver.Frames.Text(text));
            return text == 0 ? 0 : numbers[text];
        }
    }
}
