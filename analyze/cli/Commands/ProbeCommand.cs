using System.CommandLine;
using TraceKit.Cli.Host;
using TraceKit.Engine.ProbeTargets;
using TraceKit.Probes;
using TraceKit.Probes.Listing;
using TraceKit.Probes.Plan;
using TraceKit.Probes.Prototypes;
using TraceKit.Probes.Syntax;
using TraceKit.Probes.Targets;
using TraceKit.Report.Text;

namespace TraceKit.Cli.Commands;

/// <summary><c>tracekit probe</c>: compiles probe definitions here for a host that has no debug information, and tells what can be probed.</summary>
internal static class ProbeCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("probe", "Compiles probe definitions for a host without debug information, and tells what can be probed: perf probe's -D, -V, -L, -F. Defines nothing.");
        var words = new ProbeOptionSet(command);
        HelpWithExamples.Examples[command] =
        [
            "tracekit probe -x /bin/bash -D 'readline%return line=+0($retval):string'",
            "tracekit probe --btf vmlinux.btf -D 'vfs_read name=file->f_path.dentry->d_name.name:string'",
            "tracekit probe -D 'tcp_sendmsg size dest=sk->__sk_common.skc_daddr:ip4' -v",
            "tracekit probe -x ./app -V 'ns::Foo::bar'",
            "tracekit probe -x ./app -L main",
            "tracekit probe -x libjvm.so -F | grep G1GC",
        ];
        command.SetAction(result => Run(context, words.Read(result)));
        return command;
    }

    private static int Run(CommandContext context, ProbeRequest request)
    {
        // What is wrong with the words themselves is said before a file is opened.
        var definitions = new List<ProbeSyntax>();
        try
        {
            if (request.Mode is ProbeMode.Definition or ProbeMode.DryRun)
            {
                foreach (var text in request.Operands)
                    definitions.Add(ProbeParser.Parse(text));
            }
            else if (request.Mode == ProbeMode.Lines)
            {
                foreach (var text in request.Operands)
                    LineRange.Parse(text);
            }
            else if (request.Mode == ProbeMode.Variables)
            {
                foreach (var text in request.Operands)
                    ProbeParser.Parse(text);
            }
        }
        catch (ProbeSyntaxException e)
        {
            return Fail(context, e.Message, ExitCodes.BadCommandLine);
        }

        try
        {
            using var files = ProbeFiles.Open(request.Files);
            foreach (var problem in files.Problems.Distinct().Where(_ => !request.IsQuiet))
                context.Warn(problem);
            var sources = new SourceTexts(request.SourceFolders);
            var options = new ProbeOptions { MaxProbes = request.MaxProbes, TextBytes = request.TextBytes, NoInlines = request.NoInlines, SourceText = sources.Read };
            switch (request.Mode)
            {
                case ProbeMode.Functions when request.Operands is [['%', ..] markers]:
                    context.Out.Write(MarkerListing.Text(files.Target, markers));
                    break;
                case ProbeMode.Functions:
                    context.Out.Write(FunctionListing.Text(files.FunctionNames, request.Operands.Count > 0 ? string.Join('|', request.Operands) : null, files.Target.Name));
                    break;
                case ProbeMode.Variables:
                    foreach (var text in request.Operands)
                        context.Out.Write(VariableListing.Text(text, files.Target, options, request.IsVerbose));
                    break;
                case ProbeMode.Lines:
                    foreach (var text in request.Operands)
                        context.Out.Write(LineListing.Text(text, files.Target, sources.Read, request.NoInlines));
                    break;
                default:
                    Define(context, request, files, options, definitions);
                    break;
            }

            return ExitCodes.Whole;
        }
        catch (Exception e) when (e is ProbeSyntaxException or ProbeTargetException or PrototypeException)
        {
            return Fail(context, e.Message, ExitCodes.Failed);
        }
    }

    /// <summary>Everything is compiled before anything is printed: a mistake in the last definition leaves nothing half done.</summary>
    private static void Define(CommandContext context, ProbeRequest request, ProbeFiles files, ProbeOptions options, List<ProbeSyntax> definitions)
    {
        var plans = new List<ProbePlan>();
        foreach (var syntax in definitions)
            plans.Add(Relocate(ProbeCompiler.Compile(syntax, files.Target, options), request.HostPath));
        foreach (var plan in plans)
        {
            if (request.Mode == ProbeMode.DryRun)
            {
                context.Out.Write(PlanListing.Details(plan, CostIn(files)));
            }
            else if (request.IsVerbose)
            {
                context.Error.Write(PlanListing.Details(plan, CostIn(files)));
            }
            else if (!request.IsQuiet)
            {
                foreach (var note in plan.Notes)
                    ErrorReporter.WriteLine(context.Error, "note", note);
            }

            context.Out.Write(PlanListing.Definitions(plan));
        }

        var shown = plans.SelectMany(p => p.Probes).SelectMany(p => p.Arguments).Where(a => a.Presentation is { Kind: not PresentationKind.None }).Select(a => a.Name).Distinct().ToArray();
        if (shown.Length > 0 && request is { Mode: ProbeMode.Definition, IsQuiet: false })
            ErrorReporter.WriteLine(context.Error, "note", $"the kernel's text does not hold how {string.Join(", ", shown)} {(shown.Length == 1 ? "is" : "are")} shown: a recording of it has plain numbers there, one of the definition itself has not");
    }

    /// <summary>What a hit costs, of a program: by the first instruction.</summary>
    private static Func<ProbePlace, string?> CostIn(ProbeFiles files) => place => files.Target is UserTarget user && !place.IsReturn ? user.CostAt(place.Address).Description : null;

    /// <summary>The file lies elsewhere on the host that is to be traced.</summary>
    private static ProbePlan Relocate(ProbePlan plan, string? path)
    {
        if (path is null)
            return plan;
        var probes = new List<PlannedProbe>();
        foreach (var probe in plan.Probes)
            probes.Add(probe.Place.Path is null ? probe : probe with { Place = probe.Place with { Path = path } });
        return new ProbePlan { Syntax = plan.Syntax, Probes = probes, Notes = plan.Notes };
    }

    /// <summary>The definition and the caret under what is wrong keep their lines.</summary>
    private static int Fail(CommandContext context, string message, int code)
    {
        context.Out.Flush();
        context.Error.Write("tracekit: error: " + string.Join('\n', message.Split('\n').Select(SafeText.Show)) + "\n");
        return code;
    }
}
