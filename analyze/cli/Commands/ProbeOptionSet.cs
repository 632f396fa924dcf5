using System.CommandLine;
using TraceKit.Cli.Host;
using TraceKit.Engine.ProbeTargets;

namespace TraceKit.Cli.Commands;

/// <summary>What <c>tracekit probe</c> is to do.</summary>
internal enum ProbeMode
{
    /// <summary>Tell what a definition becomes.</summary>
    DryRun,

    /// <summary>Print the kernel's text only.</summary>
    Definition,

    /// <summary>Variables at a place.</summary>
    Variables,

    /// <summary>Source lines.</summary>
    Lines,

    /// <summary>Functions.</summary>
    Functions,
}

/// <summary>One command line of <c>tracekit probe</c>, read.</summary>
internal sealed record ProbeRequest
{
    public required ProbeMode Mode { get; init; }

    /// <summary>Definitions, places, ranges or globs.</summary>
    public required IReadOnlyList<string> Operands { get; init; }

    public required ProbeFileOptions Files { get; init; }

    /// <summary>Where the probed file lies on the host that is to be traced; null for the same place.</summary>
    public string? HostPath { get; init; }

    public IReadOnlyList<string> SourceFolders { get; init; } = [];

    public int MaxProbes { get; init; } = 128;

    public int TextBytes { get; init; } = 128;

    public bool NoInlines { get; init; }

    public bool IsVerbose { get; init; }

    /// <summary>Only errors are said.</summary>
    public bool IsQuiet { get; init; }
}

