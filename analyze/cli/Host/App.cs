using System.CommandLine;
using System.Runtime.InteropServices;
using TraceKit.Cli.Commands;

namespace TraceKit.Cli.Host;

/// <summary>The program: command line in, exit code out.</summary>
internal static class App
{
    /// <summary>Runs one command.</summary>
    public static int Run(string[] args)
    {
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = true;
            Environment.Exit(ExitCodes.Interrupted);
        });
        using var output = StandardStreams.OpenOut();
        var error = Console.Error;
        int code;
        try
        {
            code = Dispatch(args, new CommandContext(output, error));
        }
        catch (Exception exception)
        {
            code = ErrorReporter.Report(exception, error);
        }

        try
        {
            output.Flush();
        }
        catch (IOException exception)
        {
            var flushed = ErrorReporter.Report(exception, error);
            code = code == ExitCodes.Whole ? flushed : code;
        }

        return Finish(output, code);
    }

    /// <summary>Leaves what a dead pipe did not take, so that closing the writer does not throw again.</summary>
    private static int Finish(StreamWriter output, int code)
    {
        try
        {
            output.Dispose();
        }
        catch (IOException)
        {
            // Already reported by the flush.
        }

        return code;
    }

    private static int Dispatch(string[] args, CommandContext context)
    {
        var root = CommandTree.Create(context);
        args = Implied.Analyze(args, root);
        var result = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        CommandLineCheck.Refuse(result, args);
        return result.Invoke(new InvocationConfiguration { Output = context.Out, Error = context.Error, EnableDefaultExceptionHandler = false });
    }
}
