using BenchmarkDotNet.Attributes;
using TraceKit.DebugInfo.Demangle;
using TraceKit.DebugInfo.Elf;

namespace TraceKit.Bench.Benchmarks;

/// <summary>One C++ name of libstdc++.</summary>
public class DemangleBenchmarks
{
    private const int Names = 5_000;
    private byte[][] _names = null!;

    /// <summary>How much is shown.</summary>
    [Params(DemangleStyle.Full, DemangleStyle.WithoutParameters)]
    public DemangleStyle Style { get; set; }

    /// <summary>Takes names evenly from the table.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var symbols = SymbolTable.Build(Inputs.Open("/usr/lib/x86_64-linux-gnu/libstdc++.so.6"));
        var mangled = new List<byte[]>();
        for (var i = 0; i < symbols.Count; i++)
        {
            if (symbols.NameBytes(i).StartsWith("_Z"u8))
                mangled.Add(symbols.NameBytes(i).ToArray());
        }

        _names = [.. Enumerable.Range(0, Names).Select(i => mangled[(int)((long)i * mangled.Count / Names)])];
    }

    /// <summary>One name.</summary>
    [Benchmark(OperationsPerInvoke = Names)]
    public int Name()
    {
        var length = 0;
        foreach (var name in _names)
        {
            if (Demangler.TryDemangle(name, Style, out var demangled))
                length += demangled.Length;
        }

        return length;
    }
}
