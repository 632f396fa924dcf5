using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Reflection;
using TraceKit.Cli.Host;

namespace TraceKit.Cli.Commands;

/// <summary>All commands under one root.</summary>
internal static class CommandTree
{
    /// <summary>Builds them; cheap, so that <c>--help</c> answers in milliseconds.</summary>
    public static RootCommand Create(CommandContext context)
    {
        var root = new RootCommand("Analyzes what tracekit-capture recorded: nothing of the traced host is needed.");
        HelpWithExamples.Examples[root] =
        [
            "tracekit app.dtr                          everything at once: HTML, charts, tables, a summary here",
            "tracekit report app.dtr                   where the time went, with call graphs",
            "tracekit script app.dtr | head            one event a line",
            "tracekit hist app.dtr -e probe:vfs_read --field count --log2",
            "tracekit spans app.dtr --function vfs_read --by comm --slowest 5",
            "tracekit flame app.dtr -o flame.svg",
        ];
        root.Subcommands.Add(AnalyzeCommand.Create(context));
        root.Subcommands.Add(InfoCommand.Create(context));
        root.Subcommands.Add(VerifyCommand.Create(context));
        root.Subcommands.Add(RecoverCommand.Create(context));
        root.Subcommands.Add(ImportCommand.Create(context));
        root.Subcommands.Add(ScriptCommand.Create(context));
        root.Subcommands.Add(ReportCommand.Create(context));
        root.Subcommands.Add(HistCommand.Create(context));
        root.Subcommands.Add(SpansCommand.Create(context));
        root.Subcommands.Add(FlameCommand.Create(context));
        root.Subcommands.Add(DiffCommand.Create(context));
        root.Subcommands.Add(StatCommand.Create(context));
        root.Subcommands.Add(SymbolizeCommand.Create(context));
        root.Subcommands.Add(SymbolsCommand.Create(context));
        root.Subcommands.Add(ProbeCommand.Create(context));
        foreach (var option in root.Options)
        {
            switch (option)
            {
                case HelpOption help:
                    help.Action = new HelpWithExamples((HelpAction)help.Action!);
                    break;
                case VersionOption version:
                    version.Action = new PrintVersion();
                    break;
            }
        }

        return root;
    }

    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.Write($"tracekit {Version}\n");
            return ExitCodes.Whole;
        }
    }

    /// <summary>Version of this build.</summary>
    internal static string Version =>
        typeof(CommandTree).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
