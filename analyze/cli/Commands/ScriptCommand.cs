using System.CommandLine;
using TraceKit.Cli.Host;
using TraceKit.DebugInfo.Types;
using TraceKit.Engine;
using TraceKit.Engine.Model;
using TraceKit.Engine.Streams;
using TraceKit.Engine.Symbols;
using TraceKit.Format.Perf;
using TraceKit.Probes.Filters;
using TraceKit.Report.Scripts;

namespace TraceKit.Cli.Commands;

/// <summary><c>tracekit script</c>.</summary>
internal static class ScriptCommand
{
    /// <summary>Each option with the records that it shows.</summary>
    private static readonly (string Option, string What, uint[] Types)[] s_sideBand =
    [
        ("--show-task-events", "Also fork, comm and exit records.", [PerfRecordType.PERF_RECORD_FORK, PerfRecordType.PERF_RECORD_COMM, PerfRecordType.PERF_RECORD_EXIT]),
        ("--show-mmap-events", "Also mmap records.", [PerfRecordType.PERF_RECORD_MMAP, PerfRecordType.PERF_RECORD_MMAP2]),
        ("--show-lost-events", "Also records of losses.", [PerfRecordType.PERF_RECORD_LOST, PerfRecordType.PERF_RECORD_LOST_SAMPLES]),
        ("--show-switch-events", "Also context switches.", [PerfRecordType.PERF_RECORD_SWITCH, PerfRecordType.PERF_RECORD_SWITCH_CPU_WIDE]),
        ("--show-namespace-events", "Also namespaces.", [PerfRecordType.PERF_RECORD_NAMESPACES]),
        ("--show-cgroup-events", "Also cgroups.", [PerfRecordType.PERF_RECORD_CGROUP]),
        ("--show-bpf-events", "Also BPF programs and the kernel's new symbols.", [PerfRecordType.PERF_RECORD_KSYMBOL, PerfRecordType.PERF_RECORD_BPF_EVENT]),
        ("--show-text-poke-events", "Also changes of the kernel's code.", [PerfRecordType.PERF_RECORD_TEXT_POKE, PerfRecordType.PERF_RECORD_KSYMBOL]),
        ("--show-side-band", "All of these.", []),
    ];

