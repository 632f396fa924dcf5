using System.CommandLine;
using TraceKit.Cli.Host;

namespace TraceKit.Cli.Commands;

internal static class AnalyzeCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("analyze", "Everything at once.");
        var files = new Argument<string[]>("FILE") { Arity = ArgumentArity.ZeroOrMore, Description = "Recordings." };
        var o = new Option<string>("--output", "-o") { HelpName = "DIR", Description = "Folder to write; default FILE-report." };
        command.Arguments.Add(files);
        command.Options.Add(o);
        command.SetAction(r => { context.Out.Write(string.Join(",", r.GetValue(files)!)); return 0; });
        return command;
    }
}
