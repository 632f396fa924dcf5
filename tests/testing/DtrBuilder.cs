using TraceKit.Format.Dtr;

namespace TraceKit.Testing;

/// <summary>Builds a small .dtr file in memory through the real writer.</summary>
public sealed class DtrBuilder : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"dtr-{Guid.NewGuid():n}.dtr");
    private readonly DtrWriter _writer;

    public DtrBuilder(Guid fileId = default, ulong created = 1)
    {
        var handle = File.OpenHandle(_path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        _writer = new DtrWriter(handle, fileId == default ? new Guid("00112233-4455-6677-8899-aabbccddeeff") : fileId, created);
    }

    public DtrWriter Writer => _writer;

    public DtrBuilder Add(ChunkType type, ReadOnlySpan<byte> payload, uint stream = ChunkHeader.NoStream, ulong first = 0, ulong last = 0)
    {
        _writer.WriteChunk(type, stream, first, last, payload);
        return this;
    }

    /// <summary>The file's bytes.</summary>
    public byte[] ToArray(bool finish = true)
    {
        if (finish)
            _writer.Finish();
        using var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    public void Dispose()
    {
        _writer.Dispose();
        File.Delete(_path);
    }
}
