using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Dwarf.Symbols;
using TraceKit.DebugInfo.Elf;
using TraceKit.Probes.Targets;

namespace TraceKit.Probes.Tests.Compile;

/// <summary>Programs with their debug information, as the programs that open files put them together.</summary>
internal static class DebugTargets
{
    /// <summary>A program, with the separate debug file that Debian's packages install, where it has one.</summary>
    public static UserTarget User(string path)
    {
        var image = ElfImage.Parse(File.ReadAllBytes(path), path);
        var id = Convert.ToHexStringLower(image.BuildId.Span);
        var separate = id.Length > 4 ? $"/usr/lib/debug/.build-id/{id[..2]}/{id[2..]}.debug" : "";
        var debug = File.Exists(separate) ? ElfImage.Parse(File.ReadAllBytes(separate), separate) : null;
        var symbols = DwarfSymbols.Open(DwarfInfo.Open(debug ?? image), debug is null ? CfiFrames.Open(image) : CfiFrames.Open(image, debug), "DWARF of " + (debug ?? image).Name);
        var has = symbols.FindType("int") is not null || symbols.FindType("i32") is not null || image.TrySectionData(".debug_info", out _) || debug is not null;
        return new UserTarget(image, has ? new UserTargetParts { DebugFile = debug, Code = symbols, Places = symbols, Types = [symbols] } : new UserTargetParts());
    }
}
