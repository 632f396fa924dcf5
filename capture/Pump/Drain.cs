using TraceKit.Capture.Events;
using TraceKit.Capture.Native;

namespace TraceKit.Capture.Pump;

/// <summary>
/// Empties the rings into blocks, round by round: every ring's head is read first, then each ring is copied up to the head seen. So a round
/// holds everything that happened before its first sample was written, on every CPU. No allocation and no compression happen here.
/// </summary>
internal sealed class Drain
{
    private readonly RingBuffer[] _rings;
    private readonly ulong[] _heads;
    private readonly BlockQueue _queue;

    public Drain(IReadOnlyList<SessionRing> rings, BlockQueue queue)
    {
        _rings = new RingBuffer[rings.Count];
        for (var i = 0; i < rings.Count; i++)
            _rings[i] = rings[i].Buffer;
        _heads = new ulong[rings.Count];
        _queue = queue;
    }

    /// <summary>Blocks for a recording: half again what all rings hold, within 6 to 24 MB.</summary>
    public static int BlocksFor(int rings, int ringBytes) =>
        Math.Clamp((int)((long)rings * ringBytes / NativeBlock.Capacity * 3 / 2) + rings, 24, 96);

    /// <summary>One round; true when anything was there.</summary>
    /// <param name="last">Tells the encoder that nothing follows.</param>
    public bool Round(bool last)
    {
        var any = false;
        for (var i = 0; i < _rings.Length; i++)
        {
            _heads[i] = _rings[i].ReadHead();
            any |= !_rings[i].IsDrained(_heads[i]);
        }

        if (!any && !last)
            return false;
        var batch = _queue.TakeBatch();
        for (var i = 0; i < _rings.Length; i++)
        {
            while (!_rings[i].IsDrained(_heads[i]))
            {
                var block = _queue.TryTakeBlock();
                if (block is null)
                {
                    // All blocks are on their way: hand over what this round has so far, and wait for the encoder.
                    _queue.Publish(batch);
                    batch = _queue.TakeBatch();
                    block = _queue.TakeBlock();
                }

                block.Ring = i;
                _rings[i].CopyTo(block, _heads[i]);
                _rings[i].Release();
                batch.Add(block);
            }
        }

        batch.RoundComplete = true;
        batch.Last = last;
        _queue.Publish(batch);
        return any;
    }

    /// <summary>Bytes that were skipped because their headers made no sense, over all rings.</summary>
    public ulong CorruptBytes
    {
        get
        {
            ulong sum = 0;
            foreach (var ring in _rings)
                sum += ring.CorruptBytes;
            return sum;
        }
    }
}
