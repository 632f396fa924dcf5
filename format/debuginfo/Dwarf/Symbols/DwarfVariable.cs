using TraceKit.Binary;
using TraceKit.DebugInfo.Types;

namespace TraceKit.DebugInfo.Dwarf.Symbols;

/// <summary>A parameter or variable (DWARF 5 §4.1) in a piece of code, or a global one.</summary>
/// <param name="symbols">Who made it.</param>
/// <param name="entry">Its entry.</param>
/// <param name="copy">The piece of code; null for a global one.</param>
/// <param name="scope">Addresses of its block; null where the whole piece of code is.</param>
internal sealed class DwarfVariable(DwarfSymbols symbols, Entry entry, DwarfFunctionCopy? copy, CodeRange[]? scope) : DebugVariable
{
    private List<LocationEntry>? _list;
    private bool _damaged;

    /// <inheritdoc/>
    public override string? Name => field ??= symbols.Entries.Name(entry);

    /// <inheritdoc/>
    public override DebugType? Type => field ??= symbols.Entries.WithAttribute(entry, DW_AT.type) is { } typed ? symbols.TypeOf(typed) : null;

    /// <inheritdoc/>
    public override bool IsParameter => entry.Tag == DW_TAG.formal_parameter && !IsResult(entry);

    /// <summary>Whether a parameter is what a Go function returns, which has a place only behind the code that sets it.</summary>
    public static bool IsResult(Entry entry) => entry.Flag(DW_AT.variable_parameter);

    /// <inheritdoc/>
    public override int Line => symbols.Entries.WithAttribute(entry, DW_AT.decl_line)?.Number(DW_AT.decl_line) is { } line and <= int.MaxValue ? (int)line : 0;

    /// <inheritdoc/>
    public override bool IsInScope(Svma pc)
    {
        if (copy is null)
            return true;
        foreach (var range in scope ?? (IReadOnlyList<CodeRange>)copy.Ranges)
        {
            if (range.Contains(pc))
                return true;
        }

        return false;
    }

    /// <inheritdoc/>
    public override VariableLocation Locate(Svma pc)
    {
        // The entry's own say comes first; a global's declaration may have it at its definition, a parameter's constant at its abstract instance.
        var stated = symbols.Entries.WithAttribute(entry, DW_AT.location);
        var constant = entry.Has(DW_AT.const_value) ? entry : stated is null ? symbols.Entries.WithAttribute(entry, DW_AT.const_value) : null;
        if (constant is not null)
            return Constant(constant);
        if (stated is null)
            return new VariableLocation.None("optimized out");
        var value = stated[DW_AT.location];
        if (value.Kind == DwarfValueKind.Block)
            return LocationExpression.Evaluate(stated.Block(value).Span, Context(stated.Unit, pc));
        _list ??= symbols.Locations(stated.Unit, value, out _damaged);
        foreach (var listed in _list)
        {
            if (!listed.IsDefault && pc.Value >= listed.Start && pc.Value < listed.End)
                return Explain(LocationExpression.Evaluate(listed.Expression.Span, Context(stated.Unit, pc)), pc);
        }

        foreach (var listed in _list)
        {
            if (listed.IsDefault)
                return LocationExpression.Evaluate(listed.Expression.Span, Context(stated.Unit, pc));
        }

        return new VariableLocation.None(_damaged ? "its list of locations is damaged" : "optimized out at this address" + Elsewhere());
    }

    private VariableLocation Explain(VariableLocation location, Svma pc) =>
        location is VariableLocation.None { Reason: var reason } && _list!.Count > 1 && pc.Value != 0 ? new VariableLocation.None(reason + Elsewhere()) : location;

    /// <summary>Where else it can be read, counted from the function's entry.</summary>
    private string Elsewhere()
    {
        if (copy is null || _list is null)
            return "";
        var entryPoint = copy.Outermost.Entry.Value;
        var ranges = new List<(ulong Start, ulong End)>();
        foreach (var listed in _list)
        {
            if (listed.IsDefault || listed.Expression.IsEmpty || ranges.Count >= 256)
                continue;
            if (LocationExpression.Evaluate(listed.Expression.Span, Context(entry.Unit, new Svma(listed.Start))) is not VariableLocation.None)
                ranges.Add((listed.Start, listed.End));
        }

        ranges.Sort();
        var merged = new List<(ulong Start, ulong End)>();
        foreach (var range in ranges)
        {
            if (merged.Count > 0 && range.Start <= merged[^1].End)
                merged[^1] = (merged[^1].Start, Math.Max(merged[^1].End, range.End));
            else
                merged.Add(range);
        }

        if (merged.Count == 0)
            return "";
        var text = new System.Text.StringBuilder("; it can be read at ");
        for (var i = 0; i < merged.Count && i < 4; i++)
        {
            if (i > 0)
                text.Append(", ");
            text.Append(Offset(merged[i].Start, entryPoint)).Append(" to ").Append(Offset(merged[i].End - 1, entryPoint));
        }

        return merged.Count > 4 ? text.Append(", …").ToString() : text.ToString();
    }

    private static string Offset(ulong address, ulong from) => address >= from ? $"+{address - from}" : $"-{from - address}";

    private static VariableLocation Constant(Entry constant)
    {
        var value = constant[DW_AT.const_value];
        switch (value.Kind)
        {
            case DwarfValueKind.Constant or DwarfValueKind.SignedConstant:
                return new VariableLocation.Constant((long)value.Value);
            case DwarfValueKind.Block:
                var bytes = constant.Block(value).Span;
                return bytes.Length is > 0 and <= 8 ? new VariableLocation.Constant((long)DwarfForm.ReadFixed(bytes, constant.Unit.Sections.IsBigEndian))
                    : new VariableLocation.None($"a constant of {bytes.Length} bytes");
            default:
                return new VariableLocation.None("a constant that is no number");
        }
    }

    private LocationContext Context(DwarfUnit unit, Svma pc)
    {
        var frame = copy?.Outermost;
        return new LocationContext
        {
            Unit = unit,
            Pc = pc,
            Entry = frame?.Entry ?? pc,
            FrameBase = frame is null ? null : at => symbols.FrameBase(frame.Describing, at),
            Frames = symbols.Frames,
            IsFixed = symbols.IsFixed,
        };
    }
}
