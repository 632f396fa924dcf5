using System.Text;
using TraceKit.Binary;

namespace TraceKit.DebugInfo.Dwarf;

/// <summary>One unit: its header (DWARF 5 §7.5.1) and what its first entry says.</summary>
internal sealed class DwarfUnit
{
    /// <summary>The sections it stands in.</summary>
    public required DwarfSections Sections { get; init; }

    /// <summary><see cref="DwarfSection.Info"/> or <see cref="DwarfSection.Types"/>.</summary>
    public required DwarfSection Section { get; init; }

    /// <summary>Where its header stands in the section.</summary>
    public required int Offset { get; init; }

    /// <summary>Where its first entry stands in the section.</summary>
    public required int FirstEntry { get; init; }

    /// <summary>Just past its last byte.</summary>
    public required int End { get; init; }

    /// <summary>A <see cref="DW_UT"/>; before version 5 what the section implies.</summary>
    public required byte Type { get; set; }

    /// <summary>Where its abbreviations stand.</summary>
    public required ulong AbbreviationsOffset { get; init; }

    /// <summary>Signature of a type unit, identity of a skeleton or split unit; else 0.</summary>
    public ulong Identity { get; set; }

    /// <summary>Of a type unit, where the type's entry stands in the section.</summary>
    public int TypeEntry { get; init; }

    /// <summary>Sizes and bases.</summary>
    public required UnitContext Context { get; set; }

    /// <summary>The tag of the first entry; 0 while that is unread or unreadable.</summary>
    public ushort Tag { get; set; }

    /// <summary>Attributes of the first entry, as they stand.</summary>
    public DwarfValue LowPc, HighPc, RangesValue, LineOffset, NameValue, DirectoryValue, SplitNameValue;

    /// <summary><c>DW_AT_rnglists_base</c>; of a split unit, where its part's table begins.</summary>
    public ulong RangeListsBase { get; set; }

    /// <summary><c>DW_AT_GNU_ranges_base</c>: added to <c>DW_AT_ranges</c> of the entries of the split unit.</summary>
    public ulong OldRangesBase { get; set; }

    /// <summary>Where the split unit's part of <c>.debug_rnglists.dwo</c> begins in a package.</summary>
    public ulong RangeListsPart { get; init; }

    /// <summary>Where the split unit's part of <c>.debug_loclists.dwo</c>, or <c>.debug_loc.dwo</c>, begins in a package.</summary>
    public ulong LocListsPart { get; init; }

    /// <summary>Of a split unit the one in the linked file, which has its addresses and its line table.</summary>
    public DwarfUnit? Skeleton { get; set; }

    /// <summary>Of a split unit in a <c>.dwo</c> file: all units of that file.</summary>
    public UnitList? Siblings { get; set; }

    /// <summary>The unit that says where addresses and lines stand.</summary>
    public DwarfUnit Linked => Skeleton ?? this;

    /// <summary>A type, partial or empty unit has no code of its own.</summary>
    public bool MayHaveCode => Tag is DW_TAG.compile_unit or DW_TAG.skeleton_unit || Tag == DW_TAG.partial_unit && (LowPc.Kind != DwarfValueKind.None || RangesValue.Kind != DwarfValueKind.None);

    /// <summary>The section's bytes up to the unit's end.</summary>
    public ReadOnlySpan<byte> Data => Sections[Section].Span[..End];

    /// <summary>A reader at an offset of the section.</summary>
    public EntryReader ReaderAt(int position) => new(Data, Context, Sections.IsBigEndian, position);

    /// <summary>An address as an attribute says it: by value or by number.</summary>
    public bool TryAddress(in DwarfValue value, out ulong address)
    {
        address = value.Value;
        if (value.Kind == DwarfValueKind.Address)
            return true;
        if (value.Kind != DwarfValueKind.AddressIndex)
            return false;
        var linked = Linked;
        if (!DwarfForm.TryIndexed(linked.Sections[DwarfSection.Addr].Span, linked.Context.AddressBase, value.Value, Context.AddressSize, Sections.IsBigEndian, out address))
            return false;
        address += value.Addend;
        return true;
    }

    /// <summary>A string as an attribute of this unit says it; empty when it cannot be read.</summary>
    public string Text(in DwarfValue value) => DwarfForm.TryString(value, Data, Sections, Context, out var text) && text.Length <= InputLimits.NameBytes ? Encoding.UTF8.GetString(text) : "";

