namespace TraceKit.DebugInfo.Demangle;

/// <summary>How much of a demangled name to show.</summary>
public enum DemangleStyle
{
    /// <summary>All of it, as <c>c++filt</c> prints: return type of templates, parameters, qualifiers, <c>[clone .cold]</c>.</summary>
    Full = 0,

    /// <summary>
    /// The function's name and template arguments, without its return type, parameters and clone suffix: as <c>perf report</c> and
    /// <c>c++filt -p</c> show. Functions that a name stands inside of keep theirs: <c>main(int)::{lambda()#1}::operator()</c> loses only the last.
    /// </summary>
    WithoutParameters = 1,
}
