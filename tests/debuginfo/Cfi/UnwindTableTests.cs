using System.Runtime.CompilerServices;
using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Elf;
using TraceKit.Testing;

namespace TraceKit.DebugInfo.Tests.Cfi;

/// <summary>Call frame programs assembled by hand, and the rows they compile to.</summary>
public class UnwindTableTests
{
    private static UnwindRule At(UnwindTable table, ulong address)
    {
        table.TryFind(new Svma(address), out var rule);
        return rule;
    }

    private static string Show(UnwindTable table, ulong address)
    {
        var rule = At(table, address);
        return rule.Kind == UnwindRuleKind.Frame ? $"r{rule.CfaRegister}{rule.CfaOffset:+0;-0} {rule.Saved:x}" : rule.Kind.ToString();
    }

    /// <summary>The rows of an ordinary function: prologue, body, epilogue with remembered state, and the gap after it.</summary>
    [Fact]
    public void UnwindTable_OrdinaryFunction_RowsAtEachAddress()
    {
        var table = CfiTestImage.Table(a => a.X64Cie().Fde(0x1000, 0x40, p => p
            .Advance(1).DefCfaOffset(16).Offset(6, 2)
            .Advance(3).DefCfaRegister(6)
            .Advance(0x20).RememberState().DefCfa(7, 8).Restore(6)
            .Advance(1).RestoreState()));
        Assert.Equal("None", Show(table, 0xfff));
        Assert.Equal("r7+8 0", Show(table, 0x1000));
        Assert.Equal("r7+16 200", Show(table, 0x1001)); // rbp is the second saved byte
        Assert.Equal("r6+16 200", Show(table, 0x1004));
        Assert.Equal("r7+8 0", Show(table, 0x1024));
        Assert.Equal("r6+16 200", Show(table, 0x1025));
        Assert.Equal("r6+16 200", Show(table, 0x103f));
        Assert.Equal("None", Show(table, 0x1040));
        Assert.Null(table.FirstDamage);
    }

    /// <summary>Instructions that change nothing for unwinding do not make rows; equal neighbours are one row.</summary>
    [Fact]
    public void UnwindTable_EqualNeighbours_OneRow()
    {
        var table = CfiTestImage.Table(a => a.X64Cie()
            .Fde(0x1000, 0x10, p => p.Advance(4).ArgsSize(16).Advance(4).SameValue(3).Advance(4).Offset(17, 4))
            .Fde(0x1010, 0x10));
        Assert.Equal("r7+8 0, None", string.Join(", ", Enumerable.Range(0, table.Count).Select(i => { table.Row(i, out var pc); return Show(table, pc.Value); })));
    }

    /// <summary>Every way to state an offset comes to the same rule.</summary>
    [Fact]
    public void UnwindTable_OffsetForms_SameRule()
    {
        Action<CfiProgram>[] forms =
        [
            p => p.DefCfaOffset(32).Offset(3, 3),
            p => p.DefCfaOffsetSf(-4).OffsetExtendedSf(3, 3),
            p => p.DefCfaSf(7, -4).Raw(0x05, 3, 3), // offset_extended
            p => p.DefCfa(7, 32).NegativeOffsetExtended(3, 0).Offset(3, 3),
        ];
        foreach (var form in forms)
            Assert.Equal("r7+32 3", Show(CfiTestImage.Table(a => a.X64Cie().Fde(0x1000, 8, form)), 0x1000));
    }

    /// <summary>What does not fit a rule is kept in full: expressions, value offsets, registers, offsets that are no multiple of 8, a rule for rsp.</summary>
    [Fact]
    public void UnwindTable_UnusualRules_FullRow()
    {
        Action<CfiProgram>[] forms =
        [
            p => p.DefCfaExpression(0x77, 8), p => p.ValOffset(3, 1), p => p.ValOffsetSf(3, -1), p => p.Register(3, 0), p => p.Expression(6, 0x77, 0), p => p.ValExpression(6, 0x77, 0),
            p => p.Offset(7, 2), p => p.Register(16, 2), p => p.Offset(16, 2), p => p.SameValue(16), p => p.DefCfa(7, 1UL << 40),
        ];
        foreach (var form in forms)
            Assert.Equal("Full", Show(CfiTestImage.Table(a => a.X64Cie().Fde(0x1000, 8, form)), 0x1000));
    }

