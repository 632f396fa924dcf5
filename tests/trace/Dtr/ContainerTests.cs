using System.Buffers.Binary;
using System.Text;
using TraceKit.Binary;
using TraceKit.Format.Dtr;
using TraceKit.Testing;

namespace TraceKit.Format.Tests.Dtr;

public sealed class ContainerTests
{
    private static readonly byte[] Small = Encoding.ASCII.GetBytes("small payload");
    private static readonly byte[] Shrinks = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("compressible ", 40)));

    /// <summary>What was written is read back, stored and compressed, with its header.</summary>
    [Fact]
    public void WriterReader_RoundTrip_GivesTheSameBytes()
    {
        var file = ThreeChunks();
        using var reader = DtrReader.Open(file, "x.dtr");
        Assert.True(reader.IsComplete);
        Assert.Equal([ChunkType.Host, ChunkType.SideBand, ChunkType.Samples, ChunkType.Index, ChunkType.End], reader.Chunks.Select(c => c.Type));
        byte[] buffer = [];
        Assert.Equal(Small, reader.ReadPayload(reader.Chunks[0], ref buffer).ToArray());
        Assert.Equal(Shrinks, reader.ReadPayload(reader.Chunks[1], ref buffer).ToArray());
        Assert.Equal(ChunkFlags.Lz4 | ChunkFlags.Required, reader.Chunks[1].Flags);
        Assert.Equal((3U, 100UL, 200UL), (reader.Chunks[2].Stream, reader.Chunks[2].FirstTime, reader.Chunks[2].LastTime));
        Assert.All(reader.Chunks, c => Assert.Equal(0, c.Offset % 8));
        var index = DtrIndex.Decode(reader.ReadPayload(reader.Chunks[3], ref buffer).Span);
        Assert.Equal(reader.Chunks.Take(3).Select(c => (c.Offset, c.Type, c.StoredBytes)), index.Select(c => (c.Offset, c.Type, c.StoredBytes)));
        Assert.Equal(5, reader.VerifyAll());
    }

    /// <summary>A file cut at any byte gives every chunk that is whole, and says that the rest is lost.</summary>
    [Fact]
    public void Reader_CutAtEveryByte_KeepsEveryWholeChunk()
    {
        var file = ThreeChunks();
        using var whole = DtrReader.Open(file, "x");
        for (var cut = 0; cut < file.Length; cut++)
        {
            if (cut < DtrFileHeader.Size)
            {
                Assert.Throws<BadDataException>(() => DtrReader.Open(file.AsMemory(0, cut), "x"));
                continue;
            }

            using var reader = DtrReader.Open(file.AsMemory(0, cut), "x");
            var expected = whole.Chunks.Where(c => c.End <= cut).ToArray();
            Assert.Equal(expected, reader.Chunks);
            Assert.Equal(expected.Length, reader.VerifyAll());
            Assert.False(reader.IsComplete);
            var end = expected.Length == 0 ? DtrFileHeader.Size : expected[^1].End;
            Assert.Equal(cut - end, reader.Damage.Sum(d => d.Bytes));
        }
    }

    /// <summary>Any flipped bit is noticed and costs at most one chunk.</summary>
    [Fact]
    public void Reader_EveryBitFlipped_LosesAtMostOneChunkAndSaysSo()
    {
        var file = ThreeChunks();
        using var whole = DtrReader.Open(file, "x");
        for (var bit = 0; bit < file.Length * 8; bit++)
        {
            var bad = (byte[])file.Clone();
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            if (bit / 8 < DtrFileHeader.Size)
            {
                Assert.Throws<BadDataException>(() => DtrReader.Open(bad, "x"));
                using var salvaged = DtrReader.Open(bad, "x", salvage: true);
                Assert.Equal(whole.Chunks, salvaged.Chunks);
                Assert.Equal(DtrDamageReason.FileHeader, Assert.Single(salvaged.Damage).Reason);
                continue;
            }

            using var reader = DtrReader.Open(bad, "x");
            Assert.InRange(reader.VerifyAll(), whole.Chunks.Count - 1, whole.Chunks.Count - 1);
            var damage = Assert.Single(reader.Damage);
            var hit = whole.Chunks.Single(c => c.Offset <= bit / 8 && bit / 8 < c.End);
            Assert.Equal((hit.Offset, hit.TotalBytes), (damage.Offset, damage.Bytes));
        }
    }

    /// <summary>A missing chunk without any bytes in its place is told from the sequence numbers.</summary>
    [Fact]
    public void Reader_ChunkCutOut_ReportsTheGap()
    {
        var file = ThreeChunks();
        using var whole = DtrReader.Open(file, "x");
        var second = whole.Chunks[1];
        byte[] spliced = [.. file[..(int)second.Offset], .. file[(int)second.End..]];
        using var reader = DtrReader.Open(spliced, "x");
        var damage = Assert.Single(reader.Damage);
        Assert.Equal((DtrDamageReason.SequenceGap, 1UL, second.Offset), (damage.Reason, damage.MissingChunks, damage.Offset));
        Assert.Equal(4, reader.Chunks.Count);
        Assert.Null(reader.End);
    }

    /// <summary>A chunk of another file, left over behind the end or pasted in, is not taken for one of this.</summary>
    [Fact]
    public void Reader_ChunkOfAnotherFile_IsRefusedAndTold()
    {
        using var other = new DtrBuilder(Guid.NewGuid());
        var stranger = other.Add(ChunkType.SideBand, Small).ToArray(finish: false)[DtrFileHeader.Size..];
        var file = ThreeChunks();
        using var reader = DtrReader.Open(file.Concat(stranger).ToArray(), "x");
        Assert.Equal(5, reader.Chunks.Count);
        Assert.Equal(DtrDamageReason.OtherFile, Assert.Single(reader.Damage).Reason);
    }

    /// <summary>After garbage of any length the next chunk is found, also when the garbage looks like a header.</summary>
    [Theory]
    [InlineData(8)]
    [InlineData(1000)]
    [InlineData(200_000)]
    public void Reader_GarbageBetweenChunks_Resynchronises(int garbage)
    {
        var file = ThreeChunks();
        using var whole = DtrReader.Open(file, "x");
        var at = (int)whole.Chunks[2].Offset;
        var junk = new byte[garbage];
        for (var i = 0; i + 4 <= garbage; i += 8)
            BinaryPrimitives.WriteUInt32LittleEndian(junk.AsSpan(i), ChunkHeader.Magic);
        using var reader = DtrReader.Open((byte[])[.. file[..at], .. junk, .. file[at..]], "x");
        Assert.Equal(5, reader.Chunks.Count);
        var damage = Assert.Single(reader.Damage);
        Assert.Equal((DtrDamageReason.NoChunkHeader, (long)at, (long)garbage, 0UL), (damage.Reason, damage.Offset, damage.Bytes, damage.MissingChunks));
    }

    /// <summary>A raw length over the limit makes the header invalid before anything is allocated; one that LZ4 does not fill is damage.</summary>
    [Fact]
    public void Reader_DecompressionBomb_IsRefused()
    {
        var file = ThreeChunks();
        using var whole = DtrReader.Open(file, "x");
        var chunk = whole.Chunks[1];
        using var huge = DtrReader.Open(WithHeader(file, chunk with { RawBytes = uint.MaxValue }), "x");
        Assert.Equal(4, huge.Chunks.Count);
        using var wrong = DtrReader.Open(WithHeader(file, chunk with { RawBytes = InputLimits.ChunkRawBytes }), "x");
        byte[] buffer = [];
        var bad = Assert.Throws<BadDataException>(() => wrong.ReadPayload(wrong.Chunks[1], ref buffer));
        Assert.Equal(BadDataCode.InvalidValue, bad.Code);
        Assert.Equal(DtrDamageReason.PayloadContent, Assert.Single(wrong.Damage).Reason);
    }

    /// <summary>An unknown type is skipped and counted; one that must be understood, a newer major version and an unknown compression are refused by name.</summary>
    [Fact]
    public void Reader_UnknownThings_SkipsOrRefuses()
    {
        var file = ThreeChunks();
        using var whole = DtrReader.Open(file, "x");
        var chunk = whole.Chunks[0];
        using (var reader = DtrReader.Open(WithHeader(file, chunk with { Type = (ChunkType)77 }), "x"))
            Assert.Equal(1, reader.UnknownChunks);
        var required = Assert.Throws<BadDataException>(() =>
            DtrReader.Open(WithHeader(file, chunk with { Type = (ChunkType)77, Flags = ChunkFlags.Required }), "x.dtr"));
        Assert.Contains("required type 77", required.Message, StringComparison.Ordinal);
        Assert.StartsWith("x.dtr: ", required.Message, StringComparison.Ordinal);

        using (var reader = DtrReader.Open(WithHeader(file, chunk with { Flags = (ChunkFlags)2 }), "x"))
        {
            byte[] buffer = [];
            Assert.Equal(BadDataCode.Unsupported, Assert.Throws<BadDataException>(() => reader.ReadPayload(reader.Chunks[0], ref buffer)).Code);
        }

        var newer = (byte[])file.Clone();
        (whole.FileHeader!.Value with { Major = 2 }).Write(newer);
        var version = Assert.Throws<BadDataException>(() => DtrReader.Open(newer, "x", salvage: true));
        Assert.Equal((BadDataCode.UnsupportedVersion, "2.0"), (version.Code, version.Found));
    }

    /// <summary>Recovery copies every whole chunk of a damaged file, counts the rest, and what it writes is complete.</summary>
    [Fact]
    public void Recovery_DamagedFile_CopiesTheRest()
    {
        var file = ThreeChunks();
        using var whole = DtrReader.Open(file, "x");
        file[3] ^= 1;
        file[(int)whole.Chunks[1].Offset + ChunkHeader.Size] ^= 1;
        using var damaged = DtrReader.Open(file.AsMemory(0, file.Length - 3), "x", salvage: true);
        using var output = new DtrBuilder(Guid.NewGuid());
        var result = DtrRecovery.Copy(damaged, output.Writer);
        Assert.Equal((2UL, 1UL), (result.Copied, result.Damaged));
        using var recovered = DtrReader.Open(output.ToArray(finish: false), "y");
        Assert.True(recovered.IsComplete);
        Assert.Equal([ChunkType.Host, ChunkType.Samples, ChunkType.Index, ChunkType.End], recovered.Chunks.Select(c => c.Type));
    }

    /// <summary>A full disk is told once; what comes after is dropped and counted.</summary>
    [Fact]
    public void Writer_DiskFull_ThrowsOnceThenCounts()
    {
        if (!File.Exists("/dev/full"))
            Assert.Skip("no /dev/full here");
        using var full = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        Assert.ThrowsAny<IOException>(() => new DtrWriter(full));

        var folder = Directory.CreateTempSubdirectory("dtr-full-").FullName;
        if (!Run("mount", "-t", "tmpfs", "-o", "size=64k", "none", folder))
        {
            Directory.Delete(folder);
            Assert.Skip("mounting a small tmpfs is not allowed here");
        }

        try
        {
            var path = Path.Combine(folder, "a.dtr");
            using (var writer = DtrFile.CreateNew(path))
            {
                writer.WriteChunk(ChunkType.Host, 0, 0, 0, Small);
                var noise = new byte[1 << 20];
                new Random(1).NextBytes(noise);
                Assert.ThrowsAny<IOException>(() => writer.WriteChunk(ChunkType.SideBand, 0, 0, 0, noise));
                Assert.False(writer.WriteChunk(ChunkType.SideBand, 0, 0, 0, Small));
                Assert.Equal(2UL, writer.DroppedChunks);
                writer.Finish();
            }

            using var reader = DtrReader.Open(path);
            Assert.Equal(ChunkType.Host, Assert.Single(reader.Chunks).Type);
            Assert.Empty(reader.Damage);
        }
        finally
        {
            Run("umount", folder);
            Directory.Delete(folder);
        }
    }

    /// <summary>A new file is its owner's alone, and an existing file or link is never written to.</summary>
    [Fact]
    public void CreateNew_ExistingOrLink_IsRefused()
    {
        var folder = Directory.CreateTempSubdirectory("dtr-test-").FullName;
        try
        {
            var path = Path.Combine(folder, "a.dtr");
            using (var writer = DtrFile.CreateNew(path))
                writer.Finish();
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            Assert.ThrowsAny<IOException>(() => DtrFile.CreateNew(path));
            var link = Path.Combine(folder, "link.dtr");
            File.CreateSymbolicLink(link, Path.Combine(folder, "nowhere"));
            Assert.ThrowsAny<IOException>(() => DtrFile.CreateNew(link));
            using var reader = DtrReader.Open(path);
            Assert.True(reader.IsComplete);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Many threads read payloads of one reader at once.</summary>
    [Fact]
    public void ReadPayload_ManyThreads_EachGetsItsChunk()
    {
        using var builder = new DtrBuilder();
        for (var i = 0; i < 64; i++)
            builder.Add(ChunkType.SideBand, Encoding.ASCII.GetBytes($"{i} {new string('x', i * 50)}"));
        using var reader = DtrReader.Open(builder.ToArray(), "x");
        Parallel.For(0, 640, i =>
        {
            byte[] buffer = [];
            var text = Encoding.ASCII.GetString(reader.ReadPayload(reader.Chunks[i % 64], ref buffer).Span);
            Assert.StartsWith($"{i % 64} ", text, StringComparison.Ordinal);
        });
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private static byte[] ThreeChunks()
    {
        using var builder = new DtrBuilder();
        return builder.Add(ChunkType.Host, Small).Add(ChunkType.SideBand, Shrinks, first: 1, last: 2).Add(ChunkType.Samples, Small, 3, 100, 200).ToArray();
    }

    private static byte[] WithHeader(byte[] file, ChunkHeader header)
    {
        var copy = (byte[])file.Clone();
        header.Write(copy.AsSpan((int)header.Offset));
        return copy;
    }
}
