using TraceKit.Binary;

namespace TraceKit.DebugInfo.Dwarf;

/// <summary>The abbreviations of a unit (DWARF 5 §7.5.3), compiled into steps: a walk touches only what it came for.</summary>
/// <remarks>Immutable; safe for any number of readers.</remarks>
internal sealed class AbbreviationTable
{
    private readonly Abbreviation[] _abbreviations;
    private readonly Dictionary<ulong, int>? _byCode; // null when the codes follow each other, 1, 2, 3…, as every compiler makes them
    private readonly ulong _firstCode;
    private readonly PlanOp[] _ops;
    private readonly long[] _constants;
    private static readonly Abbreviation None;

    private AbbreviationTable(Abbreviation[] abbreviations, ulong firstCode, Dictionary<ulong, int>? byCode, PlanOp[] ops, long[] constants)
    {
        _firstCode = firstCode;
        _abbreviations = abbreviations;
        _byCode = byCode;
        _ops = ops;
        _constants = constants;
    }

    /// <summary>The steps that abbreviations have their parts of.</summary>
    public ReadOnlySpan<PlanOp> Ops => _ops;

    /// <summary>Numbers of <c>DW_FORM_implicit_const</c>.</summary>
    public ReadOnlySpan<long> Constants => _constants;

    /// <summary>The abbreviation of a code.</summary>
    /// <param name="code">Not 0.</param>
    /// <param name="found">False when there is none.</param>
    public ref readonly Abbreviation Find(ulong code, out bool found)
    {
        int index;
        if (_byCode is null)
        {
            found = code - _firstCode < (ulong)_abbreviations.Length;
            index = (int)(code - _firstCode);
        }
        else
        {
            found = _byCode.TryGetValue(code, out index);
        }

        return ref found ? ref _abbreviations[index] : ref None;
    }

    /// <summary>Reads a table.</summary>
    /// <param name="cursor">At its start; then where reading ended.</param>
    /// <param name="unit">Sizes that the steps are compiled for.</param>
    /// <returns>As much as could be read; an entry of a shape that is missing is damage when it is met.</returns>
    public static AbbreviationTable Read(ref SpanCursor cursor, in UnitContext unit)
    {
        var abbreviations = new List<Abbreviation>();
        var ops = new List<PlanOp>();
        var constants = new List<long>();
        var specs = new List<Spec>();
        var dense = true;
        while (cursor.TryReadUleb128(out var code) && code != 0)
        {
            if (!cursor.TryReadUleb128(out var tag) || !cursor.TryReadByte(out var children) || !TryReadSpecs(ref cursor, specs, constants))
                break;
            var a = new Abbreviation { Code = code, Tag = tag > ushort.MaxValue ? (ushort)0 : (ushort)tag, HasChildren = children != 0 };
            Compile(ref a, specs, unit, ops);
            dense &= code == (ulong)abbreviations.Count + 1;
            abbreviations.Add(a);
        }

        Dictionary<ulong, int>? byCode = null;
        if (!dense)
        {
            byCode = new Dictionary<ulong, int>(abbreviations.Count);
            for (var i = 0; i < abbreviations.Count; i++)
                byCode.TryAdd(abbreviations[i].Code, i);
        }

        return new AbbreviationTable([.. abbreviations], 1, byCode, [.. ops], [.. constants]);
    }

    /// <summary>Reads one abbreviation, which is all that a unit's first entry needs. Compilers sort them by use, so that of the first entry stands far behind.</summary>
    /// <param name="cursor">At the table's start; then where reading ended.</param>
    /// <param name="unit">Sizes that the steps are compiled for.</param>
    /// <param name="code">Which one. Not 0.</param>
    /// <returns>Empty when there is none.</returns>
    public static AbbreviationTable ReadOne(ref SpanCursor cursor, in UnitContext unit, ulong code)
    {
        while (cursor.TryReadUleb128(out var at) && at != 0 && cursor.TryReadUleb128(out var tag) && cursor.TryReadByte(out var children))
        {
            if (at != code)
            {
                if (!TrySkipSpecs(ref cursor))
                    break;
                continue;
            }

            List<Spec> specs = [];
            List<long> constants = [];
            List<PlanOp> ops = [];
            if (!TryReadSpecs(ref cursor, specs, constants))
                break;
            var a = new Abbreviation { Code = code, Tag = tag > ushort.MaxValue ? (ushort)0 : (ushort)tag, HasChildren = children != 0 };
            Compile(ref a, specs, unit, ops);
            return new AbbreviationTable([a], code, null, [.. ops], [.. constants]);
        }

        return new AbbreviationTable([], 1, null, [], []);
    }

