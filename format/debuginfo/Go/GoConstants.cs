namespace TraceKit.DebugInfo.Go;

/// <summary>Numbers of Go's function table that its linker and runtime share (<c>internal/abi/symtab.go</c>, <c>runtime/symtab.go</c>).</summary>
internal static class GoConstants
{
    /// <summary>PCDATA_InlTreeIndex, since 1.14.</summary>
    public const int PCDATA_InlTreeIndex = 2;

    /// <summary>FUNCDATA_InlTree, since 1.16.</summary>
    public const int FUNCDATA_InlTree = 3;

    /// <summary>FUNCDATA_InlTree of 1.13 to 1.15, which had register maps before it.</summary>
    public const int FUNCDATA_InlTree_Go113 = 4;

    /// <summary>funcFlag_TOPFRAME: the outermost frame of its stack.</summary>
    public const byte FuncFlag_TOPFRAME = 1;

    /// <summary>funcFlag_SPWRITE: writes the stack pointer other than by push, pop and constants.</summary>
    public const byte FuncFlag_SPWRITE = 2;

    /// <summary>Word of <c>moduledata.text</c>, since 1.16.</summary>
    public const int ModuleDataText = 22;

    /// <summary>Word of <c>moduledata.gofunc</c> in 1.18 and 1.19.</summary>
    public const int ModuleDataGofunc118 = 38;

    /// <summary>Word of <c>moduledata.gofunc</c> since 1.20, which put coverage counters before it.</summary>
    public const int ModuleDataGofunc120 = 40;

    /// <summary>Words of a moduledata that are looked at: all up to where later versions may have moved <c>gofunc</c>.</summary>
    public const int ModuleDataWords = 64;
}
