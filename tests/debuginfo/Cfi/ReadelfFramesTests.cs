using System.Globalization;
using System.Text.RegularExpressions;
using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Elf;

namespace TraceKit.DebugInfo.Tests.Cfi;

/// <summary>Compiled tables against what binutils makes of the same bytes.</summary>
public partial class ReadelfFramesTests
{
    /// <summary>What a machine calls its registers, and which of them a compiled frame keeps.</summary>
    private sealed record Machine(string[] Names, int[] Compared, int ReturnAddress);

    private static readonly Machine Arm64 = new([.. Enumerable.Range(0, 30).Select(i => $"x{i}"), "ra", "sp", "pc"], [.. Enumerable.Range(19, 12)], 30);

    private static readonly string[] Names = ["rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "ra"];

    /// <summary>Columns that a compiled frame keeps: what the ABI preserves, and the return address.</summary>
    private static readonly int[] Compared = [3, 6, 12, 13, 14, 15, 16];

    /// <summary>Every row of every FDE says what readelf says, at its first and at its last address; a slow second interpreter is thus held against ours.</summary>
    [Fact]
    public void UnwindTable_SystemLibraries_EveryRowAsReadelf()
    {
        Tool.Need("readelf");
        var all = Environment.GetEnvironmentVariable("TRACEKIT_ALL_LIBRARIES") == "1";
        long rows = 0;
        var files = 0;
        var differences = new List<string>();
        foreach (var file in Tool.SystemFiles(all))
        {
            files++;
            var image = ElfImage.Parse(File.ReadAllBytes(file), file);
            var table = UnwindTable.Build(image);
            Assert.Null(table.FirstDamage);
            rows += Compare(file, table, FunctionStarts.Build(image), differences);
        }

        Assert.True(files > 0 && rows > 0, "no file to compare");
        TestContext.Current.SendDiagnosticMessage($"{files} files, {rows} rows, {differences.Count} differences");
        Assert.True(differences.Count == 0, $"{differences.Count} of {rows} rows differ:\n{string.Join('\n', differences.Take(40))}");
    }

    /// <summary>The same for AArch64: the C library, its loader, libgcc and libstdc++ of a cross compiler, and our own program with signed return addresses by gcc and clang.</summary>
    [Fact]
    public void UnwindTable_Arm64Libraries_EveryRowAsReadelf()
    {
        Tool.Need("readelf");
        string[] names = ["ld-linux-aarch64.so.1", "libc.so.6", "libm.so.6", "libgcc_s.so.1", "libgomp.so.1.0.0", "libstdc++.so.6"];
        var files = names.Select(n => Path.Combine("/usr/aarch64-linux-gnu/lib", n)).Where(File.Exists).ToList();
        var folder = Directory.CreateTempSubdirectory("tracekit-frames-");
        try
        {
            var source = Path.Combine(Path.GetDirectoryName(Here())!, "Unwind", "arm64.c");
            foreach (var compiler in (string[])["aarch64-linux-gnu-gcc", "clang"])
            {
                if (!Tool.Exists(compiler) || files.Count == 0)
                    continue;
                var program = Path.Combine(folder.FullName, compiler);
                Tool.Run(compiler, [.. compiler == "clang" ? (string[])["--target=aarch64-linux-gnu"] : [], "-O2", "-w", "-funwind-tables", "-mbranch-protection=standard", "-o", program, source]);
                files.Add(program);
            }

            if (files.Count == 0)
                Assert.Skip("no AArch64 file here (gcc-aarch64-linux-gnu brings some)");
            long rows = 0;
            var differences = new List<string>();
            foreach (var file in files)
            {
                var image = ElfImage.Parse(File.ReadAllBytes(file), file);
                var table = UnwindTable.Build(image);
                Assert.Null(table.FirstDamage);
                rows += Compare(file, table, FunctionStarts.Build(image), differences, Arm64);
            }

            TestContext.Current.SendDiagnosticMessage($"{files.Count} files, {rows} rows, {differences.Count} differences");
            Assert.True(differences.Count == 0, $"{differences.Count} of {rows} rows differ:\n{string.Join('\n', differences.Take(40))}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Here([System.Runtime.CompilerServices.CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    private static long Compare(string file, UnwindTable table, FunctionStarts starts, List<string> differences, Machine? machine = null)
    {
        long rows = 0;
        var common = new Dictionary<string, Dictionary<string, string>>(StringComparer.Ordinal);
        string[] columns = [];
        string? cie = null;
        ulong end = 0;
        var pending = new List<(ulong Pc, Dictionary<string, string> Row)>();
        var inCie = false;
        ulong first = 0;
        var cieOf = "";

        void Flush()
        {
            if (end > first && !inCie && cieOf.Length != 0)
            {
                CheckStart(file, starts, first, first, differences);
                CheckStart(file, starts, end - 1, first, differences);
                if (pending.Count == 0 && common.TryGetValue(cieOf, out var initial))
                    pending.Add((first, initial));
                for (var i = 0; i < pending.Count; i++)
                {
                    var to = Math.Min(end, i + 1 < pending.Count ? pending[i + 1].Pc : end);
                    if (pending[i].Pc >= to)
                        continue;
                    rows++;
                    Check(file, table, pending[i].Pc, pending[i].Row, differences, machine);
                    Check(file, table, to - 1, pending[i].Row, differences, machine);
                }
            }

            pending.Clear();
            end = first = 0;
        }

        foreach (var line in Tool.Lines("readelf", "--debug-dump=frames-interp", file))
        {
            if (line.Length == 0)
                continue;
            var words = RegisterWord().Replace(line, "${name}").Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (line.Contains(" CIE ", StringComparison.Ordinal))
            {
                Flush();
                inCie = true;
                cie = words[0];
                common[cie] = new(StringComparer.Ordinal) { ["CFA"] = "", ["ra"] = "u" };
            }
            else if (words.Length > 4 && words[3] == "FDE")
            {
                Flush();
                inCie = false;
                cieOf = words[4]["cie=".Length..];
                var range = words[5]["pc=".Length..].Split("..");
                first = Hex(range[0]);
                end = Hex(range[1]);
            }
            else if (words[0] == "LOC")
            {
                columns = words;
            }
            else if (words.Length == columns.Length && words[0].Length == 16 && ulong.TryParse(words[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var pc))
            {
                var row = new Dictionary<string, string>(StringComparer.Ordinal);
                for (var i = 1; i < words.Length; i++)
                    row[columns[i]] = words[i];
                if (inCie)
                    common[cie!] = row;
                else
                    pending.Add((pc, row));
            }
        }

        Flush();
        return rows;
    }

    private static void Check(string file, UnwindTable table, ulong pc, Dictionary<string, string> expected, List<string> differences, Machine? machine)
    {
        table.TryFind(new Svma(pc), out var rule);
        var wanted = machine is null ? Describe(expected) : DescribeArm64(expected);
        var found = machine is null ? Describe(table, rule) : DescribeArm64(table, rule);
        if (wanted != found && differences.Count < 1000)
            differences.Add($"{file} 0x{pc:x}: readelf [{wanted}], table [{found}]");
    }

    private static void CheckStart(string file, FunctionStarts starts, ulong pc, ulong expected, List<string> differences)
    {
        if ((!starts.TryFind(new Svma(pc), out var start) || start.Value != expected) && differences.Count < 1000)
            differences.Add($"{file} 0x{pc:x}: readelf's FDE begins at 0x{expected:x}, ours at {start}");
    }

    private static string Describe(Dictionary<string, string> row)
    {
        if (row.GetValueOrDefault("ra", "u") == "u")
            return "end of stack";
        return row["CFA"] + string.Concat(Compared.Select(r => row.GetValueOrDefault(Names[r], "u") is var v and not ("u" or "s") ? $" {Names[r]}={v}" : ""));
    }

    private static string Describe(UnwindTable table, UnwindRule rule)
    {
        switch (rule.Kind)
        {
            case UnwindRuleKind.EndOfStack:
                return "end of stack";
            case UnwindRuleKind.Frame:
                var text = $"{Names[rule.CfaRegister]}{rule.CfaOffset:+0;-0}";
                for (var i = 0; i < X64RuleEncoder.SavedRegisters.Length; i++)
                {
                    var slots = (byte)(rule.Saved >> (8 * i));
                    if (slots is not (0 or UnwindRule.Lost))
                        text += $" {Names[X64RuleEncoder.SavedRegisters[i]]}=c-{slots * 8}";
                }

                return text + " ra=c-8";
            case UnwindRuleKind.Full:
                var full = table.Full(rule);
                var cfa = full.Cfa.Kind == RegisterRuleKind.ValExpression ? "exp" : $"{Names[full.CfaRegister]}{full.Cfa.Value:+0;-0}";
                return cfa + string.Concat(Compared.Select(r => Describe(full.Rule(r)) is { Length: > 0 } s ? $" {Names[r]}={s}" : ""));
            default:
                return rule.Kind.ToString();
        }
    }

    private static string DescribeArm64(Dictionary<string, string> row) =>
        // readelf names x30's column "ra"; a "u" there is a register that nobody mentioned as well as one that is undefined.
        row["CFA"] + string.Concat(Arm64.Compared.Select(r => row.GetValueOrDefault(Arm64.Names[r], "u") is var v and not ("u" or "s") ? $" {Arm64.Names[r]}={v}" : ""));

    private static string DescribeArm64(UnwindTable table, UnwindRule rule)
    {
        switch (rule.Kind)
        {
            case UnwindRuleKind.Frame:
                var text = $"{Arm64.Names[rule.CfaRegister]}{rule.CfaOffset:+0;-0;+0}";
                foreach (var r in Arm64.Compared)
                {
                    var slot = r == 30 ? Arm64RuleEncoder.LinkSlot(rule.Saved) : r == 29 ? Arm64RuleEncoder.FrameSlot(rule.Saved) : Arm64RuleEncoder.Slot(rule.Saved, r);
                    if (slot is not (0 or Arm64RuleEncoder.LostSlot))
                        text += $" {Arm64.Names[r]}=c-{slot * 8}";
                }

                return text;
            case UnwindRuleKind.Full:
                var full = table.Full(rule);
                var cfa = full.Cfa.Kind == RegisterRuleKind.ValExpression ? "exp" : $"{Arm64.Names[full.CfaRegister]}{full.Cfa.Value:+0;-0;+0}";
                return cfa + string.Concat(Arm64.Compared.Select(r => Describe(full.Rule(r)) is { Length: > 0 } s ? $" {Arm64.Names[r]}={s}" : ""));
            case UnwindRuleKind.EndOfStack:
                return "sp+0"; // readelf's row of such a function has nothing but the CFA
            default:
                return rule.Kind.ToString();
        }
    }

    private static string Describe(RegisterRule rule) => rule.Kind switch
    {
        RegisterRuleKind.Offset => $"c{rule.Value:+0;-0;+0}",
        RegisterRuleKind.ValOffset => $"v{rule.Value:+0;-0;+0}",
        RegisterRuleKind.Register => Names[(int)rule.Value],
        RegisterRuleKind.Expression => "exp",
        RegisterRuleKind.ValExpression => "vexp",
        _ => "",
    };

    /// <summary>A rule that names another register: <c>r9 (r9)</c>, <c>r1 (rdx)</c>.</summary>
    [GeneratedRegex(@"\br\d+ \((?<name>\w+)\)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RegisterWord();

    private static ulong Hex(string text) => ulong.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
