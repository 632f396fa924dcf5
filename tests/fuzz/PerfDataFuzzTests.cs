using TraceKit.Binary;
using TraceKit.Format.Perf;
using TraceKit.Format.PerfData;
using TraceKit.Testing;

namespace TraceKit.Fuzz.Tests;

/// <summary>Mutated <c>perf.data</c> files: nothing but <see cref="BadDataException"/> may come out.</summary>
public sealed class PerfDataFuzzTests
{
    /// <summary>A file and a pipe of either byte order, with features that have lists and texts.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void PerfData_Mutated_ThrowsOnlyBadData(bool bigEndian, bool pipe)
    {
        var builder = new PerfDataBuilder(bigEndian);
        builder.AddClock(1, PerfSampleFormat.PERF_SAMPLE_CALLCHAIN | PerfSampleFormat.PERF_SAMPLE_RAW);
        builder.AddClock(2, PerfSampleFormat.PERF_SAMPLE_CALLCHAIN | PerfSampleFormat.PERF_SAMPLE_RAW);
        builder.TextFeature(3, "alpha").TextFeature(6, "x86_64").EventNames("one", "two");
        builder.Feature(11, new ByteWriter(bigEndian).U32(1).U32(4).U8("perf"u8).ToArray());
        builder.Feature(16, new ByteWriter(bigEndian).U32(1).U32(8).U32(4).U8("cpu\0"u8).ToArray());
        builder.Comm(0, 10, 10, "first").Mmap2(0, 10, 0x400000, 0x1000, 0, "/bin/first");
        for (var i = 0; i < 20; i++)
            builder.Sample(i & 1, 1000 + (ulong)i, 10, 10, 0x400010, chain: [0x400010, 0x400020], raw: [1, 2, 3, 4]);
        builder.Fork(4000, 20, 20, 10, 10).Lost(4100, 3).Record(68, 0, []);
        var whole = pipe ? builder.ToPipe() : builder.ToFile();
        ReaderFuzzTests.Fuzz(whole, 1, Read);
    }

    private static void Read(byte[] bytes)
    {
        var reader = PerfDataReader.Open(new Memory(bytes));
        var pieces = new Pieces();
        reader.Scan(pieces, inflater: null);
        var records = new Format.PerfData.PerfDataRecords(reader.Metadata.Events, reader.Header.IsBigEndian);
        foreach (var (offset, size) in pieces.Found)
        {
            var piece = bytes.AsSpan((int)offset, size).ToArray();
            records.Reset(piece, offset);
            while (records.TryReadSample(out var record, out var index))
            {
                if (index >= 0)
                    _ = PerfSample.TryParse(record, reader.Metadata.Events.Attributes[index].NormalLayout, out _);
            }
        }
    }

    private sealed class Memory(byte[] bytes) : IPerfDataInput
    {
        public long Length => bytes.Length;

        public int Read(long offset, Span<byte> buffer)
        {
            if (offset < 0 || offset >= bytes.Length)
                return 0;
            var count = (int)Math.Min(bytes.Length - offset, buffer.Length);
            bytes.AsSpan((int)offset, count).CopyTo(buffer);
            return count;
        }
    }

    private sealed class Pieces : IPerfDataVisitor
    {
        public List<(long Offset, int Size)> Found { get; } = [];

        public void OnRecord(in PerfDataItem item)
        {
            if (item.Offset >= 0)
                Found.Add((item.Offset, item.Size));
        }

        public void OnSkipped(long offset, long size)
        {
            // Nothing of the kernel's is in there.
        }
    }
}
