using System.Globalization;
using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Unwind;

namespace TraceKit.DebugInfo.Tests.Unwind;

/// <summary>What instructions say, against what compilers say of the same code.</summary>
public class X64PrologueOracleTests
{
    private static bool All => Environment.GetEnvironmentVariable("TRACEKIT_ALL_LIBRARIES") == "1";

    /// <summary>Every instruction that objdump knows is known, with the same length.</summary>
    [Fact]
    public void X64Instruction_SystemLibraries_LengthsAsObjdump()
    {
        Tool.Need("objdump");
        long instructions = 0, unknown = 0;
        var wrong = new List<string>();
        foreach (var file in Tool.SystemFiles(All).Take(All ? int.MaxValue : 2))
        {
            var code = new List<byte>();
            foreach (var line in Tool.Lines("objdump", "-d", "-w", file))
            {
                var parts = line.Split('\t');
                if (parts.Length < 3 || parts[2].Contains("(bad)", StringComparison.Ordinal) || parts[2].StartsWith('.') || parts[2].TrimEnd() is "rex" or "data16" or "lock" or "cs" or "ds")
                    continue;
                code.Clear();
                foreach (var word in parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    code.Add(byte.Parse(word, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                if (code.Count == 1 && code[0] is >= 0x40 and <= 0x4f or 0x66 or 0xf0 or 0xf2 or 0xf3) // a prefix by itself: data
                    continue;
                instructions++;
                if (!X64Instruction.TryDecode(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(code), out var i))
                {
                    unknown++;
                    if (unknown <= 40)
                        TestContext.Current.SendDiagnosticMessage($"unknown: {file}: {line}");
                }
                else if (i.Length != code.Count)
                {
                    wrong.Add($"{file}: {line}: length {i.Length}");
                }
            }
        }

        TestContext.Current.SendDiagnosticMessage($"{instructions} instructions, {unknown} unknown, {wrong.Count} of another length");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(20)));
        Assert.InRange(unknown, 0, instructions / 10_000);
    }

    /// <summary>
    /// At every byte of every function that has CFI: the same CFA and the same saved registers, or "unknown". Where they differ and the CFI contradicts the instructions between two of
    /// its own rows (hand-written assembly whose author forgot a push), the CFI is the wrong one; nothing else may differ.
    /// </summary>
    [Fact]
    public void X64Prologue_SystemLibraries_AsCfiOrUnknown()
    {
        var total = default(Counts);
        var differences = new List<string>();
        var files = 0;
        foreach (var file in Tool.SystemFiles(All).Where(f => All || new FileInfo(f).Length < 1_500_000))
        {
            files++;
            Compare(file, ref total, differences);
        }

        Assert.True(files > 0 && total.Bytes > 0, "no file to compare");
        TestContext.Current.SendDiagnosticMessage(FormattableString.Invariant(
            $"{files} files, {total.Functions} functions, {total.Bytes} bytes: {100.0 * total.Equal / total.Bytes:0.0}% as CFI, {100.0 * total.Unknown / total.Bytes:0.0}% unknown, {total.WrongCfi} functions whose CFI contradicts their code, {differences.Count} differences"));
        Assert.True(differences.Count == 0, string.Join('\n', differences.Take(20)));
        Assert.True(total.Equal > total.Bytes * 3 / 4, $"{total.Equal} of {total.Bytes} bytes");
    }

    private static void Compare(string file, ref Counts total, List<string> differences)
    {
        var bytes = File.ReadAllBytes(file);
        var image = ElfImage.Parse(bytes, file);
        var table = UnwindTable.Build(image);
        var section = CfiSection.TryOpen(image, ".eh_frame");
        while (section?.TryReadNext(out var entry) is CfiStatus.Ok)
        {
            // Functions, not what was split off them: those begin with a frame, and not at a multiple of 16.
            if ((entry.Start & 15) != 0 || !table.TryFind(new Svma(entry.Start), out var first) || first.Kind != UnwindRuleKind.Frame || first.CfaRegister != X64Registers.Rsp || first.CfaOffset != 8 ||
                !image.TryToFileOffset(new Svma(entry.Start), out var at) || at.Value + entry.Length > (ulong)bytes.Length)
            {
                continue;
            }

            total.Functions++;
            var code = bytes.AsSpan((int)at.Value, (int)entry.Length);
            var frames = X64Prologue.Analyze(code);
            var difference = "";
            for (var offset = 0; offset < code.Length; offset++)
            {
                total.Bytes++;
                if (!frames.TryFind(offset, out var state) || state.ToRule().Kind == UnwindRuleKind.None || !table.TryFind(new Svma(entry.Start + (ulong)offset), out var rule) || rule.Kind != UnwindRuleKind.Frame)
                {
                    total.Unknown++;
                    continue;
                }

                var found = rule.CfaRegister == X64Registers.Rsp ? state.Depth : rule.CfaRegister == X64Registers.Rbp ? state.FramePointer : X64FrameState.Unknown;
                if (found is X64FrameState.Unknown or X64FrameState.Zeroed)
                    total.Unknown++;
                else if (found != rule.CfaOffset)
                    difference = difference.Length > 0 ? difference : $"{file} 0x{entry.Start + (ulong)offset:x}: CFI register {rule.CfaRegister} + {rule.CfaOffset}, code {found}";
                else if (!SameSaved(rule, state))
                    difference = difference.Length > 0 ? difference : $"{file} 0x{entry.Start + (ulong)offset:x}: CFI saved {rule.Saved:x12}, code {state.ToRule().Saved:x12}";
                else
                    total.Equal++;
            }

            if (difference.Length > 0 && Contradicts(code, entry.Start, table))
                total.WrongCfi++;
            else if (difference.Length > 0)
                differences.Add(difference);
        }
    }

    /// <summary>The two may differ in what is true of both: a register that was saved and not yet changed, or read back already.</summary>
    private static bool SameSaved(UnwindRule cfi, in X64FrameState state)
    {
        var code = state.ToRule();
        for (var i = 0; i < X64RuleEncoder.SavedRegisters.Length; i++)
        {
            int a = (byte)(cfi.Saved >> (8 * i)), b = (byte)(code.Saved >> (8 * i));
            if (a == b || a is UnwindRule.Lost or 0 || b == UnwindRule.Lost)
                continue;
            if (b != 0 || state.Depth != X64FrameState.Unknown && a * 8 <= state.Depth)
                return false;
        }

        return true;
    }

    /// <summary>Whether the rows before and after some instruction cannot both be right.</summary>
    private static bool Contradicts(ReadOnlySpan<byte> code, ulong start, UnwindTable table)
    {
        var length = code.Length;
        for (var at = 0; at < length;)
        {
            if (!X64Instruction.TryDecode(code[at..], out var i))
                return false;
            var next = at + i.Length;
            if (Row(at, X64Registers.Rsp) is >= 0 and var depth)
            {
                var state = new X64FrameState { Depth = depth, FramePointer = X64FrameState.Unknown };
                var branch = X64Effect.Apply(i, ref state);
                if (state.Depth != X64FrameState.Unknown && (
                    branch is X64Branch.Next or X64Branch.Conditional && Row(next, X64Registers.Rsp) is >= 0 and var after && after != state.Depth ||
                    branch is X64Branch.Jump or X64Branch.Conditional && Row(next + i.Immediate, X64Registers.Rsp) is >= 0 and var target && target != state.Depth ||
                    i is { Map: 0, Opcode: 0xc3 } && depth != 8))
                {
                    return true;
                }
            }

            if (Row(at, X64Registers.Rbp) is > 0 and var frame)
            {
                var state = new X64FrameState { Depth = X64FrameState.Unknown, FramePointer = frame };
                if (X64Effect.Apply(i, ref state) == X64Branch.Next && state.FramePointer > 0 && Row(next, X64Registers.Rbp) is > 0 and var after && after != state.FramePointer)
                    return true;
            }

            at = next;
        }

        return false;

        int Row(long offset, int register) =>
            offset >= 0 && offset < length && table.TryFind(new Svma(start + (ulong)offset), out var rule) && rule.Kind == UnwindRuleKind.Frame && rule.CfaRegister == register ? rule.CfaOffset : -1;
    }

    private struct Counts
    {
        public long Functions, Bytes, Equal, Unknown, WrongCfi;
    }
}
