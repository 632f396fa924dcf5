namespace TraceKit.Testing;

/// <summary>Assembles <c>.eh_frame</c> or <c>.debug_frame</c> sections, entry by entry.</summary>
public sealed class CfiAssembler(ulong sectionAddress, bool debugFrame = false, bool dwarf64 = false, bool bigEndian = false)
{
    private readonly ByteWriter _w = new(bigEndian);
    private int _lastCie;
    private bool _cieHasData;
    private byte _encoding;

    public byte[] ToArray() => _w.ToArray();

    /// <summary>Where the next entry will stand.</summary>
    public int Position => _w.Length;

    /// <summary>A CIE of code alignment 1, data alignment -8 and return column 16; FDEs use <c>pcrel|sdata4</c> where the augmentation has R.</summary>
    public CfiAssembler Cie(string augmentation, Action<CfiProgram> initial, byte version = 1, byte encoding = 0x1b, uint returnRegister = 16)
    {
        _lastCie = _w.Length;
        _cieHasData = augmentation.StartsWith('z');
        _encoding = augmentation.Contains('R', StringComparison.Ordinal) ? encoding : (byte)0;
        Entry(w =>
        {
            Pointer(w, debugFrame ? ulong.MaxValue : 0);
            w.U8(version).CString(augmentation);
            if (version == 4)
                w.U8(8, 0);
            w.Uleb(1).Sleb(-8);
            if (version == 1)
                w.U8((byte)returnRegister);
            else
                w.Uleb(returnRegister);
            var data = new ByteWriter(bigEndian);
            foreach (var letter in augmentation)
            {
                if (letter == 'R')
                    data.U8(encoding);
                else if (letter == 'L')
                    data.U8(0x1b);
                else if (letter == 'P')
                    data.U8(0x9b).U32(0x1234);
            }

            if (_cieHasData)
                w.Uleb((ulong)data.Length);
            w.U8(data.ToArray());
            var program = new CfiProgram(bigEndian);
            initial(program);
            w.U8(program.ToArray());
        });
        return this;
    }

    /// <summary>The CIE of ordinary x86-64 code: CFA = rsp + 8, return address at CFA - 8.</summary>
    public CfiAssembler X64Cie(string augmentation = "zR", byte version = 1) => Cie(augmentation, p => p.DefCfa(7, 8).Offset(16, 1), version);

    /// <summary>An FDE of the last CIE.</summary>
    public CfiAssembler Fde(ulong start, ulong length, Action<CfiProgram>? body = null)
    {
        var entryAt = _w.Length;
        Entry(w =>
        {
            var pointerAt = entryAt + (dwarf64 ? 12 : 4); // just behind the length
            Pointer(w, (ulong)(debugFrame ? _lastCie : pointerAt - _lastCie));
            if (_encoding == 0)
            {
                w.U64(start).U64(length);
            }
            else
            {
                var at = sectionAddress + (ulong)(entryAt + (dwarf64 ? 12 : 4) + w.Length);
                w.U32((uint)(start - at)).U32((uint)length);
            }

            if (_cieHasData)
                w.Uleb(0);
            var program = new CfiProgram(bigEndian);
            body?.Invoke(program);
            w.U8(program.ToArray());
        });
        return this;
    }

    /// <summary>The zero that ends an <c>.eh_frame</c>.</summary>
    public CfiAssembler End()
    {
        _w.U32(0);
        return this;
    }

    private void Pointer(ByteWriter w, ulong value)
    {
        if (dwarf64 && debugFrame)
            w.U64(value);
        else
            w.U32((uint)value);
    }

    private void Entry(Action<ByteWriter> fill)
    {
        var body = new ByteWriter(bigEndian);
        fill(body);
        body.Align(8); // DW_CFA_nop
        if (dwarf64)
            _w.U32(uint.MaxValue).U64((ulong)body.Length);
        else
            _w.U32((uint)body.Length);
        _w.U8(body.ToArray());
    }
}

/// <summary>Call frame instructions, named as in DWARF.</summary>
public sealed class CfiProgram(bool bigEndian = false)
{
    private readonly ByteWriter _w = new(bigEndian);

    public byte[] ToArray() => _w.ToArray();

    public CfiProgram Raw(params ReadOnlySpan<byte> bytes)
    {
        _w.U8(bytes);
        return this;
    }

    public CfiProgram Advance(uint delta)
    {
        if (delta < 0x40)
            _w.U8((byte)(0x40 | delta));
        else if (delta < 0x100)
            _w.U8(0x02, (byte)delta);
        else if (delta < 0x10000)
            _w.U8(0x03).U16((ushort)delta);
        else
            _w.U8(0x04).U32(delta);
        return this;
    }

    public CfiProgram DefCfa(uint register, ulong offset) => Do(w => w.U8(0x0c).Uleb(register).Uleb(offset));

    public CfiProgram DefCfaSf(uint register, long factored) => Do(w => w.U8(0x12).Uleb(register).Sleb(factored));

    public CfiProgram DefCfaRegister(uint register) => Do(w => w.U8(0x0d).Uleb(register));

    public CfiProgram DefCfaOffset(ulong offset) => Do(w => w.U8(0x0e).Uleb(offset));

    public CfiProgram DefCfaOffsetSf(long factored) => Do(w => w.U8(0x13).Sleb(factored));

    public CfiProgram DefCfaExpression(params byte[] expression) => Do(w => w.U8(0x0f).Uleb((ulong)expression.Length).U8(expression));

    public CfiProgram Offset(uint register, ulong factored) =>
        register < 0x40 ? Do(w => w.U8((byte)(0x80 | register)).Uleb(factored)) : Do(w => w.U8(0x05).Uleb(register).Uleb(factored));

    public CfiProgram OffsetExtendedSf(uint register, long factored) => Do(w => w.U8(0x11).Uleb(register).Sleb(factored));

    public CfiProgram ValOffset(uint register, ulong factored) => Do(w => w.U8(0x14).Uleb(register).Uleb(factored));

    public CfiProgram ValOffsetSf(uint register, long factored) => Do(w => w.U8(0x15).Uleb(register).Sleb(factored));

    public CfiProgram Restore(uint register) => Do(w => w.U8((byte)(0xc0 | register)));

    public CfiProgram RestoreExtended(uint register) => Do(w => w.U8(0x06).Uleb(register));

    public CfiProgram Undefined(uint register) => Do(w => w.U8(0x07).Uleb(register));

    public CfiProgram SameValue(uint register) => Do(w => w.U8(0x08).Uleb(register));

    public CfiProgram Register(uint register, uint other) => Do(w => w.U8(0x09).Uleb(register).Uleb(other));

    public CfiProgram RememberState() => Raw(0x0a);

    public CfiProgram RestoreState() => Raw(0x0b);

    public CfiProgram Expression(uint register, params byte[] expression) => Do(w => w.U8(0x10).Uleb(register).Uleb((ulong)expression.Length).U8(expression));

    public CfiProgram ValExpression(uint register, params byte[] expression) => Do(w => w.U8(0x16).Uleb(register).Uleb((ulong)expression.Length).U8(expression));

    public CfiProgram ArgsSize(ulong size) => Do(w => w.U8(0x2e).Uleb(size));

    public CfiProgram NegativeOffsetExtended(uint register, ulong factored) => Do(w => w.U8(0x2f).Uleb(register).Uleb(factored));

    private CfiProgram Do(Action<ByteWriter> write)
    {
        write(_w);
        return this;
    }
}
