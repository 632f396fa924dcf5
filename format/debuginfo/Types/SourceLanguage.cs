namespace TraceKit.DebugInfo.Types;

/// <summary>The language something was written in.</summary>
public enum SourceLanguage
{
    /// <summary>Not said, or one that is not treated apart.</summary>
    Other,

    /// <summary>C, the kernel's included.</summary>
    C,

    /// <summary>C++.</summary>
    Cpp,

    /// <summary>Rust.</summary>
    Rust,

    /// <summary>Go.</summary>
    Go,
}
