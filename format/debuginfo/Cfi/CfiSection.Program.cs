using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using TraceKit.Binary;

namespace TraceKit.DebugInfo.Cfi;

/// <summary>Runs call frame programs (DWARF 5 §6.4.2, §6.4.3).</summary>
public sealed partial class CfiSection
{
    /// <summary>Nested DW_CFA_remember_state; compilers use 1, hand-written assembly up to 3.</summary>
    private const int MaximumRemembered = 64;

    private CfiRow[] _remembered = new CfiRow[4];

    /// <summary>Gives every row of an FDE to <paramref name="sink"/>.</summary>
    /// <returns><see cref="CfiStatus.BadEntry"/> when the program is damaged; the rows before the damage were given.</returns>
    public CfiStatus Run<TSink>(in FrameDescriptionEntry entry, ref TSink sink)
        where TSink : ICfiRowSink, allows ref struct
    {
        var row = entry.Common.InitialRow;
        return Run(entry.Common, entry.InstructionsOffset, entry.End, entry.Start, entry.Start + entry.Length, ref row, ref sink, isCommon: false);
    }

    private bool TryRunCommon(CommonInformationEntry common)
    {
        var sink = default(NoRows);
        var row = default(CfiRow);
        if (Run(common, common.InstructionsOffset, common.End, 0, 0, ref row, ref sink, isCommon: true) != CfiStatus.Ok)
            return false;
        common.InitialRow = row;
        return true;
    }