/// <summary>The options of <c>tracekit probe</c>: perf probe's spellings, and what a workstation needs beside them.</summary>
internal sealed class ProbeOptionSet
{
    private readonly Argument<string[]> _words = new("DEFINITION") { Arity = ArgumentArity.ZeroOrMore, Description = "What to probe: [[GROUP:]EVENT=]FUNC[@SRC][:LINE|+OFFSET|%return|;PATTERN] [NAME=]EXPR[:TYPE]…, FILE:LINE, %sdt_PROVIDER:NAME; see docs/probes.md. Without -D: tells all about it." };
    private readonly Option<string[]> _add = Many("--add", "-a", "DEFINITION", "The same as DEFINITION alone.");
    private readonly Option<string[]> _definition = Many("--definition", "-D", "DEFINITION", "Print the kernel's text only: lines for uprobe_events and kprobe_events, and for tracekit-capture.");
    private readonly Option<string[]> _variables = Many("--vars", "-V", "PLACE", "Variables that a probe can read there, with their types.");
    private readonly Option<string[]> _lines = Many("--line", "-L", "FUNC|SRC:N-M", "Source lines; those that a probe can stand on have a number.");
    private readonly Option<string[]> _functions = Many("--funcs", "-F", "GLOB", "Functions, demangled and sorted; without GLOB all but those that begin with '_'.");
    private readonly Option<string> _filter = new("--filter") { HelpName = "GLOB", Description = "The same as a GLOB of --funcs; several are joined by ! & | ( )." };
    private readonly Option<string> _executable = new("--exec", "-x") { HelpName = "FILE", Description = "The program or library; without it a kernel." };
    private readonly Option<string> _btf = new("--btf") { HelpName = "FILE", Description = "BTF of the kernel that is to be traced: a copy of its /sys/kernel/btf/vmlinux." };
    private readonly Option<string> _vmlinux = new("--vmlinux", "-k") { HelpName = "FILE", Description = "The kernel's ELF file, best with debug information. Without --btf and --vmlinux this machine's kernel." };
    private readonly Option<string[]> _typesFrom = new("--types-from") { HelpName = "FILE", Description = "Another file that knows the types: with DWARF, BTF, or C declarations; may be repeated." };
    private readonly Option<string[]> _prototypes = new("--proto") { HelpName = "C", Description = "A C prototype: 'ssize_t vfs_read(struct file *file, char *buf, size_t count, loff_t *pos)'; may be repeated." };
    private readonly Option<string> _path = new("--path") { HelpName = "PATH", Description = "Where FILE lies on the host that is to be traced." };
    private readonly Option<string[]> _source = new("--source", "-s") { HelpName = "DIR", Description = "Look here for source text, for -L and ;PATTERN; may be repeated." };
    private readonly Option<bool> _noInlines = new("--no-inlines") { Description = "Pass over inlined copies of functions." };
    private readonly Option<int> _maxProbes = new("--max-probes") { HelpName = "N", Description = "Places that one definition may become (128).", DefaultValueFactory = _ => 128 };
    private readonly Option<int> _maxText = new("--max-text") { HelpName = "N", Description = "Bytes of a text that carries its length, as std::string and &str do (128).", DefaultValueFactory = _ => 128 };
    private readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "Tell place, cost and fetch arguments. Nothing is ever defined here." };
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Say where types and offsets came from." };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "No warnings and notes." };
    private readonly DebugFileArguments _debugFiles;

    /// <summary>Adds them to a command.</summary>
    public ProbeOptionSet(Command command)
    {
        command.Arguments.Add(_words);
        foreach (var option in new Option[]
        {
            _add, _definition, _variables, _lines, _functions, _filter, _executable, _btf, _vmlinux, _typesFrom, _prototypes, _path, _source, _noInlines, _maxProbes, _maxText, _dryRun, _verbose, _quiet,
        })
        {
            command.Options.Add(option);
        }

        _debugFiles = new DebugFileArguments(command, recordings: false);
    }

    /// <summary>Reads them.</summary>
    /// <exception cref="UserErrorException">They don't go together.</exception>
    public ProbeRequest Read(ParseResult result)
    {
        var operands = new List<string>();
        var mode = ProbeMode.DryRun;
        string? chosen = null;
        foreach (var (option, what) in new[] { (_add, ProbeMode.DryRun), (_definition, ProbeMode.Definition), (_variables, ProbeMode.Variables), (_lines, ProbeMode.Lines), (_functions, ProbeMode.Functions) })
        {
            if (result.GetResult(option) is not { Implicit: false })
                continue;
            if (chosen is not null)
                throw new UserErrorException($"{chosen} and {option.Name} exclude each other: one thing at a time");
            chosen = option.Name;
            mode = what;
            operands.AddRange(result.GetValue(option) ?? []);
        }

        operands.AddRange(result.GetValue(_words) ?? []);
        if (mode == ProbeMode.Functions && result.GetValue(_filter) is { } filter)
            operands.Add(filter);
        if (operands.Count == 0 && mode != ProbeMode.Functions)
        {
            throw new UserErrorException(mode switch
            {
                ProbeMode.Variables => "-V needs a function, or another place: -V vfs_read",
                ProbeMode.Lines => "-L needs a function or lines: -L main, -L FILE:10-20",
                _ => "no definition; see 'tracekit probe --help'",
            });
        }

        if (result.GetValue(_dryRun))
            mode = mode == ProbeMode.Definition ? ProbeMode.DryRun : mode;
        var executable = result.GetValue(_executable);
        if (executable is not null && (result.GetValue(_btf) ?? result.GetValue(_vmlinux)) is not null)
            throw new UserErrorException("-x names a program, --btf and --vmlinux a kernel: one of them");
        if (executable is null && result.GetValue(_path) is not null)
            throw new UserErrorException("--path says where the file of -x lies on the host: there is no -x");
        var maxProbes = result.GetValue(_maxProbes);
        var maxText = result.GetValue(_maxText);
        if (maxProbes is < 1 or > 65536)
            throw new UserErrorException($"--max-probes {maxProbes}: expected 1 to 65536");
        if (maxText is < 1 or > 4096)
            throw new UserErrorException($"--max-text {maxText}: expected 1 to 4096");
        return new ProbeRequest
        {
            Mode = mode,
            Operands = operands,
            Files = new ProbeFileOptions
            {
                Executable = executable,
                Btf = result.GetValue(_btf),
                Vmlinux = result.GetValue(_vmlinux),
                TypesFrom = result.GetValue(_typesFrom) ?? [],
                Prototypes = result.GetValue(_prototypes) ?? [],
                DebugFiles = _debugFiles.ReadWith(result, hostDefaults: true),
            },
            HostPath = result.GetValue(_path),
            SourceFolders = result.GetValue(_source) ?? [],
            MaxProbes = maxProbes,
            TextBytes = maxText,
            NoInlines = result.GetValue(_noInlines),
            IsVerbose = result.GetValue(_verbose),
            IsQuiet = result.GetValue(_quiet),
        };
    }

    private static Option<string[]> Many(string name, string alias, string help, string description) =>
        new(name, alias) { HelpName = help, Description = description, Arity = ArgumentArity.ZeroOrMore };
}
