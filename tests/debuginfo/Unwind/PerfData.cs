using System.Buffers.Binary;
using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Unwind;
using TraceKit.Format.Perf;

namespace TraceKit.DebugInfo.Tests.Unwind;

/// <summary>The samples and mappings of a perf.data with one event: just enough to feed the unwinder real stacks.</summary>
internal sealed class PerfData : IModuleMap
{
    private readonly byte[] _file;
    private readonly SampleLayout _layout;
    private readonly List<(ulong Start, ulong End, ulong PageOffset, ulong Bias, UnwindTable? Table, string Path)> _maps = [];
    private readonly Dictionary<string, (ElfImage Image, UnwindTable Table)?> _images = [];

    public PerfData(string path, string? vdso = null)
    {
        // perf.data-file-format: magic, size, attr_size, attrs (offset, size), data (offset, size).
        _file = File.ReadAllBytes(path);
        Assert.Equal("PERFILE2", System.Text.Encoding.ASCII.GetString(_file, 0, 8));
        Assert.True(PerfEventAttr.TryRead(_file.AsSpan((int)U64(24)), out var attr));
        _layout = new SampleLayout(attr!);
        for (var (at, end) = ((int)U64(40), (int)(U64(40) + U64(48))); at < end;)
        {
            if (!PerfRecord.TryRead(_file.AsSpan(at, end - at), out var record))
                break;
            if (record.Type == PerfRecordType.PERF_RECORD_SAMPLE)
                Samples.Add((at, record.Size));
            else if (record.Type == PerfRecordType.PERF_RECORD_MMAP2 && Mmap2Record.TryParse(record, _layout, out var map) && map.Pid != uint.MaxValue && (map.Protection & 4) != 0 && map.Pid == (Pid = Pid == 0 ? map.Pid : Pid))
                Map(map.Address, map.Length, map.PageOffset, System.Text.Encoding.UTF8.GetString(map.Filename), vdso);
            at += record.Size;
        }

        _maps.Sort((a, b) => a.Start.CompareTo(b.Start));
    }

    public List<(int At, int Size)> Samples { get; } = [];

    /// <summary>The first process with mappings: the only one whose samples can be unwound with them.</summary>
    public uint Pid { get; private set; }

    public IEnumerable<UnwindTable> Tables => _images.Values.Where(v => v is not null).Select(v => v!.Value.Table);

    public PerfSample Sample(int index)
    {
        Assert.True(PerfSample.TryParse(new PerfRecord(_file.AsSpan(Samples[index].At, Samples[index].Size)), _layout, out var sample));
        return sample;
    }

    public X64Registers Registers(in PerfSample sample)
    {
        var registers = default(X64Registers);
        var values = sample.UserRegs;
        var next = 0;
        for (var i = 0; i < 64 && next < values.Length; i++)
        {
            if ((_layout.RegsUser >> i & 1) == 0)
                continue;
            if (PerfRegsX86.ToDwarf(i) is >= 0 and <= 16 and var dwarf)
                registers.Set(dwarf, values[next]);
            next++;
        }

        return registers;
    }

    public static StackMemory Stack(in PerfSample sample, in X64Registers registers)
    {
        registers.TryGet(X64Registers.Rsp, out var rsp);
        return new StackMemory(rsp, sample.Stack[..sample.StackDynSize]);
    }

    public bool TryFind(Avma address, out ModuleMapping mapping)
    {
        int low = 0, high = _maps.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_maps[middle].Start <= address.Value)
                low = middle + 1;
            else
                high = middle;
        }

        if (low == 0 || address.Value >= _maps[low - 1].End)
        {
            mapping = default;
            return false;
        }

        var map = _maps[low - 1];
        mapping = new ModuleMapping { ModuleIndex = low - 1, Bias = map.Bias, Table = map.Table, Start = new Avma(map.Start), End = new Avma(map.End) };
        return true;
    }

    /// <summary>The file mapped at an address.</summary>
    public string PathOf(Avma address) => TryFind(address, out var mapping) ? _maps[mapping.ModuleIndex].Path : "";

    /// <summary>What perf script prints for an address: the offset in the mapped file.</summary>
    public ulong FileOffset(Avma address) =>
        TryFind(address, out var mapping) ? address.Value - mapping.Start.Value + _maps[mapping.ModuleIndex].PageOffset : address.Value;

    private void Map(ulong start, ulong length, ulong pageOffset, string path, string? vdso)
    {
        if (start >= 1UL << 63)
            return;
        if (path == "[vdso]" && vdso is not null)
            path = vdso;
        if (!_images.TryGetValue(path, out var image))
        {
            if (File.Exists(path))
            {
                var elf = ElfImage.Parse(File.ReadAllBytes(path), path);
                image = (elf, UnwindTable.Build(elf));
            }

            _images[path] = image;
        }

        ulong bias = 0;
        var known = image is not null && image.Value.Image.TryGetBias(new Avma(start), new FileOffset(pageOffset), length, out bias);
        _maps.RemoveAll(m => m.Start < start + length && start < m.End);
        _maps.Add((start, start + length, pageOffset, bias, known ? image!.Value.Table : null, path));
    }

    private ulong U64(int at) => BinaryPrimitives.ReadUInt64LittleEndian(_file.AsSpan(at));
}
