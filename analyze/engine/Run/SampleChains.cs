using System.Buffers.Binary;
using TraceKit.Binary;
using TraceKit.DebugInfo.Unwind;
using TraceKit.Engine.Model;
using TraceKit.Engine.Unwinding;
using TraceKit.Format.Perf;

namespace TraceKit.Engine.Run;

/// <summary>
/// The call chain of a sample, however it was recorded: innermost first, with the markers of <c>enum perf_callchain_context</c>. One per
/// thread of work.
/// </summary>
internal sealed class SampleChains(MappingResolver resolver, int maxStack)
{
    private const ulong UserMarker = unchecked((ulong)-512L); // PERF_CONTEXT_USER

    private readonly SpaceModuleMap _moduleMap = new(resolver);
    // With their caches made when the first dump comes: call chains need neither.
    private X64Unwinder? _x64;
    private Arm64Unwinder? _arm64;
    private readonly Avma[] _frames = new Avma[InputLimits.StackFrames];
    private readonly ulong[] _chain = new ulong[(InputLimits.PerfRecordBytes / 8) + InputLimits.StackFrames + 3];

    /// <summary>How unwinding ended.</summary>
    public UnwindCounts Unwind { get; } = new();

    /// <summary>The chain; valid until the next call, or as long as the sample.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="source">Its event.</param>
    /// <param name="space">Mappings of its process.</param>
    /// <param name="version">Their state at the time.</param>
    /// <param name="isFiltered">Only words of its stack that point into code or stacks were kept.</param>
    public ReadOnlySpan<ulong> Get(in PerfSample sample, EventSource source, AddressSpace space, int version, bool isFiltered)
    {
        if (IsInGuest(sample))
            return OfGuest(sample, source);
        if (source.HasStackDumps && sample.UserAbi != PerfRegsAbi.PERF_SAMPLE_REGS_ABI_NONE)
            return Unwound(sample, source, space, version, isFiltered);
        if (source.HasBranchCallStack && !sample.BranchStack.IsEmpty)
            return Cut(OfBranches(sample));
        if (source.HasCallchain && !sample.Callchain.IsEmpty)
            return Cut(Recorded(sample));
        if (source.HasStackDumps)
            Unwind.WithoutDump++;
        if (!source.Layout!.Has(PerfSampleFormat.PERF_SAMPLE_IP) || sample.Ip == 0)
            return [];
        _chain[0] = IpOf(sample);
        return _chain.AsSpan(0, 1);
    }

    /// <summary>The chain, from where it happened on: chains of programs alone (<c>--user-callchains</c>, events of programs that were late) do not say that it was in the kernel.</summary>
    /// <inheritdoc cref="Get"/>
    public ReadOnlySpan<ulong> GetWithPlace(in PerfSample sample, EventSource source, AddressSpace space, int version, bool isFiltered)
    {
        var chain = Get(sample, source, space, version, isFiltered);
        if (chain.IsEmpty || !IsInKernel(sample) || (chain[0] != UserMarker && (chain[0] >= Stacks.StackInterner.FirstMarker || KernelAddress.Is(chain[0]))))
            return chain;
        var place = IpOf(sample);
        if (!KernelAddress.Is(place))
            return chain;
        chain.CopyTo(_chain.AsSpan(2));
        (_chain[0], _chain[1]) = (PerfContext.PERF_CONTEXT_KERNEL, place);
        return _chain.AsSpan(0, chain.Length + 2);
    }

    /// <summary>Where it happened, the kernel's address marked where it needs that (<see cref="KernelAddress"/>).</summary>
    public ulong IpOf(in PerfSample sample) => resolver.MarksKernel && IsInKernel(sample) ? KernelAddress.Mark(sample.Ip) : sample.Ip;

    /// <summary>Whether it happened in a guest of a hypervisor: no mapping of this host says anything about its address.</summary>
    public static bool IsInGuest(in PerfSample sample) =>
        (sample.Record.Misc & PerfRecordMisc.PERF_RECORD_MISC_CPUMODE_MASK) is PerfRecordMisc.PERF_RECORD_MISC_GUEST_KERNEL or PerfRecordMisc.PERF_RECORD_MISC_GUEST_USER;

    private static bool IsInKernel(in PerfSample sample) => (sample.Record.Misc & PerfRecordMisc.PERF_RECORD_MISC_CPUMODE_MASK)
        is PerfRecordMisc.PERF_RECORD_MISC_KERNEL or PerfRecordMisc.PERF_RECORD_MISC_HYPERVISOR or PerfRecordMisc.PERF_RECORD_MISC_GUEST_KERNEL;

    /// <summary>The kernel walks no stack of a guest: its chain is empty, or has what a newer kernel found there.</summary>
    private ReadOnlySpan<ulong> OfGuest(in PerfSample sample, EventSource source)
    {
        var isKernel = IsInKernel(sample);
        _chain[0] = isKernel ? PerfContext.PERF_CONTEXT_GUEST_KERNEL : PerfContext.PERF_CONTEXT_GUEST_USER;
        var count = 1;
        if (source.HasCallchain)
        {
            foreach (var value in sample.Callchain)
            {
                if (value < Stacks.StackInterner.FirstMarker)
                    _chain[count++] = isKernel && resolver.MarksKernel ? KernelAddress.Mark(value) : value;
            }
        }

        if (count == 1 && source.Layout!.Has(PerfSampleFormat.PERF_SAMPLE_IP) && sample.Ip != 0)
            _chain[count++] = IpOf(sample);
        return Cut(_chain.AsSpan(0, count));
    }

