using System.CommandLine;
using TraceKit.Cli.Host;
using TraceKit.Format.Dtr;

namespace TraceKit.Cli.Commands;

/// <summary><c>tracekit recover</c>.</summary>
internal static class RecoverCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("recover", "Copies what is good of a damaged recording into a new file. Exit code 0: nothing was lost; 3: something was.");
        var input = new InputArguments(command);
        var output = new Option<string>("--output", "-o") { HelpName = "FILE", Description = "New file; default: the input's name with .recovered.dtr." };
        var force = new Option<bool>("--force", "-f") { Description = "Replace the output if it exists." };
        command.Options.Add(output);
        command.Options.Add(force);
        HelpWithExamples.Examples[command] = ["tracekit recover broken.dtr -o saved.dtr"];
        command.SetAction(result =>
        {
            var path = input.One(result);
            var target = result.GetValue(output) ?? Path.ChangeExtension(path, null) + ".recovered.dtr";
            if (Recording.IsPerfData(path))
                throw new UserErrorException($"{path}: is a perf.data: every command reads what is whole of it as it is, and 'tracekit verify' says what is not");
            using var reader = Recording.OpenContainer(path);
            if (reader.Chunks.Count == 0)
                throw new UserErrorException($"{path}: no whole chunk in {reader.Length} bytes, nothing to recover", ExitCodes.UnusableFile);
            if (Path.GetFullPath(target) == Path.GetFullPath(path))
                throw new UserErrorException($"{target}: the output is the input; name another file with -o");
            if (File.Exists(target))
            {
                if (!result.GetValue(force))
                    throw new UserErrorException($"{target}: exists; name another file with -o, or --force", ExitCodes.Failed);
                File.Delete(target);
            }

            DtrRecoveryResult recovered;
            using (var writer = DtrFile.CreateNew(target))
            {
                recovered = DtrRecovery.Copy(reader, writer);
                if (writer.Failed)
                    throw new UserErrorException($"{target}: could not be written to its end (disk full?)", ExitCodes.Failed);
            }

            context.Out.Write(FormattableString.Invariant(
                $"{target}: {recovered.Copied} chunks copied, {recovered.Length:N0} bytes; lost: {recovered.Damaged} damaged chunks, {recovered.Missing} missing, {recovered.UnusableBytes} bytes without a whole chunk\n"));
            if (recovered.Unknown > 0)
                context.Warn($"{path}: {recovered.Unknown} chunks are compressed in a way that this version does not know; not copied");
            foreach (var damage in reader.Damage)
                context.Out.Write($"  {Report.Text.SafeText.Show(damage.ToString())}\n");
            return recovered is { Damaged: 0, Missing: 0, Unknown: 0, UnusableBytes: 0 } && reader.End is not null ? ExitCodes.Whole : ExitCodes.DataLost;
        });
        return command;
    }
}
