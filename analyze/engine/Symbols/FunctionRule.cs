using System.Text.RegularExpressions;

namespace TraceKit.Engine.Symbols;

/// <summary>A pattern of function names that are shown as one.</summary>
/// <remarks>Patterns are matched in time linear in the name, whatever they say; names of functions come from files that are not trusted.</remarks>
public sealed class FunctionRule
{
    /// <summary>Longest pattern.</summary>
    public const int MaxLength = 1000;

    private readonly Regex _pattern;

    private FunctionRule(Regex pattern, bool folds)
    {
        _pattern = pattern;
        Folds = folds;
    }

    /// <summary>Whether runs of matching frames are one frame.</summary>
    public bool Folds { get; }

    /// <summary>Reads a regular expression (.NET's, without back references and looking around).</summary>
    /// <param name="text">As typed.</param>
    /// <param name="folds">Whether runs of matching frames are one frame.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="problem">What is wrong with it, with the column where one can say.</param>
    public static bool TryParse(string text, bool folds, out FunctionRule? rule, out string problem)
    {
        rule = null;
        problem = "";
        if (text.Length is 0 or > MaxLength)
        {
            problem = $"expected a regular expression of 1 to {MaxLength} characters";
            return false;
        }

        try
        {
            rule = new FunctionRule(new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant), folds);
            return true;
        }
        catch (RegexParseException exception)
        {
            problem = $"column {exception.Offset + 1}: {Reason(exception)}";
        }
        catch (NotSupportedException)
        {
            problem = "back references, looking around and atomic groups are not supported";
        }

        return false;
    }

    /// <summary>Of each function of a table whether it has a name, and one that is meant.</summary>
    public bool[] MatchesOf(FunctionTable functions)
    {
        ArgumentNullException.ThrowIfNull(functions);
        var matches = new bool[functions.Count];
        for (var i = 0; i < matches.Length; i++)
            matches[i] = functions[i].IsKnown && _pattern.IsMatch(functions[i].Name);
        return matches;
    }

    /// <summary>What a function of this name is shown as: the text of the first capture group, or the pattern, in brackets; null when it does not match.</summary>
    public string? NameFor(string function)
    {
        var match = _pattern.Match(function);
        if (!match.Success)
            return null;
        var name = match.Groups.Count > 1 && match.Groups[1].Length > 0 ? match.Groups[1].Value : _pattern.ToString();
        return Folds ? $"[{name}…]" : $"[{name}]";
    }

    private static string Reason(RegexParseException exception)
    {
        var message = exception.Message;
        var end = message.LastIndexOf(". ", StringComparison.Ordinal);
        return (end < 0 ? message : message[(end + 2)..]).TrimEnd('.');
    }
}
