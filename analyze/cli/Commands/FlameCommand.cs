using System.CommandLine;
using TraceKit.Cli.Host;
using TraceKit.Report.Flame;
using TraceKit.Report.Html;
using TraceKit.Report.Profiles;

namespace TraceKit.Cli.Commands;

/// <summary><c>tracekit flame</c>.</summary>
internal static class FlameCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("flame", "Flame graph: where the weight is, by call path, in one self-contained file.");
        var input = new InputArguments(command);
        var output = new Option<string>("--output", "-o") { HelpName = "FILE", Description = "File to write: .svg, or .html.", Required = true };
        command.Options.Add(output);
        var selection = new SelectionOptions(command);
        HelpWithExamples.Examples[command] = ["tracekit flame app.dtr -o app.svg", "tracekit flame app.dtr -o app.html --comm nginx"];
        command.SetAction(result =>
        {
            var path = result.GetValue(output)!;
            var kind = Path.GetExtension(path);
            if (kind is not (".svg" or ".html"))
                throw new UserErrorException($"-o {path}: expected a name that ends in .svg or .html");
            var options = selection.Read(result);
            using var trace = selection.Open(result, input.One(result), options);
            var analysis = Recording.Run(trace, options, context);
            Recording.TellLeftOut(trace, context, analysis.Totals.LeftOutByRecording);
            if (kind == ".html")
                OutputFile.Write(path, stream => HtmlReport.Write(HtmlDataBuilder.Build(trace, analysis, $"tracekit {CommandTree.Version}"), stream));
            else
                OutputFile.WriteText(path, writer => writer.Write(FlameSvg.Render(FlameViews.Of(analysis, Path.GetFileName(trace.Path)))));
            context.Out.Write($"wrote {path}\n");
            return ExitCodes.Whole;
        });
        return command;
    }
}
