namespace TraceKit.Engine.Symbols;

/// <summary>What to ask of debug information.</summary>
[Flags]
public enum SourceDetail
{
    /// <summary>Nothing, but the names of functions that no symbol table has.</summary>
    None = 0,

    /// <summary>The functions that were inlined at an address; their places come with them.</summary>
    Inlines = 1,

    /// <summary>The line of an address, also without <see cref="Inlines"/>.</summary>
    Lines = 2,
}
