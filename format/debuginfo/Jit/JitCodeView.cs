using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Unwind;

namespace TraceKit.DebugInfo.Jit;

/// <summary>The instructions of one process's JIT code at one time, for the unwinder. One per worker, pointed anew for each sample.</summary>
/// <param name="timeline">Which code was where.</param>
/// <param name="memory">Its bytes; null when only jitdumps have some.</param>
public sealed class JitCodeView(JitTimeline timeline, JitCode? memory) : ICodeSource
{
    /// <summary>Functions are told apart up to this size; beyond it is a code area that nobody divides.</summary>
    private const ulong MaximumFunction = 16 << 20;

    /// <summary>Pieces joined once stay the same memory: who analyzes them knows them again.</summary>
    private readonly Dictionary<int, ReadOnlyMemory<byte>> _known = [];

    /// <summary>Time of the sample, nanoseconds.</summary>
    public long Time { get; set; }

    /// <inheritdoc/>
    public bool MayChange => timeline.HasChanges;

    /// <summary>The rows that a jitdump has of the code at an address; null when there are none.</summary>
    public UnwindTable? TableAt(Avma address) => timeline.TryFind(address, Time, out var entry) ? timeline.Unwind(entry) : null;

    /// <inheritdoc/>
    public bool TryFunction(Svma pc, out Svma start, out ReadOnlyMemory<byte> code)
    {
        start = default;
        code = default;
        if (!timeline.TryFind(new Avma(pc.Value), Time, out var entry) || entry.End.Value - entry.Start.Value > MaximumFunction)
            return false;
        start = new Svma(entry.Start.Value);
        if (timeline.Code(entry) is { IsEmpty: false } dumped)
        {
            code = dumped;
        }
        else if (!_known.TryGetValue(entry.Index, out code))
        {
            memory?.TryRead(entry.Start, entry.End.Value - entry.Start.Value, Time, entry.From, timeline.Until(entry), out code);
            _known.Add(entry.Index, code);
        }

        return pc.Value - start.Value < (ulong)code.Length;
    }
}
