using TraceKit.DebugInfo.Unwind;
using TraceKit.Engine;
using TraceKit.Engine.Tests;
using TraceKit.Format.Dtr.Metadata;
using TraceKit.Report.Profiles;
using TraceKit.Testing;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.Report.Tests;

/// <summary>Why stacks ended, where, and how large a dump would have been large enough.</summary>
public class StackTotalsTests
{
    private const ulong Text = 0x7f0000001000, Top = 0x7ffd00010000;

    private static TestTrace Recording(out int dumps)
    {
        const ulong ehFrame = 0x20000;
        var elf = new ElfBuilder();
        elf.AddSection(".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0x1000, [0x90]);
        elf.AddSection(".eh_frame", SHT_PROGBITS, SHF_ALLOC, ehFrame, new CfiAssembler(ehFrame).X64Cie()
            .Fde(0x1000, 0x40) // a leaf
            .Fde(0x1040, 0x40, p => p.DefCfaOffset(4096)) // a large frame
            .Fde(0x1080, 0x40, p => p.Undefined(16)).End().ToArray()); // the root
        elf.AddSegment(PT_LOAD, PF_R | PF_X, 0x1000, 0x1000, 0x8000, 0x8000);
        var bytes = elf.Build();
        var info = new ModuleInfo
        {
            Id = 1, Kind = ModuleKind.Elf, Path = "/lib/libfoo.so", DeviceMajor = 8, DeviceMinor = 1, Inode = 1, FileLength = (ulong)bytes.Length,
            BlobBytes = (ulong)bytes.Length, Extents = [new ModuleExtent { FileOffset = 0, Length = (ulong)bytes.Length }],
        };
        var trace = new TestTrace().Comm(0, 10, 10, "app").Map(0, 10, Text, 0x8000, 0x1000, "/lib/libfoo.so").Module(info, bytes);
        dumps = trace.AddDumpEvent("cpu-clock:u", 1024);
        return trace;
    }

    /// <summary>Every stop is counted with the module it happened in; truncated stacks tell the size that reaches to where the thread's complete ones end.</summary>
    [Fact]
    public void UnwindTotals_Stops_CountedByModule()
    {
        var trace = Recording(out var dumps);
        trace.Dump(1000, 10, 10, dumps, Text + 0x10, Top - 8, [Text + 0x90]); // whole: its root's frame is at Top
        trace.Dump(2000, 10, 10, dumps, Text + 0x50, Top - 10000, [0]); // its caller's address is 4,088 bytes up
        trace.Dump(3000, 10, 10, dumps, Text + 0x10, Top - 16, [0x1234]);
        trace.Dump(4000, 10, 10, dumps, Text + 0x10, Top - 16, [0x1234]);
        trace.Dump(5000, 10, 10, dumps, Text + 0x200, Top - 16, [0x1234]); // no CFI, no frame pointer
        using var opened = trace.Open();
        var analysis = Analysis.Run(opened, new AnalysisOptions());
        var unwind = analysis.Unwind;
        Assert.Equal((5L, 1L), (unwind.Samples, unwind.ReachedRoot));
        Assert.Equal("NoMapping libfoo.so 2, DumpTruncated libfoo.so 1, NoUnwindInfo libfoo.so 1", string.Join(", ", unwind.ByModule.Select(s => $"{s.Stop} {analysis.Modules[s.Module].Name} {s.Samples}")));
        Assert.Equal((1024, 10000UL, false), (unwind.DumpSize, unwind.SufficientDumpSize, unwind.SufficientIsLeast));
        Assert.Equal(
            "Stacks: 20.00% complete (1 of 5); 2 stopped in libfoo.so: return address not in code; 1 stopped in libfoo.so: no unwind information; 1 truncated: --call-graph dwarf,10000 would have sufficed for all (1024 recorded)",
            LossNotes.Of(analysis).Single(n => n.StartsWith("Stacks:", StringComparison.Ordinal)));
    }

    /// <summary>Where a thread has no complete stack, only the least that would have been needed is known; beyond what the kernel copies, no size is recommended.</summary>
    [Fact]
    public void UnwindTotals_NoCompleteStack_LeastIsTold()
    {
        var trace = Recording(out var dumps);
        trace.Dump(1000, 10, 11, dumps, Text + 0x50, Top - 10004, [0]);
        using (var opened = trace.Open())
        {
            var analysis = Analysis.Run(opened, new AnalysisOptions());
            Assert.Equal((4096UL, true), (analysis.Unwind.SufficientDumpSize, analysis.Unwind.SufficientIsLeast));
            Assert.Contains(LossNotes.Of(analysis), n => n.EndsWith("1 truncated: at least --call-graph dwarf,4096 was needed (1024 recorded)", StringComparison.Ordinal));
        }

        trace = Recording(out dumps);
        trace.Dump(1000, 10, 10, dumps, Text + 0x10, Top - 8, [Text + 0x90]);
        trace.Dump(2000, 10, 10, dumps, Text + 0x50, Top - 100_000, [0]);
        using (var opened = trace.Open())
        {
            var analysis = Analysis.Run(opened, new AnalysisOptions());
            Assert.Contains(LossNotes.Of(analysis), n => n.EndsWith("1 truncated: even --call-graph dwarf,65528, the most the kernel copies, would not have sufficed for all (1024 recorded)", StringComparison.Ordinal));
        }
    }

    /// <summary>A sample outside of every mapping stopped where nothing is.</summary>
    [Fact]
    public void UnwindTotals_SampledAddressUnmapped_SaidSo()
    {
        var trace = Recording(out var dumps);
        trace.Dump(1000, 10, 10, dumps, 0x999000, Top - 8, [Text + 0x90]);
        using var opened = trace.Open();
        var analysis = Analysis.Run(opened, new AnalysisOptions());
        Assert.Equal([(UnwindStop.NoMapping, -1, 1L)], analysis.Unwind.ByModule.Select(s => (s.Stop, s.Module, s.Samples)));
        Assert.Contains(LossNotes.Of(analysis), n => n.Contains("1 stopped where nothing is mapped", StringComparison.Ordinal));
    }
}
