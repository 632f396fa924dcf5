using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Dwarf.Lines;

namespace TraceKit.Bench.Benchmarks;

/// <summary>Running the line number programs of <c>wl-debug</c> and of libc's debug file (all units) into tables.</summary>
public class LineBenchmarks
{
    private DwarfSections _sections = null!;
    private ulong[] _tables = null!;

    /// <summary>Which file.</summary>
    [Params("wl-debug", "libc")]
    public string File { get; set; } = "";

    /// <summary>Finds the tables: they stand one after the other, each with its length in front.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _sections = new DwarfSections(Inputs.Open(Path()));
        var lines = _sections[DwarfSection.Line].Span;
        var tables = new List<ulong>();
        for (var at = 0; at + 4 < lines.Length; at += 4 + (int)BinaryPrimitives.ReadUInt32LittleEndian(lines[at..]))
            tables.Add((ulong)at);
        _tables = [.. tables];
        Console.WriteLine($"// {File}: {_tables.Length} tables, {Read()} rows kept, {lines.Length} bytes");
    }

    /// <summary>All of them; divide by the rows that the log names.</summary>
    [Benchmark]
    public long Read()
    {
        long rows = 0;
        foreach (var at in _tables)
        {
            if (LineTable.TryRead(_sections, new DebugLineOffset(at), new LineUnit { AddressSize = 8 }, out var table))
                rows += table.RowCount;
        }

        return rows;
    }

    private string Path()
    {
        if (File == "wl-debug")
            return Inputs.Require(System.IO.Path.Combine(Inputs.Artifacts, "wl-debug"), "run bench/inputs.sh");
        var id = Convert.ToHexStringLower(Inputs.Open("/lib/x86_64-linux-gnu/libc.so.6").BuildId.Span);
        return Inputs.Require($"/usr/lib/debug/.build-id/{id[..2]}/{id[2..]}.debug", "install libc6-dbg");
    }
}