    private static bool TrySkipSpecs(ref SpanCursor cursor)
    {
        for (; ; )
        {
            if (!cursor.TryReadUleb128(out var attribute) || !cursor.TryReadUleb128(out var form))
                return false;
            if (attribute == 0 && form == 0)
                return true;
            if (form == DW_FORM.implicit_const && !cursor.TryReadSleb128(out _))
                return false;
        }
    }

    private static bool TryReadSpecs(ref SpanCursor cursor, List<Spec> specs, List<long> constants)
    {
        specs.Clear();
        for (; ; )
        {
            if (!cursor.TryReadUleb128(out var attribute) || !cursor.TryReadUleb128(out var form))
                return false;
            if (attribute == 0 && form == 0)
                return true;
            var constant = -1;
            if (form == DW_FORM.implicit_const)
            {
                if (!cursor.TryReadSleb128(out var number))
                    return false;
                constant = constants.Count;
                constants.Add(number);
            }

            specs.Add(new Spec(attribute > ushort.MaxValue ? (ushort)0 : (ushort)attribute, form > ushort.MaxValue ? (ushort)0 : (ushort)form, constant));
        }
    }

    private static void Compile(ref Abbreviation a, List<Spec> specs, in UnitContext unit, List<PlanOp> ops)
    {
        a.Role = RoleOf(a, specs);
        a.WalkStart = ops.Count;
        AddSteps(specs, unit, ops, a.Role switch
        {
            EntryRole.Prune => static attribute => attribute == DW_AT.sibling,
            EntryRole.Function => static attribute => attribute is DW_AT.low_pc or DW_AT.high_pc or DW_AT.ranges or DW_AT.sibling,
            EntryRole.Inlined => static attribute => attribute is DW_AT.low_pc or DW_AT.high_pc or DW_AT.ranges,
            _ => static _ => false,
        });
        a.WalkEnd = ops.Count;
        a.FixedSize = (a.WalkEnd - a.WalkStart) switch
        {
            0 => 0,
            1 when ops[a.WalkStart].Kind == PlanOpKind.Skip => ops[a.WalkStart].Argument,
            _ => -1,
        };
        a.FactsStart = ops.Count;
        Func<ushort, bool>? facts = a.Tag switch
        {
            DW_TAG.subprogram or DW_TAG.inlined_subroutine or DW_TAG.entry_point => static attribute => attribute is DW_AT.name or DW_AT.linkage_name
                or DW_AT.MIPS_linkage_name or DW_AT.abstract_origin or DW_AT.specification or DW_AT.call_file or DW_AT.call_line or DW_AT.call_column,
            DW_TAG.compile_unit or DW_TAG.partial_unit or DW_TAG.type_unit or DW_TAG.skeleton_unit => static attribute => attribute is DW_AT.name
                or DW_AT.comp_dir or DW_AT.stmt_list or DW_AT.low_pc or DW_AT.high_pc or DW_AT.ranges or DW_AT.str_offsets_base or DW_AT.addr_base
                or DW_AT.rnglists_base or DW_AT.dwo_name or DW_AT.GNU_dwo_name or DW_AT.GNU_dwo_id or DW_AT.GNU_addr_base or DW_AT.GNU_ranges_base,
            _ => null,
        };
        if (facts is not null)
            AddSteps(specs, unit, ops, facts);
        a.FactsEnd = ops.Count;
    }

