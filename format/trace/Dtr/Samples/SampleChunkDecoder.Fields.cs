using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TraceKit.Binary;
using TraceKit.Format.Perf;

namespace TraceKit.Format.Dtr.Samples;

/// <content>One sample from columns, in the order of the record's fields.</content>
public sealed partial class SampleChunkDecoder
{
    private void ReadSample(in SampleShape shape, EventState state)
    {
        var layout = state.Layout!;
        var flags = shape.Flags;
        if ((flags & ShapeFlags.ThreadSame) == 0)
        {
            var number = Cursor(SampleColumn.Threads).Count(int.MaxValue, "a thread");
            if (number >= _threads.Count)
                Throw($"a thread under {_threads.Count}", $"{number}");
            SelectThread(number);
        }

        _at = layout.FixedSize;
        BinaryPrimitives.WriteUInt32LittleEndian(_record, PerfRecordType.PERF_RECORD_SAMPLE);
        BinaryPrimitives.WriteUInt16LittleEndian(_record.AsSpan(4), shape.Misc);
        ReadFixed(shape, state, layout);
        if (layout.IpOffset >= 0 && (flags & ShapeFlags.IpFromChain) == 0)
            PutAt(layout.IpOffset, ReadAddress());
        if (layout.Has(PerfSampleFormat.PERF_SAMPLE_READ))
            ReadBlob();
        if (layout.Has(PerfSampleFormat.PERF_SAMPLE_CALLCHAIN))
            ReadChain(flags, layout);
        else if ((flags & ShapeFlags.IpFromChain) != 0)
            Throw("a callchain that gives the IP", "none in the layout");
        if (layout.Has(PerfSampleFormat.PERF_SAMPLE_RAW))
            ReadRaw(state, shape);
        if (layout.Has(PerfSampleFormat.PERF_SAMPLE_BRANCH_STACK))
            ReadBlob();
        var stackPointer = 0UL;
        if (layout.Has(PerfSampleFormat.PERF_SAMPLE_REGS_USER))
            ReadRegisters(flags, layout, out stackPointer);
        if (layout.Has(PerfSampleFormat.PERF_SAMPLE_STACK_USER))
            ReadStack(flags, state, stackPointer);
        else if ((flags >> ShapeFlags.StackShift & 3) != ShapeFlags.StackNone)
            Throw("no stack dump", "one in the shape");
        if ((flags & ShapeFlags.HasTail) != 0)
            ReadBlob();
        BinaryPrimitives.WriteUInt16LittleEndian(_record.AsSpan(6), (ushort)_at);
    }

    private void ReadFixed(in SampleShape shape, EventState state, SampleLayout layout)
    {
        var flags = shape.Flags;
        if (layout.IdentifierOffset >= 0)
            PutAt(layout.IdentifierOffset, shape.Identity);
        if (layout.TidOffset >= 0)
            PutAt(layout.TidOffset, _threads[_thread]);
        if (layout.TimeOffset >= 0)
        {
            var value = (ulong)Cursor(SampleColumn.Times).Zigzag();
            _timeStep = _useSteps ? _timeStep + value : value;
            _time += _timeStep;
            PutAt(layout.TimeOffset, _time);
        }

        ref var scalars = ref Cursor(SampleColumn.Scalars);
        if (layout.AddrOffset >= 0)
        {
            if ((flags & ShapeFlags.AddrSame) == 0)
                state.Addr += (ulong)scalars.Zigzag();
            PutAt(layout.AddrOffset, state.Addr);
        }

        if (layout.IdOffset >= 0)
            PutAt(layout.IdOffset, (flags & ShapeFlags.IdIsIdentity) != 0 ? shape.Identity : scalars.Varint());
        if (layout.StreamIdOffset >= 0)
        {
            if ((flags & ShapeFlags.StreamIdSame) == 0)
                state.StreamId += (ulong)scalars.Zigzag();
            PutAt(layout.StreamIdOffset, state.StreamId);
        }

        if (layout.CpuOffset >= 0)
        {
            var cpu = (flags & ShapeFlags.CpuIsStream) != 0 ? Stream : scalars.Varint();
            if (cpu > uint.MaxValue)
                Throw("a CPU number of 32 bits", $"{cpu}");
            PutAt(layout.CpuOffset, cpu);
        }

        if (layout.PeriodOffset >= 0)
        {
            if ((flags & ShapeFlags.PeriodSame) == 0)
                state.Period += (ulong)scalars.Zigzag();
            PutAt(layout.PeriodOffset, state.Period);
        }
    }

