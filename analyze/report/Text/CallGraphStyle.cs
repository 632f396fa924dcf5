using System.Globalization;
using TraceKit.Engine.Aggregates;

namespace TraceKit.Report.Text;

/// <summary>How call graphs are drawn.</summary>
public enum CallGraphMode
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Branches with their share of everything.</summary>
    Graph,

    /// <summary>Branches with their share of what they branch from.</summary>
    Fractal,

    /// <summary>Each chain by itself, a line for each function.</summary>
    Flat,

    /// <summary>Each chain in one line, as flame graph tools read it.</summary>
    Folded,
}

/// <summary>What stands at a branch of a call graph.</summary>
public enum CallGraphValue
{
    /// <summary>Its share.</summary>
    Percent,

    /// <summary>Its weight.</summary>
    Period,

    /// <summary>Its samples.</summary>
    Count,
}

/// <summary>What call graphs branch by.</summary>
public enum CallGraphKey
{
    /// <summary>Functions.</summary>
    Function,

    /// <summary>Functions and lines of the source.</summary>
    Line,

    /// <summary>Functions and addresses, shown as lines.</summary>
    Address,
}

/// <summary>What <c>-g</c> says, as perf reads it: <c>graph,0.5,caller,function,percent</c>.</summary>
public sealed record CallGraphStyle
{
    /// <summary>Drawing.</summary>
    public CallGraphMode Mode { get; init; } = CallGraphMode.Graph;

    /// <summary>Which end comes first; null for what the report says: callers first with children, else the function first.</summary>
    public CallOrder? Order { get; init; }

    /// <summary>Branches (chains) under this percentage are left out; null for the report's limit, or 0.5.</summary>
    public double? MinPercent { get; init; }

    /// <summary>Most branches of a fork, or chains; 0 for all.</summary>
    public int PrintLimit { get; init; }

    /// <summary>What branches are told apart by.</summary>
    public CallGraphKey Key { get; init; }

    /// <summary>What stands at a branch.</summary>
    public CallGraphValue Value { get; init; }

    /// <summary>Reads the words after <c>-g</c> in any order.</summary>
    /// <param name="text">As typed.</param>
    /// <param name="style">What it says.</param>
    /// <param name="problem">What is wrong, when it is not understood.</param>
    public static bool TryParse(string text, out CallGraphStyle style, out string problem)
    {
        style = new CallGraphStyle();
        problem = "";
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            switch (word)
            {
                case "graph" or "fractal" or "flat" or "folded" or "none":
                    style = style with { Mode = Enum.Parse<CallGraphMode>(word, ignoreCase: true) };
                    break;
                case "caller" or "callee":
                    style = style with { Order = word == "caller" ? CallOrder.Caller : CallOrder.Callee };
                    break;
                case "percent" or "period" or "count":
                    style = style with { Value = Enum.Parse<CallGraphValue>(word, ignoreCase: true) };
                    break;
                case "function" or "address" or "srcline":
                    style = style with { Key = word switch { "address" => CallGraphKey.Address, "srcline" => CallGraphKey.Line, _ => CallGraphKey.Function } };
                    break;
                case "branch":
                    break; // As perf: where there are no branch records, nothing is put in front of chains.
                default:
                    if (!TryNumber(word, ref style))
                    {
                        problem = $"expected graph, fractal, flat, folded or none; caller or callee; function, address or srcline; percent, period or count; the least percentage and the most branches, found '{word}'";
                        return false;
                    }

                    break;
            }
        }

        return true;
    }

    /// <summary>The first number is the least percentage, the second the most branches.</summary>
    private static bool TryNumber(string word, ref CallGraphStyle style)
    {
        if (style.MinPercent is null)
        {
            if (!double.TryParse(word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var least) || least > 100)
                return false;
            style = style with { MinPercent = least };
            return true;
        }

        if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var most))
            return false;
        style = style with { PrintLimit = most };
        return true;
    }
}
