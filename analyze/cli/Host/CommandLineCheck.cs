using System.CommandLine;
using System.CommandLine.Parsing;
using TraceKit.DebugInfo.Types;

namespace TraceKit.Cli.Host;

/// <summary>Refuses what the parser would let pass, and says what was probably meant.</summary>
internal static class CommandLineCheck
{
    /// <summary>By command: options, with spaces between, that somebody may know of the program that it resembles, and why they are not here.</summary>
    public static Dictionary<Command, (string Options, string Why)[]> NotHere { get; } = [];

    /// <summary>Throws on parse errors, and on options that the catch-all file argument swallowed.</summary>
    /// <exception cref="UserErrorException">With exit code 2.</exception>
    public static void Refuse(ParseResult result, string[] args)
    {
        var command = result.CommandResult.Command;
        if (result.Action is HelpWithExamples)
            return;
        var end = Array.IndexOf(args, "--");
        var beforeEnd = end < 0 ? args : args[..end];
        foreach (var argument in command.Arguments)
        {
            if (result.GetResult(argument) is not { } argumentResult)
                continue;
            foreach (var token in argumentResult.Tokens)
            {
                if (token.Value.Length > 1 && token.Value[0] == '-' && beforeEnd.Contains(token.Value))
                    throw Unknown(token.Value, command);
            }
        }

        foreach (var token in result.UnmatchedTokens)
        {
            if (token.Length > 1 && token[0] == '-')
                throw Unknown(token, command);
        }

        if (result.Errors.Count > 0)
            throw new UserErrorException($"{Describe(result.Errors[0], command)}; see '{PathOf(command)} --help'");
    }

    /// <summary>The parser's words, but for those that speak of types.</summary>
    private static string Describe(ParseError error, Command command)
    {
        if (error.SymbolResult is OptionResult option && error.Message.StartsWith("Cannot parse", StringComparison.Ordinal) && option.Tokens.Count > 0)
            return $"{option.Option.Name} {option.Tokens[^1].Value}: expected a number";
        if (command.Subcommands.Count > 0 && error.SymbolResult is CommandResult)
            return $"expected one of {string.Join(", ", command.Subcommands.Select(c => c.Name))}";
        return error.Message.TrimEnd('.', ' ');
    }

    private static UserErrorException Unknown(string typed, Command command)
    {
        var name = typed.Split('=', 2)[0];
        if (NotHere.TryGetValue(command, out var refused))
        {
            // A short option may have its value behind it.
            foreach (var form in new[] { name, name.Length > 2 && name[1] != '-' ? name[..2] : name })
            {
                if (Array.Find(refused, r => r.Options.Split(' ').Contains(form)).Why is { } why)
                    return new UserErrorException($"{form} is not here: {why}");
            }
        }

        var known = command.Options.SelectMany(o => o.Aliases.Append(o.Name)).Where(n => n.Length > 2);
        var near = Suggestions.Nearest(name, known);
        return new UserErrorException($"unknown option '{name}'{(near is null ? "" : $"; did you mean '{near}'?")}; see '{PathOf(command)} --help'");
    }

    private static string PathOf(Command command) => command is RootCommand ? "tracekit" : command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{PathOf(parent)} {command.Name}" : $"tracekit {command.Name}";
}
