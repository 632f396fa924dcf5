using System.CommandLine;
using TraceKit.Cli.Host;
using TraceKit.Report;
using TraceKit.Report.Text;

namespace TraceKit.Cli.Commands;

/// <summary><c>tracekit analyze</c>, and <c>tracekit FILE</c>.</summary>
internal static class AnalyzeCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("analyze", "Everything at once: an HTML page, charts, tables, and a summary here. 'tracekit FILE' is the same.");
        var input = new InputArguments(command);
        var output = new Option<string>("--output", "-o") { HelpName = "DIR", Description = "Folder to write; default: the file's name with -report, in the current folder." };
        command.Options.Add(output);
        var selection = new SelectionOptions(command);
        HelpWithExamples.Examples[command] =
        [
            "tracekit app.dtr",
            "tracekit analyze app.dtr -o report --comm nginx --time 10%,50%",
            "ssh host cat app.dtr | tracekit analyze - -o report",
        ];
        command.SetAction(result =>
        {
            var path = input.One(result);
            var folder = result.GetValue(output) ?? (path == "-" ? "trace" : Path.GetFileNameWithoutExtension(path)) + "-report";
            if (File.Exists(folder))
                throw new UserErrorException($"-o {folder}: is a file, a folder was expected");
            var options = selection.Read(result);
            using var trace = selection.Open(result, path, options);
            var analysis = Recording.Run(trace, ReportFolder.Needs(options, trace.Events), context);
            Prepare(folder);
            foreach (var (name, write) in ReportFolder.Files(trace, analysis, $"tracekit {CommandTree.Version}"))
                OutputFile.Write(Path.Combine(folder, name), write);
            context.Out.Write(SummaryText.Render(trace, analysis));
            context.Out.Write($"\nwrote {folder}/: index.html (open it in a browser), summary.txt, charts/, tables/\n{Path.GetFullPath(Path.Combine(folder, "index.html"))}\n");
            return ExitCodes.Whole;
        });
        return command;
    }

    /// <summary>Makes the folders; charts and tables of an earlier run into the same folder are removed, so that nothing old stands beside the new.</summary>
    private static void Prepare(string folder)
    {
        var summary = Path.Combine(folder, "summary.txt");
        if (File.Exists(summary) && File.ReadLines(summary).FirstOrDefault()?.StartsWith(SummaryText.Mark, StringComparison.Ordinal) == true)
        {
            foreach (var (part, pattern) in new[] { ("charts", "*.png"), ("tables", "*.csv") })
            {
                var old = Path.Combine(folder, part);
                if (!Directory.Exists(old))
                    continue;
                foreach (var file in Directory.GetFiles(old, pattern))
                    File.Delete(file);
            }
        }

        Directory.CreateDirectory(Path.Combine(folder, "charts"));
        Directory.CreateDirectory(Path.Combine(folder, "tables"));
    }
}
