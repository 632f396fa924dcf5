namespace TraceKit.DebugInfo.Unwind;

/// <summary>What follows an x86-64 opcode, and which general registers it may write. Intel SDM vol. 2, appendix A, tables .</summary>
/// <remarks>
/// Made once from short lists. It errs on one side only: an opcode may be called a writer that is none (then a register counts as changed), and one that
/// is not listed is <see cref="X64OperandFlags.Unknown"/>.
/// </remarks>
internal static class X64OpcodeTable
{
    private const X64OperandFlags M = X64OperandFlags.ModRm, RW = X64OperandFlags.WritesReg, MW = X64OperandFlags.WritesRm, RB = X64OperandFlags.RegIsByte,
        MB = X64OperandFlags.RmIsByte, Ib = X64OperandFlags.Imm8, Iw = X64OperandFlags.Imm16, Iz = X64OperandFlags.Imm32, Iv = X64OperandFlags.ImmFull,
        Moffs = X64OperandFlags.Offset, None = X64OperandFlags.None;

    /// <summary>One-byte opcodes.</summary>
    public static ReadOnlySpan<X64OperandFlags> OneByte => s_oneByte;

    /// <summary><c>0F xx</c>.</summary>
    public static ReadOnlySpan<X64OperandFlags> TwoByte => s_twoByte;

    private static readonly X64OperandFlags[] s_oneByte = MakeOneByte();
    private static readonly X64OperandFlags[] s_twoByte = MakeTwoByte();

    /// <summary><c>0F 38 xx</c> and <c>0F 3A xx</c>: nearly all are vector instructions.</summary>
    public static X64OperandFlags ThreeByte(int map, byte opcode) => map == 2
        ? opcode switch { 0xf0 or 0xf1 or 0xf6 => M | RW, _ => M }
        : opcode switch { >= 0x14 and <= 0x17 => M | MW | Ib, _ => M | Ib };

    /// <summary>VEX and EVEX encodings.</summary>
    /// <param name="map">1 to 3, 5, 6.</param>
    /// <param name="opcode">Opcode.</param>
    /// <param name="isEvex">EVEX, else VEX.</param>
    /// <param name="writesVvvv">The register in vvvv is a general one and written.</param>
    public static X64OperandFlags Vector(int map, byte opcode, bool isEvex, out bool writesVvvv)
    {
        writesVvvv = false;
        switch (map)
        {
            case 1:
                return opcode switch
                {
                    0x77 when !isEvex => None,
                    0x70 or 0x71 or 0x72 or 0x73 or 0xc2 or 0xc4 or 0xc6 => M | Ib,
                    0xc5 => M | RW | Ib,
                    0x7e => M | MW,
                    0x2c or 0x2d or 0x50 or 0xd7 or 0x93 => M | RW,
                    0x78 or 0x79 when isEvex => M | RW,
                    _ => M,
                };
            case 2 when !isEvex:
                writesVvvv = opcode is 0xf3 or 0xf6;
                return opcode is 0xf2 or 0xf5 or 0xf6 or 0xf7 ? M | RW : M;
            case 3:
                return opcode is >= 0x14 and <= 0x17 ? M | MW | Ib : opcode == 0xf0 && !isEvex ? M | RW | Ib : M | Ib;
            case 2 or 6:
                return M;
            case 5:
                return opcode is 0x2c or 0x2d or 0x78 or 0x79 ? M | RW : opcode == 0x7e ? M | MW : M;
            default:
                return X64OperandFlags.Unknown;
        }
    }

