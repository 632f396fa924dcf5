using TraceKit.Testing;

namespace TraceKit.DebugInfo.Tests.Go;

/// <summary>A small program's function table in each layout, as Go's linker lays it out: main.main (0x40 bytes, main.g inlined at 0x10 to 0x18), main.f (0x20 bytes).</summary>
internal sealed class GoTableBuilder(string version, bool is64 = true, bool bigEndian = false)
{
    public const ulong Text = 0x401000, Tree = 0x501000, Table = 0x601000, Data = 0x701000;

    private readonly int _word = is64 ? 8 : 4;

    /// <summary>Whether the module data is there; without it the trees of 1.18 and later cannot be found.</summary>
    public bool WithModuleData { get; init; } = true;

    private bool IsAtLeast118 => version is "1.18" or "1.20";

    public byte[] Build()
    {
        var names = new ByteWriter().CString("main.main").CString("main.f").CString("main.g").ToArray();
        var files = new ByteWriter().CString("/src/main.go").CString("/src/g.go").ToArray();
        // pc tables; offset 0 means none. Values begin at -1; deltas are zigzag.
        var pc = new ByteWriter().U8(0);
        uint Table(params (int Value, int Bytes)[] steps)
        {
            var at = (uint)pc.Length;
            var last = -1;
            foreach (var (value, bytes) in steps)
            {
                pc.Uleb((ulong)(uint)(value - last << 1 ^ value - last >> 31)).Uleb((ulong)bytes);
                last = value;
            }

            pc.U8(0);
            return at;
        }

        var firstFile = version == "1.2" ? 1 : 0;
        var sp = Table((0, 8), (24, 0x30), (0, 8));
        var file = Table((firstFile, 0x10), (firstFile + 1, 8), (firstFile, 0x28));
        var line = Table((10, 0x10), (77, 8), (11, 0x28));
        var inline = Table((-1, 0x10), (0, 8), (-1, 0x28));
        var flat = Table((0, 0x20));
        var fileOfF = Table((firstFile, 0x20));
        var lineOfF = Table((20, 0x20));

        var w = new ByteWriter(bigEndian);
        w.U32(version switch { "1.2" => 0xfffffffb, "1.16" => 0xfffffffa, "1.18" => 0xfffffff0, _ => 0xfffffff1 }).U8(0, 0, 1, (byte)_word);
        Word(w, 2);
        if (version == "1.2")
        {
            // One piece: functions, then everything by offset from the start.
            var blobAt = 8 + _word + 5 * _word + 4;
            blobAt = (blobAt + _word - 1) / _word * _word;
            var pcAt = (uint)(blobAt + names.Length + files.Length);
            var fileTableAt = (pcAt + (uint)pc.Length + 3) & ~3u;
            var functionsAt = (fileTableAt + 12 + 7) & ~7u;
            var main = Function(0, 0, (uint)blobAt, pcAt, sp, file, line, inline, true);
            var f = Function(1, 0x40, (uint)blobAt, pcAt, flat, fileOfF, lineOfF, 0, false);
            Word(w, Text);
            Word(w, functionsAt);
            Word(w, Text + 0x40);
            Word(w, functionsAt + (ulong)main.Length);
            Word(w, Text + 0x60);
            w.U32(fileTableAt);
            w.Align(_word).U8(names).U8(files).U8(pc.ToArray()).Align(4);
            w.U32(3).U32((uint)(blobAt + names.Length)).U32((uint)(blobAt + names.Length + 13)).Align(8).U8(main).U8(f);
        }
        else
        {
            Word(w, 2);
            if (IsAtLeast118)
                Word(w, Text);
            var header = w.Length + 5 * _word;
            var cuAt = (header + names.Length + 3) & ~3;
            var filesAt = cuAt + 8;
            var pcAt = filesAt + files.Length;
            var functionsAt = (pcAt + pc.Length + 7) & ~7;
            foreach (var at in (ReadOnlySpan<int>)[header, cuAt, filesAt, pcAt, functionsAt])
                Word(w, (ulong)at);
            w.U8(names).Align(4).U32(0).U32(13).U8(files).U8(pc.ToArray()).Align(8);
            var entry = IsAtLeast118 ? 4 : _word;
            var main = Function(0, 0, 0, 0, sp, file, line, inline, true);
            var f = Function(1, 0x40, 0, 0, flat, fileOfF, lineOfF, 0, false);
            var first = (5 * entry + 7) & ~7;
            ulong[] table = [0, (ulong)first, 0x40, (ulong)(first + main.Length), 0x60];
            for (var i = 0; i < table.Length; i++)
            {
                var value = table[i] + (i % 2 == 0 && !IsAtLeast118 ? Text : 0);
                if (entry == 4)
                    w.U32((uint)value);
                else
                    Word(w, value);
            }

            w.Align(8).U8(main).U8(f);
        }

        return Elf(w.ToArray());
    }

