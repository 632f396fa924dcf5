using System.Runtime.InteropServices;
using TraceKit.Format.Perf;

namespace TraceKit.Format.Dtr.Samples;

/// <content>One sample into columns.</content>
public sealed partial class SampleChunkEncoder
{
    private void AddSample(in PerfSample sample, int number, StackPointerFilter? filter)
    {
        var layout = sample.Layout;
        var state = _events[number];
        var flags = 0U;
        var identity = layout.IdentifierOffset >= 0 ? sample.Identifier : layout.IdOffset >= 0 ? sample.Id : 0;

        // A thread that was not seen yet must be defined before the sample's own columns are written; its state predicts them.
        var threadSame = true;
        if (layout.TidOffset >= 0)
        {
            var key = sample.Pid | (ulong)sample.Tid << 32;
            threadSame = key == _threadKey;
            if (!threadSame)
            {
                _threadKey = key;
                SelectThread(ThreadNumber(key));
            }
        }

        if (threadSame)
            flags |= ShapeFlags.ThreadSame;

        var chain = sample.Callchain;
        var split = 0;
        var hasChain = layout.Has(PerfSampleFormat.PERF_SAMPLE_CALLCHAIN);
        if (hasChain)
            flags |= ChainKind(chain, out split) << ShapeFlags.ChainShift;
        if (layout.IpOffset >= 0 && hasChain && TryLeaf(chain, out var leaf) && leaf == sample.Ip)
            flags |= ShapeFlags.IpFromChain;
        if (layout.CpuOffset >= 0 && sample.Cpu == Stream)
            flags |= ShapeFlags.CpuIsStream;
        if (layout.PeriodOffset >= 0 && sample.Period == state.Period)
            flags |= ShapeFlags.PeriodSame;
        if (layout.AddrOffset >= 0 && sample.Addr == state.Addr)
            flags |= ShapeFlags.AddrSame;
        if (layout.IdOffset >= 0 && sample.Id == identity)
            flags |= ShapeFlags.IdIsIdentity;
        if (layout.StreamIdOffset >= 0 && sample.StreamId == state.StreamId)
            flags |= ShapeFlags.StreamIdSame;

        var abi = sample.UserAbi;
        var registers = sample.UserRegs;
        if (layout.Has(PerfSampleFormat.PERF_SAMPLE_REGS_USER))
        {
            flags |= (uint)abi << ShapeFlags.AbiShift;
            if (registers.Length != 0 && layout.InstructionPointerIndex >= 0 && layout.IpOffset >= 0 &&
                registers[layout.InstructionPointerIndex] == sample.Ip)
                flags |= ShapeFlags.RegisterIpIsIp;
        }

        var stackKind = StackKind(sample, filter, registers, abi);
        flags |= stackKind << ShapeFlags.StackShift;
        if (stackKind != ShapeFlags.StackNone)
        {
            if (sample.StackSize == state.StackSize)
                flags |= ShapeFlags.StackSizeSame;
            if (sample.StackDynSizeField == (ulong)sample.StackSize)
                flags |= ShapeFlags.StackDynIsSize;
        }

        var raw = sample.Raw;
        var hasRaw = layout.Has(PerfSampleFormat.PERF_SAMPLE_RAW);
        RawState? rawBefore = null;
        if (hasRaw)
        {
            rawBefore = RawPrediction(state, number);
            if (raw.Length == rawBefore.Length)
                flags |= ShapeFlags.RawSizeSame;
        }

        var tail = sample.AfterStack;
        if (tail.Length != 0)
            flags |= ShapeFlags.HasTail;

        WriteShape(new SampleShape(number, flags, sample.Record.Misc, identity));
        if (!threadSame)
        {
            _threads.Ensure(8);
            _threads.Varint((ulong)_thread);
        }

        if (layout.TimeOffset >= 0)
            WriteTime(sample.Time);
        WriteScalars(sample, state, flags);
        if (layout.IpOffset >= 0 && (flags & ShapeFlags.IpFromChain) == 0)
            WriteAddress(sample.Ip);
        if (layout.Has(PerfSampleFormat.PERF_SAMPLE_READ))
            WriteBlob(sample.ReadValues);
        if (hasChain)
            WriteChain(chain, split, flags >> ShapeFlags.ChainShift & 7);
        if (hasRaw)
            WriteRaw(raw, rawBefore!, state, number, flags);
        if (layout.Has(PerfSampleFormat.PERF_SAMPLE_BRANCH_STACK))
            WriteBlob(sample.BranchStack);
        if (registers.Length != 0)
        {
            // Of a sample in the kernel only the registers say where the process was.
            if (layout.InstructionPointerIndex >= 0)
                _hits?.Add(registers[layout.InstructionPointerIndex]);
            WriteRegisters(registers, layout, flags);
        }

        if (stackKind != ShapeFlags.StackNone)
            WriteStack(sample, state, stackKind, filter, registers, flags);
        if (tail.Length != 0)
            WriteBlob(tail);
    }

