using System.Globalization;
using System.Text;

namespace TraceKit.Probes.Syntax;

/// <summary>Reads a line of the kernel's with its fetch arguments, so that two lines can be compared by what they mean: <c>+0(%di)</c> is <c>+0x0(%di)</c>.</summary>
public static class KernelTextReader
{
    /// <summary>Reads one line.</summary>
    /// <param name="line">As <c>kprobe_events</c> and <c>uprobe_events</c> take and print it.</param>
    /// <exception cref="ProbeSyntaxException">It is none, or its arguments are not understood.</exception>
    public static KernelLine Read(string line)
    {
        var syntax = ProbeParser.Parse(line);
        if (syntax.Point is not KernelTextPoint point)
            throw new ProbeSyntaxException(line, 0, "expected a line of the kernel's: p:GROUP/EVENT PLACE [ARGUMENTS]");
        var reader = new SyntaxReader(line, line.AsSpan().TrimEnd([' ', '\t']).Length - point.ArgumentText.Length, line.AsSpan().TrimEnd([' ', '\t']).Length);
        var arguments = ArgumentParser.ParseAll(reader);
        var read = new List<KernelLineArgument>(arguments.Count);
        foreach (var argument in arguments)
        {
            read.Add(new KernelLineArgument(
                argument.Name ?? "arg" + (read.Count + 1).ToString(CultureInfo.InvariantCulture), ProbeSyntaxText.Format(argument.Expression), argument.Type is { } type ? ProbeSyntaxText.Format(type) : DefaultType(argument.Expression)));
        }

        return new KernelLine(syntax.Group, syntax.Event, point, read);
    }

    /// <summary>One form for all lines that mean the same.</summary>
    /// <param name="line">As <see cref="Read"/> takes it.</param>
    public static string Normalize(string line)
    {
        var read = Read(line);
        var text = new StringBuilder(ProbeSyntaxText.Format(new ProbeSyntax { Text = line, Group = read.Group, Event = read.Event, Point = read.Point with { ArgumentText = "" } }));
        foreach (var argument in read.Arguments)
            text.Append(' ').Append(argument.Name).Append('=').Append(argument.Fetch).Append(':').Append(argument.Type);
        return text.ToString();
    }

    /// <summary>What the kernel takes where no type is given: <c>DEFAULT_FETCH_TYPE</c>, and text for what is one.</summary>
    private static string DefaultType(ExpressionSyntax expression) =>
        expression is ImmediateTextSyntax or SpecialSyntax { Kind: SpecialKind.Comm } ? "string" : "x64";
}

/// <summary>A line of the kernel's as read.</summary>
/// <param name="Group">The group; null for the kernel's default.</param>
/// <param name="Event">The event; null for the kernel's default.</param>
/// <param name="Point">Where.</param>
/// <param name="Arguments">What is fetched.</param>
public sealed record KernelLine(string? Group, string? Event, KernelTextPoint Point, IReadOnlyList<KernelLineArgument> Arguments);

/// <summary>A fetch argument as read: names and types that were left out are there.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Fetch">What is fetched, in one form.</param>
/// <param name="Type">Its type.</param>
public sealed record KernelLineArgument(string Name, string Fetch, string Type);
