using BenchmarkDotNet.Attributes;
using TraceKit.Binary;
using TraceKit.DebugInfo.Unwind;
using TraceKit.Engine;
using TraceKit.Engine.Model;
using TraceKit.Engine.Unwinding;
using TraceKit.Format.Perf;

namespace TraceKit.Bench.Benchmarks;

/// <summary>Nanoseconds a frame of stacks that were dumped live (<c>wl-dwarf</c>: no frame pointers), by compiled CFI.</summary>
public class UnwindBenchmarks
{
    /// <summary>Stacks are taken until they have this many frames; the last one may go beyond by less than 0.1 %.</summary>
    private const int Frames = 100_000;

    private readonly List<(X64Registers Registers, ulong StackPointer, byte[] Stack, AddressSpace Space, int Version, long Time)> _samples = [];
    private readonly X64Unwinder _unwinder = new();
    private readonly Avma[] _frames = new Avma[InputLimits.StackFrames];
    private Trace _trace = null!;
    private SpaceModuleMap _map = null!;

    /// <summary>Reads the recording and keeps dumps.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _trace = Trace.Open(Inputs.Require(Path.Combine(Inputs.Artifacts, "dwarf-10k.dtr"), "run bench/inputs.sh --recordings"));
        var parts = _trace.Parts;
        _map = new SpaceModuleMap(parts.Resolver);
        var reader = _trace.Source.OpenSamples(inOrder: false);
        long frames = 0;
        foreach (var chunk in _trace.Source.Blocks)
        {
            reader.Open(chunk);
            while (frames < Frames && reader.TryReadNext(out var record, out var eventIndex))
            {
                var source = _trace.EventSources[eventIndex];
                if (source.Layout is null || !PerfSample.TryParse(record, source.Layout, out var sample) || sample.UserAbi != PerfRegsAbi.PERF_SAMPLE_REGS_ABI_64)
                    continue;
                if (parts.Model.FindThread((int)sample.Pid, (int)sample.Tid, (long)sample.Time) is not { } thread)
                    continue;
                var registers = default(X64Registers);
                for (var i = 0; i < sample.UserRegs.Length; i++)
                {
                    if (source.DwarfOfRegister[i] >= 0)
                        registers.Set(source.DwarfOfRegister[i], sample.UserRegs[i]);
                }

                registers.TryGet(X64Registers.Rsp, out var stackPointer);
                _samples.Add((registers, stackPointer, sample.Stack[..sample.StackDynSize].ToArray(), thread.Space, thread.Space.VersionAt((long)sample.Time), (long)sample.Time));
                frames += Unwind(_samples[^1]);
            }
        }

        if (frames < Frames)
            throw new InvalidDataException($"the recording has {frames} frames, {Frames} are needed");
    }

    /// <summary>Closes the recording.</summary>
    [GlobalCleanup]
    public void Cleanup() => _trace.Dispose();

    /// <summary>One frame.</summary>
    [Benchmark(OperationsPerInvoke = Frames)]
    public long Frame()
    {
        long frames = 0;
        foreach (var sample in _samples)
            frames += Unwind(sample);
        return frames;
    }

    private int Unwind(in (X64Registers Registers, ulong StackPointer, byte[] Stack, AddressSpace Space, int Version, long Time) sample)
    {
        _map.PointTo(sample.Space, sample.Time);
        return _unwinder.Unwind(new AddressSpaceId((uint)sample.Version, 0), sample.Registers, new StackMemory(sample.StackPointer, sample.Stack), _map, _frames).Count;
    }
}
