namespace TraceKit.Engine.Stacks;

/// <summary>The one place where a return address becomes an address to look up.</summary>
internal static class LookupAddress
{
    /// <summary>
    /// A return address stands after the call; where the call is the last instruction of a function (it never returns),
    /// that is already the next function. One byte back is always inside the call. A frame pointer used for something else can
    /// give 0, which is nowhere and stays so.
    /// </summary>
    public static ulong OfReturn(ulong returnAddress) => returnAddress == 0 ? 0 : returnAddress - 1;
}
