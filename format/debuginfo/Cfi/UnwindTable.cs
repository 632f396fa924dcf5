using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;

namespace TraceKit.DebugInfo.Cfi;

/// <summary>Call frame information of one module, compiled: for each address how to find the caller's registers.</summary>
/// <remarks>
/// <para>Two columns sorted by address, 8 bytes a row: <c>pc[]</c>, counted from <see cref="ElfImage.ImageBase"/>, and <c>rule[]</c>, a position in the
/// module's distinct rules. A row holds up to the next row's address. Neighbours that say the same are one row; addresses that no FDE
/// covers have a row of <see cref="UnwindRuleKind.None"/>; an FDE whose program is damaged is one row of <see cref="UnwindRuleKind.Bad"/>.</para>
/// <para>The entry point has no caller: where no FDE covers it, up to 64 bytes from it say so.</para>
/// <para>Where FDEs overlap, the one that begins first holds; <c>.debug_frame</c> fills what <c>.eh_frame</c> leaves.</para>
/// <para>Immutable; safe for any number of readers.</para>
/// </remarks>
public sealed class UnwindTable
{
    private readonly ulong _base;
    private readonly uint[] _pcs;
    private readonly uint[] _ruleOf;
    private readonly UnwindRule[] _rules;
    private readonly FullRow[] _full;

    internal UnwindTable(ulong imageBase, uint[] pcs, uint[] ruleOf, UnwindRule[] rules, FullRow[] full, ushort machine)
    {
        _base = imageBase;
        _pcs = pcs;
        _ruleOf = ruleOf;
        _rules = rules;
        _full = full;
        Machine = machine;
    }

    /// <summary><c>e_machine</c> of the file: decides what the rules' registers mean.</summary>
    public ushort Machine { get; }

    /// <summary>Rows.</summary>
    public int Count => _pcs.Length;

    /// <summary>Distinct rules.</summary>
    public int RuleCount => _rules.Length;

    /// <summary>Rows kept in full: with expressions, or with what does not fit a rule.</summary>
    public int FullRowCount => _full.Length;

    /// <summary>Rows before equal neighbours were merged: the work the build had.</summary>
    public long SourceRows { get; internal init; }

    /// <summary>FDEs read.</summary>
    public int Entries { get; internal init; }

    /// <summary>Entries that could not be read or whose program is damaged.</summary>
    public int DamagedEntries { get; internal init; }

    /// <summary>FDEs of code that was discarded or lies outside of the module; they say nothing about it.</summary>
    public int DiscardedEntries { get; internal init; }

    /// <summary>The first damage found, with where it stands; null when there is none.</summary>
    public BadDataException? FirstDamage { get; internal init; }

    /// <summary>Bytes the table takes.</summary>
    public long MemoryBytes
    {
        get
        {
            long bytes = _pcs.LongLength * 8 + _rules.LongLength * 16;
            foreach (var row in _full)
                bytes += 96 + row.Rules.Length * 9;
            return bytes;
        }
    }

    /// <summary>Compiles <c>.eh_frame</c> and <c>.debug_frame</c> in one pass each.</summary>
    /// <param name="image">A file or a snapshot with its unwind sections. A machine other than x86-64 and AArch64 gives an empty table.</param>
    /// <param name="others">Rows for code that the file's CFI does not cover; null for none.</param>
    /// <exception cref="BadDataException">The section is compressed and damaged. Damaged entries do not throw: they are counted.</exception>
    public static UnwindTable Build(ElfImage image, UnwindRowList? others = null) => new UnwindTableBuilder(image).Build(others);

    /// <summary>The rule for an address.</summary>
    /// <returns>False, with a rule of <see cref="UnwindRuleKind.None"/>, when no CFI covers it.</returns>
    public bool TryFind(Svma pc, out UnwindRule rule)
    {
        var row = RowOf(pc.Value - _base);
        rule = row < 0 ? default : _rules[_ruleOf[row]];
        return rule.Kind != UnwindRuleKind.None;
    }

    /// <summary>One row, for listings and tests: holds from <paramref name="start"/> up to the next row's.</summary>
    public UnwindRule Row(int index, out Svma start)
    {
        start = new Svma(_base + _pcs[index]);
        return _rules[_ruleOf[index]];
    }

    /// <summary>The row a rule of <see cref="UnwindRuleKind.Full"/> points to.</summary>
    public FullRow Full(UnwindRule rule) => _full[rule.CfaOffset];

    private int RowOf(ulong relative)
    {
        if (relative > uint.MaxValue)
            return -1;
        var pc = (uint)relative;
        var pcs = _pcs;
        int low = 0, high = pcs.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (pcs[middle] <= pc)
                low = middle + 1;
            else
                high = middle;
        }

        return low - 1;
    }
}
