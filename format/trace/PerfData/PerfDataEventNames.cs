using System.Globalization;
using System.Text;
using TraceKit.Format.Perf;

namespace TraceKit.Format.PerfData;

/// <summary>Names of events of which a file has only the attribute, as perf prints them (<c>evsel__name</c>).</summary>
public static class PerfDataEventNames
{
    private static ReadOnlySpan<byte> Hardware => "cycles\0instructions\0cache-references\0cache-misses\0branches\0branch-misses\0bus-cycles\0stalled-cycles-frontend\0stalled-cycles-backend\0ref-cycles\0"u8;

    private static ReadOnlySpan<byte> Software =>
        "cpu-clock\0task-clock\0page-faults\0context-switches\0cpu-migrations\0minor-faults\0major-faults\0alignment-faults\0emulation-faults\0dummy\0bpf-output\0cgroup-switches\0"u8;

    private static ReadOnlySpan<byte> Caches => "L1-dcache\0L1-icache\0LLC\0dTLB\0iTLB\0branch\0node\0"u8;

    private static ReadOnlySpan<byte> Operations => "load\0store\0prefetch\0"u8;

    private static ReadOnlySpan<byte> OperationCounts => "loads\0stores\0prefetches\0"u8;

    /// <summary>The name.</summary>
    /// <param name="attr">The attribute.</param>
    /// <param name="pmus">Names of PMUs by type.</param>
    public static string NameOf(PerfEventAttr attr, IReadOnlyDictionary<uint, string> pmus)
    {
        ArgumentNullException.ThrowIfNull(attr);
        ArgumentNullException.ThrowIfNull(pmus);
        var config = attr.Config;
        switch (attr.Type)
        {
            case PerfTypeId.PERF_TYPE_HARDWARE:
                // The upper half is the PMU of a hybrid machine.
                var plain = Nth(Hardware, config & uint.MaxValue) ?? "unknown-hardware";
                return (config >> 32 != 0 && pmus.TryGetValue((uint)(config >> 32), out var kind) ? $"{kind}/{plain}/" : plain) + Modifiers(attr);
            case PerfTypeId.PERF_TYPE_SOFTWARE:
                return (Nth(Software, config) ?? "unknown-software") + Modifiers(attr);
            case PerfTypeId.PERF_TYPE_HW_CACHE:
                return CacheName(config) + Modifiers(attr);
            case PerfTypeId.PERF_TYPE_RAW:
                return string.Create(CultureInfo.InvariantCulture, $"raw 0x{config:x}") + Modifiers(attr);
            case PerfTypeId.PERF_TYPE_TRACEPOINT:
                return "unknown tracepoint";
            case PerfTypeId.PERF_TYPE_BREAKPOINT:
                var access = $"{((attr.BreakpointType & 1) != 0 ? "r" : "")}{((attr.BreakpointType & 2) != 0 ? "w" : "")}{((attr.BreakpointType & 4) != 0 ? "x" : "")}";
                return string.Create(CultureInfo.InvariantCulture, $"mem:0x{attr.Config1:x}:{access}") + Modifiers(attr);
            default:
                return pmus.TryGetValue(attr.Type, out var pmu)
                    ? string.Create(CultureInfo.InvariantCulture, $"{pmu}/config=0x{config:x}/")
                    : string.Create(CultureInfo.InvariantCulture, $"unknown attr type: {attr.Type}");
        }
    }

    private static string CacheName(ulong config)
    {
        var cache = Nth(Caches, config & 0xff);
        var operation = config >> 8 & 0xff;
        var result = config >> 16 & 0xff;
        if (cache is null || operation > 2 || result > 1)
            return "invalid-cache";
        return result == 1 ? $"{cache}-{Nth(Operations, operation)}-misses" : $"{cache}-{Nth(OperationCounts, operation)}";
    }

    /// <summary><c>:u</c>, <c>:pp</c> … (<c>evsel__add_modifiers</c>).</summary>
    private static string Modifiers(PerfEventAttr attr)
    {
        var text = new StringBuilder();
        var isGuestExcluded = false;
        if (attr.Has(PerfAttrFlags.exclude_kernel) || attr.Has(PerfAttrFlags.exclude_user) || attr.Has(PerfAttrFlags.exclude_hv))
        {
            Add(PerfAttrFlags.exclude_kernel, 'k');
            Add(PerfAttrFlags.exclude_user, 'u');
            Add(PerfAttrFlags.exclude_hv, 'h');
            isGuestExcluded = true;
        }

        if (attr.PreciseIp > 0)
        {
            text.Append('p', attr.PreciseIp);
            isGuestExcluded = true;
        }

        if (attr.Has(PerfAttrFlags.exclude_host) || attr.Has(PerfAttrFlags.exclude_guest) == isGuestExcluded)
        {
            Add(PerfAttrFlags.exclude_host, 'H');
            Add(PerfAttrFlags.exclude_guest, 'G');
        }

        return text.Length == 0 ? "" : ":" + text;

        void Add(ulong excluded, char letter)
        {
            if (!attr.Has(excluded))
                text.Append(letter);
        }
    }

    private static string? Nth(ReadOnlySpan<byte> names, ulong number)
    {
        for (; !names.IsEmpty; number--)
        {
            var end = names.IndexOf((byte)0);
            if (number == 0)
                return Encoding.UTF8.GetString(names[..end]);
            names = names[(end + 1)..];
        }

        return null;
    }
}
