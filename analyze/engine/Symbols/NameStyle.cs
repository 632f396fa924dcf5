using System.Text;
using TraceKit.DebugInfo.Demangle;

namespace TraceKit.Engine.Symbols;

/// <summary>How names of functions are shown.</summary>
/// <param name="Demangle">As the programmer wrote them; else as the files have them.</param>
/// <param name="TemplateDepth">Template and generic arguments within so many others are shown, deeper ones as <c>&lt;...&gt;</c>.</param>
public readonly record struct NameStyle(bool Demangle, int TemplateDepth)
{
    /// <summary>Demangled, in whole, without parameters: as perf shows them.</summary>
    public static NameStyle Default { get; } = new(true, int.MaxValue);

    /// <summary>The name to show.</summary>
    /// <param name="bytes">As the file has it.</param>
    /// <param name="raw">The same as text.</param>
    internal string Of(ReadOnlySpan<byte> bytes, string raw) =>
        Demangle && Demangler.TryDemangle(bytes, DemangleStyle.WithoutParameters, TemplateDepth, out var demangled)
            ? raw.EndsWith(Stub, StringComparison.Ordinal) && !demangled.EndsWith(Stub, StringComparison.Ordinal) ? demangled + Stub : demangled
            : raw;

    /// <summary>The name by which the best of several at one address is chosen, whatever is shown in the end.</summary>
    internal static ReadOnlySpan<byte> Ranked(ReadOnlySpan<byte> stored) =>
        Demangler.TryDemangle(stored, DemangleStyle.WithoutParameters, out var demangled) ? Encoding.UTF8.GetBytes(demangled) : stored;

    /// <summary>Mark of an entry of the PLT.</summary>
    private const string Stub = "@plt";
}
