using System.CommandLine;

namespace TraceKit.Cli.Host;

/// <summary>The input file, as an argument or after <c>-i</c> as perf's users type it.</summary>
internal sealed class InputArguments
{
    private readonly Argument<string[]> _files = new("FILE") { Arity = ArgumentArity.ZeroOrMore, Description = "Recording (.dtr) to read." };
    private readonly Option<string[]> _input = new("--input", "-i") { HelpName = "FILE", Description = "The same, as perf takes it.", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };

    /// <summary>Adds both to a command.</summary>
    public InputArguments(Command command)
    {
        command.Arguments.Add(_files);
        command.Options.Add(_input);
    }

    /// <summary>The one file.</summary>
    /// <exception cref="UserErrorException">None is named, or several.</exception>
    public string One(ParseResult result)
    {
        string[] names = [.. result.GetValue(_files) ?? [], .. result.GetValue(_input) ?? []];
        return names.Length switch
        {
            1 => Check(names[0]),
            0 => throw new UserErrorException($"no input file; see 'tracekit {result.CommandResult.Command.Name} --help'"),
            _ => throw new UserErrorException($"one input file only, found {names.Length}: {string.Join(", ", names)}"),
        };
    }

    /// <summary>Refuses what opens without an error and then fails, or waits for ever.</summary>
    public static string Check(string name)
    {
        if (name == "-")
            return name;
        if (name.Length == 0)
            throw new UserErrorException("the input file's name is empty");
        if (Directory.Exists(name) && !File.Exists(Path.Combine(name, "data")))
            throw new UserErrorException($"{name}: is a folder, a .dtr or perf.data file was expected", ExitCodes.UnusableFile);
        if (!File.Exists(name) && !Directory.Exists(name))
            throw new UserErrorException($"{name}: no such file", ExitCodes.Failed);
        return name;
    }
}
