using System.CommandLine;
using TraceKit.Cli.Host;
using TraceKit.Report.Info;

namespace TraceKit.Cli.Commands;

/// <summary><c>tracekit verify</c>.</summary>
internal static class VerifyCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("verify", "Is a recording whole? Checks every checksum. Exit code 0: whole; 3: data is lost; 4: nothing can be used.");
        var input = new InputArguments(command);
        var json = new Option<bool>("--json") { Description = "As JSON." };
        command.Options.Add(json);
        HelpWithExamples.Examples[command] = ["tracekit verify app.dtr", "tracekit verify app.dtr --json"];
        command.SetAction(result =>
        {
            var path = input.One(result);
            if (Recording.IsPerfData(path))
                return VerifyPerfData(context, path, result.GetValue(json));
            using var reader = Recording.OpenContainer(path);
            var good = reader.VerifyAll();
            if (result.GetValue(json))
                InfoJson.WriteVerification(context.OutBytes(), reader, good);
            else
                context.Out.Write(VerifyText.Render(reader, good));
            return VerifyText.IsWhole(reader, good) ? ExitCodes.Whole : ExitCodes.DataLost;
        });
        return command;
    }

    private static int VerifyPerfData(CommandContext context, string path, bool json)
    {
        using var trace = Recording.Open(path, []);
        if (json)
            PerfDataJson.Write(context.OutBytes(), trace);
        else
            context.Out.Write(PerfDataText.RenderVerification(trace));
        return PerfDataText.IsWhole(trace) ? ExitCodes.Whole : ExitCodes.DataLost;
    }
}
