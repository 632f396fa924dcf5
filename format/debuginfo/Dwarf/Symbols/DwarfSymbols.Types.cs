using TraceKit.DebugInfo.Types;

namespace TraceKit.DebugInfo.Dwarf.Symbols;

public sealed partial class DwarfSymbols
{
    /// <summary>Where every entry is read for a suggestion: a tenth of a second.</summary>
    private const int MostBytesOfNames = 16 << 20;

    /// <summary>Suggestions for one name.</summary>
    private const int MostSimilar = 5;

    /// <summary>Names that are tried whether they are types.</summary>
    private const int MostTried = 8;

    private readonly Dictionary<(ushort Tag, string Name), Entry?> _definitions = [];

    /// <inheritdoc/>
    public DebugType? FindType(string name)
    {
        var pointers = 0;
        var text = name.AsSpan().Trim();
        while (text.EndsWith("*"))
        {
            text = text[..^1].TrimEnd();
            pointers++;
        }

        ushort wanted = 0;
        foreach (var (keyword, tag) in (ReadOnlySpan<(string, ushort)>)[("struct ", DW_TAG.structure_type), ("class ", DW_TAG.class_type), ("union ", DW_TAG.union_type), ("enum ", DW_TAG.enumeration_type)])
        {
            if (!text.StartsWith(keyword, StringComparison.Ordinal))
                continue;
            wanted = tag;
            text = text[keyword.Length..].TrimStart();
        }

        var plain = text.ToString();
        DebugType? type = FindEntry(wanted, plain) is { } entry ? TypeAt(entry.Key) : null;
        if (type is null && wanted == 0 && (BuiltIn(plain) ?? "") is { Length: > 0 } builtIn)
            type = FindEntry(DW_TAG.base_type, builtIn) is { } found ? TypeAt(found.Key) : null;
        var size = type is DwarfType described ? described.Entry.Unit.Context.AddressSize : 8u;
        for (; pointers > 0 && type is not null && pointers < 16; pointers--)
            type = new PointerType(type, size);
        return type;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> SimilarTypes(string name)
    {
        var bare = name.AsSpan().TrimEnd('*').TrimEnd();
        foreach (var keyword in (ReadOnlySpan<string>)["struct ", "class ", "union ", "enum "])
        {
            if (bare.StartsWith(keyword, StringComparison.Ordinal))
                bare = bare[keyword.Length..].TrimStart();
        }

        // Names of all things are in one table: the nearest ones, and of these the types.
        var near = Suggestions.NearestFew(bare.ToString(), Strings(bare.Length), MostTried);
        var types = new HashSet<string>(StringComparer.Ordinal);
        var needles = new NameNeedles(near);
        long looked = 0;
        foreach (var unit in near.Count == 0 ? [] : UnitsWith(needles, one: true))
        {
            looked += unit.End - unit.Offset;
            foreach (var entry in Named(unit, needles, static tag => Means(0, tag), null))
            {
                if (!entry.Flag(DW_AT.declaration) && entry.Text(DW_AT.name) is { } own)
                    types.Add(own);
            }

            if (types.Contains(near[0]) || types.Count >= MostSimilar || looked > FirstBytes)
                break;
        }

        var similar = new List<string>();
        foreach (var candidate in near)
        {
            if (types.Contains(candidate) && similar.Count < MostSimilar)
                similar.Add(candidate);
        }

        return similar.Count > 0 ? similar : SimilarInEntries(bare.ToString());
    }

    /// <summary>As above, where names stand in the entries: short ones, and Go's.</summary>
    private IReadOnlyList<string> SimilarInEntries(string name)
    {
        if (Info.Sections[DwarfSection.Info].Length > MostBytesOfNames)
            return [];
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var unit in UnitsWith((NameNeedles?)null))
        {
            var located = new List<int>();
            EntryLocator.LocateAll(Entries, unit, static tag => Means(0, tag), located);
            foreach (var offset in located)
            {
                if (Entries.At(unit, offset)?.Text(DW_AT.name) is { } own)
                    names.Add(own);
            }
        }

        return Suggestions.NearestFew(name, names, MostSimilar);
    }

