using TraceKit.Binary;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Plan;
using TraceKit.Probes.Syntax;
using TraceKit.Probes.Targets;

namespace TraceKit.Probes.Compile;

/// <summary>From a probe point to the places that it means.</summary>
internal sealed partial class Points(ProbeSyntax syntax, ProbeTarget target, ProbeOptions options, List<string> notes)
{
    /// <summary>Every place, functions of their own first, then inlined copies, each by address. At least one.</summary>
    public IReadOnlyList<Site> Resolve()
    {
        var sites = syntax.Point switch
        {
            FunctionPoint function => Functions(function),
            LinePoint line => Lines(line),
            AddressPoint address => [AtAddress(address.Address, address.IsReturn, address.Span)],
            MarkerPoint marker => Markers(marker),
            _ => throw Error("this kind of place is not known here"),
        };
        if (sites.Count > options.MaxProbes)
            throw Error($"that is {sites.Count} places, more than {options.MaxProbes}: name fewer, or allow more (--max-probes)");
        return Proven(sites);
    }

    /// <summary>Leaves out what must not be armed; when nothing is left, says why.</summary>
    private List<Site> Proven(List<Site> sites)
    {
        var kept = new List<Site>(sites.Count);
        string? first = null;
        var left = 0;
        foreach (var site in sites)
        {
            var whole = site.Symbol is { } symbol && (site.IsEntry || site.IsReturn) ? target.WhyNotFunction(symbol, site.IsReturn) : null;
            if ((whole ?? target.WhyNot(site.Address, site.IsReturn)) is { } reason)
            {
                reason = $"{Name(site)} cannot be probed: {reason}";
                first ??= reason;
                if (left++ < 3 && sites.Count > 1)
                    notes.Add(reason);
            }
            else
            {
                if (site.IsReturn && site.Symbol is { } returning && target.ReturnRisk(returning) is { } risk)
                    notes.Add(risk);
                kept.Add(site);
            }
        }

        if (kept.Count == 0)
            throw Error(first ?? "no place is left");
        if (left > 3)
            notes.Add($"{left} places in all are passed over");
        return kept;
    }

    private static string Name(Site site)
    {
        var name = site.FunctionName.Length > 0 ? site.FunctionName : $"0x{site.Address.Value:x}";
        var inlined = site.Copies is [{ IsInlined: true }, ..] ? $" (inlined, at 0x{site.Address.Value:x})" : "";
        return site.OffsetInFunction is > 0 and var offset && inlined.Length == 0 ? $"{name}+{offset}" : name + inlined;
    }

    private Site AtAddress(ulong address, bool isReturn, TextSpan span)
    {
        var at = new Svma(address);
        var symbol = target.FunctionAt(at);
        var copies = target.Code?.CopiesAt(at) ?? [];
        var function = copies.Count > 0 ? copies[0].Function : symbol is null ? null : Prototype(symbol);
        var isEntry = copies is [.., { IsInlined: false } whole] ? whole.Entry == at : symbol?.Address == at;
        if (isReturn && !isEntry)
            throw new ProbeSyntaxException(syntax.Text, span.Start, $"a return probe stands at a function's first instruction: 0x{address:x} is none that is known");
        if (isReturn && IsGo(function))
            throw new ProbeSyntaxException(syntax.Text, span.Start, "a return probe would crash a Go program: name the function (FUNCTION%return), then each of its returns is probed");
        return new Site
        {
            Address = at,
            Symbol = symbol,
            Copies = isReturn ? [] : copies,
            Function = function,
            IsEntry = isEntry && !isReturn,
            IsReturn = isReturn,
            IsClone = symbol is not null && EventNames.IsClone(symbol.Symbol),
            IsBeforePrologue = isEntry && function is not null && !Prologue.IsOptimized(function),
            EventBase = $"abs_{address:x}",
        };
    }

    private List<Site> Markers(MarkerPoint point)
    {
        var markers = target.FindMarkers(point.Provider, point.Name);
        if (markers.Count == 0)
        {
            var name = point.Provider is null ? point.Name : $"{point.Provider}:{point.Name}";
            var all = new List<string>();
            foreach (var marker in target.FindMarkers(null, "*"))
                all.Add(point.Provider is null ? marker.Name : $"{marker.Provider}:{marker.Name}");
            throw Error($"{target.Name} has no marker '{name}'" + (all.Count == 0 ? ": it has none at all" : Suggestions.DidYouMean(name, all)));
        }

        var sites = new List<Site>();
        foreach (var marker in markers)
        {
            var copies = target.Code?.CopiesAt(marker.Address) ?? [];
            sites.Add(new Site
            {
                Address = marker.Address,
                Symbol = target.FunctionAt(marker.Address),
                Copies = copies,
                Function = copies.Count > 0 ? copies[0].Function : null,
                Marker = marker,
                EventBase = EventNames.OfMarker(marker.Name),
            });
        }

        return sites;
    }

    /// <summary>What a function takes and returns, for one that has no debug information of its own.</summary>
    private DebugFunction? Prototype(TargetFunction symbol)
    {
        var name = symbol.Symbol;
        if (name.IndexOf('@') is > 0 and var version)
            name = name[..version];
        if (EventNames.IsClone(name))
            name = name[..name.IndexOf('.')];
        foreach (var source in target.Prototypes)
        {
            var found = source.FindFunctions(FunctionPattern.Parse(name));
            if (found.Count > 0)
                return found[0];
        }

        return null;
    }

    private bool IsGo(DebugFunction? function) => function is null ? target.IsGo : function.Language == SourceLanguage.Go;

    private ProbeSyntaxException Error(string reason) => new(syntax.Text, syntax.Point.Span.Start, reason);
}
