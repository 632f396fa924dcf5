namespace TraceKit.Engine.Stacks;

/// <summary>The one place where a return address becomes an address to look up.</summary>
internal static class LookupAddress
{
    /// <summary>
    /// A return address stands after the call; where the call is the last instruction of a function (it never returns),
    /// that is already the next function. One byte back is always inside the call.
    /// </summary>
    public static ulong OfReturn(ulong returnAddress) => returnAddress - 1;
}
