using System.CommandLine;
using TraceKit.Cli.Host;
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
        HelpWithExamples.Examples[command] = ["tracekit info app.dtr", "tracekit info app.dtr --json | jq .host"];
        command.SetAction(result =>
        {
            using var reader = Recording.OpenContainer(input.One(result));
            var info = TraceInfo.Read(reader);
            if (result.GetValue(json))
                InfoJson.Write(context.OutBytes(), info);
            else
                context.Out.Write(InfoText.Render(info, result.GetValue(modules)));
            return ExitCodes.Whole;
        });
        return command;
    }
}
