namespace TraceKit.Testing;

/// <summary>Writes one contribution of <c>.debug_line</c>: header, tables and program.</summary>
public sealed class LineProgramBuilder
{
    private readonly ByteWriter _program;
    private readonly bool _bigEndian;

    public LineProgramBuilder(bool bigEndian = false)
    {
        _bigEndian = bigEndian;
        _program = new ByteWriter(bigEndian);
    }

    public ushort Version { get; init; } = 4;

    public bool IsDwarf64 { get; init; }

    public byte AddressSize { get; init; } = 8;

    public byte MinimumInstructionLength { get; init; } = 1;

    public byte MaximumOperations { get; init; } = 1;

    public sbyte LineBase { get; init; } = -5;

    public byte LineRange { get; init; } = 14;

    public byte[] OpcodeLengths { get; init; } = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];

    /// <summary>The tables between the opcode lengths and the program; by default one directory and one file.</summary>
    public byte[]? Tables { get; init; }

    /// <summary>The program.</summary>
    public ByteWriter Program => _program;

    public LineProgramBuilder Address(ulong address, int size = 0)
    {
        size = size == 0 ? AddressSize : size;
        _program.U8(0).Uleb((ulong)size + 1).U8(2);
        for (var i = 0; i < size; i++)
            _program.U8((byte)(address >> 8 * (_bigEndian ? size - 1 - i : i)));
        return this;
    }

    /// <summary>Advances line and address and adds a row: DW_LNS_advance_line, DW_LNS_advance_pc, DW_LNS_copy.</summary>
    public LineProgramBuilder Row(long lineAdvance, ulong operationAdvance = 0)
    {
        _program.U8(3).Sleb(lineAdvance).U8(2).Uleb(operationAdvance).U8(1);
        return this;
    }

    /// <summary>An extended opcode.</summary>
    public LineProgramBuilder Extended(byte opcode, params ReadOnlySpan<byte> operands)
    {
        _program.U8(0).Uleb((ulong)operands.Length + 1).U8(opcode).U8(operands);
        return this;
    }

    public LineProgramBuilder End(ulong operationAdvance = 0)
    {
        _program.U8(2).Uleb(operationAdvance).U8(0, 1, 1);
        return this;
    }

    public byte[] Build()
    {
        var header = new ByteWriter(_bigEndian).U8(MinimumInstructionLength);
        if (Version >= 4)
            header.U8(MaximumOperations);
        header.U8(1, (byte)LineBase, LineRange, (byte)(OpcodeLengths.Length + 1)).U8(OpcodeLengths);
        header.U8(Tables ?? (Version >= 5
            ? new ByteWriter(_bigEndian).U8(1, 1, 8, 1).CString("/src").U8(2, 1, 8, 2, 11, 2).CString("zero.c").U8(0).CString("one.c").U8(0).ToArray()
            : new ByteWriter(_bigEndian).CString("inc").U8(0).CString("one.c").U8(0, 0, 0).CString("two.h").U8(1, 0, 0).U8(0).ToArray()));
        var body = new ByteWriter(_bigEndian).U16(Version);
        if (Version >= 5)
            body.U8(AddressSize, 0);
        Offset(body, (ulong)header.Length).U8(header.ToArray()).U8(_program.ToArray());
        var whole = new ByteWriter(_bigEndian);
        if (IsDwarf64)
            whole.U32(0xffffffff).U64((ulong)body.Length);
        else
            whole.U32((uint)body.Length);
        return whole.U8(body.ToArray()).ToArray();
    }

    private ByteWriter Offset(ByteWriter w, ulong value) => IsDwarf64 ? w.U64(value) : w.U32((uint)value);
}