    private static X64OperandFlags[] MakeOneByte()
    {
        var t = new X64OperandFlags[256];
        Array.Fill(t, X64OperandFlags.Unknown);
        for (var op = 0; op < 0x40; op += 8)
        {
            var writes = op != 0x38; // cmp
            t[op] = M | RB | MB | (writes ? MW : None);
            t[op + 1] = M | (writes ? MW : None);
            t[op + 2] = M | RB | MB | (writes ? RW : None);
            t[op + 3] = M | (writes ? RW : None);
            t[op + 4] = Ib;
            t[op + 5] = Iz;
        }

        Set(t, None, 0x50, 0x5f); // push, pop: by their number
        Set(t, M | RW, 0x63);
        Set(t, Iz, 0x68);
        Set(t, M | RW | Iz, 0x69);
        Set(t, Ib, 0x6a);
        Set(t, M | RW | Ib, 0x6b);
        Set(t, None, 0x6c, 0x6f);
        Set(t, Ib, 0x70, 0x7f);
        t[0x80] = M | MW | MB | Ib;
        t[0x81] = M | MW | Iz;
        t[0x83] = M | MW | Ib;
        t[0x84] = M | RB | MB;
        t[0x85] = M;
        t[0x86] = M | MW | RW | RB | MB;
        t[0x87] = M | MW | RW;
        t[0x88] = M | MW | RB | MB;
        t[0x89] = M | MW;
        t[0x8a] = M | RW | RB | MB;
        t[0x8b] = t[0x8d] = M | RW;
        t[0x8c] = t[0x8f] = M | MW;
        t[0x8e] = M;
        Set(t, None, 0x90, 0x99);
        Set(t, None, 0x9b, 0x9f);
        Set(t, Moffs, 0xa0, 0xa3);
        Set(t, None, 0xa4, 0xaf);
        t[0xa8] = Ib;
        t[0xa9] = Iz;
        Set(t, Ib, 0xb0, 0xb7);
        Set(t, Iv, 0xb8, 0xbf);
        t[0xc0] = M | MW | MB | Ib;
        t[0xc1] = M | MW | Ib;
        t[0xc2] = t[0xca] = Iw;
        t[0xc3] = t[0xc9] = t[0xcb] = t[0xcc] = t[0xcf] = None;
        t[0xc6] = M | MW | MB | Ib;
        t[0xc7] = M | MW | Iz;
        t[0xc8] = Iw | Ib;
        t[0xcd] = Ib;
        t[0xd0] = t[0xd2] = M | MW | MB;
        t[0xd1] = t[0xd3] = M | MW;
        t[0xd7] = None;
        Set(t, M, 0xd8, 0xdf);
        Set(t, Ib, 0xe0, 0xe7);
        t[0xe8] = t[0xe9] = Iz;
        t[0xeb] = Ib;
        Set(t, None, 0xec, 0xef);
        t[0xf1] = t[0xf4] = t[0xf5] = None;
        t[0xf6] = M | MW | MB; // the immediate of /0 and /1 is the decoder's matter
        t[0xf7] = M | MW;
        Set(t, None, 0xf8, 0xfd);
        t[0xfe] = M | MW | MB;
        t[0xff] = M | MW;
        return t;
    }

    private static X64OperandFlags[] MakeTwoByte()
    {
        var t = new X64OperandFlags[256];
        Array.Fill(t, X64OperandFlags.Unknown);
        t[0x00] = t[0x01] = M | MW;
        t[0x02] = t[0x03] = M | RW;
        t[0x05] = t[0x08] = t[0x09] = t[0x0b] = None;
        t[0x0d] = M;
        Set(t, M, 0x10, 0x1d);
        t[0x1e] = M | MW; // endbr64; rdssp
        t[0x1f] = M;
        Set(t, M, 0x28, 0x2f);
        t[0x2c] = t[0x2d] = M | RW;
        t[0x31] = t[0x33] = None; // rdtsc, rdpmc
        Set(t, M | RW, 0x40, 0x50);
        Set(t, M, 0x51, 0x6f);
        Set(t, M | Ib, 0x70, 0x73);
        Set(t, M, 0x74, 0x76);
        t[0x77] = None;
        Set(t, M, 0x7c, 0x7f);
        t[0x7e] = M | MW;
        Set(t, Iz, 0x80, 0x8f);
        Set(t, M | MW | MB, 0x90, 0x9f);
        t[0xa0] = t[0xa1] = t[0xa2] = t[0xa8] = t[0xa9] = None;
        t[0xa3] = M;
        t[0xa4] = t[0xac] = M | MW | Ib;
        t[0xa5] = t[0xab] = t[0xad] = t[0xae] = M | MW;
        t[0xaf] = M | RW;
        t[0xb0] = M | MW | RB | MB;
        t[0xb1] = t[0xb3] = t[0xbb] = M | MW;
        t[0xb6] = t[0xbe] = M | RW | MB;
        t[0xb7] = t[0xb8] = t[0xbc] = t[0xbd] = t[0xbf] = M | RW;
        t[0xba] = M | MW | Ib;
        t[0xc0] = M | MW | RW | RB | MB;
        t[0xc1] = M | MW | RW;
        t[0xc2] = t[0xc4] = t[0xc6] = M | Ib;
        t[0xc3] = M;
        t[0xc5] = M | RW | Ib;
        t[0xc7] = M | MW;
        Set(t, None, 0xc8, 0xcf);
        Set(t, M, 0xd0, 0xfe);
        t[0xd7] = M | RW;
        return t;
    }

    private static void Set(X64OperandFlags[] table, X64OperandFlags flags, int first, int last = -1)
    {
        for (var i = first; i <= Math.Max(first, last); i++)
            table[i] = flags;
    }
}
