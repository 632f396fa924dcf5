using System.CommandLine;
using TraceKit.Cli.Host;
using TraceKit.Engine;
using TraceKit.Engine.Symbols;
using TraceKit.Report.Info;

namespace TraceKit.Cli.Commands;

/// <summary><c>tracekit info</c>.</summary>
internal static class InfoCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("info", "What is in a recording: host, events, sizes, losses.");
        var input = new InputArguments(command);
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var modules = new Option<bool>("--modules") { Description = "List every module with its build-id." };
        command.Options.Add(json);
        command.Options.Add(modules);
        var stacks = new Option<bool>("--stacks") { Description = "Unwind every stack: how many are complete, what stopped the others." };
        command.Options.Add(stacks);
        HelpWithExamples.Examples[command] = ["tracekit info app.dtr", "tracekit info app.dtr --json | jq .host", "tracekit info perf.data"];
        command.SetAction(result =>
        {
            var path = input.One(result);
            if (result.GetValue(stacks) && result.GetValue(json))
                throw new UserErrorException("--stacks is told as text only; 'tracekit report --format json' has it too");
            if (Recording.IsPerfData(path))
                return WritePerfData(context, path, result.GetValue(json), result.GetValue(modules), result.GetValue(stacks));
            using var reader = Recording.OpenContainer(path);
            var info = TraceInfo.Read(reader);
            if (result.GetValue(json))
                InfoJson.Write(context.OutBytes(), info);
            else
                context.Out.Write(InfoText.Render(info, result.GetValue(modules)));
            if (result.GetValue(stacks))
            {
                using var trace = Recording.Open(path, []);
                context.Out.Write(InfoText.Stacks(Recording.Run(trace, new AnalysisOptions { Source = SourceDetail.None }, context)));
            }

            return ExitCodes.Whole;
        });
        return command;
    }

    private static int WritePerfData(CommandContext context, string path, bool json, bool modules, bool stacks)
    {
        using var trace = Recording.Open(path, []);
        if (json)
            PerfDataJson.Write(context.OutBytes(), trace);
        else
            context.Out.Write(PerfDataText.Render(trace, modules));
        if (stacks)
            context.Out.Write(InfoText.Stacks(Recording.Run(trace, new AnalysisOptions { Source = SourceDetail.None }, context)));
        return ExitCodes.Whole;
    }
}
