namespace TraceKit.Engine.Compare;

/// <summary>How often each slot is in each resample: a circular block bootstrap (D. N. Politis and J. P. Romano, 1992).</summary>
/// <remarks>
/// A resample is as many slots as there are, in blocks of neighbours that begin at random; the last slot's neighbour is the first. All lines of a side share
/// the resamples, and a slot is a time span over all CPUs and threads, so whatever is correlated within a block stays so.
/// </remarks>
public sealed class BlockResamples
{
    private readonly float[] _times;

    /// <summary>Draws them.</summary>
    /// <param name="slots">Slots of the side.</param>
    /// <param name="blockLength">Slots of a block.</param>
    /// <param name="count">Resamples.</param>
    /// <param name="seed">The same seed gives the same resamples on every machine.</param>
    public BlockResamples(int slots, int blockLength, int count, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(slots);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(blockLength);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        Slots = slots;
        Length = Math.Min(blockLength, slots);
        Count = count;
        _times = new float[(long)slots * count];
        var random = new SplitMix64(seed);
        for (var resample = 0; resample < count; resample++)
        {
            for (var taken = 0; taken < slots;)
            {
                var slot = random.Below(slots);
                for (var i = 0; i < Length && taken < slots; i++, taken++)
                {
                    _times[slot * count + resample]++;
                    slot = slot + 1 == slots ? 0 : slot + 1;
                }
            }
        }
    }

    /// <summary>Slots.</summary>
    public int Slots { get; }

    /// <summary>Slots of a block.</summary>
    public int Length { get; }

    /// <summary>Resamples.</summary>
    public int Count { get; }

    /// <summary>How often a slot is in each resample.</summary>
    public ReadOnlySpan<float> TimesOf(int slot) => _times.AsSpan(slot * Count, Count);
}

/// <summary>Sebastiano Vigna's splitmix64: small, and the same everywhere.</summary>
/// <param name="state">The seed.</param>
public sealed class SplitMix64(ulong state)
{
    private ulong _state = state;

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    }

    /// <summary>A number from 0 to under <paramref name="bound"/>; the bias of 2^-33 and less for bounds up to 2^31 does not matter here.</summary>
    public int Below(int bound) => (int)((Next() >> 32) * (ulong)bound >> 32);

    /// <summary>A number from 0 to under 1.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));
}
