using System.Buffers.Binary;
using CsCheck;
using TraceKit.Binary;
using TraceKit.Format.Dtr.Samples;
using TraceKit.Format.Perf;
using TraceKit.Testing;
using static TraceKit.Format.Perf.PerfSampleFormat;

namespace TraceKit.Format.Tests.Dtr;

public sealed class SampleChunkTests
{
    internal static readonly SampleLayout Dwarf = new(
        PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER, 0, 0,
        (1 << 6) | (1 << 7) | (1 << 8), 0, true, PerfArchitecture.X64);

    /// <summary>Whatever records are put in, with any layouts and sizes, the same bytes come out, in order.</summary>
    [Fact]
    public void RoundTrip_RandomRecords_GivesIdenticalBytes() => Gen.Int.Sample(seed =>
    {
        var random = new Random(seed);
        var layouts = Enumerable.Range(0, 1 + random.Next(4)).Select(_ => RandomLayout(random)).ToArray();
        var records = new List<(byte[] Bytes, int Event)>();
        for (var i = 0; i < 60; i++)
        {
            var index = random.Next(layouts.Length);
            records.Add((RandomRecord(random, layouts[index], i), index));
        }

        var encoder = new SampleChunkEncoder();
        encoder.Begin(1);
        foreach (var (bytes, index) in records)
            Assert.True(encoder.Add(new PerfRecord(bytes), index + 10, layouts[index], null));
        var decoder = new SampleChunkDecoder(encoder.Finish().ToArray());
        foreach (var (bytes, index) in records)
        {
            Assert.True(decoder.TryReadNext(out var record, out var eventIndex));
            Assert.Equal(index + 10, eventIndex);
            Assert.Equal(bytes, record.Bytes.ToArray());
        }

        Assert.False(decoder.TryReadNext(out _, out _));
    }, iter: 1500);