    /// <summary>The chain in the record, the kernel's addresses marked where they need that.</summary>
    private ReadOnlySpan<ulong> Recorded(in PerfSample sample)
    {
        var chain = sample.Callchain;
        if (!resolver.MarksKernel)
            return chain;
        var isKernel = IsInKernel(sample);
        for (var i = 0; i < chain.Length; i++)
        {
            var value = chain[i];
            if (value >= Stacks.StackInterner.FirstMarker)
                isKernel = value is PerfContext.PERF_CONTEXT_KERNEL or PerfContext.PERF_CONTEXT_HV;
            else if (isKernel)
                value = KernelAddress.Mark(value);
            _chain[i] = value;
        }

        return _chain.AsSpan(0, chain.Length);
    }

    /// <summary>The innermost frames only, when a limit is set.</summary>
    private ReadOnlySpan<ulong> Cut(ReadOnlySpan<ulong> chain)
    {
        if (maxStack == 0 || chain.Length <= maxStack)
            return chain;
        var frames = 0;
        for (var i = 0; i < chain.Length; i++)
        {
            if (chain[i] < Stacks.StackInterner.FirstMarker && ++frames > maxStack)
                return chain[..i];
        }

        return chain;
    }

    /// <summary>The kernel's part of the call chain, and the user's part by the processor's stack of calls (<c>--call-graph lbr</c>): where it is, then the calls that led there.</summary>
    private ReadOnlySpan<ulong> OfBranches(in PerfSample sample)
    {
        var chain = Recorded(sample);
        var user = chain.IndexOf(UserMarker);
        if (user >= 0)
            chain = chain[..user];
        chain.CopyTo(_chain);
        var count = chain.Length;
        _chain[count++] = UserMarker;
        var entries = sample.Branches;
        for (var at = 0; at < entries.Length && count < _chain.Length - 1; at += PerfSample.BranchEntryBytes)
        {
            if (at == 0)
                _chain[count++] = BinaryPrimitives.ReadUInt64LittleEndian(entries[8..]);
            // The instruction that calls; what looks callers up takes one byte off, as from an address of return.
            _chain[count++] = BinaryPrimitives.ReadUInt64LittleEndian(entries[at..]) + 1;
        }

        return _chain.AsSpan(0, count);
    }

    /// <summary>The kernel's part of the call chain, and the user's part unwound from the dump.</summary>
    private ReadOnlySpan<ulong> Unwound(in PerfSample sample, EventSource source, AddressSpace space, int version, bool isFiltered)
    {
        var chain = Recorded(sample);
        var user = chain.IndexOf(UserMarker);
        if (user >= 0)
            chain = chain[..user];
        chain = Cut(chain);
        chain.CopyTo(_chain);
        var count = chain.Length;
        if (sample.UserAbi != PerfRegsAbi.PERF_SAMPLE_REGS_ABI_64)
        {
            Unwind.UnsupportedAbi++;
            if (count == 0)
                _chain[count++] = IpOf(sample);
            return _chain.AsSpan(0, count);
        }

        _moduleMap.PointTo(space, (long)sample.Time);
        var result = source.IsArm64 ? UnwindArm64(sample, source, version, isFiltered, out var stackPointer) : UnwindX64(sample, source, version, isFiltered, out stackPointer);
        _chain[count++] = UserMarker;
        for (var i = 0; i < result.Count && (maxStack == 0 || i < maxStack); i++)
            _chain[count++] = _frames[i].Value;
        var last = result.Count == 0 ? 0 : _frames[result.Count - 1].Value;
        // A dump that is shorter than asked for is all that the kernel could copy: a larger one would not reach further.
        var stop = result.Stop == UnwindStop.DumpTruncated && sample.StackDynSize < sample.StackSize ? UnwindStop.NotReadable : result.Stop;
        Unwind.Add(result, stop, version, result.Count > 1 ? Stacks.LookupAddress.OfReturn(last) : last, (space, sample.Tid), stackPointer, sample.StackSize);
        return _chain.AsSpan(0, count);
    }

    private UnwindResult UnwindX64(in PerfSample sample, EventSource source, int version, bool isFiltered, out ulong stackPointer)
    {
        var registers = default(X64Registers);
        var values = sample.UserRegs;
        var numbers = source.DwarfOfRegister;
        for (var i = 0; i < values.Length; i++)
        {
            if (numbers[i] >= 0)
                registers.Set(numbers[i], values[i]);
        }

        registers.TryGet(X64Registers.Rsp, out stackPointer);
        var stack = new StackMemory(stackPointer, sample.Stack[..sample.StackDynSize], isFiltered);
        return (_x64 ??= new X64Unwinder()).Unwind(new AddressSpaceId((uint)version, 0), registers, stack, _moduleMap, _frames);
    }

    private UnwindResult UnwindArm64(in PerfSample sample, EventSource source, int version, bool isFiltered, out ulong stackPointer)
    {
        var registers = default(Arm64Registers);
        var values = sample.UserRegs;
        var numbers = source.DwarfOfRegister;
        for (var i = 0; i < values.Length; i++)
        {
            if (numbers[i] >= 0)
                registers.Set(numbers[i], values[i]);
        }

        registers.TryGet(Arm64Registers.StackPointer, out stackPointer);
        var stack = new StackMemory(stackPointer, sample.Stack[..sample.StackDynSize], isFiltered);
        _arm64 ??= new Arm64Unwinder();
        return _arm64.Unwind(new AddressSpaceId((uint)version, 0), registers, stack, _moduleMap, _frames);
    }
}
