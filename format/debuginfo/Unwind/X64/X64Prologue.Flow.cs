using System.Runtime.InteropServices;

namespace TraceKit.DebugInfo.Unwind;

public sealed partial class X64Prologue
{
    /// <summary>The data flow over one function.</summary>
    private ref struct Flow(ReadOnlySpan<byte> code, int? tableDepth)
    {
        private readonly ReadOnlySpan<byte> _code = code;

        /// <summary>By offset: position in <see cref="_states"/> + 1; 0 where no instruction was reached.</summary>
        private readonly int[] _indexOf = new int[code.Length];
        private readonly List<X64FrameState> _states = [];
        private readonly List<(int At, byte Length)> _instructions = [];
        private readonly Stack<int> _work = new();

        /// <summary>
        /// Code behind calls: entered only if nothing else leads there, and the shallowest call first: arguments on the stack of a call that never returns are
        /// the likeliest way to a wrong depth.
        /// </summary>
        private readonly PriorityQueue<(int At, X64FrameState State), long> _afterCalls = new();

        /// <summary>Code whose address is taken: entered from who knows where, with who knows what on the stack (OCaml's exception handlers).</summary>
        private readonly Stack<int> _labels = new();

        /// <summary>Targets of calls within the function.</summary>
        private readonly Stack<int> _called = new();
        private bool _zeroes;

        /// <summary>Given as a table's depth: what stands behind calls is not entered.</summary>
        public const int NothingBehindCalls = -2;

        /// <summary>
        /// Two ways met at different depths; a return at another than the entry's; or a frame pointer is used that was never seen to be made: somebody else built
        /// the frame (V8's baseline code has a routine do so).
        /// </summary>
        public bool IsContradictory { get; private set; }

        /// <summary>Depth at jumps by register or memory that are no tail calls; null when there are none.</summary>
        public int? TableDepth { get; private set; }

        public X64Prologue Run()
        {
            Enter(0, X64FrameState.Entry);
            for (; ; )
            {
                while (_work.TryPop(out var at))
                    Step(at);
                if (_labels.TryPop(out var label))
                {
                    if (_indexOf[label] == 0)
                        Enter(label, X64FrameState.None);
                    continue;
                }

                if (_called.TryPop(out var called))
                {
                    // A call into the middle: a subroutine that shares the function's frame in ways of its own. Where the stack is as at a function's start it is the
                    // function calling itself, by its second entry (HotSpot checks the receiver's class before).
                    if (_indexOf[called] == 0 || _states[_indexOf[called] - 1].Depth != X64FrameState.Entry.Depth)
                        Enter(called, X64FrameState.None);
                    continue;
                }

                if (!_afterCalls.TryDequeue(out var next, out _))
                    break;
                if (_indexOf[next.At] == 0)
                    Enter(next.At, next.State);
            }

            return Collect();
        }

        private void Enter(long at, in X64FrameState state)
        {
            if (at < 0 || at >= _code.Length)
                return;
            var index = _indexOf[at];
            if (index == 0)
            {
                _states.Add(state);
                _instructions.Add(((int)at, 0));
                _indexOf[at] = _states.Count;
                _work.Push((int)at);
                return;
            }

            ref var known = ref CollectionsMarshal.AsSpan(_states)[index - 1];
            var joined = X64FrameState.Join(known, state);
            IsContradictory |= joined.Depth != known.Depth && state.Depth != X64FrameState.Unknown;
            if (joined.Equals(known))
                return;
            known = joined;
            _work.Push((int)at);
        }

        private void Step(int at)
        {
            var index = _indexOf[at] - 1;
            if (!X64Instruction.TryDecode(_code[at..], out var i))
                return;
            _instructions[index] = (at, (byte)i.Length);
            var state = _states[index];
            IsContradictory |= state.FramePointer == X64FrameState.Unknown && state.Depth != X64FrameState.Unknown &&
                (X64Effect.TakesFramePointer(i) || X64Effect.UsesFrame(i) && !state.IsFramePointerChanged);
            long next = at + i.Length;
            if (i is { Map: 0, Opcode: 0x8d, Mod: 0, Rm: X64Instruction.NoRegister, Index: X64Instruction.NoRegister } && next + i.Displacement is > 0 and var taken && taken < _code.Length)
                _labels.Push((int)taken);
            switch (X64Effect.Apply(i, ref state))
            {
                case X64Branch.Next:
                    Enter(next, state);
                    break;
                case X64Branch.Conditional:
                    Enter(next + i.Immediate, state);
                    Enter(next, state);
                    break;
                case X64Branch.Jump:
                    Enter(next + i.Immediate, state);
                    break;
                case X64Branch.Call when i.Immediate == 0: // pushes its own address, for code that wants to know where it is
                    X64Effect.Push(ref state);
                    Enter(next, state);
                    break;
                case X64Branch.Call:
                    if (next + i.Immediate is > 0 and var target && target < _code.Length)
                        _called.Push((int)target);
                    goto case X64Branch.CallAway;
                case X64Branch.CallAway:
                    _zeroes |= state.FramePointer == X64FrameState.Zeroed;
                    if (next < _code.Length && (tableDepth is null || state.Depth == tableDepth))
                        _afterCalls.Enqueue(((int)next, state), (long)(uint)(state.Depth == X64FrameState.Unknown ? int.MaxValue : state.Depth) << 32 | (uint)next);
                    break;
                case X64Branch.End when i is { Map: 0, Opcode: 0xc3 or 0xc2 }:
                    IsContradictory |= state.Depth is not (8 or X64FrameState.Unknown);
                    break;
                case X64Branch.End when i is { Map: 0, Opcode: 0xff } && _states[index].Depth != 8:
                    TableDepth = TableDepth is null || TableDepth == state.Depth ? state.Depth : X64FrameState.Unknown;
                    break;
            }
        }

        private readonly X64Prologue Collect()
        {
            var order = new int[_instructions.Count];
            var keys = new int[order.Length];
            for (var i = 0; i < order.Length; i++)
            {
                order[i] = i;
                keys[i] = _instructions[i].At;
            }

            Array.Sort(keys, order);
            List<int> starts = [];
            List<X64FrameState> states = [];
            List<bool> roots = [];
            var covered = 0;
            foreach (var number in order)
            {
                var (at, length) = _instructions[number];
                if (at < covered) // two ways that disagree where instructions begin: neither is to be trusted
                {
                    states[^1] = X64FrameState.None;
                    roots[^1] = false;
                    covered = Math.Max(covered, at + Math.Max((int)length, 1));
                    continue;
                }

                if (at > covered && starts.Count > 0)
                    Put(covered, X64FrameState.None, false);
                var state = _states[number];
                Put(at, state, _zeroes && state.FramePointer == X64FrameState.Zeroed && EndsForGood(at));
                covered = at + Math.Max((int)length, 1);
            }

            Put(covered, X64FrameState.None, false);
            return new X64Prologue([.. starts], [.. states], [.. roots], order.Length);

            void Put(int at, in X64FrameState state, bool isRoot)
            {
                if (starts.Count > 0 && states[^1].Equals(state) && roots[^1] == isRoot)
                    return;
                starts.Add(at);
                states.Add(state);
                roots.Add(isRoot);
            }
        }

        /// <summary>
        /// Whether a function that has set rbp to zero cannot return from here, but ends in <c>hlt</c>, as the code that starts a thread or a program does
        /// (musl's <c>__clone</c>). A compiler uses rbp for a zero, too; but it ends no function with <c>hlt</c>.
        /// </summary>
        private readonly bool EndsForGood(int from)
        {
            const int limit = 64;
            var at = from;
            for (var n = 0; n < limit && at < _code.Length; n++)
            {
                if (!X64Instruction.TryDecode(_code[at..], out var i))
                    return false;
                if (i is { Map: 0, Opcode: 0xf4 })
                    return true;
                var unused = X64FrameState.None;
                at += i.Length;
                var branch = X64Effect.Apply(i, ref unused);
                if (branch == X64Branch.Jump)
                    at = (int)Math.Clamp(at + i.Immediate, 0, _code.Length);
                else if (branch is X64Branch.Conditional or X64Branch.End)
                    return false;
            }

            return false;
        }
    }
}
