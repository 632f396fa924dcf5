using System.CommandLine;
using TraceKit.Engine.DebugFiles;

namespace TraceKit.Cli.Host;

/// <summary><c>--debug-dir</c> and <c>--symfs</c>: where files that a recording lacks may be looked for.</summary>
internal sealed class DebugFileArguments
{
    private readonly Option<string[]> _directories = new("--debug-dir") { HelpName = "DIR", Description = "Look here for debug files that are not in the recording: laid out as /usr/lib/debug, or simply holding them; may be repeated. Only files of the same build are used." };
    private readonly Option<string> _root = new("--symfs") { HelpName = "DIR", Description = "A copy of the recorded machine's root: look for its files there." };

    /// <summary>Adds them to a command.</summary>
    public DebugFileArguments(Command command)
    {
        command.Options.Add(_directories);
        command.Options.Add(_root);
    }

    /// <summary>Where to look; null when nothing was said, so that only the recording is read.</summary>
    /// <exception cref="UserErrorException">A folder does not exist.</exception>
    public DebugFileOptions? Read(ParseResult result)
    {
        var options = ReadWith(result, hostDefaults: false);
        return options.DebugDirectories.Count == 0 && options.SymbolFileSystem is null ? null : options;
    }

    /// <summary>The same, with this machine's own files and <c>/usr/lib/debug</c> where the command is about a file of this machine.</summary>
    public DebugFileOptions ReadWith(ParseResult result, bool hostDefaults)
    {
        var directories = result.GetValue(_directories) ?? [];
        var root = result.GetValue(_root);
        foreach (var directory in directories)
            Check("--debug-dir", directory);
        if (root is not null)
            Check("--symfs", root);
        return new DebugFileOptions { DebugDirectories = directories, SymbolFileSystem = root, UseHostDefaults = hostDefaults };
    }

    private static void Check(string option, string directory)
    {
        if (!Directory.Exists(directory))
            throw new UserErrorException($"{option} {directory}: {(File.Exists(directory) ? "is a file, a folder was expected" : "no such folder")}", ExitCodes.Failed);
    }
}
