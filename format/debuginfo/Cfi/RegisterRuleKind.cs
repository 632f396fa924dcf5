namespace TraceKit.DebugInfo.Cfi;

/// <summary>How a register of the caller is found (DWARF 5 §6.4.1).</summary>
public enum RegisterRuleKind : byte
{
    /// <summary>The table says nothing: by convention as <see cref="SameValue"/> for registers kept across calls, undefined for others.</summary>
    Unspecified = 0,

    /// <summary>Its value is lost; for the return address: there is no caller.</summary>
    Undefined = 1,

    /// <summary>Unchanged.</summary>
    SameValue = 2,

    /// <summary>Saved at CFA + value.</summary>
    Offset = 3,

    /// <summary>Is CFA + value.</summary>
    ValOffset = 4,

    /// <summary>Is in the register whose number the value is.</summary>
    Register = 5,

    /// <summary>Saved at the address an expression gives; the value is where its block stands in the section.</summary>
    Expression = 6,

    /// <summary>Is what an expression gives; the value is where its block stands in the section.</summary>
    ValExpression = 7,
}
