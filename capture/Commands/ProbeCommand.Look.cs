using System.Text;
using TraceKit.Capture.Cli;
using TraceKit.Capture.Native;
using TraceKit.Capture.Probes;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes;
using TraceKit.Probes.Listing;
using TraceKit.Probes.Targets;

namespace TraceKit.Capture.Commands;

/// <summary><c>probe -V</c>, <c>-L</c>, <c>-F</c>: what there is to probe.</summary>
internal static partial class ProbeCommand
{
    private static int Variables(ProbeArguments options)
    {
        using var target = HostTarget.Open(options.Target);
        return Told(target, options, text => VariableListing.Text(text, target.Target, PlanReport.OptionsOf(options.Target), Terminal.Verbose));
    }

    private static int Lines(ProbeArguments options)
    {
        using var target = HostTarget.Open(options.Target);
        return Told(target, options, text => LineListing.Text(text, target.Target, SourceText.Read, options.Target.NoInlines));
    }

    private static int Functions(ProbeArguments options)
    {
        using var target = HostTarget.Open(options.Target);
        if (options.Operands.Count == 1 && options.Operands[0] is ['%', ..] markers)
            Print(MarkerListing.Text(target.Target, markers));
        else
            Print(FunctionListing.Text(glob => Names(target, glob), options.Operands.Count > 0 ? string.Join('|', options.Operands) : null, target.Target.Name));
        return 0;
    }

    private static IEnumerable<string> Names(HostTarget target, string? glob)
    {
        if (target.Target is UserTarget user)
            return user.FunctionNames(glob);
        var names = new List<string>();
        foreach (var function in ((KernelTarget)target.Target).AllFunctions())
        {
            if (glob is null || Glob.Matches(glob, function.DisplayName))
                names.Add(function.DisplayName);
        }

        return names;
    }

    /// <summary>Prints the text of each operand; with an error says too that debug information was left out, where it was.</summary>
    private static int Told(HostTarget target, ProbeArguments options, Func<string, string> text)
    {
        try
        {
            foreach (var operand in options.Operands)
                Print(text(operand));
            return 0;
        }
        catch (Exception e) when (target.Unread is not null && e is ProbeSyntaxException or ProbeTargetException)
        {
            throw new CaptureException(e.Message, target.Unread);
        }
    }

    private static void Print(string text) => HostFile.WriteAll(1, Encoding.UTF8.GetBytes(text));
}
