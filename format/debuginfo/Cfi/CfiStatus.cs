namespace TraceKit.DebugInfo.Cfi;

/// <summary>What reading the next entry or running a program gave.</summary>
public enum CfiStatus
{
    /// <summary>As asked.</summary>
    Ok = 0,

    /// <summary>No more entries.</summary>
    EndOfSection = 1,

    /// <summary>This entry is damaged; the next one can be read.</summary>
    BadEntry = 2,

    /// <summary>The chain of entries is broken: nothing after this can be read.</summary>
    BadSection = 3,
}
