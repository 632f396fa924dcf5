using System.CommandLine;
using TraceKit.DebugInfo.Types;

namespace TraceKit.Cli.Host;

/// <summary><c>tracekit FILE</c> and <c>tracekit -i FILE</c> mean <c>tracekit analyze …</c>.</summary>
internal static class Implied
{
    /// <summary>The arguments with the command that was left out.</summary>
    public static string[] Analyze(string[] args, RootCommand root)
    {
        if (args.Length == 0)
            return ["--help"];
        var first = args[0];
        if (first == "help" && !Path.Exists(first))
            return [.. args[1..], "--help"];
        if (root.Subcommands.Any(c => c.Name == first) || first is "--help" or "-h" or "-?" or "/?" or "/h" or "--version" || first.StartsWith('['))
            return first is "/?" or "/h" ? ["analyze", .. args] : args;
        var isOption = first.Length > 1 && first[0] == '-';
        if (isOption || first == "-" || LooksLikeFile(first))
            return ["analyze", .. args];
        var near = Suggestions.Nearest(first, root.Subcommands.Select(c => c.Name));
        throw new UserErrorException($"'{first}' is neither a command nor a file{(near is null ? "" : $"; did you mean '{near}'?")}; see 'tracekit --help'");
    }

    // A name with a dot or a slash is meant as a file even when it does not exist: then that is what has to be said.
    private static bool LooksLikeFile(string text) => text.Contains('/') || text.Contains('.') || Path.Exists(text);
}
