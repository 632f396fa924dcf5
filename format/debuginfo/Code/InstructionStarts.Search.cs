using TraceKit.DebugInfo.Unwind;

namespace TraceKit.DebugInfo.Code;

public sealed partial class InstructionStarts
{
    /// <summary>One analysis. Work is linear in the function's length: each byte is decoded once along ways, and once more in a gap.</summary>
    private ref partial struct Search(ReadOnlySpan<byte> code, ulong address, (ulong Start, ulong End) bounds, bool isPart)
    {
        private readonly ReadOnlySpan<byte> _code = code;
        private readonly ulong _address = address;
        private readonly (ulong Start, ulong End) _bounds = bounds;
        private readonly bool _isPart = isPart;
        private readonly InstructionProof[] _proof = new InstructionProof[code.Length];
        private readonly byte[] _length = new byte[code.Length];
        private readonly bool[] _bad = new bool[code.Length]; // a way through here was dropped: so is every other
        private readonly List<(int Start, int End, string Reason)> _refused = [];
        private readonly Stack<int> _work = new();
        private readonly List<int> _calls = []; // offsets behind calls
        private readonly List<int> _new = []; // starts of the way that is being tried
        private readonly List<int> _data = []; // places that instructions read, or take the address of
        private bool _hasIndirectJump;

        /// <summary>Follows the entry, what is stated, and what is behind calls.</summary>
        public void Follow(ReadOnlySpan<int> stated)
        {
            if (_code.Length > 0)
                Try(0, InstructionProof.Followed);
            foreach (var start in stated)
            {
                if ((uint)start < (uint)_code.Length)
                    Try(start, InstructionProof.BehindCall);
            }

            for (var i = 0; i < _calls.Count; i++) // the list grows: calls are found on the way
                Try(_calls[i], InstructionProof.BehindCall);
        }

        /// <summary>Follows a way; behind calls, what it found counts only if nothing speaks against it.</summary>
        private void Try(int from, InstructionProof proof)
        {
            if (_proof[from] != InstructionProof.None)
                return;
            _new.Clear();
            _work.Clear();
            var calls = _calls.Count;
            var good = Enter(from, proof);
            while (good && _work.TryPop(out var at))
                good = Step(at, proof);
            if (good)
                return;
            _calls.RemoveRange(calls, _calls.Count - calls);
            foreach (var start in _new)
            {
                _proof[start] = InstructionProof.None;
                _length[start] = 0;
                _bad[start] = true;
            }
        }

        /// <summary>An instruction that a way leads to.</summary>
        /// <returns>False when the way is to be dropped.</returns>
        private readonly bool Enter(long target, InstructionProof proof)
        {
            if (target < 0 || target >= _code.Length)
                return true; // a jump out of the function
            var at = (int)target;
            if (_proof[at] != InstructionProof.None)
                return true;
            // The processor does what it does on the way from the entry, known here or not; behind a call everything must make sense.
            var mayEnd = proof == InstructionProof.Followed;
            if (_bad[at] || !X64Instruction.TryDecode(_code[at..], out var i))
                return mayEnd;
            if (!mayEnd && (X64Code.IsUnlikely(i, X64Code.HasLock(_code.Slice(at, i.Length))) || Overlaps(at, i.Length)))
                return false;
            _proof[at] = proof;
            _length[at] = (byte)i.Length;
            _new.Add(at);
            _work.Push(at);
            return true;
        }

        private bool Step(int at, InstructionProof proof)
        {
            if (!X64Instruction.TryDecode(_code[at..], out var i))
                return false;
            var next = at + i.Length;
            NoteData(i, next);
            switch (X64Code.BranchOf(i))
            {
                case X64Branch.Next:
                    return FallThrough(next, proof);
                case X64Branch.Conditional:
                    return Enter(next + i.Immediate, proof) && FallThrough(next, proof);
                case X64Branch.Jump:
                    return Enter(next + i.Immediate, proof);
                case X64Branch.Call when i.Immediate == 0: // pushes its own address
                    return FallThrough(next, proof);
                case X64Branch.Call when next + i.Immediate > 0 && next + i.Immediate < _code.Length:
                    return Enter(next + i.Immediate, proof); // a subroutine within: whether it comes back is not known
                case X64Branch.Call or X64Branch.CallAway:
                    if (next < _code.Length)
                        _calls.Add(next);
                    return true;
                default:
                    _hasIndirectJump |= X64Code.IsIndirectJump(i);
                    return true;
            }
        }

        private readonly bool FallThrough(int next, InstructionProof proof) => next < _code.Length ? Enter(next, proof) : proof == InstructionProof.Followed;

        /// <summary>Whether an instruction would lie within another, or another in it. One that begins behind another's <c>lock</c> prefix may.</summary>
        private readonly bool Overlaps(int at, int length)
        {
            for (var b = 1; b < length; b++)
            {
                if (_proof[at + b] != InstructionProof.None && !(b == 1 && _code[at] == 0xf0))
                    return true;
            }

            for (var back = at - 1; back >= 0 && at - back < 16; back--)
            {
                if (_proof[back] != InstructionProof.None && back + _length[back] > at && !(back == at - 1 && _code[back] == 0xf0))
                    return true;
            }

            return false;
        }

        /// <summary>Bytes of the function that an instruction uses as data.</summary>
        private readonly void NoteData(in X64Instruction i, int next)
        {
            if ((i.Flags & X64OperandFlags.ModRm) == 0 || i.Mod != 0 || i.Rm != X64Instruction.NoRegister || i.IsRelocated || X64Code.IsPadding(i))
                return; // relocated: thread-local storage
            var place = i.IsRipRelative ? next + (long)i.Displacement : (long)((ulong)(long)i.Displacement - _address);
            if (place > 0 && place < _code.Length)
                _data.Add((int)place);
        }
    }
}