    /// <summary>An undefined return address ends the stack; an undefined preserved register is lost.</summary>
    [Fact]
    public void UnwindTable_Undefined_EndOfStackOrLost()
    {
        var table = CfiTestImage.Table(a => a.X64Cie().Fde(0x1000, 8, p => p.Undefined(16)).Fde(0x1008, 8, p => p.Undefined(3)));
        Assert.Equal("EndOfStack", Show(table, 0x1000));
        Assert.Equal("r7+8 ff", Show(table, 0x1008));
    }

    /// <summary>From an expression back to a register with def_cfa_register alone: the offset is the one before the expression, as libgcc has it.</summary>
    [Fact]
    public void UnwindTable_RegisterAfterExpression_KeepsOffset()
    {
        var table = CfiTestImage.Table(a => a.X64Cie().Fde(0x1000, 0x10, p => p.DefCfaOffset(56).Advance(4).DefCfaExpression(0x77, 0).Advance(4).DefCfaRegister(7)));
        Assert.Equal("Full", Show(table, 0x1004));
        Assert.Equal("r7+56 0", Show(table, 0x1008));
    }

    /// <summary>The augmentations that occur: signal frames, personality and LSDA, GCC 2's eh, none.</summary>
    [Theory]
    [InlineData("zR", false)]
    [InlineData("zRS", true)]
    [InlineData("zPLR", false)]
    [InlineData("", false)]
    public void UnwindTable_Augmentations_Read(string augmentation, bool signal)
    {
        var rule = At(CfiTestImage.Table(a => a.X64Cie(augmentation).Fde(0x1000, 8)), 0x1004);
        Assert.Equal((UnwindRuleKind.Frame, signal), (rule.Kind, rule.IsSignalFrame));
    }

    /// <summary>.debug_frame of each version, in 32- and 64-bit DWARF.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(4, false)]
    [InlineData(4, true)]
    public void UnwindTable_DebugFrameVersions_Read(byte version, bool dwarf64)
    {
        var section = new CfiAssembler(0, debugFrame: true, dwarf64).X64Cie("", version).Fde(0x1000, 8, p => p.DefCfaOffset(48)).ToArray();
        Assert.Equal("r7+48 0", Show(CfiTestImage.Table(null, section), 0x1000));
    }

    /// <summary>Where both sections cover an address .eh_frame holds; .debug_frame fills the rest.</summary>
    [Fact]
    public void UnwindTable_BothSections_EhFrameFirst()
    {
        var eh = new CfiAssembler(CfiTestImage.EhFrameAddress).X64Cie().Fde(0x1000, 0x10, p => p.DefCfaOffset(16)).End().ToArray();
        var debug = new CfiAssembler(0, debugFrame: true).X64Cie("").Fde(0x1000, 0x10, p => p.DefCfaOffset(24)).Fde(0x1010, 0x10, p => p.DefCfaOffset(32)).ToArray();
        var table = CfiTestImage.Table(eh, debug);
        Assert.Equal("r7+16 0", Show(table, 0x1008));
        Assert.Equal("r7+32 0", Show(table, 0x1018));
    }

    /// <summary>FDEs in any order, overlapping, empty, or outside of the module's code.</summary>
    [Fact]
    public void UnwindTable_UnsortedAndDiscardedEntries_SortedAndCounted()
    {
        var table = CfiTestImage.Table(a => a.X64Cie().Fde(0x1020, 0x10, p => p.DefCfaOffset(24)).Fde(0x1000, 0x28, p => p.DefCfaOffset(16)).Fde(0x1030, 0).Fde(0, 0x10).Fde(0x1234567, 0x10));
        Assert.Equal("r7+16 0", Show(table, 0x1000));
        Assert.Equal("r7+16 0", Show(table, 0x1027));
        Assert.Equal("r7+24 0", Show(table, 0x1028));
        Assert.Equal("None", Show(table, 0x1030));
        Assert.Equal((5, 3, 0), (table.Entries, table.DiscardedEntries, table.DamagedEntries));
    }

