using TraceKit.DebugInfo.Elf;

namespace TraceKit.Capture.Cli;

/// <summary>The command line of <c>record</c>.</summary>
internal static class RecordParser
{
    /// <summary>Parses what follows <c>record</c>.</summary>
    /// <exception cref="UsageException">It cannot be understood.</exception>
    /// <returns>null when help was asked for.</returns>
    public static RecordOptions? Parse(IReadOnlyList<string> arguments)
    {
        var options = new RecordOptions();
        options.Arguments.AddRange(arguments);
        var reader = new OptionReader(arguments);
        var target = new TargetOptions();
        while (reader.TryNext(out var option))
        {
            switch (option)
            {
                case "-e" or "--event":
                    options.Events.Add(new EventRequest { Text = reader.NotEmpty() });
                    break;
                case "--probe":
                    options.Events.Add(new EventRequest { Text = ProbeArguments.Definition(reader.NotEmpty()), IsProbe = true, Target = target });
                    break;
                case "--filter":
                    if (options.Events.Count == 0)
                        throw new UsageException("--filter applies to the event before it: put it after -e or --probe");
                    if (options.Events[^1].Filter is not null)
                        throw new UsageException("two filters for one event: join them with &&");
                    options.Events[^1].Filter = reader.NotEmpty();
                    break;
                case "-a" or "--all-cpus":
                    options.AllCpus = true;
                    break;
                case "-p" or "--pid":
                    options.Pids.AddRange(Quantity.ParseIds(reader.Value(), option));
                    break;
                case "-t" or "--tid":
                    options.Tids.AddRange(Quantity.ParseIds(reader.Value(), option));
                    break;
                case "-C" or "--cpu":
                    options.Cpus = Quantity.ParseCpus(reader.Value(), option);
                    break;
                case "-F" or "--freq":
                    options.Frequency = Quantity.ParseNumber(reader.Value(), option, 1, 1_000_000);
                    break;
                case "-c" or "--count":
                    options.Count = Quantity.ParseNumber(reader.Value(), option, 1, long.MaxValue);
                    break;
                case "-g":
                    if (options.CallGraph == CallGraph.None)
                        options.CallGraph = CallGraph.FramePointer;
                    break;
                case "--call-graph":
                    ParseCallGraph(reader.Value(), options);
                    break;
                case "-o" or "--output":
                    options.Output = reader.NotEmpty();
                    break;
                case "-d" or "--duration":
                    options.Duration = Quantity.ParseDuration(reader.Value(), option);
                    break;
                case "--max-size":
                    options.MaxSize = Quantity.ParseSize(reader.Value(), option);
                    break;
                case "-m" or "--mmap-pages":
                    options.RingBytes = ParseRing(reader.Value(), option);
                    break;
                case "--stacks":
                    options.RawStacks = reader.Value() switch
                    {
                        "pointers" => false,
                        "raw" => true,
                        var other => throw new UsageException($"--stacks: '{other}' is not pointers or raw"),
                    };
                    break;
                case "--snapshot":
                    options.Snapshot = reader.Value() switch
                    {
                        "none" => SnapshotLevel.None,
                        "symbols" => SnapshotLevel.Symbols,
                        "unwind" => SnapshotLevel.Unwind,
                        "lines" => SnapshotLevel.Lines,
                        "full" => SnapshotLevel.Full,
                        var other => throw new UsageException($"--snapshot: '{other}' is not none, symbols, unwind, lines or full"),
                    };
                    break;
                case "--max-snapshot":
                    options.MaxSnapshot = Quantity.ParseSize(reader.Value(), option);
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
                    options.Command.AddRange(reader.Remaining());
                    if (options.Command.Count == 0)
                        throw new UsageException("no command after --");
                    break;
                case "":
                    // As perf: the first word that is no option begins the command.
                    options.Command.Add(reader.Name);
                    options.Command.AddRange(reader.Remaining());
                    break;
                default:
                    target = target.With(option, reader) ?? throw UsageException.UnknownOption(option, HelpText.Record);
                    break;
            }
        }

        Check(options);
        return options;
    }

    private static void Check(RecordOptions options)
    {
        if (options.Frequency is not null && options.Count is not null)
            throw new UsageException("-F and -c exclude each other: a rate or a count");
        var tasks = options.Pids.Count > 0 || options.Tids.Count > 0;
        if (tasks && (options.AllCpus || options.Command.Count > 0))
            throw new UsageException("-p and -t exclude -a and a command: trace these tasks or everything");
        if (options.Events.Count == 0)
            options.Events.Add(new EventRequest { Text = "cpu-clock" });
        // As perf: without a task or a command there is only the whole system to record; -C alone means these CPUs of it.
        if (!tasks && (options.Command.Count == 0 || options.Cpus is not null))
            options.AllCpus = true;
    }

    private static void ParseCallGraph(string text, RecordOptions options)
    {
        var comma = text.IndexOf(',');
        var mode = comma < 0 ? text : text[..comma];
        switch (mode)
        {
            case "fp" when comma < 0:
                options.CallGraph = CallGraph.FramePointer;
                break;
            case "dwarf":
                options.CallGraph = CallGraph.Dwarf;
                if (comma >= 0)
                {
                    var size = Quantity.ParseNumber(text[(comma + 1)..], "--call-graph dwarf,SIZE", 8, 65528);
                    if (size % 8 != 0)
                        throw new UsageException($"--call-graph dwarf,{size}: the size is a multiple of 8, at most 65528");
                    options.StackBytes = (int)size;
                }

                break;
            case "lbr":
                throw new UsageException("--call-graph lbr is not available in this version: use fp or dwarf");
            default:
                throw new UsageException($"--call-graph: '{text}' is not fp or dwarf[,SIZE]");
        }
    }

    /// <summary>A bare number is pages, as in perf; with a unit it is bytes. Rounded up to a power of two of pages.</summary>
    private static int ParseRing(string text, string option)
    {
        var size = Quantity.ParseSize(text, option);
        if (char.IsAsciiDigit(text[^1]))
            size *= Environment.SystemPageSize;
        if (size > 1 << 30)
            throw new UsageException($"{option}: '{text}': at most 1G for each CPU");
        return (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(size, Environment.SystemPageSize));
    }
}
