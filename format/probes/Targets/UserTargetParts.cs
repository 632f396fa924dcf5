using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Targets;

/// <summary>What else is at hand of a program or library, each piece optional.</summary>
public sealed class UserTargetParts
{
    /// <summary>Its separate debug file, for symbols; the caller has compared build-ids.</summary>
    public ElfImage? DebugFile { get; init; }

    /// <summary>Who knows functions with their code.</summary>
    public IFunctionSource? Code { get; init; }

    /// <summary>Who knows source lines.</summary>
    public ISourcePlaces? Places { get; init; }

    /// <summary>Who else knows what functions take, best first.</summary>
    public IReadOnlyList<IFunctionSource> Prototypes { get; init; } = [];

    /// <summary>Who knows types, best first.</summary>
    public IReadOnlyList<ITypeSource> Types { get; init; } = [];
}