    private static EntryRole RoleOf(in Abbreviation a, List<Spec> specs)
    {
        var prunable = false;
        switch (a.Tag)
        {
            case DW_TAG.inlined_subroutine:
                return EntryRole.Inlined;
            case DW_TAG.subprogram:
                prunable = Has(specs, DW_AT.declaration) && !Has(specs, DW_AT.low_pc) && !Has(specs, DW_AT.ranges);
                if (!prunable || !Has(specs, DW_AT.sibling))
                    return EntryRole.Function;
                break;
            case DW_TAG.enumeration_type or DW_TAG.subroutine_type or DW_TAG.array_type or DW_TAG.call_site or DW_TAG.GNU_call_site:
                prunable = true;
                break;
        }

        return prunable && a.HasChildren && Has(specs, DW_AT.sibling) ? EntryRole.Prune : EntryRole.Pass;
    }

    private static bool Has(List<Spec> specs, ushort attribute)
    {
        foreach (var spec in specs)
        {
            if (spec.Attribute == attribute)
                return true;
        }

        return false;
    }

    private static void AddSteps(List<Spec> specs, in UnitContext unit, List<PlanOp> ops, Func<ushort, bool> wanted)
    {
        var skip = 0;
        foreach (var spec in specs)
        {
            var read = wanted(spec.Attribute);
            var size = FixedSize(spec.Form, unit);
            if (!read && size >= 0 && skip < 1 << 20)
            {
                skip += size;
                continue;
            }

            if (skip > 0)
                ops.Add(new PlanOp(PlanOpKind.Skip, 0, 0, skip));
            skip = 0;
            if (read)
                ops.Add(new PlanOp(PlanOpKind.Read, spec.Form, spec.Attribute, spec.Constant));
            else
                ops.Add(new PlanOp(SkipKind(spec.Form), spec.Form, 0, size));
        }

        if (skip > 0)
            ops.Add(new PlanOp(PlanOpKind.Skip, 0, 0, skip));
    }

    private static PlanOpKind SkipKind(ushort form) => form switch
    {
        DW_FORM.udata or DW_FORM.sdata or DW_FORM.ref_udata or DW_FORM.strx or DW_FORM.addrx or DW_FORM.loclistx or DW_FORM.rnglistx or DW_FORM.GNU_addr_index
            or DW_FORM.GNU_str_index => PlanOpKind.SkipLeb128,
        DW_FORM.@string => PlanOpKind.SkipString,
        DW_FORM.block or DW_FORM.exprloc => PlanOpKind.SkipBlock,
        DW_FORM.block1 or DW_FORM.block2 or DW_FORM.block4 or DW_FORM.indirect or DW_FORM.LLVM_addrx_offset => PlanOpKind.SkipForm,
        _ => PlanOpKind.Unknown,
    };

    /// <summary>Bytes of a value of that form; -1 when it depends on the value.</summary>
    internal static int FixedSize(ushort form, in UnitContext unit) => form switch
    {
        DW_FORM.addr => unit.AddressSize,
        DW_FORM.data1 or DW_FORM.flag or DW_FORM.ref1 or DW_FORM.strx1 or DW_FORM.addrx1 => 1,
        DW_FORM.data2 or DW_FORM.ref2 or DW_FORM.strx2 or DW_FORM.addrx2 => 2,
        DW_FORM.strx3 or DW_FORM.addrx3 => 3,
        DW_FORM.data4 or DW_FORM.ref4 or DW_FORM.strx4 or DW_FORM.addrx4 or DW_FORM.ref_sup4 => 4,
        DW_FORM.data8 or DW_FORM.ref8 or DW_FORM.ref_sig8 or DW_FORM.ref_sup8 => 8,
        DW_FORM.data16 => 16,
        DW_FORM.flag_present or DW_FORM.implicit_const => 0,
        DW_FORM.ref_addr or DW_FORM.GNU_ref_alt => unit.Version <= 2 ? unit.AddressSize : unit.OffsetSize,
        DW_FORM.strp or DW_FORM.line_strp or DW_FORM.strp_sup or DW_FORM.sec_offset or DW_FORM.GNU_strp_alt => unit.OffsetSize,
        _ => -1,
    };

    private readonly record struct Spec(ushort Attribute, ushort Form, int Constant);
}