    private static uint StackKind(in PerfSample sample, StackPointerFilter? filter, ReadOnlySpan<ulong> registers, ulong abi)
    {
        if (sample.StackSize == 0)
            return ShapeFlags.StackNone;
        var index = sample.Layout.StackPointerIndex;
        if (filter is null || abi != PerfRegsAbi.PERF_SAMPLE_REGS_ABI_64 || index < 0 || registers.Length == 0 ||
            registers[index] > StackAddressLimit)
            return ShapeFlags.StackRaw;
        return ShapeFlags.StackPointers;
    }

    private void WriteTime(ulong time)
    {
        if (!_hasTime)
        {
            _hasTime = true;
            _baseTime = _time = FirstTime = LastTime = time;
        }

        FirstTime = Math.Min(FirstTime, time);
        LastTime = Math.Max(LastTime, time);
        var step = time - _time;
        _times.Ensure(10);
        _times.Zigzag((long)step);
        _timesOfTimes.Ensure(10);
        _timesOfTimes.Zigzag((long)(step - _timeStep));
        _timeStep = step;
        _time = time;
    }

    private void WriteScalars(in PerfSample sample, EventState state, uint flags)
    {
        var layout = sample.Layout;
        _scalars.Ensure(80);
        if (layout.AddrOffset >= 0 && (flags & ShapeFlags.AddrSame) == 0)
        {
            _scalars.Zigzag((long)(sample.Addr - state.Addr));
            state.Addr = sample.Addr;
        }

        if (layout.IdOffset >= 0 && (flags & ShapeFlags.IdIsIdentity) == 0)
            _scalars.Varint(sample.Id);
        if (layout.StreamIdOffset >= 0 && (flags & ShapeFlags.StreamIdSame) == 0)
        {
            _scalars.Zigzag((long)(sample.StreamId - state.StreamId));
            state.StreamId = sample.StreamId;
        }

        if (layout.CpuOffset >= 0 && (flags & ShapeFlags.CpuIsStream) == 0)
            _scalars.Varint(sample.Cpu);
        if (layout.PeriodOffset >= 0 && (flags & ShapeFlags.PeriodSame) == 0)
        {
            _scalars.Zigzag((long)(sample.Period - state.Period));
            state.Period = sample.Period;
        }
    }

    private void WriteBlob(ReadOnlySpan<byte> bytes)
    {
        _verbatim.Ensure(bytes.Length + 8);
        _verbatim.Varint((ulong)bytes.Length);
        _verbatim.Bytes(bytes);
    }

    private RawState RawPrediction(EventState state, int number)
    {
        var key = RawState.Key(_thread, number);
        var own = _rawStates[RawState.Slot(key)];
        return own is not null && own.Owner == key ? own : state.Raw;
    }

    private void WriteRaw(ReadOnlySpan<byte> raw, RawState before, EventState state, int number, uint flags)
    {
        var masks = Column(SampleColumn.RawMasks);
        var words = Column(SampleColumn.RawWords);
        masks.Ensure(raw.Length / 32 + 16);
        words.Ensure(raw.Length + 8);
        if ((flags & ShapeFlags.RawSizeSame) == 0)
            masks.Varint((ulong)raw.Length);
        var now = MemoryMarshal.Cast<byte, uint>(raw);
        var then = MemoryMarshal.Cast<byte, uint>(before.Bytes);
        for (var i = 0; i < now.Length; i += 8)
        {
            var mask = 0;
            var end = Math.Min(8, now.Length - i);
            for (var j = 0; j < end; j++)
            {
                var word = now[i + j];
                if (word == (i + j < then.Length ? then[i + j] : 0))
                    continue;
                mask |= 1 << j;
                words.UInt32(word);
            }

            masks.Byte((byte)mask);
        }

        words.Bytes(raw[(now.Length * 4)..]);
        var key = RawState.Key(_thread, number);
        var own = _rawStates[RawState.Slot(key)] ??= new RawState();
        own.Owner = key;
        own.Set(raw);
        state.Raw.Set(raw);
    }

    private void WriteRegisters(ReadOnlySpan<ulong> registers, SampleLayout layout, uint flags)
    {
        var column = Column(SampleColumn.Registers);
        column.Ensure(registers.Length * 10 + 10);
        var before = _threadState.Registers;
        var skip = (flags & ShapeFlags.RegisterIpIsIp) != 0 ? layout.InstructionPointerIndex : -1;
        for (var i = 0; i < registers.Length; i++)
        {
            if (i != skip)
                column.Zigzag((long)(registers[i] - before[i]));
            before[i] = registers[i];
        }
    }
}
