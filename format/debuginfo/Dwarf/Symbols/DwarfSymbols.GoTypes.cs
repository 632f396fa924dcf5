using TraceKit.DebugInfo.Types;

namespace TraceKit.DebugInfo.Dwarf.Symbols;

public sealed partial class DwarfSymbols
{
    private List<KeyValuePair<ulong, string>>? _goTypes;

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<ulong, string>> GoRuntimeTypes() => _goTypes ??= [.. ReadGoTypes()];

    private IEnumerable<KeyValuePair<ulong, string>> ReadGoTypes()
    {
        foreach (var unit in AllUnits())
        {
            if (Entries.Language(unit) != SourceLanguage.Go)
                continue;
            Entries.Ready(unit);
            var located = new List<int>();
            EntryLocator.LocateAll(Entries, unit, DwarfType.IsType, located);
            foreach (var offset in located)
            {
                // A typedef stands for a named type; the struct or number behind it says the same of itself again.
                if (Entries.At(unit, offset) is { } entry && entry[DW_AT.go_runtime_type] is { Kind: not DwarfValueKind.None } value && unit.TryAddress(value, out var address) && address != 0
                    && entry.Text(DW_AT.name) is { } name)
                    yield return new KeyValuePair<ulong, string>(address, name);
            }
        }
    }
}
