using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Compile;

/// <summary>A type as the program declares it, for those who read a plan.</summary>
internal static class TypeText
{
    public static string Of(DebugType type) => TypeWalk.Describe(type);
}
