using System.Globalization;
using System.Text;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Compile;
using TraceKit.Probes.Plan;
using TraceKit.Probes.Syntax;
using TraceKit.Probes.Targets;

namespace TraceKit.Probes.Listing;

/// <summary>The text of <c>-V</c>: which variables a probe can read at each of its places, with their types as the program declares them.</summary>
public static class VariableListing
{
    /// <summary>Writes them as <c>perf probe -V</c> does.</summary>
    /// <param name="definition">A probe point; arguments behind it are refused.</param>
    /// <param name="target">What is probed.</param>
    /// <param name="options">Choices.</param>
    /// <param name="withOrigins">Say also where each is, and who says so (<c>-v</c>).</param>
    /// <remarks>
    /// <code>
    /// Available variables at tcp_sendmsg
    /// ⇥@&lt;tcp_sendmsg+0&gt;
    /// ⇥⇥size_t⇥size
    /// ⇥⇥struct sock*⇥sk
    /// ⇥⇥(2 are not available here: copied, err)
    /// </code>
    /// </remarks>
    /// <exception cref="ProbeSyntaxException">There is no such place.</exception>
    public static string Text(string definition, ProbeTarget target, ProbeOptions options, bool withOrigins = false)
    {
        var syntax = ProbeParser.Parse(definition);
        if (syntax.Arguments.Count > 0)
            throw new ProbeSyntaxException(definition, syntax.Arguments[0].Span.Start, "-V lists what could stand here: give the place alone");
        if (syntax.Point is KernelTextPoint)
            throw new ProbeSyntaxException(definition, 0, "-V takes a function, FILE:LINE or an address, not a line of the kernel's");
        var notes = new List<string>();
        IReadOnlyList<Site> sites;
        try
        {
            sites = new Points(syntax, target, options, notes).Resolve();
        }
        catch (ProbeTargetException e)
        {
            throw new ProbeSyntaxException(definition, syntax.Point.Span.Start, e.Message);
        }

        var text = new StringBuilder("Available variables at ").Append(definition, syntax.Point.Span.Start, syntax.Point.Span.Length).Append('\n');
        foreach (var site in sites)
            Add(text, site, target, withOrigins);
        foreach (var note in notes)
            text.Append('(').Append(note).Append(")\n");
        return text.ToString();
    }

    private static void Add(StringBuilder text, Site site, ProbeTarget target, bool withOrigins)
    {
        var variables = new Variables(target, site);
        text.Append("\t@<").Append(PlaceOf(site)).Append(">\n");
        if (site.IsReturn || site.IsReturnInstruction)
        {
            Result(text, variables, withOrigins);
            return;
        }

        var lines = new List<string>();
        var missing = new List<string>();
        var found = variables.All(onlyParameters: false);
        foreach (var variable in found)
        {
            if (variable.Value.Place is Place.Nowhere nowhere)
            {
                missing.Add(withOrigins ? $"{variable.Name} ({nowhere.Reason})" : variable.Name);
                continue;
            }

            lines.Add(Line((variable.Value.Type is { } type ? TypeNames.Format(type, withQualifiers: false) : "(type not known)"), variable, withOrigins));
        }

        // perf's order: by the whole line.
        lines.Sort(string.CompareOrdinal);
        foreach (var line in lines)
            text.Append("\t\t").Append(line).Append('\n');
        if (missing.Count > 0)
            text.Append(CultureInfo.InvariantCulture, $"\t\t({missing.Count} {(missing.Count == 1 ? "is" : "are")} not available here: ").AppendJoin(withOrigins ? "; " : ", ", missing).Append(")\n");
        else if (found.Count == 0)
            text.Append(site.Function is null && site.Copies.Count == 0 ? "\t\t(nothing is known of its variables: no debug information, BTF or prototype)\n" : "\t\t(No matched variables)\n");
    }

    private static void Result(StringBuilder text, Variables variables, bool withOrigins)
    {
        var result = variables.Result();
        if (result.Value.Place is Place.Nowhere nowhere)
            text.Append("\t\t(").Append(nowhere.Reason).Append(")\n");
        else
            text.Append("\t\t").Append(Line(result.Value.Type is { } type and not SizedInteger ? TypeNames.Format(type, withQualifiers: false) : "(type not known)", result with { Name = "$retval" }, withOrigins)).Append('\n');
    }

    private static string Line(string type, Variables.Found variable, bool withOrigins)
    {
        var line = $"{type}\t{variable.Name}";
        if (!withOrigins)
            return line;
        var where = variable.Value.Place switch
        {
            Place.Word word => word.Text,
            Place.Memory memory => memory.Text,
            Place.Sum sum => string.Create(CultureInfo.InvariantCulture, $"{sum.Text} and {sum.Offset}"),
            Place.Known known => string.Create(CultureInfo.InvariantCulture, $"always {known.Value}"),
            _ => "in several places",
        };
        return variable.Origin.Length == 0 ? $"{line}\t{where}" : $"{line}\t{where} ({variable.Origin})";
    }

    /// <summary>Function and offset; of an inlined copy of the function that it is part of.</summary>
    private static string PlaceOf(Site site)
    {
        var whole = site.Copies.Count > 0 ? site.Copies[^1] : null;
        var name = whole is { IsInlined: false } ? whole.Function.QualifiedName : site.Symbol?.DisplayName ?? site.FunctionName;
        if (name.Length == 0)
            return "0x" + site.Address.Value.ToString("x", CultureInfo.InvariantCulture);
        return site.IsReturn ? name + "%return" : string.Create(CultureInfo.InvariantCulture, $"{name}+{site.OffsetInFunction}");
    }
}
