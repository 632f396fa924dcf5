using System.Globalization;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Plan;
using TraceKit.Probes.Syntax;
using TraceKit.Probes.Targets;

namespace TraceKit.Probes.Compile;

/// <summary>All arguments of one probe.</summary>
internal sealed class Arguments(ProbeSyntax syntax, ProbeTarget target, ProbeOptions options, Site site, List<string> notes)
{
    /// <summary>Characters of a fetch argument behind its name: <c>MAX_ARGSTR_LEN</c> (measured: 63 are taken, 64 refused).</summary>
    public const int MaxTextLength = 63;

    /// <summary>Bytes of an event's fields: <c>MAX_PROBE_EVENT_SIZE</c> of newer kernels; older ones allow about a page.</summary>
    public const int MaxEventBytes = 3072;

    private readonly Variables variables = new(target, site);
    private readonly HashSet<string> taken = new(StringComparer.Ordinal);
    private readonly List<PlannedArgument> planned = [];

    public IReadOnlyList<PlannedArgument> Compile()
    {
        // Names that were given are kept, whatever the others would like to be called.
        foreach (var argument in syntax.Arguments)
        {
            if (argument.Name is { } name && ArgumentNames.IsTaken(name))
                throw Error(argument.Span, $"'{name}' is a field that every event has: give another name");
            if (argument.Name is { } given && !ProbeNames.IsArgumentName(given))
                throw Error(argument.Span, $"'{given}' is no name for an argument: letters, digits and _, at most {ProbeNames.MaxArgumentLength}");
        }

        if (syntax.Arguments.Count == 0 && site.Marker is { } marker)
            OfMarker(marker);
        for (var i = 0; i < syntax.Arguments.Count; i++)
        {
            var argument = syntax.Arguments[i];
            if (argument.Expression is SpecialSyntax { Kind: SpecialKind.Variables or SpecialKind.Parameters } all)
                All(argument, all);
            else
                Add(argument, argument.Name ?? ArgumentNames.Default(argument) ?? string.Create(CultureInfo.InvariantCulture, $"arg{i + 1}"), argument.Name is not null);
        }

        Check();
        return planned;
    }

    private void Add(ArgumentSyntax argument, string name, bool isGiven)
    {
        var evaluator = new Evaluator(syntax.Text, target, site, variables, argument.IsUser && target.IsKernel);
        var value = evaluator.Evaluate(argument.Expression);
        Plan(argument, name, isGiven, evaluator, value, evaluator.TextOf(argument.Expression.Span));
    }

    private void Plan(ArgumentSyntax argument, string name, bool isGiven, Evaluator evaluator, Value value, string expression)
    {
        var builder = new FetchBuilder(target, options, evaluator, notes, expression);
        var fetched = builder.Build(value, argument);
        var fetches = new List<KernelFetch>(fetched.Fetches.Count);
        if (isGiven && taken.Contains(name))
            throw Error(argument.Span, $"two arguments are called '{name}': give one of them another name");
        var shown = fetched.Fetches.Count == 1 ? name : ArgumentNames.Unique(name, "", taken);
        foreach (var fetch in fetched.Fetches)
        {
            var length = fetch.Text.Length + (fetch.Type is null ? 0 : fetch.Type.Length + 1);
            if (length > MaxTextLength)
                throw Error(argument.Span, $"'{expression}' becomes {length} characters in the kernel's words, {fetch.Text}, and it takes {MaxTextLength}: begin nearer to the value");
            fetches.Add(new KernelFetch(ArgumentNames.Unique(shown, fetch.Suffix, taken), fetch.Text, fetch.Type));
        }

        planned.Add(new PlannedArgument
        {
            Name = fetches.Count == 1 ? fetches[0].Name : shown,
            Expression = expression,
            Fetches = fetches,
            Presentation = fetched.Presentation,
            TypeText = value.Type is null || value.Type is DistanceType ? null : value.Type is SizedInteger { Of: { } of } ? TypeNames.Format(of) : value.Type is SizedInteger ? null : TypeNames.Format(value.Type),
            Origin = string.Join("; ", evaluator.Origins),
        });
    }

