using System.CommandLine;
using System.Globalization;
using TraceKit.Cli.Host;
using TraceKit.DebugInfo.Elf;
using TraceKit.Engine.Import;
using TraceKit.Report.Profiles;
using TraceKit.Report.Text;

namespace TraceKit.Cli.Commands;

/// <summary><c>tracekit import</c>.</summary>
internal static class ImportCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("import", "Makes a .dtr of a perf.data: records, and what its samples need of programs, libraries and the kernel, so that it can be read anywhere.");
        var input = new InputArguments(command);
        var output = new Option<string>("--output", "-o") { HelpName = "FILE", Description = "New file; default: the input's name with .dtr. One that exists is kept as FILE.old." };
        var snapshot = new Option<string>("--snapshot") { HelpName = "LEVEL", Description = "Of modules: none, symbols, unwind, lines (of what was hit; default), full." };
        var stacks = new Option<string>("--stacks") { HelpName = "KIND", Description = "Of user stacks: pointers (words that point into code or stacks; default), raw (every byte)." };
        command.Options.Add(output);
        command.Options.Add(snapshot);
        command.Options.Add(stacks);
        var places = new DebugFileArguments(command);
        HelpWithExamples.Examples[command] =
        [
            "tracekit import perf.data",
            "tracekit import perf.data -o web.dtr --symfs /mnt/image --debug-dir ./debug",
            "perf record -g -o - -- ./app | tracekit import - -o app.dtr",
        ];
        command.SetAction(result =>
        {
            var path = input.One(result);
            var level = Level(result.GetValue(snapshot));
            var raw = result.GetValue(stacks) switch
            {
                null or "pointers" => false,
                "raw" => true,
                var other => throw new UserErrorException($"--stacks {other}: expected pointers or raw"),
            };
            var target = result.GetValue(output) ?? (path == "-" ? throw new UserErrorException("name the new file with -o: standard input has no name") : Path.ChangeExtension(path, ".dtr"));
            if (result.GetValue(output) is not null)
                RefuseInput(path, target);
            return Import(context, path, target, new ImportOptions { Snapshot = level, RawStacks = raw, Importer = $"tracekit {CommandTree.Version}" }, places.Read(result));
        });
        return command;
    }

    private static int Import(CommandContext context, string path, string target, ImportOptions options, Engine.DebugFiles.DebugFileOptions? places)
    {
        using var trace = Recording.Open(path, [], places);
        if (trace.Container is not null)
            throw new UserErrorException($"{path}: is a .dtr already; 'tracekit symbols add' writes into it what it lacks");
        RefuseInput(path, target);
        OutputFile.CheckPlace(target);
        using var progress = context.ShowProgress ? new ProgressLine(context.Error, trace.Path) : null;
        var result = TraceImporter.Import(trace, target, progress is null ? options : options with { Progress = progress.Report });
        progress?.Dispose();
        Recording.WarnOfLosses(trace, context, result.Analysis.Totals);
        Recording.WarnOfOtherFiles(trace, context);
        foreach (var problem in result.Problems)
            context.Warn(problem);
        foreach (var piece in result.Pieces)
            context.Out.Write(FormattableString.Invariant($"{SafeText.Show(piece.Module)} ({(piece.BuildId.Length > 0 ? "build-id " + piece.BuildId : "no build-id")}): {piece.What}, {piece.Bytes} bytes from {SafeText.Show(piece.From)}\n"));
        foreach (var note in LossNotes.Missing(result.Analysis, int.MaxValue))
            context.Out.Write(note + "\n");
        var stacks = result.FilteredStacks + result.RawStacks == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {result.FilteredStacks:N0} stacks as pointers, {result.RawStacks:N0} raw");
        context.Out.Write(FormattableString.Invariant(
            $"{target}: {result.Samples:N0} samples{stacks}, {result.SideBandRecords:N0} other records, {result.Bytes:N0} bytes ({path}: {trace.Length:N0})\n"));
        return ExitCodes.Whole;
    }

    private static void RefuseInput(string path, string target)
    {
        if (Path.GetFullPath(target) == Path.GetFullPath(path))
            throw new UserErrorException($"{target}: the output is the input; name another file with -o");
    }

    private static SnapshotLevel Level(string? text) => text switch
    {
        null or "lines" => SnapshotLevel.Lines,
        "none" => SnapshotLevel.None,
        "symbols" => SnapshotLevel.Symbols,
        "unwind" => SnapshotLevel.Unwind,
        "full" => SnapshotLevel.Full,
        _ => throw new UserErrorException($"--snapshot {text}: expected none, symbols, unwind, lines or full"),
    };
}
