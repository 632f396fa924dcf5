using TraceKit.Capture.Cli;
using TraceKit.Capture.Probes;

namespace TraceKit.Capture.Commands;

/// <summary><c>probe -V</c>, <c>-L</c>, <c>-F</c>: what there is to probe.</summary>
internal static partial class ProbeCommand
{
    private static int Variables(ProbeArguments options)
    {
        using var target = HostTarget.Open(options.Target);
        throw new CaptureException("-V is on its way");
    }

    private static int Lines(ProbeArguments options)
    {
        using var target = HostTarget.Open(options.Target);
        throw new CaptureException("-L is on its way");
    }

    private static int Functions(ProbeArguments options)
    {
        using var target = HostTarget.Open(options.Target);
        throw new CaptureException("-F is on its way");
    }
}
