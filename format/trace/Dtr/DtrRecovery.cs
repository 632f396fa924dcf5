using TraceKit.Binary;

namespace TraceKit.Format.Dtr;

/// <summary>Copies what is whole into a new file, with a new index and end.</summary>
public static class DtrRecovery
{
    /// <summary>Copies every chunk whose payload checks out; Index and End are made anew.</summary>
    /// <param name="source">Opened with <c>salvage</c> when its file header may be damaged.</param>
    /// <param name="destination">A new file. It has its own file id; chunks are renumbered.</param>
    /// <exception cref="IOException">The destination can't be written.</exception>
    public static DtrRecoveryResult Copy(DtrReader source, DtrWriter destination)
    {
        byte[] buffer = [];
        ulong copied = 0, lost = 0, skipped = 0;
        foreach (var chunk in source.Chunks)
        {
            if (chunk.Type is ChunkType.Index or ChunkType.End)
                continue;
            ReadOnlyMemory<byte> payload;
            try
            {
                payload = source.ReadPayload(chunk, ref buffer);
            }
            catch (BadDataException e) when (e.Code == BadDataCode.Unsupported)
            {
                skipped++;
                continue;
            }
            catch (BadDataException)
            {
                lost++;
                continue;
            }

            if (!destination.WriteChunk(chunk.Type, chunk.Stream, chunk.FirstTime, chunk.LastTime, payload.Span))
                break;
            copied++;
        }

        destination.Finish();
        var missing = 0UL;
        var unusable = 0L;
        foreach (var damage in source.Damage)
        {
            missing += damage.MissingChunks;
            unusable += damage.Bytes;
        }

        return new DtrRecoveryResult(copied, lost, missing, skipped, unusable, destination.Length);
    }
}

/// <summary>What a recovery found.</summary>
/// <param name="Copied">Chunks copied.</param>
/// <param name="Damaged">Chunks whose payload is damaged.</param>
/// <param name="Missing">Chunks that sequence numbers say were there and that have no header any more; at least this many.</param>
/// <param name="Unknown">Chunks compressed in a way this build does not know; not copied.</param>
/// <param name="UnusableBytes">Bytes of the source that belong to no whole chunk.</param>
/// <param name="Length">Bytes of the new file.</param>
public sealed record DtrRecoveryResult(ulong Copied, ulong Damaged, ulong Missing, ulong Unknown, long UnusableBytes, long Length);
