using TraceKit.Capture.Cli;
using TraceKit.Capture.Commands;
using TraceKit.DebugInfo.Types;

namespace TraceKit.Capture;

/// <summary>Picks the command; turns what went wrong into one line and an exit code.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        try
        {
            return Run(arguments);
        }
        catch (UsageException e)
        {
            Terminal.Error(e.Message);
            if (e.PointsToHelp)
                Terminal.Error("try 'tracekit-capture --help'");
            return 2;
        }
        catch (CaptureException e)
        {
            Terminal.Error(e.Fix is null ? e.Message : $"{e.Message}\n  fix: {e.Fix}");
            return 1;
        }
        catch (IOException e)
        {
            Terminal.Error(e.Message);
            return 1;
        }
    }

    private static int Run(string[] arguments)
    {
        var command = arguments.Length > 0 ? arguments[0] : "";
        var rest = arguments.AsSpan(Math.Min(1, arguments.Length)).ToArray();
        switch (command)
        {
            case "probe":
                return ProbeCommand.Run(rest);
            case "record":
                return RecordCommand.Run(rest);
            case "list":
                return ListCommand.Run(rest);
            case "doctor":
                return DoctorCommand.Run(rest);
            case "--version" or "-V" or "version":
                Terminal.Out($"tracekit-capture {AgentVersion.Text}");
                return 0;
            case "--help" or "-h":
                Terminal.Out(HelpText.General);
                return 0;
            case "help":
                Terminal.Out(HelpText.For(rest.Length > 0 ? rest[0] : ""));
                return 0;
            case "":
                Terminal.Help(HelpText.General);
                return 2;
            default:
                throw new UsageException($"unknown command '{command}'{Suggestions.DidYouMean(command, ["probe", "record", "list", "doctor"])}");
        }
    }
}
