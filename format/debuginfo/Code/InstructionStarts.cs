namespace TraceKit.DebugInfo.Code;

/// <summary>Which bytes of an x86-64 function are proven to begin an instruction. A breakpoint anywhere else changes what the program computes, or kills it.</summary>
/// <remarks>
/// <para>What is taken for granted: the function's first byte begins an instruction (its symbol, FDE or pclntab entry says so), and the processor goes from an instruction to the
/// next, or where a direct jump states. Everything else is proven:</para>
/// <list type="number">
/// <item>Followed: reached from the entry by falling through and by direct jumps. This is what the processor does, so it needs no more.</item>
/// <item>Behind calls: a call goes on behind itself unless what it calls never returns; then compilers put other code of the function there, or padding. Hand-written code may put
/// data there (<c>call 1f; .string "x"; 1:</c>): so nothing is assumed behind a call of a place within the function, and a way that runs into an unknown instruction, into one that no compiled
/// program has, out of the function, or into the middle of a proven instruction is dropped as a whole.</item>
/// <item>Swept: what a jump table or an unwinder leads to is in a gap between proven instructions. A gap counts when decoding from its start meets its end exactly, every
/// instruction is known and one that compilers write (no <c>add %al,(%rax)</c>, which is zeroes; no port or privileged instruction, no prefix without use, no displacement that no structure has, no
/// place outside of the file), every direct jump within the function
/// leads to the start of an instruction, none leads into the middle of one, the last one doesn't run out of the function, no instruction of the function reads the
/// gap's bytes or takes their address, and the function has a jump by register or a call that gives the gap a reason to exist, or is a part of another. Tables, constants and texts fail at one of these: they hold
/// zeroes, run into bytes that are no instruction, or are read by the function.</item>
/// </list>
/// <para>What overlaps is refused: code that jumps over its own <c>lock</c> prefix has an instruction within another; only the outer start is safe, and where two ways
/// disagree in any other manner, none.</para>
/// </remarks>
public sealed partial class InstructionStarts
{
    /// <summary>Longest function that is followed: V8's and HotSpot's largest have some 100 KB; Go's and generated parsers' reach 1 MB.</summary>
    public const int MaximumBytes = 4 << 20;

    private readonly InstructionProof[] _proof;
    private readonly byte[] _length;
    private readonly List<(int Start, int End, string Reason)> _refused;

    private InstructionStarts(InstructionProof[] proof, byte[] length, List<(int Start, int End, string Reason)> refused)
    {
        _proof = proof;
        _length = length;
        _refused = refused;
    }

    /// <summary>Bytes of the function.</summary>
    public int Length => _proof.Length;

    /// <summary>Whether every byte of the function belongs to a proven instruction.</summary>
    public bool IsComplete => _refused.Count == 0;

    /// <summary>Where the function is not understood; empty when it is wholly.</summary>
    public string Incomplete => IsComplete ? "" : _refused[0].Reason;

    /// <summary>Offsets of instructions that leave the function for its caller (<c>ret</c>), ascending.</summary>
    public IReadOnlyList<int> Returns { get; private init; } = [];

    /// <summary>Direct jumps out of the function, by offset: to other functions (tail calls) or to a part of it that lies elsewhere (<c>.cold</c>). The target counts from the function's start.</summary>
    public IReadOnlyList<(int Offset, long Target)> OuterJumps { get; private init; } = [];

    /// <summary>Offsets of jumps by register or memory: by a jump table, or tail calls; ascending.</summary>
    public IReadOnlyList<int> IndirectJumps { get; private init; } = [];

    /// <summary>Why a byte is known to begin an instruction; <see cref="InstructionProof.None"/> when it is not.</summary>
    /// <param name="offset">From the function's start.</param>
    public InstructionProof ProofOf(long offset) => offset >= 0 && offset < _proof.Length ? _proof[offset] : InstructionProof.None;

    /// <summary>Bytes of the instruction that is proven to begin at an offset; 0 when none is.</summary>
    /// <param name="offset">From the function's start.</param>
    public int LengthAt(long offset) => ProofOf(offset) == InstructionProof.None ? 0 : _length[offset];

    /// <summary>The next proven start after an offset; -1 when there is none.</summary>
    /// <param name="offset">From the function's start; -1 to begin with.</param>
    public int NextAfter(int offset)
    {
        for (var at = Math.Max(offset + 1, 0); at < _proof.Length; at++)
        {
            if (_proof[at] != InstructionProof.None)
                return at;
        }

        return -1;
    }

    /// <summary>Why a byte is not known to begin an instruction, as a clause; null when it is.</summary>
    /// <param name="offset">From the function's start.</param>
    public string? WhyNot(long offset)
    {
        if (offset < 0 || offset >= _proof.Length)
            return "it is outside of the function";
        if (_proof[offset] != InstructionProof.None)
            return null;
        for (var back = offset - 1; back >= 0 && offset - back < 16; back--)
        {
            if (_proof[back] != InstructionProof.None && back + _length[back] > offset)
                return $"it is inside of the instruction at +{back}, which has {_length[back]} bytes";
        }

        foreach (var (start, end, reason) in _refused)
        {
            if (offset >= start && offset < end)
                return $"it is not proven to be the start of an instruction: {reason}";
        }

        return "it is not proven to be the start of an instruction";
    }

    /// <summary>Analyzes a function.</summary>
    /// <param name="code">All of its bytes, from its first instruction on; at most <see cref="MaximumBytes"/> of them count.</param>
    /// <param name="address">Where the first one is loaded, for operands that state addresses.</param>
    /// <param name="bounds">The lowest address that is loaded of the file, and just past the highest: what refers to elsewhere is no code. Default: within 16 MiB of the function.</param>
    /// <param name="stated">Offsets that somebody else states to be starts of instructions (landing pads, rows of CFI or of line tables), or empty.</param>
    /// <param name="isPart">It is a part that was split off a function (<c>.cold</c>): jumps of the other part lead into its middle, and gaps need no other reason.</param>
    public static InstructionStarts Analyze(ReadOnlySpan<byte> code, ulong address = 0, (ulong Start, ulong End) bounds = default, ReadOnlySpan<int> stated = default, bool isPart = false)
    {
        if (code.Length > MaximumBytes)
            code = code[..MaximumBytes];
        if (bounds == default)
        {
            // Far above zero nothing wraps; what matters is the distance.
            const ulong reach = 16 << 20;
            address += address < reach ? reach : 0;
            bounds = (address - reach, address + reach + (ulong)code.Length);
        }

        var search = new Search(code, address, bounds, isPart);
        search.Follow(stated);
        search.SweepGaps();
        return search.Collect();
    }
}
