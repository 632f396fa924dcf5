namespace TraceKit.Capture.Events;

/// <summary>The names of the kernel's built-in events, as perf spells them.</summary>
internal static class EventNames
{
    public const uint PERF_TYPE_HARDWARE = 0, PERF_TYPE_SOFTWARE = 1, PERF_TYPE_TRACEPOINT = 2;

    public const ulong PERF_COUNT_HW_CPU_CYCLES = 0;

    public const ulong PERF_COUNT_SW_CPU_CLOCK = 0, PERF_COUNT_SW_TASK_CLOCK = 1, PERF_COUNT_SW_DUMMY = 9;

    /// <summary><c>enum perf_sw_ids</c>; the first name of a number is the one shown.</summary>
    public static (string Name, ulong Config)[] Software { get; } =
    [
        ("cpu-clock", 0),
        ("task-clock", 1),
        ("page-faults", 2), ("faults", 2),
        ("context-switches", 3), ("cs", 3),
        ("cpu-migrations", 4), ("migrations", 4),
        ("minor-faults", 5),
        ("major-faults", 6),
        ("alignment-faults", 7),
        ("emulation-faults", 8),
        ("dummy", 9),
        ("bpf-output", 10),
        ("cgroup-switches", 11),
    ];

    /// <summary><c>enum perf_hw_id</c>.</summary>
    public static (string Name, ulong Config)[] Hardware { get; } =
    [
        ("cycles", 0), ("cpu-cycles", 0),
        ("instructions", 1),
        ("cache-references", 2),
        ("cache-misses", 3),
        ("branches", 4), ("branch-instructions", 4),
        ("branch-misses", 5),
        ("bus-cycles", 6),
        ("stalled-cycles-frontend", 7),
        ("stalled-cycles-backend", 8),
        ("ref-cycles", 9),
    ];

    public static bool TryFind((string Name, ulong Config)[] table, string name, out ulong config)
    {
        foreach (var entry in table)
        {
            if (entry.Name == name)
            {
                config = entry.Config;
                return true;
            }
        }

        config = 0;
        return false;
    }
}