    /// <summary><c>$vars</c>, <c>$params</c>: what can be read; what cannot is left out and told.</summary>
    private void All(ArgumentSyntax argument, SpecialSyntax special)
    {
        var word = special.Kind == SpecialKind.Parameters ? "$params" : "$vars";
        if (site.IsReturn)
            throw Error(argument.Span, $"{word} are gone when the function has returned: $retval is there");
        if (site.Marker is { } marker && site.Copies.Count == 0)
        {
            OfMarker(marker);
            return;
        }

        var found = variables.All(special.Kind == SpecialKind.Parameters);
        if (found.Count == 0)
        {
            if (site.Function is null)
                throw Error(argument.Span, $"{word}: there is no debug information about the variables of {(site.FunctionName.Length > 0 ? site.FunctionName : "this place")}");
            notes.Add($"{site.FunctionName} has no {(special.Kind == SpecialKind.Parameters ? "parameters" : "variables")} in scope here");
        }

        foreach (var variable in found)
        {
            var evaluator = new Evaluator(syntax.Text, target, site, variables, isUser: false);
            var said = notes.Count;
            try
            {
                var plain = new ArgumentSyntax(null, new VariableSyntax(variable.Name, argument.Expression.Span), argument.Type, argument.IsUser, argument.Span);
                var value = evaluator.Evaluate(plain.Expression);
                Plan(plain, variable.Name, isGiven: false, evaluator, value, variable.Name);
            }
            catch (ProbeSyntaxException e)
            {
                notes.RemoveRange(said, notes.Count - said);
                notes.Add($"{word} leaves out '{variable.Name}': {e.Reason}");
            }
        }
    }

    private void OfMarker(TargetMarker marker)
    {
        for (var i = 0; i < marker.Arguments.Count; i++)
        {
            var argument = marker.Arguments[i];
            var name = string.Create(CultureInfo.InvariantCulture, $"arg{i + 1}");
            if (argument.KernelText is not { } text)
            {
                notes.Add($"{marker.Provider}:{marker.Name} leaves out {name} ({argument.Text}): {argument.WhyNot}");
                continue;
            }

            if (text.Length + 1 + argument.Type.Length <= MaxTextLength)
            {
                planned.Add(new PlannedArgument
                {
                    Name = ArgumentNames.Unique(name, "", taken),
                    Expression = name,
                    Fetches = [new KernelFetch(name, text, argument.Type)],
                    Origin = $"note of the marker: {argument.Text}",
                });
            }
        }
    }

    /// <summary>What the kernel would refuse as a whole.</summary>
    private void Check()
    {
        var count = 0;
        var bytes = 0;
        foreach (var argument in planned)
        {
            foreach (var fetch in argument.Fetches)
            {
                count++;
                bytes += BytesOf(fetch.Type);
            }
        }

        var at = syntax.Arguments.Count > 0 ? syntax.Arguments[0].Span : syntax.Point.Span;
        if (count > ProbeNames.MaxArguments)
            throw Error(at, $"{count} fields: the kernel takes {ProbeNames.MaxArguments} in one event");
        if (bytes > MaxEventBytes)
            throw Error(at, $"the fields are {bytes} bytes together, and the kernel takes {MaxEventBytes} in one event: ask for fewer, or for shorter texts (:str[64])");
    }

    private static int BytesOf(string? type)
    {
        if (type is null)
            return 8;
        var times = 1;
        var bracket = type.IndexOf('[');
        if (bracket > 0)
        {
            _ = int.TryParse(type.AsSpan(bracket + 1, type.Length - bracket - 2), NumberStyles.None, CultureInfo.InvariantCulture, out times);
            type = type[..bracket];
        }

        if (type.StartsWith('b') && type.IndexOf('/') is > 0 and var slash && int.TryParse(type.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var bits))
            return bits / 8 * times;
        return times * type switch { "string" or "ustring" or "symstr" => 4, "char" => 1, _ => FetchBuilder.Width(type) is > 0 and var width ? width / 8 : 8 };
    }

    private ProbeSyntaxException Error(TextSpan span, string reason) => new(syntax.Text, span.Start, reason);
}
