using BenchmarkDotNet.Attributes;
using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Elf;

namespace TraceKit.Bench.Benchmarks;

/// <summary>Opening a module: its unwind table and symbols, and looking addresses up in both.</summary>
public class TableBenchmarks
{
    private const int Lookups = 10_000;
    private ElfImage _image = null!;
    private UnwindTable _unwind = null!;
    private SymbolTable _symbols = null!;
    private Svma[] _addresses = null!;
    private int[] _found = null!;

    /// <summary>A library of this machine.</summary>
    [Params("/lib/x86_64-linux-gnu/libc.so.6", "/usr/lib/x86_64-linux-gnu/libstdc++.so.6")]
    public string Library { get; set; } = "";

    /// <summary>Opens it.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _image = Inputs.Open(Library);
        _unwind = UnwindTable.Build(_image);
        _symbols = SymbolTable.Build(_image);
        _addresses = Inputs.RandomCode(_image, Lookups);
        _found = new int[Lookups];
        Console.WriteLine($"// {Library}: {_unwind.SourceRows} CFI rows, {_unwind.Count} kept, {_unwind.MemoryBytes / (double)Math.Max(1, _unwind.Count):F2} bytes a row; {_symbols.Count} symbols");
    }

    /// <summary>The whole unwind table; divide by the rows that the log names.</summary>
    [Benchmark]
    public UnwindTable BuildUnwindTable() => UnwindTable.Build(_image);

    /// <summary>The whole symbol table.</summary>
    [Benchmark]
    public SymbolTable BuildSymbolTable() => SymbolTable.Build(_image);

    /// <summary>One address, sorted batch.</summary>
    [Benchmark(OperationsPerInvoke = Lookups)]
    public int[] FindSymbol()
    {
        _symbols.Find(_addresses, _found);
        return _found;
    }

    /// <summary>One address.</summary>
    [Benchmark(OperationsPerInvoke = Lookups)]
    public int FindRule()
    {
        var count = 0;
        foreach (var address in _addresses)
            count += _unwind.TryFind(address, out _) ? 1 : 0;
        return count;
    }
}
