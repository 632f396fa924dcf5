using System.Globalization;
using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Code;
using TraceKit.DebugInfo.Elf;

namespace TraceKit.DebugInfo.Tests.Code;

/// <summary>Instruction starts of real programs, against objdump's.</summary>
public class InstructionStartsOracleTests
{
    private static bool All => Environment.GetEnvironmentVariable("TRACEKIT_ALL_LIBRARIES") == "1";

    /// <summary>In every function that has an FDE: hardly a start of objdump's is refused, and not one byte between them is accepted.</summary>
    [Fact]
    public void InstructionStarts_SystemLibraries_AsObjdump()
    {
        Tool.Need("objdump");
        var files = All ? Tool.SystemFiles(true) : Tool.SystemFiles().Where(f => f.EndsWith("/bash", StringComparison.Ordinal) || f.EndsWith("libz.so.1", StringComparison.Ordinal));
        var total = default(Counts);
        foreach (var file in files)
            Compare(file, ref total);
        TestContext.Current.SendDiagnosticMessage(FormattableString.Invariant($"total: {total.Accepted} accepted, {total.Refused} refused ({100.0 * total.Accepted / Math.Max(total.Accepted + total.Refused, 1):0.000}%), {total.Wrong} wrong"));
        Assert.True(total.Accepted > 0, "no file to compare");
        Assert.True(total.Wrong <= total.Accepted / 100_000, $"{total.Wrong} bytes accepted that objdump has no instruction at");
        Assert.True(total.Refused <= total.Accepted / 100, $"{total.Refused} of {total.Accepted + total.Refused} refused");
    }

    private static void Compare(string file, ref Counts total)
    {
        var bytes = File.ReadAllBytes(file);
        var image = ElfImage.Parse(bytes, file);
        var objdump = Starts(file);
        long accepted = 0, refused = 0, wrong = 0, functions = 0, whole = 0;
        var proofs = new long[4];
        var examples = new List<string>();
        var section = CfiSection.TryOpen(image, ".eh_frame");
        while (section?.TryReadNext(out var entry) is CfiStatus.Ok)
        {
            if (!image.TryToFileOffset(new Svma(entry.Start), out var at) || at.Value + entry.Length > (ulong)bytes.Length || !image.IsCodeAddress(new Svma(entry.Start)) || IsStub(image, entry.Start))
                continue;
            functions++;
            var starts = InstructionStarts.Analyze(bytes.AsSpan((int)at.Value, (int)entry.Length), entry.Start, Bounds(image));
            whole += starts.IsComplete ? 1 : 0;
            for (var offset = 0; offset < starts.Length; offset++)
            {
                var isStart = objdump.Contains(entry.Start + (ulong)offset);
                var proof = starts.ProofOf(offset);
                proofs[(int)proof]++;
                if (isStart && proof != InstructionProof.None)
                {
                    accepted++;
                }
                else if (isStart)
                {
                    refused++;
                    if (examples.Count < 12)
                        examples.Add($"refused 0x{entry.Start:x}+{offset}: {starts.WhyNot(offset)}");
                }
                else if (proof != InstructionProof.None)
                {
                    wrong++;
                    examples.Insert(0, $"accepted 0x{entry.Start:x}+{offset} ({proof})");
                }
            }
        }

        TestContext.Current.SendDiagnosticMessage(FormattableString.Invariant(
            $"{file}: {functions} functions, {100.0 * whole / Math.Max(functions, 1):0.00}% whole; {accepted} starts accepted, {refused} refused ({100.0 * accepted / Math.Max(accepted + refused, 1):0.000}%), {wrong} wrong; followed {proofs[3]}, behind calls {proofs[2]}, swept {proofs[1]}\n  {string.Join("\n  ", examples)}"));
        total.Accepted += accepted;
        total.Refused += refused;
        total.Wrong += wrong;
    }

    private static (ulong, ulong) Bounds(ElfImage image)
    {
        ulong start = ulong.MaxValue, end = 0;
        foreach (ref readonly var segment in image.Segments)
        {
            if (segment.Type == ElfConstants.PT_LOAD)
                (start, end) = (Math.Min(start, segment.Address.Value), Math.Max(end, segment.Address.Value + segment.MemorySize));
        }

        return (start, end);
    }

    private struct Counts
    {
        public long Accepted, Refused, Wrong;
    }

    private static bool IsStub(ElfImage image, ulong address)
    {
        foreach (ref readonly var section in image.Sections)
        {
            if (section.Name.StartsWith(".plt", StringComparison.Ordinal) && address - section.Address.Value < section.Size)
                return true;
        }

        return false;
    }

    /// <summary>Addresses that objdump has a line for; the second and later lines of a long instruction are not printed with -w.</summary>
    private static HashSet<ulong> Starts(string file)
    {
        var starts = new HashSet<ulong>();
        foreach (var line in Tool.Lines("objdump", "-d", "-w", "-z", "--no-show-raw-insn", file))
        {
            var colon = line.IndexOf(":\t", StringComparison.Ordinal);
            if (colon > 0 && ulong.TryParse(line.AsSpan(0, colon).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var address) && !line.Contains("(bad)", StringComparison.Ordinal))
                starts.Add(address);
        }

        return starts;
    }
}