    /// <summary>A damaged program costs its own FDE, says where, and leaves the others.</summary>
    [Fact]
    public void UnwindTable_UnknownInstruction_BadRowAndPlace()
    {
        var table = CfiTestImage.Table(a => a.X64Cie().Fde(0x1000, 8, p => p.Raw(0x3f)).Fde(0x1010, 8).Fde(0x1020, 8, p => p.RestoreState()));
        Assert.Equal("Bad", Show(table, 0x1004));
        Assert.Equal("r7+8 0", Show(table, 0x1010));
        Assert.Equal("Bad", Show(table, 0x1020));
        Assert.Equal(2, table.DamagedEntries);
        Assert.Matches(@"^cfi: \.eh_frame\+0x[0-9a-f]+: expected a call frame instruction that fits here, found opcode 0x3f$", table.FirstDamage!.Message);
    }

    /// <summary>An unknown version must name the version and where it stands, not guess a layout.</summary>
    [Fact]
    public void UnwindTable_UnknownCieVersion_ReportsOffsetAndVersion()
    {
        var table = CfiTestImage.Table(a => a.X64Cie("zR", version: 7).Fde(0x1000, 8));
        Assert.Equal("None", Show(table, 0x1000));
        Assert.Equal("cfi: .eh_frame+0x8: expected CIE version 1, 3 or 4, found 7", table.FirstDamage!.Message);
    }

    /// <summary>Without CFI at the entry point, it ends the stack; with CFI, that holds.</summary>
    [Fact]
    public void UnwindTable_EntryPoint_EndsStack()
    {
        var eh = new CfiAssembler(CfiTestImage.EhFrameAddress).X64Cie().Fde(0x1020, 0x10).End().ToArray();
        var table = UnwindTable.Build(ElfImage.Parse(CfiTestImage.Bytes(eh, entry: 0x1000), "entry"));
        Assert.Equal("EndOfStack", Show(table, 0x1008));
        Assert.Equal("EndOfStack", Show(table, 0x101f));
        Assert.Equal("r7+8 0", Show(table, 0x1020));
        Assert.Equal("r7+8 0", Show(UnwindTable.Build(ElfImage.Parse(CfiTestImage.Bytes(eh, entry: 0x1024), "entry")), 0x1028));
    }

    /// <summary>Cut anywhere or with any byte changed: damage is counted or thrown as bad data, never anything else.</summary>
    [Fact]
    public void UnwindTable_CutAndFlippedAtEveryByte_OnlyBadData()
    {
        var eh = new CfiAssembler(CfiTestImage.EhFrameAddress).X64Cie("zPLR")
            .Fde(0x1000, 0x40, p => p.Advance(1).DefCfaOffset(16).Offset(6, 2).Advance(3).DefCfaRegister(6).RememberState().Advance(0x20).DefCfaExpression(0x77, 8, 0x06).RestoreState().Advance(1).ValExpression(3, 0x30).Advance(300))
            .X64Cie("zRS").Fde(0x1100, 0x10, p => p.Expression(16, 0x77, 8)).End().ToArray();
        var debug = new CfiAssembler(0, debugFrame: true, dwarf64: true).X64Cie("", 4).Fde(0x2000, 8, p => p.DefCfaSf(7, -4)).ToArray();
        Hostile.CutAndFlip(eh, bytes => Walk(CfiTestImage.Table(bytes)));
        Hostile.CutAndFlip(debug, bytes => Walk(CfiTestImage.Table(null, bytes)));
    }

    /// <summary>The sizes the targets are stated in.</summary>
    [Fact]
    public void UnwindRule_Size_SixteenBytes()
    {
        Assert.Equal(16, Unsafe.SizeOf<UnwindRule>());
        Assert.Equal(8, Unsafe.SizeOf<RegisterRule>());
    }

    private static void Walk(UnwindTable table)
    {
        for (ulong pc = 0xff0; pc < 0x2010; pc += 4)
        {
            var rule = At(table, pc);
            if (rule.Kind == UnwindRuleKind.Full)
                table.Full(rule).Expression(table.Full(rule).Cfa);
        }
    }
}