    private void ReadBlob()
    {
        ref var cursor = ref Cursor(SampleColumn.Verbatim);
        var bytes = cursor.Bytes(cursor.Count(InputLimits.PerfRecordBytes, "a field"));
        bytes.CopyTo(Take(bytes.Length));
    }

    private void ReadRaw(EventState state, in SampleShape shape)
    {
        var key = RawState.Key(_thread, shape.Event);
        var own = _rawStates[RawState.Slot(key)];
        var before = own is not null && own.Owner == key ? own : state.Raw;
        ref var masks = ref Cursor(SampleColumn.RawMasks);
        ref var words = ref Cursor(SampleColumn.RawWords);
        var size = (shape.Flags & ShapeFlags.RawSizeSame) != 0 ? before.Length : masks.Count(InputLimits.PerfRecordBytes, "a raw size");
        BinaryPrimitives.WriteUInt32LittleEndian(Take(4), (uint)size);
        var raw = Take(size);
        var now = MemoryMarshal.Cast<byte, uint>(raw);
        var then = MemoryMarshal.Cast<byte, uint>(before.Bytes);
        for (var i = 0; i < now.Length; i += 8)
        {
            int mask = masks.Byte();
            var end = Math.Min(8, now.Length - i);
            for (var j = i; j < i + end; j++, mask >>= 1)
            {
                now[j] = (mask & 1) != 0 ? BinaryPrimitives.ReadUInt32LittleEndian(words.Bytes(4)) : j < then.Length ? then[j] : 0;
            }
        }

        words.Bytes(size & 3).CopyTo(raw[(size & ~3)..]);
        own = _rawStates[RawState.Slot(key)] ??= new RawState();
        own.Owner = key;
        own.Set(raw);
        state.Raw.Set(raw);
    }

    private void ReadRegisters(uint flags, SampleLayout layout, out ulong stackPointer)
    {
        stackPointer = 0;
        ulong abi = flags >> ShapeFlags.AbiShift & 3;
        if (abi > PerfRegsAbi.PERF_SAMPLE_REGS_ABI_64)
            Throw("an abi of 0 to 2", $"{abi}");
        BinaryPrimitives.WriteUInt64LittleEndian(Take(8), abi);
        if (abi == PerfRegsAbi.PERF_SAMPLE_REGS_ABI_NONE)
            return;
        ref var cursor = ref Cursor(SampleColumn.Registers);
        var before = _threadState.Registers;
        var skip = (flags & ShapeFlags.RegisterIpIsIp) != 0 ? layout.InstructionPointerIndex : -1;
        if ((flags & ShapeFlags.RegisterIpIsIp) != 0 && (skip < 0 || layout.IpOffset < 0))
            Throw("an IP register and an IP", "none in the layout");
        var registers = Take(layout.RegsUserCount * 8);
        for (var i = 0; i < layout.RegsUserCount; i++)
        {
            before[i] = i == skip
                ? BinaryPrimitives.ReadUInt64LittleEndian(_record.AsSpan(layout.IpOffset))
                : before[i] + (ulong)cursor.Zigzag();
            BinaryPrimitives.WriteUInt64LittleEndian(registers[(i * 8)..], before[i]);
        }

        if (layout.StackPointerIndex >= 0)
            stackPointer = before[layout.StackPointerIndex];
    }

    private void PutAt(int offset, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(_record.AsSpan(offset), value);

    /// <summary>The next bytes of the record; a record has at most 65,535.</summary>
    private Span<byte> Take(int count)
    {
        if (count > InputLimits.PerfRecordBytes - _at)
            BadDataException.Throw($"{Section}, record {Position}", (ulong)_at, BadDataCode.LimitExceeded, $"a record of at most {InputLimits.PerfRecordBytes} bytes", $"{_at + (long)count}");
        var span = _record.AsSpan(_at, count);
        _at += count;
        return span;
    }
}
