using TraceKit.DebugInfo.Cfi;

namespace TraceKit.DebugInfo.Unwind;

/// <summary>Finds a function's frame from its instructions: for code without CFI whose bytes are at hand (JIT compilers, assembly, C without unwind tables).</summary>
/// <remarks>
/// <para>The code is followed from its first instruction along every direct jump, as a data flow of the distances of rsp and rbp from the CFA and of the slots of
/// the registers that calls keep. Where two ways meet and differ, the value is unknown; so is everything after an instruction that is not known here or changes rsp by
/// an amount that the code does not state. Nothing is assumed of code that no followed jump leads to (the cases of a jump table).</para>
/// <para>Behind a call the code goes on, unless other ways lead there: then those decide, for the call may never return (<c>abort</c>) and what stands
/// behind it be another block. In a function where that leads to a contradiction (a return with something left on the stack), nothing is assumed of what stands behind its
/// calls.</para>
/// </remarks>
public sealed partial class X64Prologue
{
    /// <summary>Longest function that is followed: V8's and HotSpot's largest have some 100 KB.</summary>
    private const int MaximumBytes = 1 << 20;

    private readonly int[] _starts; // offsets of instructions that begin a run of one state, ascending
    private readonly X64FrameState[] _states;
    private readonly bool[] _isRoot;

    private X64Prologue(int[] starts, X64FrameState[] states, bool[] isRoot, int instructions)
    {
        _starts = starts;
        _states = states;
        _isRoot = isRoot;
        Instructions = instructions;
    }

    /// <summary>Instructions that the followed ways lead through.</summary>
    public int Instructions { get; }

    /// <summary>Analyzes a function.</summary>
    /// <param name="code">Its instructions, from where calls enter it.</param>
    public static X64Prologue Analyze(ReadOnlySpan<byte> code)
    {
        if (code.Length > MaximumBytes)
            code = code[..MaximumBytes];
        var flow = new Flow(code, null);
        var result = flow.Run();
        // Blocks that only a jump table leads to have the table's depth. One that stands behind a call that never returns would get that call's.
        if (flow.TableDepth is { } depth && !flow.IsContradictory)
        {
            flow = new Flow(code, depth);
            result = flow.Run();
        }

        return flow.IsContradictory ? new Flow(code, Flow.NothingBehindCalls).Run() : result;
    }

    /// <summary>The state before the instruction that holds an offset.</summary>
    /// <param name="offset">From the function's start; need not be an instruction's first byte.</param>
    /// <param name="state">What is known.</param>
    /// <returns>False when no followed way leads there.</returns>
    public bool TryFind(int offset, out X64FrameState state)
    {
        var index = IndexOf(offset);
        state = index < 0 ? X64FrameState.None : _states[index];
        return index >= 0 && !state.Equals(X64FrameState.None);
    }

    /// <summary>The rule for an offset; of kind <see cref="UnwindRuleKind.None"/> when it is not known.</summary>
    public UnwindRule Rule(int offset)
    {
        var index = IndexOf(offset);
        if (index < 0)
            return default;
        return _isRoot[index] ? new UnwindRule(UnwindRuleKind.EndOfStack, 0, 0, 0, false) : _states[index].ToRule();
    }

    private int IndexOf(int offset)
    {
        if (offset < 0)
            return -1;
        var index = Array.BinarySearch(_starts, offset);
        return index < 0 ? ~index - 1 : index;
    }
}