    private CfiStatus Run<TSink>(CommonInformationEntry common, int from, int to, ulong start, ulong end, ref CfiRow row, ref TSink sink, bool isCommon)
        where TSink : ICfiRowSink, allows ref struct
    {
        var code = _data.Span[..to];
        var at = from;
        var location = start;
        var remembered = 0;
        while (at < code.Length)
        {
            var opcodeAt = at;
            var opcode = code[at++];
            ulong operand, second;
            long signed;
            switch (opcode & 0xc0)
            {
                case DW_CFA.advance_loc:
                    operand = (opcode & 0x3fUL) * common.CodeAlignment;
                    goto advance;
                case DW_CFA.offset:
                    if (!TryUleb(code, ref at, out second))
                        return BadProgram(opcodeAt);
                    SetRule(ref row, (ulong)(opcode & 0x3f), RegisterRuleKind.Offset, (long)second * common.DataAlignment);
                    continue;
                case DW_CFA.restore:
                    Restore(ref row, (ulong)(opcode & 0x3f), common, isCommon);
                    continue;
            }

            switch (opcode)
            {
                case DW_CFA.nop:
                    continue;
                case DW_CFA.set_loc:
                    var c = new SpanCursor(code, Name, _bigEndian);
                    c.TrySeek(at);
                    if (isCommon || !EncodedPointer.TryRead(ref c, common.AddressEncoding, _address, _bases, common.Is64Bit, out var target) || target < location)
                        return BadProgram(opcodeAt);
                    at = c.Position;
                    operand = target - location;
                    goto advance;
                case DW_CFA.advance_loc1:
                    if (at >= code.Length)
                        return BadProgram(opcodeAt);
                    operand = code[at++] * common.CodeAlignment;
                    goto advance;
                case DW_CFA.advance_loc2:
                    if (code.Length - at < 2)
                        return BadProgram(opcodeAt);
                    operand = (_bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(code[at..]) : BinaryPrimitives.ReadUInt16LittleEndian(code[at..])) * common.CodeAlignment;
                    at += 2;
                    goto advance;
                case DW_CFA.advance_loc4:
                    if (code.Length - at < 4)
                        return BadProgram(opcodeAt);
                    operand = (_bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(code[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(code[at..])) * common.CodeAlignment;
                    at += 4;
                    goto advance;
                case DW_CFA.MIPS_advance_loc8:
                    if (code.Length - at < 8)
                        return BadProgram(opcodeAt);
                    operand = (_bigEndian ? BinaryPrimitives.ReadUInt64BigEndian(code[at..]) : BinaryPrimitives.ReadUInt64LittleEndian(code[at..])) * common.CodeAlignment;
                    at += 8;
                    goto advance;

                case DW_CFA.def_cfa:
                    if (!TryUleb(code, ref at, out operand) || !TryUleb(code, ref at, out second) || operand >= CfiRow.Registers)
                        return BadProgram(opcodeAt);
                    row.SetCfa((uint)operand, (long)second);
                    continue;
                case DW_CFA.def_cfa_sf:
                    if (!TryUleb(code, ref at, out operand) || !TrySleb(code, ref at, out signed) || operand >= CfiRow.Registers)
                        return BadProgram(opcodeAt);
                    row.SetCfa((uint)operand, signed * common.DataAlignment);
                    continue;
                case DW_CFA.def_cfa_register:
                    if (!TryUleb(code, ref at, out operand) || operand >= CfiRow.Registers || row.Cfa.Kind == RegisterRuleKind.Unspecified)
                        return BadProgram(opcodeAt);
                    row.SetCfa((uint)operand, row.CfaOffset);
                    continue;
                case DW_CFA.def_cfa_offset:
                    if (!TryUleb(code, ref at, out operand) || row.Cfa.Kind != RegisterRuleKind.ValOffset)
                        return BadProgram(opcodeAt);
                    row.SetCfa(row.CfaRegister, (long)operand);
                    continue;
                case DW_CFA.def_cfa_offset_sf:
                    if (!TrySleb(code, ref at, out signed) || row.Cfa.Kind != RegisterRuleKind.ValOffset)
                        return BadProgram(opcodeAt);
                    row.SetCfa(row.CfaRegister, signed * common.DataAlignment);
                    continue;
                case DW_CFA.def_cfa_expression:
                    if (!TryBlock(code, ref at, out signed))
                        return BadProgram(opcodeAt);
                    row.CfaRegister = 0;
                    row.Cfa = new RegisterRule(RegisterRuleKind.ValExpression, signed);
                    continue;

                case DW_CFA.offset_extended:
                case DW_CFA.val_offset:
                case DW_CFA.GNU_negative_offset_extended:
                    if (!TryUleb(code, ref at, out operand) || !TryUleb(code, ref at, out second))
                        return BadProgram(opcodeAt);
                    signed = (long)second * common.DataAlignment;
                    if (opcode == DW_CFA.GNU_negative_offset_extended)
                        signed = -signed;
                    SetRule(ref row, operand, opcode == DW_CFA.val_offset ? RegisterRuleKind.ValOffset : RegisterRuleKind.Offset, signed);
                    continue;
                case DW_CFA.offset_extended_sf:
                case DW_CFA.val_offset_sf:
                    if (!TryUleb(code, ref at, out operand) || !TrySleb(code, ref at, out signed))
                        return BadProgram(opcodeAt);
                    SetRule(ref row, operand, opcode == DW_CFA.val_offset_sf ? RegisterRuleKind.ValOffset : RegisterRuleKind.Offset, signed * common.DataAlignment);
                    continue;
                case DW_CFA.restore_extended:
                    if (!TryUleb(code, ref at, out operand))
                        return BadProgram(opcodeAt);
                    Restore(ref row, operand, common, isCommon);
                    continue;
                case DW_CFA.undefined:
                case DW_CFA.same_value:
                    if (!TryUleb(code, ref at, out operand))
                        return BadProgram(opcodeAt);
                    SetRule(ref row, operand, opcode == DW_CFA.undefined ? RegisterRuleKind.Undefined : RegisterRuleKind.SameValue, 0);
                    continue;
                case DW_CFA.register:
                    if (!TryUleb(code, ref at, out operand) || !TryUleb(code, ref at, out second) || second >= CfiRow.Registers)
                        return BadProgram(opcodeAt);
                    SetRule(ref row, operand, RegisterRuleKind.Register, (long)second);
                    continue;
                case DW_CFA.expression:
                case DW_CFA.val_expression:
                    if (!TryUleb(code, ref at, out operand) || !TryBlock(code, ref at, out signed))
                        return BadProgram(opcodeAt);
                    SetRule(ref row, operand, opcode == DW_CFA.expression ? RegisterRuleKind.Expression : RegisterRuleKind.ValExpression, signed);
                    continue;

                case DW_CFA.remember_state:
                    if (remembered == MaximumRemembered)
                        return BadProgram(opcodeAt);
                    if (remembered == _remembered.Length)
                        Array.Resize(ref _remembered, remembered * 2);
                    _remembered[remembered++] = row;
                    continue;
                case DW_CFA.restore_state:
                    if (remembered == 0)
                        return BadProgram(opcodeAt);
                    row = _remembered[--remembered];
                    continue;
                case DW_CFA.GNU_args_size:
                    if (!TryUleb(code, ref at, out _))
                        return BadProgram(opcodeAt);
                    continue;
                case DW_CFA.AARCH64_negate_ra_state:
                case DW_CFA.AARCH64_negate_ra_state_with_pc:
                    row.ReturnAddressSigned = !row.ReturnAddressSigned;
                    continue;
                default:
                    return BadProgram(opcodeAt);
            }

        advance:
            if (operand == 0)
                continue;
            if (isCommon)
                return BadProgram(opcodeAt);
            if (operand >= end - location)
            {
                // Rows at or past the end say nothing about this function; some assemblers emit one exactly at the end.
                if (location < end)
                    sink.Add(location, end, row);
                return CfiStatus.Ok;
            }

            sink.Add(location, location + operand, row);
            location += operand;
        }

        if (location < end)
            sink.Add(location, end, row);
        return CfiStatus.Ok;
    }

    private CfiStatus BadProgram(int at) =>
        Damage(CfiStatus.BadEntry, at, "a call frame instruction that fits here", $"opcode 0x{_data.Span[at]:x2}");

    private static void SetRule(ref CfiRow row, ulong register, RegisterRuleKind kind, long value)
    {
        if (register < CfiRow.Registers) // vector and other registers do not matter for unwinding
            row.Rules[(int)register] = new RegisterRule(kind, value);
    }

    private static void Restore(ref CfiRow row, ulong register, CommonInformationEntry common, bool isCommon)
    {
        if (register < CfiRow.Registers)
            row.Rules[(int)register] = isCommon ? default : common.InitialRow.Rules[(int)register];
    }

    /// <summary>An expression's length and bytes; gives where the length stands.</summary>
    private static bool TryBlock(ReadOnlySpan<byte> code, ref int at, out long blockAt)
    {
        blockAt = at;
        if (!TryUleb(code, ref at, out var length) || length > (ulong)(code.Length - at))
            return false;
        at += (int)length;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryUleb(ReadOnlySpan<byte> code, ref int at, out ulong value)
    {
        var i = at;
        if ((uint)i < (uint)code.Length && code[i] < 0x80)
        {
            value = code[i];
            at = i + 1;
            return true;
        }

        return TryLongUleb(code, ref at, out value);
    }

    private static bool TryLongUleb(ReadOnlySpan<byte> code, ref int at, out ulong value)
    {
        var c = new SpanCursor(code, "");
        c.TrySeek(at);
        var ok = c.TryReadUleb128(out value);
        at = c.Position;
        return ok;
    }

    private static bool TrySleb(ReadOnlySpan<byte> code, ref int at, out long value)
    {
        var c = new SpanCursor(code, "");
        c.TrySeek(at);
        var ok = c.TryReadSleb128(out value);
        at = c.Position;
        return ok;
    }

    private struct NoRows : ICfiRowSink
    {
        public readonly void Add(ulong start, ulong end, in CfiRow row)
        {
        }
    }
}
