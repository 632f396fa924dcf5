using TraceKit.Probes;
using TraceKit.Probes.Listing;
using TraceKit.Probes.Syntax;

namespace TraceKit.Capture.Cli;

/// <summary>What <c>probe</c> is to do.</summary>
internal enum ProbeMode
{
    /// <summary>Define events.</summary>
    Add,

    /// <summary>Print what would be defined, in the kernel's text.</summary>
    Definition,

    /// <summary>List what is defined.</summary>
    List,

    /// <summary>Remove events.</summary>
    Delete,

    /// <summary>A function's variables.</summary>
    Variables,

    /// <summary>Source lines.</summary>
    Lines,

    /// <summary>Functions.</summary>
    Functions,
}

/// <summary>The command line of <c>probe</c>: perf probe's spellings, and ours.</summary>
internal sealed class ProbeArguments
{
    public ProbeMode Mode { get; private set; }

    /// <summary>Definitions, functions, or patterns of names.</summary>
    public List<string> Operands { get; } = [];

    public TargetOptions Target { get; private set; } = new();

    /// <summary>Looks everything up and says what would be done; defines nothing.</summary>
    public bool DryRun { get; private set; }

    /// <summary>Parses what follows <c>probe</c>.</summary>
    /// <exception cref="UsageException">It cannot be understood.</exception>
    /// <returns>null when help was asked for.</returns>
    public static ProbeArguments? Parse(IReadOnlyList<string> arguments)
    {
        var parsed = new ProbeArguments();
        var reader = new OptionReader(arguments);
        string? chosen = null;
        while (reader.TryNext(out var option))
        {
            ProbeMode? mode = option switch
            {
                "-a" or "--add" => ProbeMode.Add,
                "-D" or "--definition" => ProbeMode.Definition,
                "-l" or "--list" => ProbeMode.List,
                "-d" or "--del" => ProbeMode.Delete,
                "-V" or "--vars" => ProbeMode.Variables,
                "-L" or "--line" => ProbeMode.Lines,
                "-F" or "--funcs" => ProbeMode.Functions,
                _ => null,
            };
            if (mode is { } wanted)
            {
                if (chosen is not null && parsed.Mode != wanted)
                    throw new UsageException($"{chosen} and {option} exclude each other: one thing at a time");
                chosen = option;
                parsed.Mode = wanted;
                if (reader.AttachedValue() is { } value)
                    parsed.Operands.Add(value);
                continue;
            }

            switch (option)
            {
                case "--filter":
                    // perf's name for the pattern of --funcs.
                    parsed.Operands.Add(reader.NotEmpty());
                    break;
                case "-n" or "--dry-run":
                    parsed.DryRun = true;
                    break;
                case "-f" or "--force" or "--externs":
                    // What perf asks for by them is done anyhow: a name that is taken gets a number, global variables are known.
                    break;
                case "-q" or "--quiet":
                    Terminal.Quiet = true;
                    break;
                case "-v" or "--verbose":
                    Terminal.Verbose = true;
                    break;
                case "-h" or "--help":
                    return null;
                case "--":
                    parsed.Operands.AddRange(reader.Remaining());
                    break;
                case "":
                    parsed.Operands.Add(reader.Name);
                    break;
                default:
                    parsed.Target = parsed.Target.With(option == "-k" ? "--vmlinux" : option, reader) ?? throw UsageException.UnknownOption(option, HelpText.Probe);
                    break;
            }
        }

        parsed.Check();
        return parsed;
    }

    /// <summary>A definition as it stands, once it is known to be one: what is wrong about the text itself needs no file to be seen.</summary>
    public static string Definition(string text)
    {
        ReadAs(text, isLines: false);
        return text;
    }

    private static void ReadAs(string text, bool isLines)
    {
        try
        {
            if (isLines)
                LineRange.Parse(text);
            else
                ProbeParser.Parse(text);
        }
        catch (ProbeSyntaxException e)
        {
            throw new UsageException(e.Message, pointsToHelp: false);
        }
    }

    private void Check()
    {
        if (Mode is ProbeMode.Add or ProbeMode.Definition or ProbeMode.Variables or ProbeMode.Lines)
        {
            foreach (var text in Operands)
                ReadAs(text, Mode == ProbeMode.Lines);
        }

        if (Operands.Count > 0 || Mode is ProbeMode.List or ProbeMode.Functions)
            return;
        throw new UsageException(Mode switch
        {
            ProbeMode.Delete => "-d needs the events to remove: GROUP:EVENT, also with * and ?",
            ProbeMode.Variables => "-V needs a function, or another place: -V vfs_read",
            ProbeMode.Lines => "-L needs a function or lines: -L vfs_read, -L FILE:10-20",
            _ => "no definition is given: probe 'vfs_read count', or -x FILE 'FUNCTION…'",
        });
    }
}
