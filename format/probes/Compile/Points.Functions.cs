using TraceKit.Binary;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Syntax;
using TraceKit.Probes.Targets;

namespace TraceKit.Probes.Compile;

internal sealed partial class Points
{
    private List<Site> Functions(FunctionPoint point)
    {
        var pattern = FunctionPattern.Parse(point.Function, point.Source);
        var pieces = Pieces(point, pattern);
        if (point.Line is > 0 || point.Pattern is not null)
            return LinesOf(point, pieces);
        var sites = new List<Site>();
        foreach (var (function, copy, symbol) in pieces)
        {
            var entry = copy?.Entry ?? symbol!.Address;
            var eventBase = EventNames.OfFunction(pattern.IsGlob ? function?.Name ?? symbol!.DisplayName : point.Function);
            if (point.IsReturn)
            {
                if (copy is not { IsInlined: true })
                    Return(sites, function, symbol, entry, eventBase);
                continue;
            }

            if (point.Offset is { } offset and > 0)
            {
                if (copy is not { IsInlined: true })
                    sites.Add(Inside(function, copy, symbol, entry, offset, eventBase));
                continue;
            }

            var site = new Site
            {
                Address = entry,
                Symbol = symbol,
                Copies = copy is null ? [] : WithCallers(copy),
                Function = function,
                IsEntry = copy is not { IsInlined: true },
                IsClone = symbol is not null && EventNames.IsClone(symbol.Symbol),
                IsBeforePrologue = copy is { IsInlined: false } && !Prologue.IsOptimized(copy.Function),
                EventBase = eventBase,
            };
            sites.Add(point.Offset is null && site.IsBeforePrologue ? BehindPrologue(site, copy!) : site);
        }

        if (sites.Count == 0)
            throw Error(point.IsReturn ? $"'{point.Function}' is inlined wherever it is called: there is no return to probe" : $"'{point.Function}' is inlined wherever it is called, where +OFFSET means nothing");
        return sites;
    }

    /// <summary>Pieces of code that a name means: by debug information where that knows the name, else by the symbol tables.</summary>
    private List<(DebugFunction? Function, DebugFunctionCopy? Copy, TargetFunction? Symbol)> Pieces(FunctionPoint point, FunctionPattern pattern)
    {
        var pieces = new List<(DebugFunction?, DebugFunctionCopy?, TargetFunction?)>();
        var inlined = new List<(DebugFunction?, DebugFunctionCopy?, TargetFunction?)>();
        var seen = new HashSet<ulong>();
        if (point.Module is null && target.Code is { } code)
        {
            foreach (var function in code.FindFunctions(pattern))
            {
                foreach (var copy in function.Copies)
                {
                    if (IsPartOfItself(function, copy))
                        continue;
                    var symbol = target.FunctionAt(copy.Entry);
                    if (copy.IsInlined ? !options.NoInlines : (symbol is null || !EventNames.IsCold(symbol.Symbol)) && seen.Add(copy.Entry.Value))
                        (copy.IsInlined ? inlined : pieces).Add((function, copy, symbol));
                }
            }
        }

        if (pieces.Count == 0 && inlined.Count == 0)
        {
            foreach (var symbol in target.FindFunctions(pattern, point.Module))
            {
                // Of the kernel whose addresses are hidden all are 0: then names tell them apart.
                if (EventNames.IsCold(symbol.Symbol) || (symbol.Address.Value != 0 && !seen.Add(symbol.Address.Value)))
                    continue;
                if (symbol.IsIndirect)
                {
                    if (pattern.IsGlob)
                        continue;
                    throw Error($"'{point.Function}' is a resolver (IFUNC): which function is called is chosen when the program starts; probe the one that is chosen{Implementations(symbol)}");
                }

                var copy = target.Code?.CopyAt(symbol.Address) is { } at && at.Entry == symbol.Address && symbol.Address.Value != 0 ? at : null;
                pieces.Add((copy?.Function ?? Prototype(symbol), copy, symbol));
            }
        }

        if (pieces.Count == 0 && inlined.Count == 0)
            throw NoFunction(point, pattern);
        pieces.Sort(static (a, b) => Compare(a, b));
        inlined.Sort(static (a, b) => Compare(a, b));
        pieces.AddRange(inlined);
        if (pattern.IsGlob && pieces.Count > 1)
            notes.Add($"'{point.Function}' means {pieces.Count} places");
        return pieces;
    }

    /// <summary>Whether a copy is the rest of a function that the compiler cut in two and put together again: it "calls" itself from its first line, and would fire twice a call. perf passes over these too.</summary>
    private static bool IsPartOfItself(DebugFunction function, DebugFunctionCopy copy) =>
        copy.IsInlined && copy.CallPlace is { Line: > 0 } place && place.Line == function.Line && place.File == function.File;

    private static int Compare((DebugFunction? Function, DebugFunctionCopy? Copy, TargetFunction? Symbol) a, (DebugFunction? Function, DebugFunctionCopy? Copy, TargetFunction? Symbol) b)
    {
        var order = (a.Copy?.Entry ?? a.Symbol!.Address).Value.CompareTo((b.Copy?.Entry ?? b.Symbol!.Address).Value);
        return order != 0 ? order : string.CompareOrdinal(a.Symbol?.Symbol, b.Symbol?.Symbol);
    }