    /// <summary>Of a thinned dump every word that the filter keeps is there and every other reads as zero, also against earlier dumps of the thread.</summary>
    [Fact]
    public void Pointers_RandomDumps_KeepExactlyWhatTheFilterKeeps() => Gen.Int.Sample(seed =>
    {
        var random = new Random(seed);
        var filter = new StackPointerFilter(
            new AddressRanges([(0x400000, 0x480000), (0x7f0000000000, 0x7f0000200000), (0x7fff00001000, 0x7fff00001800)]),
            new AddressRanges([(0x7ffe00000000, 0x7ffe00100000)]));
        var records = new List<byte[]>();
        var stack = new ulong[300];
        for (var i = 0; i < 60; i++)
        {
            for (var k = random.Next(40); k > 0; k--)
                stack[random.Next(stack.Length)] = RandomWord(random);
            var from = random.Next(stack.Length - 1);
            var bytes = new byte[(stack.Length - from) * 8 + (random.Next(6) == 0 ? 4 : 0)];
            for (var w = from; w < stack.Length; w++)
                BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan((w - from) * 8), stack[w]);
            var sp = 0x7ffe00000000UL + (ulong)from * 8 + (random.Next(20) == 0 ? 4UL : 0);
            records.Add(new PerfRecordBuilder
            {
                Ip = 0x400123, Pid = 1, Tid = (uint)random.Next(3), Time = (ulong)i * 1000, Registers = [RandomWord(random), sp, 0x400123], Stack = bytes,
                DynSize = random.Next(4) == 0 ? (ulong)random.Next(bytes.Length + 50) : null,
            }.Build(Dwarf));
        }

        var encoder = new SampleChunkEncoder();
        foreach (var record in records)
            Assert.True(encoder.Add(new PerfRecord(record), 0, Dwarf, filter));
        Assert.Equal((60L, 0L), (encoder.FilteredStacks, encoder.RawStacks));
        var decoder = new SampleChunkDecoder(encoder.Finish().ToArray());
        foreach (var bytes in records)
        {
            Assert.True(decoder.TryReadNext(out var record, out _));
            Assert.True(decoder.StackFiltered);
            Assert.Equal(Thinned(bytes, filter), record.Bytes.ToArray());
        }
    }, iter: 400);

    /// <summary>Without known mappings, for 32-bit tasks and without a stack pointer the dump stays as it is, and is counted.</summary>
    [Fact]
    public void Pointers_NotPossible_StoresRawAndCounts()
    {
        var filter = new StackPointerFilter(AddressRanges.Empty, AddressRanges.Empty);
        var noSp = new SampleLayout(Dwarf.SampleType, 0, 0, (1 << 6) | (1 << 8) | 1, 0, true, PerfArchitecture.X64);
        var stack = new byte[64];
        new Random(1).NextBytes(stack);
        var cases = new[] { (Dwarf, (StackPointerFilter?)null, 2UL), (Dwarf, filter, 1UL), (noSp, filter, 2UL) };
        foreach (var (layout, used, abi) in cases)
        {
            var record = new PerfRecordBuilder { Abi = abi, Registers = [1, 2, 3], Stack = stack }.Build(layout);
            var encoder = new SampleChunkEncoder();
            encoder.Add(new PerfRecord(record), 0, layout, used);
            Assert.Equal((0L, 1L), (encoder.FilteredStacks, encoder.RawStacks));
            var decoder = new SampleChunkDecoder(encoder.Finish().ToArray());
            Assert.True(decoder.TryReadNext(out var back, out _));
            Assert.False(decoder.StackFiltered);
            Assert.Equal(record, back.Bytes.ToArray());
        }
    }

    /// <summary>The vector search and one word at a time agree, for ranges on and off page borders.</summary>
    [Fact]
    public void Filter_AnyWords_AgreesWithKeeps() => Gen.Int.Sample(seed =>
    {
        var random = new Random(seed);
        var shift = random.Next(2) == 0 ? 0UL : 24;
        var filter = new StackPointerFilter(
            new AddressRanges([(0x1000 + shift, 0x3000), (0x400000, 0x401000 + shift), (ulong.MaxValue - 0x2fff, ulong.MaxValue - 0xfff)]),
            new AddressRanges([(0x7ffe00000000, 0x7ffe00010000)]));
        var words = Enumerable.Range(0, random.Next(200)).Select(_ => RandomWord(random)).ToArray();
        var sp = random.Next(2) == 0 ? 0x7ffd00000000UL : 0x500UL;
        var kept = new ushort[words.Length];
        var count = filter.Filter(words, sp, (ulong)words.Length * 8 + 3, kept);
        Assert.Equal(Enumerable.Range(0, words.Length).Where(i => filter.Keeps(words[i], sp, (ulong)words.Length * 8 + 3)), kept.Take(count).Select(k => (int)k));
    }, iter: 1000);

    /// <summary>A payload cut or flipped anywhere is read or refused as bad data; never another exception, never a record over 64 KB.</summary>
    [Fact]
    public void Decoder_CutOrFlippedAnywhere_ThrowsOnlyBadData()
    {
        var whole = SmallPayload();
        for (var cut = 0; cut < whole.Length; cut++)
            Assert.Throws<BadDataException>(() => Drain(whole.AsMemory(0, cut)));
        for (var at = 0; at < whole.Length; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var flipped = (byte[])whole.Clone();
                flipped[at] ^= (byte)(1 << bit);
                Try(flipped);
            }

            foreach (var value in (byte[])[0x00, 0x7f, 0xff])
            {
                var flipped = (byte[])whole.Clone();
                flipped[at] = value;
                Try(flipped);
            }
        }
    }

    /// <summary>A full chunk says so, stays under the limit, and what it took is all there.</summary>
    [Fact]
    public void Add_ChunkFull_ReturnsFalseBelowTheLimit()
    {
        var random = new Random(5);
        var stack = new byte[60000];
        var encoder = new SampleChunkEncoder();
        var added = 0;
        byte[] record;
        do
        {
            random.NextBytes(stack);
            record = new PerfRecordBuilder { Registers = [1, 2, 3], Stack = stack }.Build(Dwarf);
        }
        while (encoder.Add(new PerfRecord(record), 0, Dwarf, null) && ++added < 1000);
        Assert.InRange(added, 60, 80);
        var payload = encoder.Finish().ToArray();
        Assert.InRange(payload.Length, 1, InputLimits.ChunkRawBytes);
        Assert.Equal(added, Drain(payload));
        encoder.Begin(2);
        Assert.True(encoder.Add(new PerfRecord(record), 0, Dwarf, null));
        Assert.Equal(1, Drain(encoder.Finish().ToArray()));
    }

    /// <summary>A chunk that claims to stand for more record bytes than a chunk may is stopped.</summary>
    [Fact]
    public void Decoder_EndlessBigRecords_StopsAtTheLimit()
    {
        var record = new PerfRecordBuilder { Registers = [1, 0x7ffe00000000, 3], Stack = new byte[60000] }.Build(Dwarf);
        var encoder = new SampleChunkEncoder();
        var filter = new StackPointerFilter(AddressRanges.Empty, AddressRanges.Empty);
        var added = 0;
        while (encoder.Add(new PerfRecord(record), 0, Dwarf, filter))
            added++;
        Assert.Equal(InputLimits.SampleChunkRecordBytes / record.Length, added);
        Assert.Equal(added, Drain(encoder.Finish().ToArray()));
    }

    internal static byte[] Thinned(byte[] bytes, StackPointerFilter filter)
    {
        Assert.True(PerfSample.TryParse(new PerfRecord(bytes), Dwarf, out var sample));
        var copy = (byte[])bytes.Clone();
        var start = bytes.Length - 8 - sample.StackSize;
        var sp = sample.UserRegs[Dwarf.StackPointerIndex];
        for (var at = 0; at < sample.StackSize; at += 8)
        {
            if (at + 8 > sample.StackDynSize || !filter.Keeps(BinaryPrimitives.ReadUInt64LittleEndian(sample.Stack[at..]), sp, (ulong)sample.StackDynSize))
                copy.AsSpan(start + at, Math.Min(8, sample.StackSize - at)).Clear();
        }

        return copy;
    }

    private static byte[] SmallPayload()
    {
        var all = new SampleLayout(
            PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU | PERF_SAMPLE_PERIOD | PERF_SAMPLE_CALLCHAIN |
            PERF_SAMPLE_RAW, 0, 0, 0, 0, true, PerfArchitecture.X64);
        var filter = new StackPointerFilter(new AddressRanges([(0x400000, 0x480000)]), AddressRanges.Empty);
        var encoder = new SampleChunkEncoder();
        encoder.Begin(1);
        for (var i = 0; i < 6; i++)
        {
            encoder.Add(new PerfRecord(new PerfRecordBuilder
            {
                Identifier = 5, Ip = 0x401000, Pid = 1, Tid = (uint)(i / 2), Time = 1000UL + (ulong)(i * 100), Cpu = 1, Period = 1,
                Callchain = [PerfContext.PERF_CONTEXT_KERNEL, 0xffffffff81000000 + (ulong)i, PerfContext.PERF_CONTEXT_USER, 0x401000 + (ulong)(i & 1), 0x402000, 0x403000],
                Raw = [1, 2, 3, 4, 5, 6, (byte)i, 8, 9],
            }.Build(all)), 0, all, null);
            var stack = new byte[96];
            for (var w = 0; w < 12; w++)
                BinaryPrimitives.WriteUInt64LittleEndian(stack.AsSpan(w * 8), w % 3 == 0 ? 0x400000UL + (ulong)(w * 16 + i / 3) : w % 4 == 1 ? 0x7ffe00000000UL + (ulong)w : 7);
            encoder.Add(new PerfRecord(new PerfRecordBuilder
            {
                Ip = 0x400100, Pid = 1, Tid = 2, Time = 1050UL + (ulong)(i * 100), Registers = [1, 0x7ffe00000000 + (ulong)(i & 1) * 8, 0x400100], Stack = stack,
            }.Build(Dwarf)), 1, Dwarf, i == 5 ? null : filter);
        }

        var odd = new byte[16];
        odd[0] = 9;
        odd[6] = 16;
        encoder.Add(new PerfRecord(odd), 0, all, null);
        return encoder.Finish().ToArray();
    }

    private static int Drain(ReadOnlyMemory<byte> payload)
    {
        var decoder = new SampleChunkDecoder(payload);
        var count = 0;
        while (decoder.TryReadNext(out var record, out _))
        {
            Assert.InRange(record.Bytes.Length, 8, 65535);
            count++;
        }

        return count;
    }

    private static void Try(byte[] payload)
    {
        try
        {
            Drain(payload);
        }
        catch (BadDataException)
        {
            return;
        }
    }

    private static ulong RandomWord(Random random) => random.Next(8) switch
    {
        0 => 0x400000UL + (ulong)random.Next(0x80000),
        1 => 0x7f0000000000UL + (ulong)random.Next(0x200000),
        2 => 0x7ffe00000000UL + (ulong)random.Next(0x100000),
        3 => 0x7fff00001000UL + (ulong)random.Next(0x1000),
        4 => ulong.MaxValue - (ulong)random.Next(0x4000),
        5 => (ulong)random.Next(0x4000),
        6 => 0,
        _ => (ulong)random.NextInt64(),
    };

    internal static SampleLayout RandomLayout(Random random)
    {
        var type = (ulong)random.NextInt64() & ((1UL << 25) - 1) & ~(PERF_SAMPLE_READ | PERF_SAMPLE_BRANCH_STACK | PERF_SAMPLE_AUX | PERF_SAMPLE_REGS_INTR);
        if (random.Next(4) == 0)
            type |= PERF_SAMPLE_READ | PERF_SAMPLE_BRANCH_STACK;
        if (random.Next(2) == 0)
            type &= PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CALLCHAIN | PERF_SAMPLE_RAW | PERF_SAMPLE_CPU | PERF_SAMPLE_PERIOD;
        return new SampleLayout(type, 0, 0, (ulong)random.Next() & 0xffffff, 0, true, (PerfArchitecture)random.Next(3));
    }

    internal static byte[] RandomRecord(Random random, SampleLayout layout, int i)
    {
        if (random.Next(15) == 0)
        {
            var any = new byte[8 + random.Next(300)];
            random.NextBytes(any);
            BinaryPrimitives.WriteUInt16LittleEndian(any.AsSpan(6), (ushort)any.Length);
            if (random.Next(2) == 0)
                BinaryPrimitives.WriteUInt32LittleEndian(any, PerfRecordType.PERF_RECORD_SAMPLE);
            return any;
        }

        var leaf = 0x400000UL + (ulong)random.Next(20) * 4;
        var user = Enumerable.Range(0, random.Next(12)).Select(k => 0x400000UL + (ulong)(random.Next(3) + k * 8)).ToArray();
        var kernel = Enumerable.Range(0, random.Next(5)).Select(k => 0xffffffff81000000UL + (ulong)(random.Next(2) + k)).ToArray();
        ulong[] chain = random.Next(6) switch
        {
            0 => [],
            1 => [PerfContext.PERF_CONTEXT_USER, leaf, .. user],
            2 => [PerfContext.PERF_CONTEXT_KERNEL, .. kernel, PerfContext.PERF_CONTEXT_USER, .. user],
            3 => [PerfContext.PERF_CONTEXT_KERNEL, .. kernel],
            4 => [.. user, PerfContext.PERF_CONTEXT_GUEST, PerfContext.PERF_CONTEXT_USER],
            _ => [PerfContext.PERF_CONTEXT_USER, leaf, .. user, PerfContext.PERF_CONTEXT_USER],
        };
        var tail = new byte[8 * System.Numerics.BitOperations.PopCount(layout.SampleType & (PERF_SAMPLE_DATA_SRC | PERF_SAMPLE_TRANSACTION |
            PERF_SAMPLE_PHYS_ADDR | PERF_SAMPLE_CGROUP | PERF_SAMPLE_DATA_PAGE_SIZE | PERF_SAMPLE_CODE_PAGE_SIZE)) +
            (layout.Has(PERF_SAMPLE_WEIGHT) || layout.Has(PERF_SAMPLE_WEIGHT_STRUCT) ? 8 : 0) + (random.Next(20) == 0 ? 8 : 0)];
        random.NextBytes(tail);
        var raw = new byte[random.Next(4) * 4 + random.Next(3) * 32 + (random.Next(10) == 0 ? random.Next(4) : 0)];
        for (var k = 0; k < raw.Length; k++)
            raw[k] = (byte)(random.Next(10) == 0 ? random.Next(256) : k);
        var stack = new byte[random.Next(4) * 40 + (random.Next(10) == 0 ? 3 : 0)];
        random.NextBytes(stack);
        var id = (ulong)random.Next(3);
        return new PerfRecordBuilder
        {
            Misc = (ushort)random.Next(1 << 16), Identifier = id, Ip = random.Next(2) == 0 ? chain.FirstOrDefault(c => c < PerfContext.PERF_CONTEXT_MAX) : leaf,
            Pid = (uint)random.Next(3), Tid = (uint)random.Next(5), Time = random.Next(20) == 0 ? (ulong)random.NextInt64() * 2 : (ulong)i * 1000 + (ulong)random.Next(50),
            Addr = random.Next(2) == 0 ? 0 : ulong.MaxValue - 5, Id = random.Next(2) == 0 ? id : 99, StreamId = (ulong)random.Next(2), Cpu = (uint)random.Next(3),
            CpuReserved = random.Next(30) == 0 ? 1U : 0, Period = (ulong)random.Next(2), Read = new byte[8], Callchain = chain, Raw = raw, Branch = new byte[8],
            Abi = (ulong)random.Next(4), Registers = Enumerable.Range(0, layout.RegsUserCount).Select(_ => (ulong)random.NextInt64() >> random.Next(64)).ToArray(),
            Stack = stack, DynSize = random.Next(3) == 0 ? (ulong)random.NextInt64() >> random.Next(64) : null, Tail = tail,
        }.Build(layout);
    }
}
