using TraceKit.Binary;
using TraceKit.Probes.Plan;
using TraceKit.Probes.Syntax;
using TraceKit.Probes.Targets;

namespace TraceKit.Probes.Compile;

/// <summary>One definition on its way to a plan.</summary>
internal sealed partial class Compilation(ProbeSyntax syntax, ProbeTarget target, ProbeOptions options)
{
    private readonly List<string> notes = [];

    public ProbePlan Run()
    {
        if (syntax.Point is KernelTextPoint text)
            return new ProbePlan { Syntax = syntax, Probes = [KernelText(text)], Notes = notes };
        var sites = new Points(syntax, target, options, notes).Resolve();
        var probes = new List<PlannedProbe>(sites.Count);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        ProbeSyntaxException? first = null;
        (Site Site, string Event)? last = null;
        foreach (var site in sites)
        {
            IReadOnlyList<PlannedArgument> arguments;
            var said = notes.Count;
            try
            {
                arguments = new Arguments(syntax, target, options, site, notes).Compile();
            }
            catch (ProbeSyntaxException e) when (sites.Count > 1)
            {
                // One of several places where a value is not to be had does not spoil the others.
                notes.RemoveRange(said, notes.Count - said);
                first ??= e;
                notes.Add($"passed over {Describe(site)}: {e.Reason}");
                continue;
            }

            var name = syntax.Event ?? site.EventBase;

            // The returns of one Go function are one event to people.
            if (last is { } previous && site.IsReturnInstruction && previous.Site.IsReturnInstruction && previous.Site.Symbol?.Address == site.Symbol?.Address)
            {
                name = previous.Event;
            }
            else
            {
                counts[name] = counts.TryGetValue(name, out var count) ? count + 1 : 1;
                if (counts[name] > 1)
                    name = ProbeNames.Numbered(name, counts[name] - 1);
            }

            last = (site, name);
            probes.Add(new PlannedProbe { Group = Group(site), Event = name, Place = PlaceOf(site), Arguments = arguments });
        }

        if (probes.Count == 0)
            throw first!;
        var distinct = new List<string>();
        foreach (var note in notes)
        {
            if (!distinct.Contains(note))
                distinct.Add(note);
        }

        return new ProbePlan { Syntax = syntax, Probes = probes, Notes = distinct };
    }

    private string Group(Site site) => syntax.Group
        ?? (site.Marker is { } marker ? Cut("sdt_" + EventNames.OfMarker(marker.Provider)) : target.IsKernel ? EventNames.KernelGroup : EventNames.GroupOfFile(target.Name));

    private static string Cut(string name) => name.Length > ProbeNames.MaxLength ? name[..ProbeNames.MaxLength] : name;

    private static string Describe(Site site) =>
        (site.Copies is [{ IsInlined: true }, ..] ? $"{site.FunctionName} inlined in {site.Copies[^1].Function.QualifiedName}" : site.FunctionName) + $" at 0x{site.Address.Value:x}";

    private ProbePlace PlaceOf(Site site)
    {
        var function = site.Marker is { } marker ? $"{marker.Provider}:{marker.Name}" : site.FunctionName;
        var source = target.Places?.PlaceOf(site.Address);
        if (source is null && site.Function is { File: { } file } declared)
            source = (file, declared.Line);
        var (symbol, offset) = Symbol(site);
        var place = new ProbePlace
        {
            IsReturn = site.IsReturn,
            Path = target.IsKernel ? null : target.Name,
            Module = site.Symbol?.Module,
            Symbol = symbol,
            Offset = offset,
            Address = site.Address,
            Semaphore = site.Marker?.Semaphore,
            Function = function,
            InlinedIn = site.Copies is [{ IsInlined: true }, ..] ? site.Copies[^1].Function.QualifiedName : null,
            SourceFile = source?.File,
            SourceLine = source?.Line ?? 0,
        };
        if (target.IsKernel)
            return place;
        return target.ToFileOffset(site.Address) is { } fileOffset
            ? place with { FileOffset = fileOffset }
            : throw new ProbeSyntaxException(syntax.Text, syntax.Point.Span.Start, $"0x{site.Address.Value:x} is in no part of {target.Name} that is mapped");
    }