    public static Command Create(CommandContext context)
    {
        var command = new Command("script", "One record a line in order of time, as 'perf script' prints them.");
        var input = new InputArguments(command);
        var fields = new Option<string[]>("--fields", "-F")
        {
            HelpName = "FIELDS",
            Description = $"Print these: {string.Join(',', ScriptFieldRules.All)}. With + or - before each name: change the default. With hw:, sw:, trace: or raw: before all: only for events of that kind.",
            AllowMultipleArgumentsPerToken = false,
        };
        var format = new Option<string>("--format") { HelpName = "FORMAT", Description = "text (default) or json: one object a line.", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        var nanoseconds = new Option<bool>("--ns") { Description = "Times with nanoseconds." };
        var relative = new Option<bool>("--reltime") { Description = "Times from the first record on." };
        var delta = new Option<bool>("--deltatime") { Description = "Times from the record before." };
        var noChain = new Option<bool>("--hide-call-graph", "-G") { Description = "No call chains." };
        var maxStack = new Option<int>("--max-stack") { HelpName = "N", Description = "At most so many addresses of a chain; of one with an unwound part, of each part.", DefaultValueFactory = _ => int.MaxValue };
        maxStack.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() < 0)
                result.AddError("--max-stack: expected a number from 0 up");
        });
        var stopAt = new Option<string>("--stop-bt") { HelpName = "NAMES", Description = "End chains at these functions, with commas." };
        var fullPath = new Option<bool>("--full-source-path") { Description = "Source files with their folders." };
        var symbols = new Option<string>("--symbols", "-S") { HelpName = "NAMES", Description = "Only samples taken in these functions, with commas: by name, or by an address as 0x4007a0, where they begin or where the sample was." };
        var addressRange = new Option<ulong>("--addr-range") { HelpName = "BYTES", Description = "With --symbols and an address: so many bytes from there." };
        var dsos = new Option<string>("--dsos", "--dso") { HelpName = "NAMES", Description = "Only samples taken in these files, with commas: --filter 'dso in (...)'." };
        var perEvent = new Option<bool>("--per-event-dump") { Description = "Samples of each event to a file of its own beside the recording: FILE.EVENT.dump." };
        var switchOn = new Option<string>("--switch-on") { HelpName = "EVENT", Description = "Only what comes after this event." };
        var switchOff = new Option<string>("--switch-off") { HelpName = "EVENT", Description = "Nothing after this event, until --switch-on's comes again." };
        var showSwitches = new Option<bool>("--show-on-off-events") { Description = "Also the events of --switch-on and --switch-off." };
        var latency = new Option<bool>("--Latency", "-L") { Description = "Names of threads and CPUs as perf's latency format has them." };
        foreach (var option in new Option[] { symbols, addressRange, dsos, perEvent, switchOn, switchOff, showSwitches, latency, fields, format, nanoseconds, relative, delta, noChain, maxStack, stopAt, fullPath })
            command.Options.Add(option);
        var sideBand = Array.ConvertAll(s_sideBand, s => new Option<bool>(s.Option) { Description = s.What });
        foreach (var option in sideBand)
            command.Options.Add(option);
        var selection = new SelectionOptions(command);
        PerfScriptOptions.Add(command);
        HelpWithExamples.Examples[command] =
        [
            "tracekit script app.dtr | head",
            "tracekit script typed.dtr -e probe_bash:readline -G",
            "tracekit script perf.data -F comm,tid,time,event,trace --ns --time 12.5,13",
            "tracekit script perf.data --time '10%/1,10%/10' --per-event-dump",
            "tracekit script reads.dtr --filter 'name ~ \"*.log\"' --format json",
        ];
        command.SetAction(result =>
        {
            var rules = new ScriptFieldRules();
            foreach (var text in result.GetValue(fields) ?? [])
            {
                if (!rules.TryApply(text, out var wrong, out var unknown))
                    throw unknown.Length > 0 && wrong.Length == 0 ? UnknownField(unknown) : new UserErrorException($"-F {text}: {wrong}");
            }

            if (result.GetValue(relative) && result.GetValue(delta))
                throw new UserErrorException("--reltime and --deltatime exclude each other");
            var options = new ScriptOptions
            {
                Latency = result.GetValue(latency),
                Fields = rules,
                Nanoseconds = result.GetValue(nanoseconds),
                RelativeTime = result.GetValue(relative),
                DeltaTime = result.GetValue(delta),
                Chains = !result.GetValue(noChain),
                FullSourcePath = result.GetValue(fullPath),
                StopAt = new HashSet<string>((result.GetValue(stopAt) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)),
            };
            var what = selection.Read(result);
            if (result.GetValue(relative))
                what = what with { Time = what.Time.FromFirstSample() };
            var places = NameList.Read("--symbols", result.GetValue(symbols));
            var byAddress = places.Any(p => PlaceFilter.AddressOf(p) is not null);
            var conditions = string.Join(" && ", new[] { In("sym", byAddress ? [] : places), In("dso", NameList.Read("--dsos", result.GetValue(dsos))) }.Where(c => c.Length > 0));
            if (conditions.Length > 0)
                what = what with { Filter = FilterExpression.Parse(what.Filter is { } own ? $"({own.Text}) && {conditions}" : conditions) };
            var isJson = result.GetValue(format) == "json";
            if (rules.WantsLines)
                what = what with { Source = what.Source | SourceDetail.Lines };
            var path = input.One(result);
            using var trace = selection.Open(result, path, what);
            var shown = new HashSet<uint>();
            for (var i = 0; i < sideBand.Length; i++)
            {
                if (result.GetValue(sideBand[i]))
                    shown.UnionWith(s_sideBand[i].Types.Length > 0 ? s_sideBand[i].Types : [uint.MaxValue]);
            }

            var stream = EventStream.Open(trace, what, shown.Count > 0, result.GetValue(maxStack));
            var onOff = new EventSwitch(Named(trace, "--switch-on", result.GetValue(switchOn)), Named(trace, "--switch-off", result.GetValue(switchOff)), result.GetValue(showSwitches));
            var place = byAddress ? new PlaceFilter(places, result.GetValue(addressRange)) : null;
            using var json = isJson ? new ScriptJson(trace, options.Chains) : null;
            var printer = isJson ? null : ScriptPrinter.Create(trace, options, out var missing) ?? throw new UserErrorException(missing);
            using var output = new ScriptOutput(context, isJson ? json!.Append : printer!.Append, result.GetValue(perEvent) ? trace : null, path);
            while (stream.MoveNext())
            {
                var record = stream.Current;
                if (record.Event is { } traceEvent ? (place is null || place.Wants(record)) && onOff.Wants(traceEvent) : shown.Contains(record.SideBandType) || shown.Contains(uint.MaxValue))
                    output.Append(record);
            }

            output.End();

            Recording.TellLeftOut(trace, context, stream.LeftOutByRecording);
            Recording.WarnOfLosses(trace, context);
            Recording.WarnOfOtherFiles(trace, context);
            return ExitCodes.Whole;
        });
        return command;
    }

    /// <summary>A list of names as a condition of the filter language.</summary>
    private static string In(string name, IReadOnlyList<string> list)
    {
        var names = list.Select(n => $"\"{n.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
        return string.Join(", ", names) is { Length: > 0 } members ? $"{name} in ({members})" : "";
    }

    /// <summary>Whether an event is what an option names; null when it names none.</summary>
    private static Func<TraceEvent, bool>? Named(Trace trace, string option, string? name)
    {
        if (name is null)
            return null;
        if (!trace.Events.Any(e => e.IsCalled(name)))
            throw new UserErrorException($"{option} {name}: the recording has no such event; it has {Recording.List(trace)}");
        return e => e.IsCalled(name);
    }

    private static UserErrorException UnknownField(string word)
    {
        var near = Suggestions.Nearest(word.TrimStart('+', '-'), ScriptFieldRules.All);
        return new UserErrorException($"-F {word}: no such field{(near is null ? "" : $"; did you mean '{near}'?")}; known: {string.Join(", ", ScriptFieldRules.All)}");
    }
}
