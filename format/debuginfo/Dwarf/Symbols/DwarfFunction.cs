using TraceKit.DebugInfo.Types;

namespace TraceKit.DebugInfo.Dwarf.Symbols;

/// <summary>A function that DWARF describes, with everything that stems from its declaration.</summary>
internal sealed class DwarfFunction : DebugFunction
{
    private readonly DwarfSymbols _symbols;
    private readonly Entry _root;
    private readonly IReadOnlyList<EntryKey> _entries;
    private Entry? _definition;
    private IReadOnlyList<DebugFunctionCopy>? _copies;
    private List<Entry>? _parameters;
    private bool _variadic;

    /// <summary>A function.</summary>
    /// <param name="symbols">Who made it.</param>
    /// <param name="root">Its declaration or abstract instance, or its only entry.</param>
    /// <param name="entries">All that stem from it, the root included.</param>
    public DwarfFunction(DwarfSymbols symbols, Entry root, IReadOnlyList<EntryKey> entries)
    {
        _symbols = symbols;
        _root = root;
        _entries = entries;
    }

    /// <inheritdoc/>
    public override string Name => field ??= _symbols.Entries.Name(_root) ?? "";

    /// <inheritdoc/>
    public override string QualifiedName => field ??= _symbols.Entries.Qualified(_root, Name) ?? "";

    /// <inheritdoc/>
    public override string? LinkageName => field ??= Attribute(DW_AT.linkage_name)?.Text(DW_AT.linkage_name) ?? Attribute(DW_AT.MIPS_linkage_name)?.Text(DW_AT.MIPS_linkage_name);

    /// <inheritdoc/>
    public override SourceLanguage Language => _symbols.Entries.Language(Definition.Unit);

    /// <inheritdoc/>
    public override string? File => field ??= _symbols.DeclarationFile(Definition);

    /// <inheritdoc/>
    public override int Line => _symbols.Entries.WithAttribute(Definition, DW_AT.decl_line)?.Number(DW_AT.decl_line) is { } line and <= int.MaxValue ? (int)line : 0;

    /// <inheritdoc/>
    public override DebugType? ReturnType => field ??= _symbols.Entries.WithAttribute(Definition, DW_AT.type) is { } typed ? _symbols.TypeOf(typed) : Language == SourceLanguage.Go && Results.Count > 0 ? Results[0].Type : null;

    /// <inheritdoc/>
    public override IReadOnlyList<DebugParameter> Results => field ??= Language == SourceLanguage.Go ? ReadParameters(results: true) : ReturnType is { } type ? [new DebugParameter(null, type)] : [];

    /// <inheritdoc/>
    public override string? Producer => field ??= _symbols.Entries.First(Definition.Unit)?.Text(DW_AT.producer);

    /// <inheritdoc/>
    public override string Source => _symbols.Description;

    /// <inheritdoc/>
    public override IReadOnlyList<DebugParameter> Parameters => field ??= ReadParameters(results: false);

    /// <inheritdoc/>
    public override bool IsVariadic
    {
        get
        {
            _ = ParameterEntries;
            return _variadic;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<DebugFunctionCopy> Copies => _copies ??= ReadCopies();

    /// <summary>The entry that says what is declared: the abstract instance or the definition, where there is one.</summary>
    internal Entry Definition => _definition ??= FindDefinition();

    /// <summary>Parameters of the declaration.</summary>
    internal List<Entry> ParameterEntries
    {
        get
        {
            if (_parameters is not null)
                return _parameters;
            // The definition has the names; a declaration in a class most often only types.
            for (var entry = Definition; ;)
            {
                var parameters = new List<Entry>();
                foreach (var child in _symbols.Entries.Children(entry))
                {
                    if (child.Tag == DW_TAG.formal_parameter)
                        parameters.Add(child);
                    else if (child.Tag == DW_TAG.GNU_formal_parameter_pack)
                        parameters.AddRange(_symbols.Entries.Children(child));
                    _variadic |= child.Tag == DW_TAG.unspecified_parameters;
                }

                if (parameters.Count > 0 || _variadic || _symbols.Entries.Origin(entry) is not { } origin || origin.Key == entry.Key || _steps++ > EntrySource.MostOrigins)
                    return _parameters = parameters;
                entry = origin;
            }
        }
    }

    private int _steps;

    private Entry? Attribute(ushort attribute) => _symbols.Entries.WithAttribute(_root, attribute) ?? _symbols.Entries.WithAttribute(Definition, attribute);

    private Entry FindDefinition()
    {
        Entry? completes = null;
        foreach (var key in _entries)
        {
            if (_symbols.Entries.At(key.Unit, key.Offset) is not { Tag: DW_TAG.subprogram } entry || entry.Flag(DW_AT.declaration))
                continue;
            if (!entry.Has(DW_AT.abstract_origin))
                return entry;
            completes ??= entry;
        }

        return completes ?? _root;
    }

    private List<DebugParameter> ReadParameters(bool results)
    {
        var all = new List<DebugParameter>();
        foreach (var entry in ParameterEntries)
        {
            // Go: "variable parameters" are what it returns.
            if (DwarfVariable.IsResult(entry) != results)
                continue;
            var typed = _symbols.Entries.WithAttribute(entry, DW_AT.type);
            all.Add(new DebugParameter(_symbols.Entries.Name(entry), typed is null ? null : _symbols.TypeOf(typed)));
        }

        return all;
    }

    private List<DebugFunctionCopy> ReadCopies()
    {
        var all = new List<DebugFunctionCopy>();
        foreach (var key in _entries)
        {
            if (_symbols.Entries.At(key.Unit, key.Offset) is { } entry && DwarfFunctionCopy.TryMake(_symbols, this, entry) is { } copy)
                all.Add(copy);
        }

        all.Sort(static (a, b) => a.IsInlined != b.IsInlined ? a.IsInlined.CompareTo(b.IsInlined) : a.Entry.Value.CompareTo(b.Entry.Value));
        return all;
    }
}
