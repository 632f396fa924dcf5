using TraceKit.Binary;
using TraceKit.DebugInfo.Source;

namespace TraceKit.DebugInfo.Jit;

public sealed partial class JitTimeline : ISourceResolver
{
    /// <summary>Source lines from jitdumps (<c>JIT_CODE_DEBUG_INFO</c>): an instruction is of the last line that begins at or before it.</summary>
    /// <param name="addresses">Keys (<see cref="Key"/>), ascending.</param>
    /// <param name="frames">Gets chains of one frame: compilers do not tell what they inlined.</param>
    public void Resolve(ReadOnlySpan<Svma> addresses, SourceFrames frames)
    {
        var loaded = -1;
        (ulong Offset, uint Line, string File)[] lines = [];
        ulong[] offsets = [];
        foreach (var key in addresses)
        {
            if (TryResolve(key.Value, out var entry, out var address) && _claims[entry.Index].Dump is >= 0 and var dump)
            {
                if (entry.Index != loaded)
                {
                    loaded = entry.Index;
                    // Of several at one place the last one stands.
                    lines = [.. _dumps[dump].Lines(_dumps[dump].Codes[_claims[entry.Index].At]).OrderBy(l => l.Offset)];
                    lines = [.. lines.Where((l, i) => i + 1 == lines.Length || lines[i + 1].Offset != l.Offset)];
                    offsets = [.. lines.Select(l => l.Offset)];
                }

                var best = Array.BinarySearch(offsets, address.Value - entry.Start.Value);
                best = best >= 0 ? best : ~best - 1;
                if (best >= 0)
                    frames.Add(new SourceFrame(frames.Intern(Name(entry)), frames.Intern(lines[best].File), lines[best].Line, 0));
            }

            frames.EndAddress();
        }
    }
}
