using System.Globalization;
using TraceKit.Binary;
using TraceKit.Capture.Cli;
using TraceKit.Probes;
using TraceKit.Probes.Targets;

namespace TraceKit.Capture.Probes;

/// <summary>Where defined events stand, in words: by what was registered, else by the symbols of the file or the kernel. Each file is opened once.</summary>
internal sealed class DefinedPlaces(TargetOptions options) : IDisposable
{
    private readonly Dictionary<string, HostTarget?> _targets = new(StringComparer.Ordinal);

    /// <summary><c>readline%return</c>, <c>vfs_read@fs/read_write.c</c>; what the kernel says where no symbol is known.</summary>
    public string Of(DefinedEvent defined, RegisteredProbe? known)
    {
        var place = known is { Description.Places.Count: > 0 } ? known.Description.Places[0] : null;
        var address = default(Svma);
        if (defined.Path is null && !TryKernelAddress(defined.Symbol, out address))
        {
            var colon = defined.Symbol.IndexOf(':');
            return ProbeLine.Place(place?.Function ?? defined.Symbol[(colon + 1)..], defined.IsReturn, defined.Offset, place?.SourceFile, place?.SourceLine ?? 0);
        }

        var target = TargetOf(defined.Path is null ? null : ModuleOf(defined, known));
        if (defined.Path is not null)
        {
            if (target?.ToAddress(new FileOffset(defined.Offset)) is not { } at)
                return place is not null ? ProbeLine.Place(place.Function, defined.IsReturn, 0, place.SourceFile, place.SourceLine) : Hex(defined.Offset) + (defined.IsReturn ? "%return" : "");
            address = at;
        }
        else
        {
            address = new Svma(address.Value + defined.Offset);
        }

        var function = target?.Target.FunctionAt(address);
        var name = place?.Function ?? function?.DisplayName;
        if (name is null)
            return Hex(address.Value) + (defined.IsReturn ? "%return" : "");
        return ProbeLine.Place(name, defined.IsReturn, function is null ? 0 : address.Value - function.Address.Value, place?.SourceFile, place?.SourceLine ?? 0);
    }

    /// <summary>The file or kernel module that an event is in; null for the kernel itself.</summary>
    public static string? ModuleOf(DefinedEvent defined, RegisteredProbe? known)
    {
        var colon = defined.Symbol.IndexOf(':');
        if (defined.Path is null)
            return colon < 0 ? null : defined.Symbol[..colon];
        // A path with blanks was given to the kernel as a descriptor of the agent.
        return known is { Description.Places.Count: > 0 } ? known.Description.Places[0].Path ?? defined.Path : defined.Path;
    }

    public void Dispose()
    {
        foreach (var target in _targets.Values)
            target?.Dispose();
    }

    /// <summary>A file, or with null the kernel; null when it cannot be read.</summary>
    private HostTarget? TargetOf(string? path)
    {
        if (_targets.TryGetValue(path ?? "", out var target))
            return target;
        try
        {
            target = HostTarget.Open(options with { Executable = path });
        }
        catch (Exception e) when (e is CaptureException or ProbeTargetException or ProbeSyntaxException)
        {
            Terminal.Detail(e.Message);
        }

        _targets.Add(path ?? "", target);
        return target;
    }

    /// <summary>perf gives functions whose name is not unique as <c>_text+OFFSET</c>; others give addresses.</summary>
    private bool TryKernelAddress(string symbol, out Svma address)
    {
        address = default;
        if (symbol.StartsWith("0x", StringComparison.Ordinal) && ulong.TryParse(symbol.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            address = new Svma(value);
            return true;
        }

        if (symbol is not ("_text" or "_stext"))
            return false;
        if (TargetOf(null)?.Target.FindSymbol(symbol) is not { } start)
            return false;
        address = start;
        return true;
    }

    private static string Hex(ulong value) => string.Create(CultureInfo.InvariantCulture, $"0x{value:x}");
}
