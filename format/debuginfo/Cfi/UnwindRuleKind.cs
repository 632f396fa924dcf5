namespace TraceKit.DebugInfo.Cfi;

/// <summary>What an <see cref="UnwindRule"/> says.</summary>
public enum UnwindRuleKind : byte
{
    /// <summary>No CFI covers the address.</summary>
    None = 0,

    /// <summary>CFA = register + offset; the return address stands just below the CFA; registers kept across calls are unchanged or saved near it.</summary>
    Frame = 1,

    /// <summary>The return address is undefined: this is the outermost frame.</summary>
    EndOfStack = 2,

    /// <summary>Anything else: <see cref="UnwindRule.CfaOffset"/> is a position in <see cref="UnwindTable"/>'s full rows.</summary>
    Full = 3,

    /// <summary>CFI covers the address and is damaged.</summary>
    Bad = 4,
}
