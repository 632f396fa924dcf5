using TraceKit.Binary;
using TraceKit.DebugInfo.Code;

namespace TraceKit.Probes.Targets;

/// <summary>What a hit of a user probe costs where it stands.</summary>
/// <param name="Class">By the instruction there.</param>
/// <param name="Cheaper">The next instruction, when the one there is <c>endbr64</c>, which is single-stepped, and the next is emulated; null when there is nothing to offer.</param>
public sealed record ProbeCost(UprobeCost Class, Svma? Cheaper)
{
    /// <summary>For people: <c>single-stepped (11–15 µs a hit)</c>. Measured on one machine: orders, not promises.</summary>
    public string Description => Class switch
    {
        UprobeCost.Call => "a 5-byte nop: about 0.3 µs a hit from Linux 6.18 on",
        UprobeCost.Emulated => "emulated by the kernel: under 1 µs a hit",
        UprobeCost.SingleStepped => "single-stepped: 11 to 15 µs a hit",
        _ => "not known",
    };
}

/// <summary>How a function is left.</summary>
/// <param name="Returns">Instructions that return, by address.</param>
/// <param name="TailJumps">Direct jumps to other functions, or to a part of this one that lies elsewhere: what those return is not seen here.</param>
/// <param name="IndirectJumps">Jumps by register or memory: by a jump table, or to other functions.</param>
public sealed record FunctionReturns(IReadOnlyList<Svma> Returns, int TailJumps, int IndirectJumps);
