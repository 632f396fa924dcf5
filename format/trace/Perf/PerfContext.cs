namespace TraceKit.Format.Perf;

/// <summary>Markers inside a callchain: what follows is of that context (<c>enum perf_callchain_context</c>).</summary>
public static class PerfContext
{
    /// <summary>Hypervisor.</summary>
    public const ulong PERF_CONTEXT_HV = unchecked((ulong)-32L);

    /// <summary>Kernel.</summary>
    public const ulong PERF_CONTEXT_KERNEL = unchecked((ulong)-128L);

    /// <summary>User space.</summary>
    public const ulong PERF_CONTEXT_USER = unchecked((ulong)-512L);

    /// <summary>The user part follows in a record of its own.</summary>
    public const ulong PERF_CONTEXT_USER_DEFERRED = unchecked((ulong)-640L);

    /// <summary>Guest.</summary>
    public const ulong PERF_CONTEXT_GUEST = unchecked((ulong)-2048L);

    /// <summary>Guest's kernel.</summary>
    public const ulong PERF_CONTEXT_GUEST_KERNEL = unchecked((ulong)-2176L);

    /// <summary>Guest's user space.</summary>
    public const ulong PERF_CONTEXT_GUEST_USER = unchecked((ulong)-2560L);

    /// <summary>The lowest value that is a marker, not an address.</summary>
    public const ulong PERF_CONTEXT_MAX = unchecked((ulong)-4095L);
}