    /// <summary>Reads a header.</summary>
    /// <param name="sections">The sections.</param>
    /// <param name="section"><see cref="DwarfSection.Info"/> or <see cref="DwarfSection.Types"/>.</param>
    /// <param name="offset">Where it stands.</param>
    /// <param name="part">Of a package: where the unit's parts of other sections begin.</param>
    /// <param name="unit">The unit; null when its header is damaged.</param>
    /// <param name="next">Where the next unit begins; the section's end when that cannot be known.</param>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static BadDataException? Read(DwarfSections sections, DwarfSection section, int offset, in PackageParts part, out DwarfUnit? unit, out int next)
    {
        unit = null;
        var c = sections.Cursor(section);
        next = c.Remaining;
        c.TrySeek(offset);
        BadDataException Bad(string expected, string found) => new(sections.Image.Name, sections.NameOf(section), (ulong)offset, BadDataCode.InvalidValue, expected, found);
        if (!c.TryReadUInt32(out var length32))
            return Bad("a unit's length", "the section's end");
        ulong length = length32;
        var is64 = length32 == uint.MaxValue;
        if (is64 && !c.TryReadUInt64(out length))
            return Bad("a unit's length", "the section's end");
        if (length32 is >= 0xfffffff0 and < uint.MaxValue || length > (ulong)c.Remaining)
            return Bad($"a unit of at most {c.Remaining} bytes", $"{length}");
        next = c.Position + (int)length;
        if (length == 0)
            return null; // padding

        byte type = section == DwarfSection.Types ? DW_UT.type : DW_UT.compile, addressSize = 0;
        if (!c.TryReadUInt16(out var version))
            return Bad("a unit's version", "the section's end");
        if (version is < 2 or > 5)
            return new BadDataException(sections.Image.Name, sections.NameOf(section), (ulong)offset, BadDataCode.UnsupportedVersion, "unit of version 2 to 5", $"{version}");
        if (version == 5 && !(c.TryReadByte(out type) && c.TryReadByte(out addressSize)) ||
            !TryOffset(ref c, is64, out var abbreviations) ||
            version < 5 && !c.TryReadByte(out addressSize))
        {
            return Bad("a unit's header", "the section's end");
        }

        ulong identity = 0, typeEntry = 0;
        if (type is DW_UT.type or DW_UT.split_type && !(c.TryReadUInt64(out identity) && TryOffset(ref c, is64, out typeEntry)) ||
            type is DW_UT.skeleton or DW_UT.split_compile && !c.TryReadUInt64(out identity) ||
            c.Position > next)
        {
            return Bad("a unit's header", "the unit's end");
        }

        if (addressSize is not (1 or 2 or 4 or 8))
            return Bad("addresses of 1, 2, 4 or 8 bytes", $"{addressSize}");
        unit = new DwarfUnit
        {
            Sections = sections,
            Section = section,
            Offset = offset,
            FirstEntry = c.Position,
            End = next,
            Type = type,
            AbbreviationsOffset = abbreviations + part.Abbreviations,
            Identity = identity,
            TypeEntry = (int)Math.Min((ulong)offset + Math.Min(typeEntry, int.MaxValue), int.MaxValue),
            RangeListsPart = part.RangeLists,
            LocListsPart = part.LocLists,
            Context = new UnitContext { Version = version, AddressSize = addressSize, Is64BitDwarf = is64, StringOffsetsBase = part.StringOffsets },
        };
        return null;
    }

    /// <summary>Reads the first entry.</summary>
    /// <param name="abbreviationBytes">Bytes of abbreviations that may still be read in search of first entries' shapes.</param>
    /// <returns>False when it could not be read to its end; what was read is kept.</returns>
    public bool ReadFirstEntry(ref long abbreviationBytes)
    {
        var reader = ReaderAt(FirstEntry);
        var code = reader.Uleb();
        if (code == 0)
            return !reader.Failed; // an empty unit
        var abbreviations = Sections.Cursor(DwarfSection.Abbrev);
        if (AbbreviationsOffset > (ulong)abbreviations.Remaining || abbreviationBytes < 0)
            return false;
        abbreviations.TrySeek((int)AbbreviationsOffset);
        var table = AbbreviationTable.ReadOne(ref abbreviations, Context, code);
        abbreviationBytes -= abbreviations.Position - (int)AbbreviationsOffset;
        ref readonly var a = ref table.Find(code, out var found);
        if (!found)
            return false;
        Tag = a.Tag;
        DwarfValue strings = default, addresses = default, rangeLists = default;
        foreach (ref readonly var op in table.Ops[a.FactsStart..a.FactsEnd])
        {
            if (op.Kind != PlanOpKind.Read)
            {
                reader.Step(op);
                continue;
            }

            var value = reader.Read(op.Form, op.Argument >= 0 ? table.Constants[op.Argument] : 0);
            if (reader.Failed)
                break;
            switch (op.Attribute)
            {
                case DW_AT.name: NameValue = value; break;
                case DW_AT.comp_dir: DirectoryValue = value; break;
                case DW_AT.stmt_list: LineOffset = value; break;
                case DW_AT.low_pc: LowPc = value; break;
                case DW_AT.high_pc: HighPc = value; break;
                case DW_AT.ranges: RangesValue = value; break;
                case DW_AT.str_offsets_base: strings = value; break;
                case DW_AT.addr_base or DW_AT.GNU_addr_base: addresses = value; break;
                case DW_AT.rnglists_base: rangeLists = value; break;
                case DW_AT.GNU_ranges_base: OldRangesBase = value.Value; break;
                case DW_AT.dwo_name or DW_AT.GNU_dwo_name: SplitNameValue = value; break;
                case DW_AT.GNU_dwo_id: Identity = value.Value; break;
            }
        }

        // A split unit of version 5 has no bases: its tables begin after the header of their part (DWARF 5 §7.3.2.2; headers §7.26, §7.28).
        var stringsHeader = Sections.IsSplit && Context.Version >= 5 ? Context.Is64BitDwarf ? 16u : 8u : 0;
        RangeListsBase = rangeLists.Kind != DwarfValueKind.None ? RangeListsPart + rangeLists.Value
            : RangeListsPart + (Context.Version >= 5 ? Context.Is64BitDwarf ? 20u : 12u : 0);
        Context = new UnitContext
        {
            Version = Context.Version,
            AddressSize = Context.AddressSize,
            Is64BitDwarf = Context.Is64BitDwarf,
            StringOffsetsBase = strings.Kind != DwarfValueKind.None ? strings.Value : Context.StringOffsetsBase + stringsHeader,
            AddressBase = addresses.Value,
        };
        return !reader.Failed;
    }

    private static bool TryOffset(ref SpanCursor c, bool is64, out ulong offset)
    {
        if (is64)
            return c.TryReadUInt64(out offset);
        var read = c.TryReadUInt32(out var short32);
        offset = short32;
        return read;
    }
}
