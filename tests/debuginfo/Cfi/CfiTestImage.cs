using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Elf;
using TraceKit.Testing;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.DebugInfo.Tests.Cfi;

/// <summary>An ELF file of code at 0x1000 to 0x8fff with the given frame sections.</summary>
internal static class CfiTestImage
{
    public const ulong EhFrameAddress = 0x20000;

    public static byte[] Bytes(byte[]? ehFrame, byte[]? debugFrame = null, ulong entry = 0)
    {
        var b = new ElfBuilder();
        b.AddSection(".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0x1000, [0x90]);
        if (ehFrame is not null)
            b.AddSection(".eh_frame", SHT_PROGBITS, SHF_ALLOC, EhFrameAddress, ehFrame);
        if (debugFrame is not null)
            b.AddSection(".debug_frame", SHT_PROGBITS, 0, 0, debugFrame);
        b.AddSegment(PT_LOAD, PF_R | PF_X, 0x1000, 0x1000, 0x8000, 0x8000);
        var bytes = b.Build();
        BitConverter.TryWriteBytes(bytes.AsSpan(24), entry);
        return bytes;
    }

    public static UnwindTable Table(byte[]? ehFrame, byte[]? debugFrame = null) => UnwindTable.Build(ElfImage.Parse(Bytes(ehFrame, debugFrame), "cfi"));

    public static UnwindTable Table(Action<CfiAssembler> eh)
    {
        var a = new CfiAssembler(EhFrameAddress);
        eh(a);
        return Table(a.End().ToArray());
    }
}
