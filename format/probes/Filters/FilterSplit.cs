using System.Text;

namespace TraceKit.Probes.Filters;

/// <summary>A filter in two parts: a record fulfils the filter exactly when it fulfils both.</summary>
public sealed class FilterSplit
{
    internal FilterSplit(string? kernel, string? rest, IReadOnlyList<string> reasons)
    {
        Kernel = kernel;
        Rest = rest;
        Reasons = reasons;
    }

    /// <summary>For <c>PERF_EVENT_IOC_SET_FILTER</c>; null when the kernel can do nothing of it.</summary>
    public string? Kernel { get; }

    /// <summary>For the analyzer, in the language of this folder; null when the kernel does it all.</summary>
    public string? Rest { get; }

    /// <summary>For each comparison that the kernel cannot do: the comparison, a colon, why.</summary>
    public IReadOnlyList<string> Reasons { get; }
}

/// <summary>Divides a filter.</summary>
internal sealed class FilterSplitter(FilterBinder binder)
{
    /// <summary>Bytes that the kernel takes (<c>ftrace_profile_set_filter</c>: a page with its NUL).</summary>
    private const int MaxKernelBytes = 4095;

    private readonly List<string> _reasons = [];

    private readonly record struct Parts(string? Kernel, bool KernelIsJoin, FilterNode? Rest);

    public FilterSplit Split(FilterNode root)
    {
        var parts = Split(root, false);
        if (parts.Kernel is not null && Encoding.UTF8.GetByteCount(parts.Kernel) > MaxKernelBytes)
        {
            _reasons.Add($"the whole: the kernel takes {MaxKernelBytes} bytes");
            parts = new Parts(null, false, root);
        }

        if (parts.Rest is null)
            return new FilterSplit(parts.Kernel, null, _reasons);
        var rest = new StringBuilder();
        parts.Rest.Append(rest);
        return new FilterSplit(parts.Kernel, rest.ToString(), _reasons);
    }

    private Parts Split(FilterNode node, bool negated)
    {
        switch (node)
        {
            case NotNode not:
                return Split(not.Inner, !negated);
            case JoinNode join:
                return join.IsAnd != negated ? All(join, negated) : Any(join, negated);
            default:
                var test = (TestNode)node;
                if (binder.Bind(test).ToKernel(negated, out var reason) is { } text)
                    return new Parts(text, false, null);
                _reasons.Add($"{test}: {reason}");
                return new Parts(null, false, Signed(node, negated));
        }
    }

    /// <summary>Each part for itself: what the kernel cannot do stays.</summary>
    private Parts All(JoinNode join, bool negated)
    {
        List<string> kernel = [];
        List<FilterNode> rest = [];
        foreach (var part in join.Parts)
        {
            var parts = Split(part, negated);
            if (parts.Kernel is not null)
                kernel.Add(parts.KernelIsJoin ? $"({parts.Kernel})" : parts.Kernel);
            if (parts.Rest is not null)
                rest.Add(parts.Rest);
        }

        return new Parts(kernel.Count == 0 ? null : string.Join(" && ", kernel), kernel.Count > 1, rest.Count == 0 ? null : JoinNode.Make(true, rest));
    }

    /// <summary>The kernel gets something only if it knows something of each part; whenever it does not know all of each, the analyzer asks the whole again.</summary>
    private Parts Any(JoinNode join, bool negated)
    {
        List<string> kernel = [];
        var isWhole = true;
        foreach (var part in join.Parts)
        {
            var parts = Split(part, negated);
            isWhole &= parts.Rest is null;
            if (parts.Kernel is not null)
                kernel.Add(parts.KernelIsJoin ? $"({parts.Kernel})" : parts.Kernel);
        }

        if (kernel.Count < join.Parts.Length)
            return new Parts(null, false, Signed(join, negated));
        return new Parts(string.Join(" || ", kernel), kernel.Count > 1, isWhole ? null : Signed(join, negated));
    }

    private static FilterNode Signed(FilterNode node, bool negated) => negated ? new NotNode(node) : node;
}
