using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TraceKit.Capture.Native;
using TraceKit.Capture.Pump;

namespace TraceKit.Capture.Tests;

/// <summary>The reader's side over a fake ring in memory.</summary>
public sealed unsafe class RingBufferTests : IDisposable
{
    private const int Size = 1 << 16;
    private readonly byte* _control = (byte*)NativeMemory.AllocZeroed(4096);
    private readonly byte* _data = (byte*)NativeMemory.AllocZeroed(Size);
    private ulong _head;

    public void Dispose()
    {
        NativeMemory.Free(_control);
        NativeMemory.Free(_data);
    }

    /// Records that wrap around the end of the ring come out whole and in order, over many laps.
    [Fact]
    public void CopyTo_RecordsThatWrap_AreWhole()
    {
        var ring = new RingBuffer(_control, _data, Size);
        var random = new Random(1);
        uint written = 0, read = 0;
        for (var round = 0; round < 500; round++)
        {
            while (_head - Tail < Size - 9000)
                Write((ushort)(16 + (random.Next(1, 1000) * 8)), written++);
            read = DrainAll(ring, read);
        }

        Assert.Equal(written, read);
        Assert.True(_head > 10 * Size);
    }

    /// A full block takes only whole records; the rest stays in the ring for the next block.
    [Fact]
    public void CopyTo_FullBlock_LeavesTheRestInTheRing()
    {
        var ring = new RingBuffer(_control, _data, Size);
        for (uint i = 0; i < 7; i++)
            Write(8192 + 8, i);
        var block = new NativeBlock { Length = NativeBlock.Capacity - 20_000 };
        var before = block.Length;
        Assert.False(ring.CopyTo(block, ring.ReadHead()));
        Assert.Equal(2 * 8200, block.Length - before);
        ring.Release();
        Assert.Equal(2UL * 8200, Tail);
        Assert.False(ring.IsDrained(ring.ReadHead()));
    }

    /// Nothing is given back to the kernel before Release.
    [Fact]
    public void CopyTo_BeforeRelease_KeepsTheTail()
    {
        var ring = new RingBuffer(_control, _data, Size);
        Write(64, 0);
        var block = new NativeBlock();
        Assert.True(ring.CopyTo(block, ring.ReadHead()));
        Assert.Equal(0UL, Tail);
        ring.Release();
        Assert.Equal(64UL, Tail);
    }

    /// A header that cannot be one must not loop for ever: the ring is skipped to its head and counted.
    [Fact]
    public void CopyTo_ImpossibleHeader_IsSkippedAndCounted()
    {
        var ring = new RingBuffer(_control, _data, Size);
        for (uint i = 0; i < 5; i++)
            Write(64, i);
        BinaryPrimitives.WriteUInt16LittleEndian(new Span<byte>(_data + 6, 2), 0);
        var block = new NativeBlock { Length = NativeBlock.Capacity - 128 };
        Assert.True(ring.CopyTo(block, ring.ReadHead()));
        Assert.Equal(5UL * 64, ring.CorruptBytes);
    }

    private ulong Tail => *(ulong*)(_control + 0x408);

    private static uint DrainAll(RingBuffer ring, uint expected)
    {
        var head = ring.ReadHead();
        while (!ring.IsDrained(head))
        {
            var block = new NativeBlock();
            ring.CopyTo(block, head);
            ring.Release();
            var records = block.Records;
            while (records.Length > 0)
            {
                int size = BinaryPrimitives.ReadUInt16LittleEndian(records[6..]);
                Assert.Equal(expected, BinaryPrimitives.ReadUInt32LittleEndian(records[8..]));
                Assert.Equal(expected, BinaryPrimitives.ReadUInt32LittleEndian(records[(size - 4)..]));
                expected++;
                records = records[size..];
            }
        }

        return expected;
    }

    /// <summary>Writes as the kernel does: bytes modulo the size, then the head.</summary>
    private void Write(ushort size, uint mark)
    {
        var record = new byte[size];
        BinaryPrimitives.WriteUInt32LittleEndian(record, 9);
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(6), size);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), mark);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(size - 4), mark);
        foreach (var b in record)
            _data[_head++ % Size] = b;
        Volatile.Write(ref *(ulong*)(_control + 0x400), _head);
    }
}
