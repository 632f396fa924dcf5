using TraceKit.DebugInfo.Jit;
using TraceKit.Engine.Stacks;

namespace TraceKit.Engine.Run;

/// <summary>
/// Replaces the addresses of a call chain that meant different things at different times by the keys of what they meant: after that the time does not matter any more.
/// </summary>
internal sealed class JitAddresses
{
    private ulong[] _keys = new ulong[256];

    /// <summary>The chain with keys; valid until the next call.</summary>
    /// <param name="chain">Innermost first, with markers.</param>
    /// <param name="timeline">Of the process.</param>
    /// <param name="time">Of the sample.</param>
    public ReadOnlySpan<ulong> Replace(ReadOnlySpan<ulong> chain, JitTimeline timeline, long time)
    {
        if (_keys.Length < chain.Length)
            _keys = new ulong[chain.Length * 2];
        for (var i = 0; i < chain.Length; i++)
        {
            var address = chain[i];
            if (!Model.KernelAddress.Is(address) && address != 0)
            {
                // A return address belongs to the code of its call, one byte before; the interner takes that byte off again.
                address = StackInterner.IsInnermost(chain, i) ? timeline.Key(new(address), time) : timeline.Key(new(address - 1), time) + 1;
            }

            _keys[i] = address;
        }

        return _keys.AsSpan(0, chain.Length);
    }
}