    private byte[] Function(int index, ulong offset, uint namesAt, uint pcAt, uint sp, uint file, uint line, uint inline, bool hasTree)
    {
        var w = new ByteWriter(bigEndian);
        if (IsAtLeast118)
            w.U32((uint)offset);
        else
            Word(w, Text + offset);
        w.U32(namesAt + (index == 0 ? 0u : 10u)).U32(0).U32(0).U32(pcAt + sp).U32(pcAt + file).U32(pcAt + line).U32(3);
        if (version != "1.2")
            w.U32(0);
        if (version == "1.20")
            w.U32(9);
        var treeAt = version == "1.2" ? 4 : 3;
        // funcID, flag (main.f: TOPFRAME), pad, nfuncdata; then three pcdata and the funcdata.
        w.U8(0, (byte)(index == 1 && version != "1.2" ? 1 : 0), 0, (byte)(treeAt + 1)).U32(0).U32(0).U32(inline == 0 ? 0 : pcAt + inline);
        if (!IsAtLeast118)
            w.Align(_word);
        for (var i = 0; i <= treeAt; i++)
        {
            if (IsAtLeast118)
                w.U32(hasTree && i == treeAt ? 0x10 : uint.MaxValue);
            else
                Word(w, hasTree && i == treeAt ? Tree + 0x10 : 0);
        }

        return w.Align(8).ToArray();
    }

    private byte[] Elf(byte[] table)
    {
        // A tree begins at 0x10: name of main.g; called where main.go:10 is, at main.main+0xf.
        var tree = new ByteWriter(bigEndian).U8(new byte[16]);
        var nameOfG = version == "1.2" ? (uint)table.AsSpan().IndexOf("main.g\0"u8) : 17;
        if (version == "1.20")
            tree.U8(0, 0, 0, 0).U32(nameOfG).U32(0xf).U32(70);
        else
            tree.U16(0xffff).U8(0, 0).U32(0).U32(10).U32(nameOfG).U32(0xf);
        var module = new ByteWriter(bigEndian);
        for (var i = 0; i < 48; i++)
        {
            Word(module, (version, i) switch
            {
                (_, 0) => Table,
                ("1.2", 1 or 2) => (ulong)table.Length,
                (_, 1) => Table + (ulong)table.AsSpan().IndexOf("main.main\0"u8),
                (_, 2 or 3) => 24,
                ("1.18", 38) or ("1.20", 40) => Tree,
                _ => 0,
            });
        }

        var elf = new ElfBuilder { Is64Bit = is64, BigEndian = bigEndian, Machine = is64 ? (ushort)62 : (ushort)3, Type = 2 };
        var text = elf.AddSection(".text", 1, 6, Text, new byte[0x60]);
        var rodata = elf.AddSection(".rodata", 1, 2, Tree, tree.ToArray());
        var pclntab = elf.AddSection(".gopclntab", 1, 2, Table, table);
        elf.AddSegmentOver(1, 5, text).AddSegmentOver(1, 4, rodata).AddSegmentOver(1, 4, pclntab);
        if (WithModuleData)
            elf.AddSegmentOver(1, 6, elf.AddSection(".noptrdata", 1, 3, Data, module.ToArray()));
        return elf.Build();
    }

    private void Word(ByteWriter w, ulong value)
    {
        if (is64)
            w.U64(value);
        else
            w.U32((uint)value);
    }
}
