using TraceKit.DebugInfo.Types;

namespace TraceKit.Capture.Cli;

/// <summary>The command line cannot be understood. Exit code 2.</summary>
/// <param name="message">One line, or with the place in the text below it.</param>
/// <param name="pointsToHelp">Whether the help says more than the message does.</param>
internal sealed class UsageException(string message, bool pointsToHelp = true) : Exception(message)
{
    /// <summary>Whether the help says more than the message does.</summary>
    public bool PointsToHelp { get; } = pointsToHelp;

    /// <summary>An option that a command does not have, with the one that was probably meant.</summary>
    /// <param name="option">As it was written.</param>
    /// <param name="help">The command's help: it names every option.</param>
    public static UsageException UnknownOption(string option, string help)
    {
        var known = new List<string>();
        foreach (var word in help.Split(' ', '\n', ',', '\'', '[', ']', '(', ')'))
        {
            if (word.StartsWith("--", StringComparison.Ordinal) && word.Length > 2)
                known.Add(word);
        }

        return new UsageException($"unknown option {option}{(option.Length > 2 ? Suggestions.DidYouMean(option, known) : "")}");
    }
}
