using System.Globalization;
using System.Text;

namespace TraceKit.Report.Text;

/// <summary>Draws call graphs with the characters of <c>perf report --stdio</c>: <c>|--15.23%--name</c>, <c>---main</c>.</summary>
/// <remarks>Lines end where their text ends; perf pads its connector lines with spaces.</remarks>
public static class CallGraphText
{
    private const string Margin = "            ";
    private const string Rest = "[...]";

    /// <summary>Appends the graphs under one report line, and the blank line after them; nothing when there are none.</summary>
    /// <param name="output">Gets the text.</param>
    /// <param name="row">The line: a single root that has all of its weight is drawn without a percentage.</param>
    /// <param name="section">Says how, and what 100 % is.</param>
    public static void Append(StringBuilder output, ReportRow row, ReportSection section)
    {
        if (row.Graphs.Count == 0)
            return;
        var start = output.Length;
        switch (section.Style.Mode)
        {
            case CallGraphMode.Flat:
                AppendFlat(output, row.Graphs, section);
                return;
            case CallGraphMode.Folded:
                AppendFolded(output, row.Graphs, section);
                return;
            case CallGraphMode.None:
                return;
            default:
                AppendGraph(output, row, section);
                break;
        }

        if (output.Length > start)
            output.Append('\n');
    }

    /// <summary>A share as perf prints it: <c>15.23%</c>; 0 of 0 is <c>0.00%</c>.</summary>
    public static string Percent(long part, long total) =>
        (total == 0 ? 0 : 100.0 * part / total).ToString("0.00", CultureInfo.InvariantCulture) + "%";

    private static void AppendGraph(StringBuilder output, ReportRow row, ReportSection section)
    {
        var isFractal = section.Style.Mode == CallGraphMode.Fractal;
        if (row.Graphs.Count > 1 || row.Graphs[0].Weight != row.GraphWeight)
        {
            AppendBranches(output, row.Graphs, isFractal ? row.GraphWeight : section.GraphTotal, section, Margin);
            return;
        }

        // As perf: where the first key is the function, the line above says already what the first frame is.
        var root = row.Graphs[0];
        var first = section.FirstFrameIsKnown ? 1 : 0;
        var most = section.Style.PrintLimit == 0 ? int.MaxValue : first + section.Style.PrintLimit;
        for (var i = first; i < root.Frames.Count && i < most; i++)
        {
            output.Append(Margin).Append(i == first ? "|\n" + Margin + "---" : "   ").Append(root.Frames[i]).Append('\n');
        }

        AppendBranches(output, root.Children, isFractal ? root.Below : section.GraphTotal, section, root.Frames.Count > first ? Margin + "   " : Margin);
    }

    private static void AppendBranches(StringBuilder output, IReadOnlyList<CallGraphNode> roots, long total, ReportSection section, string margin)
    {
        // A stack of our own: call graphs are as deep as the traced program's recursion.
        var pending = new Stack<(CallGraphNode Node, string Prefix, bool Last, long Total)>();
        Push(pending, roots, total, margin, section.Style);
        while (pending.TryPop(out var item))
        {
            var (node, prefix, last, whole) = item;
            output.Append(prefix).Append("|\n");
            output.Append(prefix).Append(last ? ' ' : '|').Append("--").Append(Value(node.Weight, whole, section.Style)).Append("--").Append(node.Frames[0]).Append('\n');
            var inner = prefix + (last ? ' ' : '|') + "          ";
            for (var i = 1; i < node.Frames.Count; i++)
                output.Append(inner).Append(node.Frames[i]).Append('\n');
            Push(pending, node.Children, section.Style.Mode == CallGraphMode.Fractal ? node.Below : whole, inner, section.Style);
        }
    }

    private static void Push(Stack<(CallGraphNode Node, string Prefix, bool Last, long Total)> pending, IReadOnlyList<CallGraphNode> nodes, long total, string prefix, CallGraphStyle style)
    {
        var count = style.PrintLimit == 0 ? nodes.Count : Math.Min(nodes.Count, style.PrintLimit);
        var rest = style.Mode == CallGraphMode.Fractal ? total - nodes.Take(count).Sum(n => n.Weight) : 0;
        var hasRest = rest > 0 && count > 0;
        if (hasRest)
            pending.Push((new CallGraphNode { Frames = [Rest], Weight = rest }, prefix, true, total));
        for (var i = count - 1; i >= 0; i--)
            pending.Push((nodes[i], prefix, i == count - 1 && !hasRest, total));
    }

    private static void AppendFlat(StringBuilder output, IReadOnlyList<CallGraphNode> chains, ReportSection section)
    {
        foreach (var chain in Limited(chains, section.Style))
        {
            output.Append("           ").Append(Value(chain.Weight, section.GraphTotal, section.Style)).Append('\n');
            foreach (var frame in chain.Frames)
                output.Append("                ").Append(frame).Append('\n');
            output.Append('\n');
        }
    }

    private static void AppendFolded(StringBuilder output, IReadOnlyList<CallGraphNode> chains, ReportSection section)
    {
        foreach (var chain in Limited(chains, section.Style))
            output.Append(Value(chain.Weight, section.GraphTotal, section.Style)).Append(' ').AppendJoin(';', chain.Frames).Append('\n');
    }

    private static IEnumerable<CallGraphNode> Limited(IReadOnlyList<CallGraphNode> chains, CallGraphStyle style) => style.PrintLimit == 0 ? chains : chains.Take(style.PrintLimit);

    private static string Value(long weight, long total, CallGraphStyle style) =>
        style.Value == CallGraphValue.Percent ? Percent(weight, total) : weight.ToString(CultureInfo.InvariantCulture);
}
