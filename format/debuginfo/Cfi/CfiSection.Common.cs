using TraceKit.Binary;

namespace TraceKit.DebugInfo.Cfi;

public sealed partial class CfiSection
{
    /// <summary>The CIE at a position, parsed once; null when it cannot be read.</summary>
    private CommonInformationEntry? Common(int offset)
    {
        if (_lastCommon is not null && _lastCommon.Offset == offset)
            return _lastCommon;
        if (!_common.TryGetValue(offset, out var common))
        {
            common = TryReadCommon(offset);
            _common.Add(offset, common);
        }

        return _lastCommon = common;
    }

    private CommonInformationEntry? TryReadCommon(int offset)
    {
        var c = new SpanCursor(_data.Span, Name, _bigEndian);
        if (!c.TrySeek(offset) || !TryReadLength(ref c, out var end, out var dwarf64) || end == c.Position ||
            !TryReadCiePointer(ref c, end, dwarf64, out var id) || id != (IsEhFrame ? 0 : dwarf64 ? ulong.MaxValue : uint.MaxValue))
        {
            return null;
        }

        // 2 never existed; .eh_frame is version 1, later numbers only changed the return address column's encoding.
        if (!c.TryReadByte(out var version) || version is not (1 or 3 or 4))
        {
            Damage(CfiStatus.BadEntry, c.ValueStart, "CIE version 1, 3 or 4", $"{version}");
            return null;
        }

        if (!c.TryReadCString(out var augmentation))
            return null;
        var is64Bit = _is64Bit;
        if (version == 4)
        {
            if (!c.TryReadByte(out var addressSize) || addressSize is not (4 or 8) || !c.TryReadByte(out var segmentSize) || segmentSize != 0)
                return null;
            is64Bit = addressSize == 8;
        }

        if (augmentation.StartsWith("eh"u8)) // GCC 2: a pointer that nobody uses follows
        {
            if (!c.TryReadBytes(is64Bit ? 8 : 4, out _))
                return null;
            augmentation = augmentation[2..];
        }

        if (!c.TryReadUleb128(out var codeAlignment) || !c.TryReadSleb128(out var dataAlignment) || !TryReadReturnRegister(ref c, version, out var returnRegister))
            return null;

        var encoding = DW_EH_PE.absptr;
        var signal = false;
        var hasData = augmentation.Length > 0 && augmentation[0] == (byte)'z';
        if (hasData)
        {
            if (!c.TryReadUleb128(out var length) || length > (ulong)c.Remaining)
                return null;
            var after = c.Position + (int)length;
            if (!TryReadAugmentation(ref c, augmentation[1..], is64Bit, ref encoding, ref signal) || c.Position > after)
                return null;
            c.TrySeek(after);
        }
        else if (!TryReadAugmentation(ref c, augmentation, is64Bit, ref encoding, ref signal))
        {
            Damage(CfiStatus.BadEntry, offset, "an augmentation of z, R, P, L, S, B", System.Text.Encoding.ASCII.GetString(augmentation));
            return null;
        }

        if (c.Position > end)
            return null;
        var common = new CommonInformationEntry
        {
            Offset = offset,
            Version = version,
            CodeAlignment = codeAlignment,
            DataAlignment = dataAlignment,
            ReturnAddressRegister = returnRegister,
            AddressEncoding = encoding,
            HasAugmentationData = hasData,
            IsSignalFrame = signal,
            Is64Bit = is64Bit,
            InstructionsOffset = c.Position,
            End = end,
        };
        return TryRunCommon(common) ? common : null;
    }

    private static bool TryReadReturnRegister(ref SpanCursor c, byte version, out uint register)
    {
        register = 0;
        if (version == 1)
        {
            if (!c.TryReadByte(out var small))
                return false;
            register = small;
            return true;
        }

        if (!c.TryReadUleb128(out var wide) || wide > 1024)
            return false;
        register = (uint)wide;
        return true;
    }

    /// <summary>LSB 5.0 Core §10.6.1.1.1; S and B by GCC and the Arm ABI. After z an unknown letter ends the list: its data is skipped by length.</summary>
    private static bool TryReadAugmentation(ref SpanCursor c, ReadOnlySpan<byte> letters, bool is64Bit, ref byte encoding, ref bool signal)
    {
        foreach (var letter in letters)
        {
            switch (letter)
            {
                case (byte)'R':
                    if (!c.TryReadByte(out encoding))
                        return false;
                    break;
                case (byte)'L':
                    if (!c.TryReadByte(out _))
                        return false;
                    break;
                case (byte)'P':
                    // The routine itself is of no interest, also where the pointer is indirect; aligned pointers are not produced.
                    if (!c.TryReadByte(out var personality) || (personality & 0x70) == DW_EH_PE.aligned ||
                        personality != DW_EH_PE.omit && !EncodedPointer.TryReadValue(ref c, (byte)(personality & 0x0f), is64Bit, out _))
                    {
                        return false;
                    }

                    break;
                case (byte)'S':
                    signal = true;
                    break;
                case (byte)'B': // return addresses signed with key B
                case (byte)'G': // memory tagging
                    break;
                default:
                    return false;
            }
        }

        return true;
    }
}
