namespace TraceKit.DebugInfo.Unwind;

/// <summary>How evaluating a DWARF expression ended.</summary>
public enum ExpressionStatus
{
    /// <summary>With a value.</summary>
    Ok = 0,

    /// <summary>Cut short, stack under- or overflow, a jump out of the expression, division by zero, or no result.</summary>
    Malformed = 1,

    /// <summary>An operation that call frame information may not use, or a vendor's.</summary>
    Unsupported = 2,

    /// <summary>More steps than any real expression takes: a loop.</summary>
    TooManySteps = 3,

    /// <summary>A register whose value is not known.</summary>
    UnknownRegister = 4,

    /// <summary>Memory that was not dumped.</summary>
    Unreadable = 5,
}
