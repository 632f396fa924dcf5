using System.Buffers;
using TraceKit.Format.PerfData;

namespace TraceKit.Engine.Sources;

/// <summary>The zstd stream of compressed records.</summary>
internal sealed class ZstdInflater : IPerfDataInflater
{
    /// <summary>What one record may inflate to: it has 64 KiB, and zstd's ratio has no bound.</summary>
    private const int MaximumBytes = 256 << 20;

    private readonly ZstdSharp.Decompressor _zstd = new();

    /// <inheritdoc/>
    public bool TryInflate(ReadOnlySpan<byte> stored, ArrayBufferWriter<byte> inflated)
    {
        var before = inflated.WrittenCount;
        try
        {
            while (true)
            {
                var room = inflated.GetSpan(128 << 10);
                var status = _zstd.UnwrapStream(stored, room, out var consumed, out var written);
                stored = stored[consumed..];
                inflated.Advance(written);
                if (status == OperationStatus.InvalidData || inflated.WrittenCount - before > MaximumBytes)
                    return false;
                // With room left it has given all that it has.
                if (stored.IsEmpty && written < room.Length)
                    return true;
                if (consumed == 0 && written == 0)
                    return false;
            }
        }
        catch (ZstdSharp.ZstdException)
        {
            return false;
        }
    }

    public void Dispose() => _zstd.Dispose();
}
