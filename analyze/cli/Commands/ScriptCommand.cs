using System.CommandLine;
using System.Text;
using TraceKit.Cli.Host;
using TraceKit.DebugInfo.Types;
using TraceKit.Engine.Streams;
using TraceKit.Engine.Symbols;
using TraceKit.Report.Scripts;

namespace TraceKit.Cli.Commands;

/// <summary><c>tracekit script</c>.</summary>
internal static class ScriptCommand
{
    private const int FlushLetters = 1 << 15;

    public static Command Create(CommandContext context)
    {
        var command = new Command("script", "One record a line in order of time, as 'perf script' prints them.");
        var input = new InputArguments(command);
        var fields = new Option<string>("--fields", "-F") { HelpName = "FIELDS", Description = $"Print these: {string.Join(',', ScriptFieldNames.All)}. With + or - before a name: change the default." };
        var nanoseconds = new Option<bool>("--ns") { Description = "Times with nanoseconds." };
        var noChain = new Option<bool>("--hide-call-graph", "-G") { Description = "No call chains." };
        var sideBand = new Option<bool>("--show-side-band") { Description = "Also comm, mmap, fork, exit and lost records." };
        var fullPath = new Option<bool>("--full-source-path") { Description = "Source files with their folders." };
        foreach (var option in new Option[] { fields, nanoseconds, noChain, sideBand, fullPath })
            command.Options.Add(option);
        var selection = new SelectionOptions(command);
        HelpWithExamples.Examples[command] =
        [
            "tracekit script app.dtr | head",
            "tracekit script typed.dtr -e probe_bash:readline -G",
            "tracekit script app.dtr -F comm,tid,time,event,trace --ns --time 12.5,13",
            "tracekit script reads.dtr --filter 'name ~ \"*.log\"'",
        ];
        command.SetAction(result =>
        {
            var options = new ScriptOptions { Nanoseconds = result.GetValue(nanoseconds), Chains = !result.GetValue(noChain), FullSourcePath = result.GetValue(fullPath) };
            if (result.GetValue(fields) is { } text)
            {
                if (!ScriptFieldNames.TryParse(text, out var added, out var removed, out var replaces, out var unknown))
                    throw UnknownField(unknown);
                options = options with { Added = added, Removed = removed, Replaces = replaces };
            }

            var what = selection.Read(result);
            if (options.Added.HasFlag(ScriptFields.SrcLine))
                what = what with { Source = what.Source | SourceDetail.Lines };
            using var trace = selection.Open(result, input.One(result), what);
            Print(context, trace, what, options, result.GetValue(sideBand));
            Recording.WarnOfLosses(trace, context);
            Recording.WarnOfOtherFiles(trace, context);
            return ExitCodes.Whole;
        });
        return command;
    }

    private static void Print(CommandContext context, Engine.Trace trace, Engine.AnalysisOptions what, ScriptOptions options, bool sideBand)
    {
        var printer = new ScriptPrinter(trace, options);
        var text = new StringBuilder(FlushLetters * 2);
        var stream = EventStream.Open(trace, what, sideBand);
        while (stream.MoveNext())
        {
            printer.Append(text, stream.Current);
            if (text.Length < FlushLetters)
                continue;
            context.Out.Write(text);
            text.Clear();
        }

        context.Out.Write(text);
        context.Out.Flush();
        Recording.TellLeftOut(trace, context, stream.LeftOutByRecording);
    }

    private static UserErrorException UnknownField(string word)
    {
        var near = Suggestions.Nearest(word.TrimStart('+', '-'), ScriptFieldNames.All);
        return new UserErrorException($"-F {word}: no such field{(near is null ? "" : $"; did you mean '{near}'?")}; known: {string.Join(", ", ScriptFieldNames.All)}");
    }
}
