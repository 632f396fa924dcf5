using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace TraceKit.DebugInfo.Dwarf.Lines;

/// <summary>Runs line number programs (DWARF 5 §6.2.5).</summary>
internal static class LineProgram
{
    /// <summary>Runs a program to its end.</summary>
    /// <param name="header">Its header; gets the files that the program defines.</param>
    /// <param name="sink">Takes the rows.</param>
    /// <returns>False when the program is damaged; rows before the damage were given.</returns>
    public static bool Run<TSink>(LineHeader header, ref TSink sink)
        where TSink : struct, ILineProgramSink
    {
        var program = header.Program.Span;
        var big = header.IsBigEndian;
        uint minimum = header.MinimumInstructionLength, operations = header.MaximumOperationsPerInstruction, opcodeBase = header.OpcodeBase;
        ulong mask = header.AddressMask;

        // Special opcodes (§6.2.5.1): what each adds to the operation and to the line.
        Span<uint> special = stackalloc uint[256];
        for (var op = 0u; op < 256 && header.LineRange != 0; op++)
        {
            var adjusted = (op < opcodeBase ? 255 : op) - opcodeBase; // below the base: the entry of DW_LNS_const_add_pc, 255
            special[(int)op] = adjusted / header.LineRange << 16 | (ushort)(header.LineBase + (int)(adjusted % header.LineRange));
        }

        ulong address = 0;
        uint opIndex = 0, file = 1, line = 1, column = 0, isa = 0, discriminator = 0;
        var initial = header.DefaultIsStmt ? LineRowFlags.IsStmt : LineRowFlags.None;
        var flags = initial;
        var at = 0;
        while (at < program.Length)
        {
            uint opcode = program[at++];
            if (opcode >= opcodeBase)
            {
                var add = special[(int)opcode];
                if (operations <= 1)
                    address = address + minimum * (add >> 16) & mask;
                else
                    Advance(ref address, ref opIndex, add >> 16, minimum, operations, mask);
                line += (uint)(short)add;
                sink.Row(address, file, line, column, flags, discriminator, isa, opIndex);
                flags &= LineRowFlags.IsStmt;
                discriminator = 0;
                continue;
            }

            ulong operand;
            switch (opcode)
            {
                case 0: // extended: length, opcode, operands
                    if (!TryUleb(program, ref at, out operand) || operand > (ulong)(program.Length - at))
                        return false;
                    if (operand == 0)
                        break;
                    var extended = program.Slice(at, (int)operand);
                    var from = at;
                    at += (int)operand;
                    switch (extended[0])
                    {
                        case DW_LNE.end_sequence:
                            sink.Row(address, file, line, column, flags | LineRowFlags.EndSequence, discriminator, isa, opIndex);
                            (address, opIndex, file, line, column, isa, discriminator, flags) = (0, 0, 1, 1, 0, 0, 0, initial);
                            break;
                        case DW_LNE.set_address:
                            if (TryAddress(extended[1..], big, out var stated))
                                (address, opIndex) = (stated, 0);
                            break;
                        case DW_LNE.define_file:
                            if (!header.TryDefineFile(header.ProgramAt + from + 1, (int)operand - 1))
                                return false;
                            break;
                        case DW_LNE.set_discriminator:
                            from++;
                            if (!TryUleb(program[..at], ref from, out operand))
                                return false;
                            discriminator = Narrow(operand);
                            break;
                    }

                    break;
                case DW_LNS.copy:
                    sink.Row(address, file, line, column, flags, discriminator, isa, opIndex);
                    flags &= LineRowFlags.IsStmt;
                    discriminator = 0;
                    break;
                case DW_LNS.advance_pc:
                    if (!TryUleb(program, ref at, out operand))
                        return false;
                    Advance(ref address, ref opIndex, operand, minimum, operations, mask);
                    break;
                case DW_LNS.advance_line:
                    if (!TrySleb(program, ref at, out var signed))
                        return false;
                    line += (uint)signed;
                    break;
                case DW_LNS.set_file:
                    if (!TryUleb(program, ref at, out operand))
                        return false;
                    file = Narrow(operand);
                    break;
                case DW_LNS.set_column:
                    if (!TryUleb(program, ref at, out operand))
                        return false;
                    column = Narrow(operand);
                    break;
                case DW_LNS.negate_stmt:
                    flags ^= LineRowFlags.IsStmt;
                    break;
                case DW_LNS.set_basic_block:
                    flags |= LineRowFlags.BasicBlock;
                    break;
                case DW_LNS.const_add_pc:
                    Advance(ref address, ref opIndex, special[DW_LNS.const_add_pc] >> 16, minimum, operations, mask);
                    break;
                case DW_LNS.fixed_advance_pc:
                    if (program.Length - at < 2)
                        return false;
                    address = address + (big ? BinaryPrimitives.ReadUInt16BigEndian(program[at..]) : BinaryPrimitives.ReadUInt16LittleEndian(program[at..])) & mask;
                    opIndex = 0;
                    at += 2;
                    break;
                case DW_LNS.set_prologue_end:
                    flags |= LineRowFlags.PrologueEnd;
                    break;
                case DW_LNS.set_epilogue_begin:
                    flags |= LineRowFlags.EpilogueBegin;
                    break;
                case DW_LNS.set_isa:
                    if (!TryUleb(program, ref at, out operand))
                        return false;
                    isa = Narrow(operand);
                    break;
                default: // of a version to come: the header says how many numbers to pass over
                    for (var i = header.StandardOpcodeLengths.Span[(int)opcode - 1]; i > 0; i--)
                    {
                        if (!TryUleb(program, ref at, out _))
                            return false;
                    }

                    break;
            }
        }

        return true;
    }