    /// <summary>The definition of a declared type, in any unit.</summary>
    internal Entry? FindDefinition(ushort tag, string qualifiedName)
    {
        // A forward declaration may say struct of a class.
        if (!_definitions.TryGetValue((tag, qualifiedName), out var entry))
            _definitions.Add((tag, qualifiedName), entry = FindEntry(tag is DW_TAG.class_type or DW_TAG.structure_type ? DW_TAG.structure_type : tag, qualifiedName, anyEnd: false));
        return entry;
    }

    private Entry? FindEntry(ushort tag, string name, bool anyEnd = true)
    {
        if (name.Length == 0)
            return null;
        var plain = FunctionName.Split(name)[^1];
        var needles = new NameNeedles(plain == name ? [plain] : [plain, name]);
        Entry? best = null;
        foreach (var unit in UnitsWith(needles, one: true))
        {
            foreach (var entry in Named(unit, needles, static found => DwarfType.IsType(found), null))
            {
                var own = entry.Text(DW_AT.name);
                if (own != plain && own != name || !Means(tag, entry.Tag) || entry.Flag(DW_AT.declaration))
                    continue;
                if (Entries.Around(entry, static around => around == DW_TAG.subprogram) is not null)
                {
                    best ??= anyEnd ? entry : null; // local to a function: better than none
                    continue;
                }

                var qualified = Entries.Qualified(entry, own);
                if (qualified == name)
                    return entry;
                if (anyEnd && qualified!.EndsWith("::" + name, StringComparison.Ordinal))
                    best ??= entry;
            }
        }

        return best;
    }

    private static bool Means(ushort wanted, ushort tag) => wanted switch
    {
        0 => tag is DW_TAG.structure_type or DW_TAG.class_type or DW_TAG.union_type or DW_TAG.enumeration_type or DW_TAG.typedef or DW_TAG.base_type or DW_TAG.interface_type
            or DW_TAG.unspecified_type or DW_TAG.template_alias or DW_TAG.pointer_type or DW_TAG.array_type,
        DW_TAG.structure_type or DW_TAG.class_type => tag is DW_TAG.structure_type or DW_TAG.class_type or DW_TAG.interface_type,
        _ => tag == wanted,
    };

    /// <summary>Entries of a unit that have a name.</summary>
    private IEnumerable<Entry> Named(DwarfUnit unit, NameNeedles needles, Func<ushort, bool> tags, string? name)
    {
        var located = new List<int>();
        if (needles.Positions(unit, Entries) is { } positions)
            EntryLocator.Locate(Entries, unit, positions, located);
        else
            EntryLocator.LocateAll(Entries, unit, tags, located);
        foreach (var offset in located)
        {
            if (Entries.At(unit, offset) is { } entry && tags(entry.Tag) && (name is null || entry.Text(DW_AT.name) == name))
                yield return entry;
        }
    }

    /// <summary>Texts of <c>.debug_str</c> of about a length; a linker may have put them at the end of longer ones.</summary>
    private HashSet<string> Strings(int length)
    {
        var all = new HashSet<string>(StringComparer.Ordinal);
        var bytes = Info.Sections[DwarfSection.Str].Span;
        var most = Math.Max(1, length / 3);
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)0);
            if (end < 0)
                break;
            var text = bytes[..end];
            if (end > length + most)
                text = text[(text.LastIndexOfAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"u8) + 1)..];
            if (text.Length > 0 && Math.Abs(text.Length - length) <= most)
                all.Add(System.Text.Encoding.UTF8.GetString(text));
            bytes = bytes[(end + 1)..];
        }

        return all;
    }

    /// <summary>A built-in type of C as compilers name it: <c>unsigned long</c> is gcc's <c>long unsigned int</c>; clang keeps the former.</summary>
    private static string? BuiltIn(string name) => TypeText.Normalize(name) switch
    {
        "unsigned int" => "unsigned int",
        "long" => "long int",
        "unsigned long" => "long unsigned int",
        "short" => "short int",
        "unsigned short" => "short unsigned int",
        "long long" => "long long int",
        "unsigned long long" => "long long unsigned int",
        "unsigned char" => "unsigned char",
        "signed char" => "signed char",
        _ => null,
    };
}
