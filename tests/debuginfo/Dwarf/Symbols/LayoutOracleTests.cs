using System.Globalization;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Dwarf.Symbols;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Types;

namespace TraceKit.DebugInfo.Tests.Dwarf.Symbols;

/// <summary>Structs of real debug files against <c>pahole</c>.</summary>
public class LayoutOracleTests
{
    /// <summary>Sizes and the offsets of all named members that pahole prints; libc's by sample, all of them and libjvm's in a long run.</summary>
    [Theory]
    [InlineData("/usr/lib/x86_64-linux-gnu/libc.so.6")]
    [InlineData("/usr/lib/jvm/java-17-openjdk-amd64/lib/server/libjvm.so")]
    public void Members_OfRealFiles_AreThoseOfPahole(string program)
    {
        Tool.Need("pahole");
        var all = Environment.GetEnvironmentVariable("TRACEKIT_ALL_LIBRARIES") == "1";
        if (!File.Exists(program) || !all && program.EndsWith("libjvm.so", StringComparison.Ordinal))
            Assert.Skip("not installed, or for a long run (TRACEKIT_ALL_LIBRARIES=1)");
        var id = Convert.ToHexStringLower(ElfImage.Parse(File.ReadAllBytes(program), program).BuildId.Span);
        var debug = $"/usr/lib/debug/.build-id/{id[..2]}/{id[2..]}.debug";
        if (!File.Exists(debug))
            Assert.Skip("no debug file");
        var symbols = DwarfSymbols.Open(DwarfInfo.Open(ElfImage.Parse(File.ReadAllBytes(debug), debug)), null, debug);
        int structs = 0, members = 0, known = 0;
        string? name = null;
        var depth = 0;
        DebugType? type = null;
        var differences = new List<string>();
        foreach (var line in Tool.Lines("pahole", debug))
        {
            var text = line.Trim();
            if (!line.StartsWith('\t') && text.EndsWith('{'))
            {
                name = text[..^1].Split(':')[0].Trim();
                name = name.StartsWith("struct ", StringComparison.Ordinal) || name.StartsWith("union ", StringComparison.Ordinal) || name.StartsWith("class ", StringComparison.Ordinal) ? name : null;
                if (name is not null && (name.Contains('<', StringComparison.Ordinal) || structs++ % 12 != 0))
                    name = null;
                type = name is null ? null : symbols.FindType(name);
                known += type is not null ? 1 : 0;
                depth = 0;
                continue;
            }

            if (type is null)
                continue;
            if (text.EndsWith('{'))
                depth++;
            var comment = text.IndexOf("/*", StringComparison.Ordinal);
            if (text.StartsWith("/* size: ", StringComparison.Ordinal))
            {
                var size = ulong.Parse(text["/* size: ".Length..].Split(',')[0], CultureInfo.InvariantCulture);
                if (size != type.ByteSize)
                    differences.Add($"{name}: {type.ByteSize} bytes, pahole {size}");
            }
            else if (depth == 0 && comment > 0 && text[..comment].TrimEnd() is { Length: > 0 } declaration && declaration.EndsWith(';') && !declaration.Contains('(', StringComparison.Ordinal) && !declaration.Contains(':', StringComparison.Ordinal))
            {
                var own = declaration[..^1].Split('[')[0].Split(' ', '*')[^1];
                var place = text[(comment + 2)..].Trim().Split(' ')[0];
                if (!ulong.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out var offset) || SymbolPrograms.Member(type, own) is not { } found)
                    continue;
                members++;
                if (found.BitOffset != offset * 8)
                    differences.Add($"{name}.{own}: {found.BitOffset / 8}, pahole {offset}");
            }

            if (text.StartsWith('}'))
                depth--;
        }

        Assert.True(known > 10 && members > 30, $"{structs} structs, {known} known, {members} members");
        // One name may be another type in another file: helper_file of libc's narrow and wide output.
        var names = differences.Select(d => d.Split('.', ':')[0]).Distinct().Count();
        Assert.True(names <= Math.Max(1, known / 30), $"{differences.Count} of {known} structs and {members} members differ: {string.Join("; ", differences.Take(20))}");
    }
}