    // §6.2.5.1: addresses of VLIW machines advance by instructions of several operations.
    private static void Advance(ref ulong address, ref uint opIndex, ulong advance, uint minimum, uint operations, ulong mask)
    {
        if (operations <= 1)
        {
            address = address + minimum * advance & mask;
            return;
        }

        var sum = opIndex + advance;
        address = address + minimum * (sum / operations) & mask;
        opIndex = (uint)(sum % operations);
    }

    private static bool TryAddress(ReadOnlySpan<byte> bytes, bool big, out ulong address)
    {
        address = 0;
        if (bytes.Length is not (1 or 2 or 4 or 8))
            return false;
        for (var i = 0; i < bytes.Length; i++)
            address = address << 8 | bytes[big ? i : bytes.Length - 1 - i];
        return true;
    }

    private static uint Narrow(ulong value) => (uint)Math.Min(value, uint.MaxValue);

    /// <summary>As <see cref="Binary.SpanCursor.TryReadUleb128"/>, over a local position: most operands have one byte, and half of the time of a line table is spent on them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryUleb(ReadOnlySpan<byte> data, ref int at, out ulong value)
    {
        if ((uint)at < (uint)data.Length && data[at] < 0x80)
        {
            value = data[at++];
            return true;
        }

        return TryLongUleb(data, ref at, out value);
    }

    private static bool TryLongUleb(ReadOnlySpan<byte> data, ref int at, out ulong value)
    {
        value = 0;
        for (var shift = 0; (uint)at < (uint)data.Length && shift < 70; shift += 7)
        {
            var b = data[at++];
            value |= shift < 64 ? (ulong)(b & 0x7f) << shift : 0;
            if ((b & 0x80) == 0)
                return true;
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TrySleb(ReadOnlySpan<byte> data, ref int at, out long value)
    {
        if ((uint)at < (uint)data.Length && data[at] < 0x80)
        {
            value = (sbyte)(data[at++] << 1) >> 1; // bit 6 is the sign
            return true;
        }

        return TryLongSleb(data, ref at, out value);
    }

    private static bool TryLongSleb(ReadOnlySpan<byte> data, ref int at, out long value)
    {
        value = 0;
        for (var shift = 0; (uint)at < (uint)data.Length && shift < 70;)
        {
            var b = data[at++];
            value |= shift < 64 ? (long)(b & 0x7f) << shift : 0;
            shift += 7;
            if ((b & 0x80) != 0)
                continue;
            if (shift < 64 && (b & 0x40) != 0)
                value |= -1L << shift;
            return true;
        }

        return false;
    }
}
