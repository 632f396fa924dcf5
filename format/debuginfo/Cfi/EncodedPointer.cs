using TraceKit.Binary;

namespace TraceKit.DebugInfo.Cfi;

/// <summary>Reads pointers of <c>.eh_frame</c> and <c>.eh_frame_hdr</c>.</summary>
/// <remarks>LSB 5.0 Core §10.5.1.</remarks>
public static class EncodedPointer
{
    /// <summary>Reads one pointer.</summary>
    /// <param name="cursor">At the pointer; on success just past it.</param>
    /// <param name="encoding">A <see cref="DW_EH_PE"/> format and application; <c>indirect</c> fails, as nothing here can be loaded from memory.</param>
    /// <param name="sectionAddress">Stated address of the first byte the cursor covers, for <c>pcrel</c> and <c>aligned</c>.</param>
    /// <param name="bases">Bases of the other applications.</param>
    /// <param name="is64Bit">Size of <c>absptr</c>.</param>
    /// <param name="address">The pointer's value.</param>
    public static bool TryRead(ref SpanCursor cursor, byte encoding, ulong sectionAddress, PointerBases bases, bool is64Bit, out ulong address)
    {
        address = 0;
        if (encoding == DW_EH_PE.omit || (encoding & DW_EH_PE.indirect) != 0)
            return false;
        ulong origin;
        switch (encoding & 0x70)
        {
            case 0: origin = 0; break;
            case DW_EH_PE.pcrel: origin = sectionAddress + (ulong)cursor.Position; break;
            case DW_EH_PE.textrel: origin = bases.Text; break;
            case DW_EH_PE.datarel: origin = bases.Data; break;
            case DW_EH_PE.funcrel: origin = bases.Function; break;
            case DW_EH_PE.aligned:
                var size = is64Bit ? 8UL : 4UL;
                var padding = (int)((0UL - (sectionAddress + (ulong)cursor.Position)) & (size - 1));
                if (!cursor.TryReadBytes(padding, out _))
                    return false;
                origin = 0;
                break;
            default: return false;
        }

        if (!TryReadValue(ref cursor, (byte)(encoding & 0x0f), is64Bit, out var value))
            return false;
        address = origin + value;
        if (!is64Bit)
            address = (uint)address;
        return true;
    }

    /// <summary>Reads the value alone, whatever it is relative to: lengths, and pointers to be skipped.</summary>
    /// <param name="cursor">At the value; on success just past it.</param>
    /// <param name="format">The low four bits of an encoding.</param>
    /// <param name="is64Bit">Size of <c>absptr</c>.</param>
    /// <param name="value">Sign-extended where the format is signed.</param>
    public static bool TryReadValue(ref SpanCursor cursor, byte format, bool is64Bit, out ulong value)
    {
        value = 0;
        switch (format)
        {
            case DW_EH_PE.absptr when is64Bit:
            case DW_EH_PE.udata8:
            case DW_EH_PE.sdata8:
                return cursor.TryReadUInt64(out value);
            case DW_EH_PE.absptr:
            case DW_EH_PE.udata4:
                if (!cursor.TryReadUInt32(out var u4))
                    return false;
                value = u4;
                return true;
            case DW_EH_PE.sdata4:
                if (!cursor.TryReadUInt32(out var s4))
                    return false;
                value = (ulong)(int)s4;
                return true;
            case DW_EH_PE.udata2:
                if (!cursor.TryReadUInt16(out var u2))
                    return false;
                value = u2;
                return true;
            case DW_EH_PE.sdata2:
                if (!cursor.TryReadUInt16(out var s2))
                    return false;
                value = (ulong)(short)s2;
                return true;
            case DW_EH_PE.uleb128:
                return cursor.TryReadUleb128(out value);
            case DW_EH_PE.sleb128:
                if (!cursor.TryReadSleb128(out var leb))
                    return false;
                value = (ulong)leb;
                return true;
            default:
                return false;
        }
    }
}
