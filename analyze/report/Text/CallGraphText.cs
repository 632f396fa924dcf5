using System.Globalization;
using System.Text;

namespace TraceKit.Report.Text;

/// <summary>Draws call graphs with the characters of <c>perf report --stdio</c>: <c>|--15.23%--name</c>, <c>---main</c>.</summary>
/// <remarks>Lines end where their text ends; perf pads its connector lines with spaces.</remarks>
public static class CallGraphText
{
    private const string Margin = "            ";

    /// <summary>Appends the graphs under one report line, and the blank line after them; nothing when there are none.</summary>
    /// <param name="output">Gets the text.</param>
    /// <param name="roots">Graphs of this line, heaviest first.</param>
    /// <param name="lineWeight">Weight of the line itself: a single root that has all of it is drawn without a percentage.</param>
    /// <param name="total">Weight that is 100 %.</param>
    public static void Append(StringBuilder output, IReadOnlyList<CallGraphNode> roots, long lineWeight, long total)
    {
        if (roots.Count == 0)
            return;
        if (roots.Count == 1 && roots[0].Weight == lineWeight)
        {
            var root = roots[0];
            output.Append(Margin).Append("|\n").Append(Margin).Append("---").Append(root.Frames[0]).Append('\n');
            for (var i = 1; i < root.Frames.Count; i++)
                output.Append(Margin).Append("   ").Append(root.Frames[i]).Append('\n');
            AppendBranches(output, root.Children, total, Margin + "   ");
        }
        else
        {
            AppendBranches(output, roots, total, Margin);
        }

        output.Append('\n');
    }

    private static void AppendBranches(StringBuilder output, IReadOnlyList<CallGraphNode> roots, long total, string margin)
    {
        // A stack of our own: call graphs are as deep as the traced program's recursion.
        var pending = new Stack<(CallGraphNode Node, string Prefix, bool Last)>();
        Push(pending, roots, margin);
        while (pending.TryPop(out var item))
        {
            var (node, prefix, last) = item;
            output.Append(prefix).Append("|\n");
            output.Append(prefix).Append(last ? ' ' : '|').Append("--")
                .Append(Percent(node.Weight, total)).Append("--").Append(node.Frames[0]).Append('\n');
            var inner = prefix + (last ? ' ' : '|') + "          ";
            for (var i = 1; i < node.Frames.Count; i++)
                output.Append(inner).Append(node.Frames[i]).Append('\n');
            Push(pending, node.Children, inner);
        }
    }

    private static void Push(Stack<(CallGraphNode Node, string Prefix, bool Last)> pending, IReadOnlyList<CallGraphNode> nodes, string prefix)
    {
        for (var i = nodes.Count - 1; i >= 0; i--)
            pending.Push((nodes[i], prefix, i == nodes.Count - 1));
    }

    /// <summary>A share as perf prints it: <c>15.23%</c>; 0 of 0 is <c>0.00%</c>.</summary>
    public static string Percent(long part, long total) =>
        (total == 0 ? 0 : 100.0 * part / total).ToString("0.00", CultureInfo.InvariantCulture) + "%";
}
