using System.CommandLine;
using TraceKit.Engine.DebugFiles;

namespace TraceKit.Cli.Host;

/// <summary><c>--symfs</c>, <c>--debug-dir</c>, <c>--buildid-dir</c>, <c>--archive</c>, <c>--kallsyms</c>, <c>--vmlinux</c>: where files that a recording lacks may be looked for.</summary>
internal sealed class DebugFileArguments
{
    private readonly Option<string[]> _directories = new("--debug-dir") { HelpName = "DIR", Description = "Look here for debug files that are not in the recording: laid out as /usr/lib/debug, or simply holding them; may be repeated. Only files of the same build are used." };
    private readonly Option<string> _root = new("--symfs") { HelpName = "DIR", Description = "A copy of the recorded machine's root: look for its files there." };

    private readonly Option<string[]> _caches = new("--buildid-dir") { HelpName = "DIR", Description = "A build-id directory of perf's; may be repeated. Default for a perf.data: ~/.debug." };
    private readonly Option<string[]> _archives = new("--archive") { HelpName = "FILE", Description = "What 'perf archive' packed; may be repeated. Default for a perf.data: the one beside it." };
    private readonly Option<string> _kallsyms = new("--kallsyms") { HelpName = "FILE", Description = "Copy of the recorded machine's /proc/kallsyms." };
    private readonly Option<string> _vmlinux = new("--vmlinux", "-k") { HelpName = "FILE", Description = "The recorded kernel's vmlinux." };

    /// <summary>Adds them to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="recordings">Whether it reads recordings: for a single file neither a kernel nor an archive is of use.</param>
    public DebugFileArguments(Command command, bool recordings = true)
    {
        command.Options.Add(_directories);
        command.Options.Add(_root);
        command.Options.Add(_caches);
        if (!recordings)
            return;
        command.Options.Add(_archives);
        command.Options.Add(_kallsyms);
        command.Options.Add(_vmlinux);
    }

    /// <summary>Where to look; null when nothing was said, so that only the recording is read.</summary>
    /// <exception cref="UserErrorException">A folder does not exist.</exception>
    public DebugFileOptions? Read(ParseResult result)
    {
        var options = ReadWith(result, hostDefaults: false);
        return options.IsAnywhere ? options : null;
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
        var caches = result.GetValue(_caches) ?? [];
        foreach (var directory in caches)
            Check("--buildid-dir", directory);
        var archives = result.GetValue(_archives) ?? [];
        foreach (var archive in archives)
            CheckFile("--archive", archive);
        return new DebugFileOptions
        {
            DebugDirectories = directories,
            SymbolFileSystem = root,
            BuildIdDirectories = caches,
            Archives = archives,
            Kallsyms = CheckFile("--kallsyms", result.GetValue(_kallsyms)),
            Vmlinux = CheckFile("--vmlinux", result.GetValue(_vmlinux)),
            UseHostDefaults = hostDefaults,
        };
    }

    private static void Check(string option, string directory)
    {
        if (!Directory.Exists(directory))
            throw new UserErrorException($"{option} {directory}: {(File.Exists(directory) ? "is a file, a folder was expected" : "no such folder")}", ExitCodes.Failed);
    }

    private static string? CheckFile(string option, string? path)
    {
        if (path is not null && !File.Exists(path))
            throw new UserErrorException($"{option} {path}: {(Directory.Exists(path) ? "is a folder, a file was expected" : "no such file")}", ExitCodes.Failed);
        return path;
    }
}