    /// <summary>A return probe; in Go a probe at each instruction that returns, because the kernel's return probe would crash the program when its stack moves.</summary>
    private void Return(List<Site> sites, DebugFunction? function, TargetFunction? symbol, Svma entry, string eventBase)
    {
        if (!IsGo(function))
        {
            sites.Add(new Site { Address = entry, Symbol = symbol, Function = function, IsReturn = true, EventBase = eventBase, IsClone = symbol is not null && EventNames.IsClone(symbol.Symbol) });
            return;
        }

        if (symbol is null)
            throw Error("a return probe would crash a Go program, and where this function returns is not known: it has no symbol");
        IReadOnlyList<Svma> returns;
        try
        {
            returns = target.Returns(symbol);
        }
        catch (ProbeTargetException e)
        {
            throw Error($"a return probe would crash a Go program, and its returns cannot be told: {e.Message}");
        }

        if (returns.Count == 0)
            throw Error($"{symbol.DisplayName} never returns");
        foreach (var address in returns)
        {
            sites.Add(new Site
            {
                Address = address,
                Symbol = symbol,
                Function = function,
                Copies = target.Code?.CopyAt(address) is { } copy ? [copy] : [],
                IsReturnInstruction = true,
                EventBase = eventBase,
            });
        }
    }

    private Site Inside(DebugFunction? function, DebugFunctionCopy? copy, TargetFunction? symbol, Svma entry, ulong offset, string eventBase)
    {
        var address = new Svma(unchecked(entry.Value + offset));
        var size = symbol is { Size: > 0 } && symbol.Address == entry ? symbol.Size : 0;
        var isInside = size > 0 ? offset < size : copy is null || Holds(copy, address);
        if (!isInside)
            throw Error($"+{offset} lies behind the end of {function?.QualifiedName ?? symbol!.DisplayName}" + (size > 0 ? $", which is {size} bytes long" : ""));
        return new Site
        {
            Address = address,
            Symbol = symbol,
            Copies = copy is null ? [] : target.Code?.CopiesAt(address) is { Count: > 0 } at ? at : [copy],
            Function = function,
            IsClone = symbol is not null && EventNames.IsClone(symbol.Symbol),
            EventBase = eventBase,
        };
    }

    /// <summary>Moves on to where variables are, if any are asked for; perf does the same.</summary>
    private Site BehindPrologue(Site site, DebugFunctionCopy copy)
    {
        if (target.IsKernel || site.Function?.Language == SourceLanguage.Go || !AsksForVariables(syntax.Arguments))
            return site;
        var end = Prologue.EndOf(copy, target.Places);
        if (end == site.Address || !Holds(copy, end) || target.WhyNot(end, isReturn: false) is not null)
            return site;
        notes.Add($"{site.FunctionName} is compiled without optimization, or its compiler does not say: the probe stands behind its prologue (+{end.Value - copy.Entry.Value}), where its variables are; {EventNames.OfFunction(site.FunctionName)}+0 stands at the entry");
        return new Site { Address = end, Symbol = site.Symbol, Copies = site.Copies, Function = site.Function, EventBase = site.EventBase };
    }

    private static bool AsksForVariables(IReadOnlyList<ArgumentSyntax> arguments)
    {
        foreach (var argument in arguments)
        {
            if (argument.Expression.Innermost is VariableSyntax or SpecialSyntax { Kind: SpecialKind.Variables or SpecialKind.Parameters })
                return true;
        }

        return false;
    }

    private static bool Holds(DebugFunctionCopy copy, Svma address)
    {
        foreach (var range in copy.Ranges)
        {
            if (range.Contains(address))
                return true;
        }

        return false;
    }

    private static List<DebugFunctionCopy> WithCallers(DebugFunctionCopy copy)
    {
        var chain = new List<DebugFunctionCopy>();
        for (DebugFunctionCopy? at = copy; at is not null && chain.Count < 64; at = at.Caller)
            chain.Add(at);
        return chain;
    }

    private string Implementations(TargetFunction symbol)
    {
        var name = symbol.Symbol;
        if (name.IndexOf('@') is > 0 and var version)
            name = name[..version];
        var found = new List<string>();
        foreach (var function in target.FindFunctions(FunctionPattern.Parse($"*{name}_*")))
        {
            if (!function.IsIndirect && found.Count < 4)
                found.Add(function.DisplayName);
        }

        return found.Count == 0 ? "" : $": {string.Join(", ", found)}…";
    }

    private ProbeSyntaxException NoFunction(FunctionPoint point, FunctionPattern pattern)
    {
        if (point.Source is not null && target.Code is null)
            return Error($"'{point.Function}@{point.Source}' needs debug information, and there is none of {target.Name}: name the function alone");
        if (pattern.IsGlob)
            return Error($"no function of {target.Name} matches '{point.Function}'");
        var where = point.Source is not null ? $" that is declared in {point.Source}" : point.Module is not null ? $" in the module {point.Module}" : "";
        var similar = target.SimilarFunctions(pattern.Name);
        return Error($"no function '{point.Function}' in {target.Name}{where}{Suggestions.DidYouMean(similar.Count > 0 ? similar[0] : null)}");
    }
}
