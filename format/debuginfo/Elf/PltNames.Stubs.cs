using System.Buffers.Binary;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.DebugInfo.Elf;

/// <summary>The instructions of stubs: which GOT slot each jumps through.</summary>
internal sealed partial class PltNames
{
    private void ReadX86Stubs(ReadOnlySpan<byte> code, in ElfSection section)
    {
        // .plt.got has 8-byte stubs, 16 with IBT, .plt.bnd 8-byte ones; everything else 16. Old linkers leave sh_entsize wrong, so only 8 is believed.
        var size = section.Name is ".plt.got" or ".plt.bnd" && section.EntrySize == 8 ? 8 : 16;
        var is64 = _image.Machine == EM_X86_64;
        var got = is64 ? 0 : Got();
        for (var at = 0; at + size <= code.Length; at += size)
        {
            var stub = code.Slice(at, size);
            var used = 0;
            if (stub.StartsWith((ReadOnlySpan<byte>)[0xf3, 0x0f, 0x1e]) && stub[3] == (is64 ? 0xfa : 0xfb)) // endbr64, endbr32
                used = 4;
            if (stub[used] == 0xf2) // bnd
                used++;
            uint name = 0;
            if (used + 6 <= size && stub[used] == 0xff && stub[used + 1] == 0x25) // jmp *disp32(%rip); 32-bit: jmp *abs32
            {
                var operand = BinaryPrimitives.ReadInt32LittleEndian(stub[(used + 2)..]);
                var slot = is64 ? section.Address.Value + (ulong)(at + used + 6) + (ulong)operand : (uint)operand;
                _slots.TryGetValue(slot, out name);
            }
            else if (!is64 && used + 6 <= size && stub[used] == 0xff && stub[used + 1] == 0xa3) // jmp *disp32(%ebx): %ebx holds the GOT's address
            {
                _slots.TryGetValue((uint)(got + (ulong)BinaryPrimitives.ReadInt32LittleEndian(stub[(used + 2)..])), out name);
            }
            else if (used + 5 <= size && stub[used] == 0x68) // push $index, jmp header: the lazy half of an IBT stub
            {
                // 32-bit: the offset of the relocation and not its number.
                var index = BinaryPrimitives.ReadUInt32LittleEndian(stub[(used + 1)..]) / (is64 ? 1u : 8u);
                name = index < (uint)_lazy.Count ? _lazy[(int)index] : 0;
            }

            if (name != 0)
                Stubs.Add(new Stub(section.Address.Value + (ulong)at, (uint)size, name));
        }
    }

    /// <summary>Where the global offset table of position-independent code begins (i386 psABI: DT_PLTGOT).</summary>
    private ulong Got()
    {
        if (_image.TrySection(".dynamic", out var dynamic) && _image.TryDynamicValue(dynamic, DT_PLTGOT, out var address))
            return address;
        return _image.TrySection(".got.plt", out var got) ? got.Address.Value : 0;
    }

    // [bti c;] adrp x16, page; ldr x17, [x16, #offset]; add x16, x16, #offset; [autia1716;] br x17; [nop...]
    private void ReadArm64Stubs(ReadOnlySpan<byte> code, in ElfSection section)
    {
        const uint BtiC = 0xd503245f, Nop = 0xd503201f;
        for (var at = 0; at + 12 <= code.Length; at += 4)
        {
            uint adrp = UInt32(code, at), ldr = UInt32(code, at + 4);
            if ((adrp & 0x9f00001f) != 0x90000010 || (ldr & 0xffc003ff) != 0xf9400211)
                continue;
            // adrp: immhi (bits 5 to 23) and immlo (29, 30), signed, in pages from the page of the instruction. ldr: imm12 times 8.
            var pages = (long)(int)((adrp & 0x00ffffe0) << 8) >> 11 | adrp >> 29 & 3;
            var slot = (section.Address.Value + (ulong)at & ~0xfffUL) + (ulong)(pages << 12) + (ldr >> 10 & 0xfff) * 8;
            if (!_slots.TryGetValue(slot, out var name))
                continue;
            var first = at >= 4 && UInt32(code, at - 4) == BtiC ? at - 4 : at;
            var end = at + 8;
            while (end + 4 <= code.Length && UInt32(code, end) != 0xd61f0220 && end < at + 24) // br x17
                end += 4;
            end = Math.Min(end + 4, code.Length);
            while (end + 4 <= code.Length && UInt32(code, end) == Nop)
                end += 4;
            Stubs.Add(new Stub(section.Address.Value + (ulong)first, (uint)(end - first), name));
            at = end - 4;
        }
    }

    private static uint UInt32(ReadOnlySpan<byte> code, int at) => BinaryPrimitives.ReadUInt32LittleEndian(code[at..]);
}
