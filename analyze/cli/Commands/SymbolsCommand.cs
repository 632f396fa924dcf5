using System.CommandLine;
using TraceKit.Cli.Host;
using TraceKit.DebugInfo.Elf;
using TraceKit.Engine;
using TraceKit.Engine.DebugFiles;
using TraceKit.Engine.Symbols;
using TraceKit.Report.Info;
using TraceKit.Report.Profiles;
using TraceKit.Report.Text;

namespace TraceKit.Cli.Commands;

/// <summary><c>tracekit symbols add</c> and <c>list</c>.</summary>
internal static class SymbolsCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("symbols", "What a recording has of each module, and how to add what it lacks.");
        command.Subcommands.Add(CreateAdd(context));
        command.Subcommands.Add(CreateList(context));
        HelpWithExamples.Examples[command] = ["tracekit symbols list app.dtr", "tracekit symbols add app.dtr --debug-dir ./debug"];
        return command;
    }

    private static Command CreateList(CommandContext context)
    {
        var command = new Command("list", "Modules of a recording: build-id, and whether symbols, unwind information and lines are in the file.");
        var input = new InputArguments(command);
        HelpWithExamples.Examples[command] = ["tracekit symbols list app.dtr"];
        command.SetAction(result =>
        {
            using var trace = Recording.Open(input.One(result), []);
            context.Out.Write(ContentsText.Render(trace.ReadContents()));
            var analysis = Recording.Run(trace, new AnalysisOptions { Source = SourceDetail.None }, context);
            Tell(context, LossNotes.Missing(analysis, int.MaxValue));
            return ExitCodes.Whole;
        });
        return command;
    }

    private static Command CreateAdd(CommandContext context)
    {
        var command = new Command("add", "Finds by build-id what a recording lacks and writes it into the file. Exit code 1: nothing was found that fits.");
        var input = new InputArguments(command);
        var full = new Option<bool>("--full") { Description = "All modules and all their lines; default: only what the samples went through." };
        var output = new Option<string>("--output", "-o") { HelpName = "FILE", Description = "Write a new file; default: the recording itself is replaced." };
        command.Options.Add(full);
        command.Options.Add(output);
        var places = new DebugFileArguments(command);
        HelpWithExamples.Examples[command] =
        [
            "tracekit symbols add app.dtr --debug-dir ./debug",
            "tracekit symbols add app.dtr --symfs /mnt/image --full -o complete.dtr",
        ];
        command.SetAction(result =>
        {
            var path = input.One(result);
            if (path == "-")
                throw new UserErrorException("this command changes a file, not standard input");
            var options = places.Read(result) ?? throw new UserErrorException("nowhere to look: name a folder with --debug-dir or --symfs");
            return Add(context, path, result.GetValue(output) ?? path, options, result.GetValue(full));
        });
        return command;
    }

    private static int Add(CommandContext context, string path, string target, DebugFileOptions places, bool full)
    {
        List<Supplement> pieces;
        using (var trace = Recording.Open(path, [], places))
        {
            var finder = new SupplementFinder(trace, full ? SnapshotLevel.Full : SnapshotLevel.Lines, everyModule: full);
            var analysis = Recording.Run(trace, new AnalysisOptions { Source = SourceDetail.None }, context);
            pieces = [.. finder.Find(analysis)];
            foreach (var problem in finder.Problems.Concat(trace.DebugFiles.SelectMany(f => f.Missing)).Distinct())
                context.Warn(problem);
        }

        foreach (var piece in pieces)
            context.Out.Write($"{Name(piece)}: {piece.What}, {piece.Blob.Length} bytes from {SafeText.Show(piece.From)}\n");
        if (pieces.Count > 0)
            SupplementWriter.Write(path, pieces, target);
        else if (target != path)
            throw new UserErrorException($"nothing was found that {path} lacks; {target} is not written", ExitCodes.Failed);
        context.Out.Write(pieces.Count == 0 ? "nothing added\n" : $"{target}: {pieces.Count} {(pieces.Count == 1 ? "piece" : "pieces")} added\n");

        // What is missing now: of the file that there is now, by itself.
        using var after = Recording.Open(target, []);
        Tell(context, LossNotes.Missing(Analysis.Run(after, new AnalysisOptions { Source = SourceDetail.None }), int.MaxValue));
        return pieces.Count > 0 ? ExitCodes.Whole : ExitCodes.Failed;
    }

    private static string Name(Supplement piece) => $"{SafeText.Show(piece.Module.Name)} ({(piece.Module.BuildId.Length > 0 ? "build-id " + piece.Module.BuildId : "no build-id")})";

    private static void Tell(CommandContext context, IReadOnlyList<string> notes)
    {
        foreach (var note in notes)
            context.Out.Write(note + "\n");
        if (notes.Count == 0)
            context.Out.Write("nothing that the samples went through lacks symbols or unwind information\n");
    }
}
