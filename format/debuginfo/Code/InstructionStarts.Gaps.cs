using TraceKit.DebugInfo.Unwind;

namespace TraceKit.DebugInfo.Code;

public sealed partial class InstructionStarts
{
    private ref partial struct Search
    {
        /// <summary>Gaps depend on each other by their jumps; real ones settle in two or three rounds. More is refused.</summary>
        private const int MaximumRounds = 16;

        /// <summary>Ordinary instructions that make up for one that compilers do not write.</summary>
        private const int InstructionsForOdd = 64;

        private readonly struct Gap(int start, int end)
        {
            public readonly int Start = start, End = end;
        }

        /// <summary>Decodes what no way leads to.</summary>
        public void SweepGaps()
        {
            var gaps = new List<Gap>();
            for (var at = 0; at < _code.Length;)
            {
                if (_proof[at] != InstructionProof.None)
                {
                    at += _length[at];
                    continue;
                }

                var end = at + 1;
                while (end < _code.Length && _proof[end] == InstructionProof.None)
                    end++;
                if (Decode(at, end) is { } reason)
                    Refuse(at, end, reason);
                else
                    gaps.Add(new Gap(at, end));
                at = end;
            }

            for (var round = 0; gaps.Count > 0; round++)
            {
                _data.Sort();
                var kept = 0;
                for (var g = 0; g < gaps.Count; g++)
                {
                    var gap = gaps[g];
                    var reason = round == MaximumRounds ? "its jumps and those of other such places depend on each other" : Contradiction(gap);
                    if (reason is null)
                        gaps[kept++] = gap; // they move to the front
                    else
                        Refuse(gap.Start, gap.End, reason);
                }

                if (kept == gaps.Count)
                    break;
                gaps.RemoveRange(kept, gaps.Count - kept);
            }
        }

        private readonly void Refuse(int start, int end, string reason)
        {
            _refused.Add((start, end, reason));
            Array.Clear(_proof, start, end - start);
            Array.Clear(_length, start, end - start);
        }

        /// <summary>Decodes a gap from end to end.</summary>
        /// <returns>Why it is none of code; null when it may be.</returns>
        private readonly string? Decode(int start, int end)
        {
            var isPadding = true;
            int at = start, count = 0, odd = 0, firstOdd = 0;
            while (at < end)
            {
                if (!X64Instruction.TryDecode(_code[at..], out var i))
                    return $"the bytes at +{at}, which no followed jump leads to, are no known instruction";
                var next = at + i.Length;
                if (next > end)
                    return $"what no followed jump leads to from +{start} on does not end where the code at +{end} begins";
                var bytes = _code.Slice(at, i.Length);
                count++;
                if (X64Code.IsUncompiled(i, bytes) && odd++ == 0)
                    firstOdd = at;
                if (X64Code.IsUnlikely(i, X64Code.HasLock(bytes)) || LeavesFile(i, next))
                    return $"what no followed jump leads to at +{at} looks like data";
                isPadding &= X64Code.IsPadding(i);
                if (next == _code.Length && X64Code.BranchOf(i) is X64Branch.Next or X64Branch.Conditional && !X64Code.IsPadding(i))
                    return $"what no followed jump leads to at +{at} runs out of the function";
                NoteData(i, next);
                _proof[at] = InstructionProof.Swept;
                _length[at] = (byte)i.Length;
                at = next;
            }

            // Data has one every few instructions, code hardly ever one.
            if (odd * InstructionsForOdd > count)
                return $"what no followed jump leads to at +{firstOdd} looks like data";
            return isPadding || _isPart || _hasIndirectJump || _calls.Count > 0 ? null : $"nothing leads to +{start}, and the function has neither calls nor jump tables";
        }

        /// <summary>Why a gap, decoded by itself, does not fit the rest; null when it does.</summary>
        private readonly string? Contradiction(Gap gap)
        {
            var read = _data.BinarySearch(gap.Start);
            read = read < 0 ? ~read : read;
            if (read < _data.Count && _data[read] < gap.End)
                return $"the function uses +{_data[read]} as data";
            for (var at = gap.Start; at < gap.End; at += _length[at])
            {
                if (!X64Instruction.TryDecode(_code[at..], out var i) || X64Code.BranchOf(i) is not (X64Branch.Conditional or X64Branch.Jump or X64Branch.Call))
                    continue;
                var target = at + i.Length + i.Immediate;
                if (target > 0 && target < _code.Length && _proof[target] == InstructionProof.None && !IsBehindLock(target))
                    return $"a jump at +{at}, which no followed jump leads to, goes to +{target}, where no instruction is proven to begin";
            }

            return null;
        }

        /// <summary>Whether an instruction jumps or refers to what is no part of the file.</summary>
        private readonly bool LeavesFile(in X64Instruction i, int next)
        {
            long target;
            if (X64Code.BranchOf(i) is X64Branch.Jump or X64Branch.Conditional or X64Branch.Call)
                target = next + i.Immediate;
            else if (i.IsRipRelative && !X64Code.IsPadding(i))
                target = next + (long)i.Displacement;
            else
                return false;
            var absolute = unchecked(_address + (ulong)target);
            return absolute < _bounds.Start || absolute >= _bounds.End;
        }

        private readonly bool IsBehindLock(long target) => target > 0 && _code[(int)target - 1] == 0xf0 && _length[target - 1] > 1;

        /// <summary>Takes away what lies within others, and lists what leaves the function.</summary>
        public readonly InstructionStarts Collect()
        {
            int covered = 0, owner = -1;
            for (var at = 0; at < _code.Length; at++)
            {
                if (_proof[at] == InstructionProof.None)
                    continue;
                if (at < covered)
                {
                    // Behind a lock prefix: the outer one is safe, a breakpoint there is not reached by who jumps over it. Else neither is.
                    var isBehindLock = owner == at - 1 && _code[owner] == 0xf0;
                    var end = Math.Max(covered, at + _length[at]);
                    if (!isBehindLock)
                    {
                        _proof[owner] = InstructionProof.None;
                        _refused.Add((owner, end, $"two ways through the function disagree about the instructions at +{owner}"));
                    }

                    _proof[at] = InstructionProof.None;
                    covered = end;
                    continue;
                }

                owner = at;
                covered = at + _length[at];
            }

            var returns = new List<int>();
            var outer = new List<(int, long)>();
            var indirect = new List<int>();
            for (var at = 0; at < _code.Length; at++)
            {
                if (_proof[at] == InstructionProof.None || !X64Instruction.TryDecode(_code[at..], out var i))
                    continue;
                var target = at + i.Length + i.Immediate;
                if (X64Code.IsReturn(i))
                    returns.Add(at);
                else if (X64Code.IsIndirectJump(i))
                    indirect.Add(at);
                else if (X64Code.BranchOf(i) is X64Branch.Jump or X64Branch.Conditional && (target < 0 || target >= _code.Length))
                    outer.Add((at, target));
            }

            return new InstructionStarts(_proof, _length, _refused) { Returns = returns, OuterJumps = outer, IndirectJumps = indirect };
        }
    }
}
