using System.Collections.Concurrent;
using System.Globalization;
using TraceKit.Engine.Model;
using TraceKit.Engine.Symbols;

namespace TraceKit.Engine.Fields;

/// <summary>Names the addresses that fields hold: <c>vfs_read</c>, <c>tcp_v4_rcv+0x1f</c>, <c>malloc (libc.so.6)</c>. Each distinct one once; any thread may ask.</summary>
internal sealed class AddressNames(ModelParts parts, NameStyle style)
{
    /// <summary>Distinct addresses that are remembered; then it starts over.</summary>
    private const int MaximumEntries = 1 << 18;

    private readonly ConcurrentDictionary<(int Version, ulong Address), string> _known = new();
    private readonly Symbolizer _symbolizer = new(parts.Data, parts.Kernel, SourceDetail.None, style);
    private readonly Lock _gate = new();

    /// <summary>What lies at an address; the address itself where nothing is known.</summary>
    /// <param name="space">Whose address; null for a guest's.</param>
    /// <param name="time">Nanoseconds.</param>
    /// <param name="address">The address.</param>
    public string Name(AddressSpace? space, long time, ulong address)
    {
        var isKernel = KernelAddress.Is(address);
        if (!isKernel && space is not null && parts.Resolver.ChangesOf(space) is { } changes)
            address = changes.Key(new(address), time);
        var key = (isKernel || space is null ? -1 : space.VersionAt(time), address);
        if (_known.TryGetValue(key, out var name))
            return name;
        if (_known.Count >= MaximumEntries)
            _known.Clear();
        ResolvedFrame frame;
        lock (_gate)
            frame = _symbolizer.NameOne(isKernel ? parts.Resolver.ResolveKernel(address) : parts.Resolver.Resolve(space, time, address));
        name = Text(frame, address, isKernel);
        _known.TryAdd(key, name);
        return name;
    }

    /// <summary>A kernel address as the kernel's <c>%pS</c> shows it; null where it has no name.</summary>
    public string? KernelName(ulong address)
    {
        if (!KernelAddress.Is(address))
            return null;
        var name = Name(null, 0, address);
        return name.StartsWith("0x", StringComparison.Ordinal) ? null : name.Contains("+0x", StringComparison.Ordinal) ? name : name + "+0x0";
    }

    private static string Text(in ResolvedFrame frame, ulong address, bool isKernel)
    {
        if (frame.Reason != UnresolvedReason.None)
            return string.Create(CultureInfo.InvariantCulture, $"0x{address:x}") + (!isKernel && frame.Module >= 0 ? $" ({frame.ModuleName}+0x{frame.Address:x})" : "");
        var offset = frame.Offset is 0 or ResolvedFrame.NoOffset ? "" : string.Create(CultureInfo.InvariantCulture, $"+0x{frame.Offset:x}");
        var module = !isKernel ? $" ({frame.ModuleName})" : frame.ModuleName.StartsWith("[kernel", StringComparison.Ordinal) ? "" : " " + frame.ModuleName;
        return frame.Name + offset + module;
    }
}
