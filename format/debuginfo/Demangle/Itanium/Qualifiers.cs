namespace TraceKit.DebugInfo.Demangle.Itanium;

/// <summary>What stands after a member function's parameters.</summary>
[Flags]
internal enum Qualifiers
{
    None = 0,
    Const = 1,
    Volatile = 2,
    Restrict = 4,
    Lvalue = 8,
    Rvalue = 16,
    TransactionSafe = 32,
}
