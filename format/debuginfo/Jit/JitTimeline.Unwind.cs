using System.Buffers.Binary;
using System.Collections.Concurrent;
using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Elf;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.DebugInfo.Jit;

public sealed partial class JitTimeline
{
    private readonly ConcurrentDictionary<int, UnwindTable?> _unwind = new();

    /// <summary>Compiled rows from the unwinding data that a jitdump has of a piece of code; null when there is none. Their addresses are the process's.</summary>
    public UnwindTable? Unwind(JitEntry entry)
    {
        var claim = _claims[entry.Index];
        if (claim.Dump < 0 || _dumps[claim.Dump].Codes[claim.At].UnwindLength == 0)
            return null;
        return _unwind.GetOrAdd(entry.Index, static (_, from) => BuildUnwind(from.Dump, from.Code), (Dump: _dumps[claim.Dump], Code: _dumps[claim.Dump].Codes[claim.At]));
    }

    /// <summary>The compiler counts as if <c>.eh_frame</c> stood behind the code, rounded up to 8: an ELF file of just that is what the CFI room reads.</summary>
    private static UnwindTable? BuildUnwind(JitDump dump, JitDumpCode code)
    {
        const int header = 64, segment = 56, section = 64, names = 32;
        if (dump.IsBigEndian || dump.Machine > ushort.MaxValue || code.Size > uint.MaxValue || code.Start.Value > ulong.MaxValue - 2 * code.Size)
            return null;
        var frames = dump.EhFrame(code);
        var framesAt = header + segment + 3 * section + names;
        var file = new byte[framesAt + frames.Length];
        ((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', ELFCLASS64, ELFDATA2LSB, 1]).CopyTo(file);
        void U16(int at, int value) => BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at), (ushort)value);
        void U32(int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at), value);
        void U64(int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(at), value);
        // e_type ET_DYN, e_machine, e_version; e_phoff, e_shoff; sizes and counts
        U16(16, 3);
        U16(18, (int)dump.Machine);
        U32(20, 1);
        U64(32, header);
        U64(40, header + segment);
        U16(52, header);
        U16(54, segment);
        U16(56, 1);
        U16(58, section);
        U16(60, 3);
        U16(62, 1);
        // The code, as a segment without bytes: only its addresses matter.
        U32(header, PT_LOAD);
        U32(header + 4, PF_R | PF_X);
        U64(header + 16, code.Start.Value);
        U64(header + 40, code.Size);
        // .shstrtab, .eh_frame
        var first = header + segment + section;
        var namesAt = header + segment + 3 * section;
        ".eh_frame\0"u8.CopyTo(file.AsSpan(namesAt + 1));
        U32(first + 4, SHT_STRTAB);
        U64(first + 24, (ulong)namesAt);
        U64(first + 32, names);
        U32(first + section, 1);
        U32(first + section + 4, SHT_PROGBITS);
        U64(first + section + 8, SHF_ALLOC);
        U64(first + section + 16, code.Start.Value + ((code.Size + 7) & ~7UL));
        U64(first + section + 24, (ulong)framesAt);
        U64(first + section + 32, (ulong)frames.Length);
        frames.Span.CopyTo(file.AsSpan(framesAt));
        try
        {
            return UnwindTable.Build(ElfImage.Parse(file, dump.Name(code)));
        }
        catch (BadDataException)
        {
            return null;
        }
    }
}
