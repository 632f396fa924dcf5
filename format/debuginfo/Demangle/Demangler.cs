using TraceKit.DebugInfo.Demangle.Itanium;
using TraceKit.DebugInfo.Demangle.Rust;

namespace TraceKit.DebugInfo.Demangle;

/// <summary>Turns a linker's name back into the source's: C++ (Itanium ABI) and Rust (legacy and v0).</summary>
/// <remarks>Safe on any bytes: depth, work and output are bounded. Any number of threads may call it.</remarks>
public static class Demangler
{
    /// <summary>Bytes of a mangled name that is tried at all; the longest of 290,000 real ones had 7,000.</summary>
    private const int MaxMangledBytes = 1 << 16;

    [ThreadStatic]
    private static NodeArena? t_nodes;

    [ThreadStatic]
    private static BoundedText? t_output;

    /// <summary>Demangles in full.</summary>
    /// <inheritdoc cref="TryDemangle(ReadOnlySpan{byte}, DemangleStyle, out string)"/>
    public static bool TryDemangle(ReadOnlySpan<byte> mangled, out string demangled) =>
        TryDemangle(mangled, DemangleStyle.Full, out demangled);

    /// <summary>Demangles.</summary>
    /// <param name="mangled">A symbol's name as the file holds it, without a <c>@VERSION</c>.</param>
    /// <param name="style">How much to show.</param>
    /// <param name="demangled">Empty when the result is false.</param>
    /// <returns>False when the name is of neither language, is malformed, or would grow past the limits: show it as it is. Never throws.</returns>
    public static bool TryDemangle(ReadOnlySpan<byte> mangled, DemangleStyle style, out string demangled) =>
        TryDemangle(mangled, style, int.MaxValue, out demangled);

    /// <summary>Demangles, with template arguments shortened: <c>std::vector&lt;...&gt;::push_back</c> at depth 0, <c>std::vector&lt;std::pair&lt;...&gt;&gt;</c> at 1.</summary>
    /// <param name="mangled">A symbol's name as the file holds it, without a <c>@VERSION</c>.</param>
    /// <param name="style">How much to show.</param>
    /// <param name="templateDepth">Template and generic arguments within so many others are shown, deeper ones as <c>&lt;...&gt;</c>.</param>
    /// <param name="demangled">Empty when the result is false.</param>
    /// <returns>False when the name is of neither language, is malformed, or would grow past the limits: show it as it is. Never throws.</returns>
    public static bool TryDemangle(ReadOnlySpan<byte> mangled, DemangleStyle style, int templateDepth, out string demangled)
    {
        demangled = "";
        if (mangled.Length is < 3 or > MaxMangledBytes || mangled[0] != '_')
            return false;
        var output = t_output ??= new BoundedText();
        output.Clear();
        // A legacy Rust name is a well-formed C++ name with a hash as its last part: ask Rust first.
        if (!RustLegacy.TryDemangle(mangled, output) && !RustV0.TryDemangle(mangled, templateDepth, output) && !TryItanium(mangled, style, templateDepth, output))
            return false;
        demangled = output.ToString();
        return true;
    }

    private static bool TryItanium(ReadOnlySpan<byte> mangled, DemangleStyle style, int templateDepth, BoundedText output)
    {
        // What gcc and clang write differently is read as gcc's; where that makes no sense, as clang's.
        return TryItanium(mangled, style, templateDepth, levelsFirst: false, output) || mangled.IndexOf("srN"u8) >= 0 && TryItanium(mangled, style, templateDepth, levelsFirst: true, output);
    }

    private static bool TryItanium(ReadOnlySpan<byte> mangled, DemangleStyle style, int templateDepth, bool levelsFirst, BoundedText output)
    {
        output.Clear();
        var nodes = t_nodes ??= new NodeArena();
        nodes.Clear();
        var node = new ItaniumParser(mangled, nodes, style == DemangleStyle.Full, levelsFirst).ParseMangled();
        return node != ItaniumParser.Fail && new ItaniumPrinter(mangled, nodes, output, templateDepth).TryPrint(node);
    }
}
