using TraceKit.Binary;
using TraceKit.DebugInfo.Types;

namespace TraceKit.DebugInfo.Dwarf.Symbols;

/// <summary>Code of a function: <c>DW_TAG_subprogram</c> with addresses, or <c>DW_TAG_inlined_subroutine</c> (DWARF 5 §3.3).</summary>
internal sealed class DwarfFunctionCopy : DebugFunctionCopy
{
    private readonly DwarfSymbols _symbols;
    private readonly Entry _entry;
    private readonly CodeRange[] _ranges;
    private DwarfFunctionCopy? _caller;
    private bool _callerRead;
    private IReadOnlyList<DebugVariable>? _variables;

    private DwarfFunctionCopy(DwarfSymbols symbols, DebugFunction function, Entry entry, CodeRange[] ranges)
    {
        _symbols = symbols;
        Function = function;
        _entry = entry;
        _ranges = ranges;
        IsInlined = entry.Tag == DW_TAG.inlined_subroutine;
        Entry = EntryOf(entry, ranges);
    }

    /// <inheritdoc/>
    public override DebugFunction Function { get; }

    /// <inheritdoc/>
    public override bool IsInlined { get; }

    /// <inheritdoc/>
    public override Svma Entry { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<CodeRange> Ranges => _ranges;

    /// <inheritdoc/>
    public override DebugFunctionCopy? Caller => CallerCopy;

    /// <inheritdoc/>
    public override (string? File, int Line) CallPlace => IsInlined && _entry.Number(DW_AT.call_line) is { } line and <= int.MaxValue
        ? (_entry.Number(DW_AT.call_file) is { } file ? _symbols.FileOf(_entry.Unit, file) : null, (int)line) : default;

    /// <inheritdoc/>
    public override IReadOnlyList<DebugVariable> Variables => _variables ??= VariableReader.Read(_symbols, this, _entry);

    /// <summary>Its entry.</summary>
    internal Entry Describing => _entry;

    /// <summary>The copy that it is inlined in.</summary>
    internal DwarfFunctionCopy? CallerCopy
    {
        get
        {
            if (!_callerRead)
            {
                _callerRead = true;
                if (IsInlined)
                    _caller = FindCaller();
            }

            return _caller;
        }
    }

    /// <summary>The copy with a frame of its own that it is part of: itself, when it is not inlined.</summary>
    internal DwarfFunctionCopy Outermost
    {
        get
        {
            var copy = this;
            for (var depth = 0; depth < InputLimits.Depth && copy.CallerCopy is { } caller; depth++)
                copy = caller;
            return copy;
        }
    }

    /// <summary>A copy; null when the entry has no code, or the linker dropped it.</summary>
    public static DwarfFunctionCopy? TryMake(DwarfSymbols symbols, DebugFunction function, Entry entry)
    {
        var ranges = RangesOf(symbols, entry);

        // Of an inlined call nothing may be left but the place where it was: its code went elsewhere, and the place is still where it happens.
        if (ranges.Length == 0 && entry.Tag == DW_TAG.inlined_subroutine && entry[DW_AT.entry_pc] is { Kind: not (DwarfValueKind.None or DwarfValueKind.Constant or DwarfValueKind.SignedConstant) } place
            && entry.Unit.TryAddress(place, out var address) && symbols.Info.Code.Contains(address))
            return new DwarfFunctionCopy(symbols, function, entry, [new CodeRange(new Svma(address), new Svma(address))]);
        return ranges.Length == 0 ? null : new DwarfFunctionCopy(symbols, function, entry, ranges);
    }

    /// <summary>Addresses of an entry.</summary>
    internal static CodeRange[] RangesOf(DwarfSymbols symbols, Entry entry)
    {
        var listed = new List<AddressRange>();
        if (entry.Has(DW_AT.ranges))
            RangeReader.TryList(entry.Unit, entry[DW_AT.ranges], listed);
        else if (RangeReader.TryRange(entry.Unit, entry[DW_AT.low_pc], entry[DW_AT.high_pc], out var start, out var end))
            listed.Add(new AddressRange(start, end));
        listed.RemoveAll(range => !symbols.Info.Code.Contains(range.Start));
        var ranges = new CodeRange[listed.Count];
        for (var i = 0; i < ranges.Length; i++)
            ranges[i] = new CodeRange(new Svma(listed[i].Start), new Svma(listed[i].End));
        return ranges;
    }

    private static Svma EntryOf(Entry entry, CodeRange[] ranges)
    {
        var stated = entry[DW_AT.entry_pc];
        // A number counts from the entry's base address (DWARF 5 §2.18): its low_pc, else the start of the first range.
        if (stated.Kind is DwarfValueKind.Constant or DwarfValueKind.SignedConstant)
            return new Svma((entry.Unit.TryAddress(entry[DW_AT.low_pc], out var low) ? low : ranges[0].Start.Value) + stated.Value);
        return stated.Kind != DwarfValueKind.None && entry.Unit.TryAddress(stated, out var address) ? new Svma(address) : ranges[0].Start;
    }

    private DwarfFunctionCopy? FindCaller() =>
        _symbols.FunctionAround(_entry) is { } parent ? TryMake(_symbols, _symbols.FunctionOf(parent), parent) : null;
}
