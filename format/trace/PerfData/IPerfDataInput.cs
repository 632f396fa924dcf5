namespace TraceKit.Format.PerfData;

/// <summary>The bytes of a <c>perf.data</c> file: whoever opens files brings them.</summary>
public interface IPerfDataInput
{
    /// <summary>Bytes in all.</summary>
    long Length { get; }

    /// <summary>Fills <paramref name="buffer"/>; less only at the end.</summary>
    /// <param name="offset">Bytes from the start; past the end is none.</param>
    /// <param name="buffer">Where to.</param>
    /// <returns>Bytes read.</returns>
    int Read(long offset, Span<byte> buffer);
}

/// <summary>One zstd stream that goes on from record to record (<c>PERF_RECORD_COMPRESSED</c>): whoever may use a zstd library brings it.</summary>
public interface IPerfDataInflater : IDisposable
{
    /// <summary>Takes the next piece of the stream and appends what it inflates to.</summary>
    /// <param name="stored">The piece.</param>
    /// <param name="inflated">Appended to.</param>
    /// <returns>False when the stream is damaged here; it cannot go on after that.</returns>
    bool TryInflate(ReadOnlySpan<byte> stored, System.Buffers.ArrayBufferWriter<byte> inflated);
}
