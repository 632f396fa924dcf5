using TraceKit.Format.Dtr;

namespace TraceKit.Format.Tests.Dtr;

/// <summary>Chunks that are added to a file afterwards.</summary>
public sealed class ContinueTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tracekit-continue-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    private string Make(int chunks, bool finish)
    {
        var path = Path.Combine(_folder, $"{chunks}{finish}.dtr");
        using var writer = DtrFile.CreateNew(path);
        for (var i = 0; i < chunks; i++)
            writer.WriteChunk(ChunkType.Host, ChunkHeader.NoStream, 0, 0, new byte[100 + i]);
        if (finish)
            writer.Finish();
        return path;
    }

    private static void Continue(string path, bool finish)
    {
        using var source = DtrReader.Open(path);
        var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        using var writer = DtrWriter.Continue(file.SafeFileHandle, source, file);
        writer.WriteChunk(ChunkType.Module, 7, 0, 0, new byte[50]);
        if (finish)
            writer.Finish();
    }

    /// <summary>A file that ended in order has the same chunks, the new one, and one index and end again; its id stays.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Continue_OfFinishedFile_IsWholeAgain(int chunks)
    {
        var path = Make(chunks, true);
        Guid id;
        using (var before = DtrReader.Open(path))
            id = before.FileHeader!.Value.FileId;
        Continue(path, true);
        Continue(path, true);
        using var reader = DtrReader.Open(path);
        Assert.True(reader.IsComplete);
        Assert.Equal(id, reader.FileHeader!.Value.FileId);
        Assert.Equal(chunks + 4, reader.VerifyAll());
        Assert.Equal([.. Enumerable.Repeat(ChunkType.Host, chunks), ChunkType.Module, ChunkType.Module, ChunkType.Index, ChunkType.End], reader.Chunks.Select(c => c.Type));
    }

    /// <summary>A torn chunk at the end goes, and the file is not called whole that was not.</summary>
    [Fact]
    public void Continue_OfTornFile_GoesOnAfterTheLastWholeChunk()
    {
        var path = Make(3, false);
        using (var file = new FileStream(path, FileMode.Append))
            file.Write(new byte[20]);
        Continue(path, false);
        using var reader = DtrReader.Open(path);
        Assert.Null(reader.End);
        Assert.Empty(reader.Damage);
        Assert.Equal(4, reader.VerifyAll());
    }
}
