using BenchmarkDotNet.Attributes;
using TraceKit.Binary;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Source;

namespace TraceKit.Bench.Benchmarks;

/// <summary>One address to its inline chain with file and line, by DWARF: of <c>wl-debug</c> (DWARF 5, g++ -O2 -g), 10,000 random addresses in a sorted batch.</summary>
public class DwarfBenchmarks
{
    private const int Addresses = 10_000;
    private readonly SourceFrames _frames = new();
    private ElfImage _image = null!;
    private DwarfInfo _open = null!;
    private byte[] _index = null!;
    private SourceIndex _openIndex = null!;
    private Svma[] _addresses = null!;

    /// <summary>Opens the file.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _image = Inputs.Open(Inputs.Require(Path.Combine(Inputs.Artifacts, "wl-debug"), "run bench/inputs.sh"));
        _addresses = Inputs.RandomCode(_image, Addresses);
        _open = DwarfInfo.Open(_image);
        _open.Resolve(_addresses, _frames);
        _index = SourceIndex.Build(_open, []);
        _openIndex = SourceIndex.Read(_index);
    }

    /// <summary>Cold: opening the sections, finding units, reading what was hit.</summary>
    [Benchmark(OperationsPerInvoke = Addresses)]
    public int Cold() => Resolve(DwarfInfo.Open(ElfImage.Parse(_image.Image, _image.Name)));

    /// <summary>Again through the same object: what it keeps of its units helps.</summary>
    [Benchmark(OperationsPerInvoke = Addresses)]
    public int Again() => Resolve(_open);

    /// <summary>From a source index of the whole file, opening included.</summary>
    [Benchmark(OperationsPerInvoke = Addresses)]
    public int IndexCold() => Resolve(SourceIndex.Read(_index));

    /// <summary>From an open source index.</summary>
    [Benchmark(OperationsPerInvoke = Addresses)]
    public int IndexAgain() => Resolve(_openIndex);

    private int Resolve(ISourceResolver resolver)
    {
        _frames.Clear();
        resolver.Resolve(_addresses, _frames);
        return _frames.Count;
    }
}
