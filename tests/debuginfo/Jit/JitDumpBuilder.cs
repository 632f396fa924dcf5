using TraceKit.Testing;

namespace TraceKit.DebugInfo.Tests.Jit;

/// <summary>Writes jitdump files.</summary>
internal sealed class JitDumpBuilder(bool bigEndian = false, ulong flags = 0)
{
    private readonly ByteWriter _records = new(bigEndian);

    public JitDumpBuilder Load(ulong time, ulong address, string name, byte[] code, ulong index) =>
        Record(0, time, w => w.U32(7).U32(7).U64(address).U64(address).U64((ulong)code.Length).U64(index).CString(name).U8(code));

    public JitDumpBuilder Move(ulong time, ulong from, ulong to, ulong size, ulong index) =>
        Record(1, time, w => w.U32(7).U32(7).U64(from).U64(from).U64(to).U64(size).U64(index));

    public JitDumpBuilder Lines(ulong time, ulong address, params (ulong Address, uint Line, string File)[] lines) => Record(2, time, w =>
    {
        w.U64(address).U64((ulong)lines.Length);
        foreach (var line in lines)
        {
            w.U64(line.Address).U32(line.Line).U32(0);
            if (line.File == "same")
                w.U8(0xff, 0);
            else
                w.CString(line.File);
        }
    });

    public JitDumpBuilder Unwinding(ulong time, byte[] ehFrame, byte[] header) =>
        Record(4, time, w => w.U64((ulong)(ehFrame.Length + header.Length)).U64((ulong)header.Length).U64(0).U8(ehFrame).U8(header));

    public JitDumpBuilder Close(ulong time) => Record(3, time, _ => { });

    public byte[] Build() => new ByteWriter(bigEndian).U32(0x4A695444).U32(1).U32(40).U32(62).U32(0).U32(7).U64(1).U64(flags).U8(_records.ToArray()).ToArray();

    private JitDumpBuilder Record(uint id, ulong time, Action<ByteWriter> body)
    {
        var w = new ByteWriter(bigEndian);
        body(w);
        _records.U32(id).U32((uint)w.Length + 16).U64(time).U8(w.ToArray());
        return this;
    }
}
