using TraceKit.Capture.Cli;
using TraceKit.Probes;
using TraceKit.Probes.Targets;

namespace TraceKit.Capture.Commands;

/// <summary><c>probe</c>: defines events that stay, lists and removes them, and tells what can be probed.</summary>
internal static partial class ProbeCommand
{
    public static int Run(string[] arguments)
    {
        var options = ProbeArguments.Parse(arguments);
        if (options is null)
        {
            Terminal.Out(HelpText.Probe);
            return 0;
        }

        try
        {
            return options.Mode switch
            {
                ProbeMode.List => List(options),
                ProbeMode.Delete => Delete(options),
                ProbeMode.Variables => Variables(options),
                ProbeMode.Lines => Lines(options),
                ProbeMode.Functions => Functions(options),
                _ => Define(options),
            };
        }
        catch (Exception e) when (e is ProbeSyntaxException or ProbeTargetException)
        {
            throw new CaptureException(e.Message);
        }
    }
}