    /// <summary>Symbol and offset of a place. Of several functions of the kernel that share a name the kernel would take the first: these are counted from its beginning.</summary>
    private (string Symbol, ulong Offset) Symbol(Site site)
    {
        if (site.Symbol is not { } symbol)
        {
            if (site.Copies is [.., { IsInlined: false } whole] && !target.IsKernel)
                return (whole.Function.LinkageName ?? whole.Function.Name, site.Address.Value - whole.Entry.Value);
            return target.IsKernel && FromStart(site.Address) is { } counted ? counted : ("", 0);
        }

        var offset = site.Address.Value >= symbol.Address.Value ? site.Address.Value - symbol.Address.Value : 0;
        if (target.IsKernel && symbol.Module is null && symbol.Address.Value != 0)
        {
            var same = 0;
            foreach (var other in target.FindFunctions(DebugInfo.Types.FunctionPattern.Parse(symbol.Symbol)))
                same += other.Symbol == symbol.Symbol && other.Module is null ? 1 : 0;
            if (same > 1 && FromStart(site.Address) is { } counted)
                return counted;
        }

        return (symbol.Symbol, offset);
    }

    private (string Symbol, ulong Offset)? FromStart(Svma address) =>
        target.FindSymbol("_text") is { } start && start.Value != 0 && start.Value <= address.Value ? ("_text", address.Value - start.Value) : null;

    /// <summary>A line in the kernel's own words: its place is proven, all else is passed on.</summary>
    private PlannedProbe KernelText(KernelTextPoint text)
    {
        if (text.Semaphore is not null)
            throw Error(text, "a counter's place (0x…) is taken from the marker's note only, because a wrong one destroys the program's data: name the marker (%PROVIDER:NAME)");
        if (text.Path is null != target.IsKernel)
            throw Error(text, text.Path is null ? $"this probes the kernel, and -x names {target.Name}" : "this probes a file: -x names it");
        Svma address;
        TargetFunction? symbol;
        if (text.Path is null)
        {
            var name = text.Symbol ?? "";
            string? module = null;
            if (name.IndexOf(':') is > 0 and var colon)
                (module, name) = (name[..colon], name[(colon + 1)..]);
            (symbol, address) = KernelAddress(text, name, module);
        }
        else
        {
            address = target.ToAddress(new FileOffset(text.Offset)) ?? throw Error(text, $"no code of {target.Name} lies at 0x{text.Offset:x} of the file");
            symbol = target.FunctionAt(address);
        }

        if (text.IsReturn && target.IsGo)
            throw Error(text, "a return probe would crash a Go program: name the function (FUNCTION%return), then each of its returns is probed");
        if (target.WhyNot(address, text.IsReturn) is { } reason)
            throw Error(text, $"it cannot be probed: {reason}");
        var offset = symbol is not null && address.Value >= symbol.Address.Value ? address.Value - symbol.Address.Value : text.Offset;
        return new PlannedProbe
        {
            Group = syntax.Group ?? (target.IsKernel ? EventNames.KernelGroup : EventNames.GroupOfFile(target.Name)),
            Event = syntax.Event ?? EventNames.OfFunction(symbol?.Symbol ?? $"0x{text.Offset:x}"),
            Arguments = [],
            RawArguments = text.ArgumentText,
            Place = new ProbePlace
            {
                IsReturn = text.IsReturn,
                MaxActive = text.MaxActive,
                Path = target.IsKernel ? null : target.Name,
                Module = symbol?.Module,
                Symbol = text.Symbol is { } given ? given[(given.IndexOf(':') + 1)..] : symbol?.Symbol ?? "",
                Offset = text.Path is null ? text.Offset : offset,
                Address = address,
                FileOffset = new FileOffset(text.Path is null ? 0 : text.Offset),
                Function = symbol?.DisplayName ?? "",
            },
        };
    }

    private (TargetFunction? Symbol, Svma Address) KernelAddress(KernelTextPoint text, string name, string? module)
    {
        if (name.StartsWith("0x", StringComparison.Ordinal) && ulong.TryParse(name.AsSpan(2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var number))
        {
            var at = new Svma(unchecked(number + text.Offset));
            return (target.FunctionAt(at), at);
        }

        foreach (var function in target.FindFunctions(DebugInfo.Types.FunctionPattern.Parse(name), module))
        {
            if (function.Symbol == name)
                return (function, new Svma(unchecked(function.Address.Value + text.Offset)));
        }

        // _text+N and the like: what lies there is a function all the same.
        if (target.FindSymbol(name) is { } start && start.Value != 0 && target.FunctionAt(new Svma(unchecked(start.Value + text.Offset))) is { } inside)
            return (inside, new Svma(unchecked(start.Value + text.Offset)));
        var similar = target.SimilarFunctions(name);
        throw Error(text, $"no function '{name}' in {target.Name}{DebugInfo.Types.Suggestions.DidYouMean(similar.Count > 0 ? similar[0] : null)}");
    }

    private ProbeSyntaxException Error(KernelTextPoint text, string reason) => new(syntax.Text, text.Span.Start, reason);
}
