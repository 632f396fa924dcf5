using TraceKit.Binary;
using TraceKit.Probes.Filters;
using TraceKit.Report.Text;

namespace TraceKit.Cli.Host;

/// <summary>Turns whatever went wrong into one line on stderr and an exit code; a stack trace never reaches the user.</summary>
internal static class ErrorReporter
{
    /// <summary>Writes the line; the caller exits with the code.</summary>
    public static int Report(Exception exception, TextWriter error)
    {
        if (exception is AggregateException { InnerExceptions.Count: > 0 } several)
            return Report(several.InnerExceptions[0], error);
        if (StandardStreams.IsBrokenPipe(exception))
            return ExitCodes.Whole;
        if (exception is FilterSyntaxException filter)
            exception = SelectionOptions.WrongFilter(filter);
        var (code, message) = Describe(exception);
        WriteLine(error, "error", message);
        if (exception is UserErrorException { Excerpt.Length: > 0 } typed)
            WriteExcerpt(error, typed.Excerpt, typed.ExcerptPosition);
        return code;
    }

    /// <summary>What was typed, cut to what fits a line around the place, and a caret below it.</summary>
    private static void WriteExcerpt(TextWriter error, string text, int position)
    {
        const int Before = 60, Most = 100;
        var from = Math.Max(0, Math.Min(position, text.Length) - Before);
        var part = text.Substring(from, Math.Min(Most, text.Length - from));
        // What would not stand as one letter moves the caret with it.
        var indent = SafeText.Show(OneLetterEach(part[..Math.Clamp(position - from, 0, part.Length)])).Length;
        try
        {
            error.Write($"  {SafeText.Show(OneLetterEach(part))}\n  {new string(' ', indent)}^\n");
            error.Flush();
        }
        catch (IOException)
        {
            // stderr is gone: the exit code still tells.
        }
    }

    private static string OneLetterEach(string text) => string.Concat(text.Select(c => char.IsWhiteSpace(c) ? ' ' : c));

    /// <summary>One line: <c>tracekit: error: …</c>.</summary>
    public static void WriteLine(TextWriter error, string kind, string message)
    {
        try
        {
            error.Write($"tracekit: {kind}: {SafeText.Show(OneLine(message))}\n");
            error.Flush();
        }
        catch (IOException)
        {
            // stderr is gone: the exit code still tells.
        }
    }

    private static (int Code, string Message) Describe(Exception exception) => exception switch
    {
        UserErrorException user => (user.ExitCode, user.Message),
        BadDataException bad => (ExitCodes.UnusableFile, bad.Message + Advice(bad)),
        FileNotFoundException missing => (ExitCodes.Failed, $"{missing.FileName ?? "file"}: no such file"),
        DirectoryNotFoundException missing => (ExitCodes.Failed, missing.Message),
        UnauthorizedAccessException denied => (ExitCodes.Failed, denied.Message),
        IOException io => (ExitCodes.Failed, io.Message),
        OutOfMemoryException => (ExitCodes.Failed, "out of memory: try --time to analyze a part of the recording"),
        InsufficientExecutionStackException => (ExitCodes.Failed, "the input nests deeper than this program can follow"),
        OperationCanceledException => (ExitCodes.Interrupted, "interrupted"),
        _ => (ExitCodes.Failed, $"internal error, please report it: {exception.GetType().Name}: {exception.Message}{Where(exception)}"),
    };

    private static string Advice(BadDataException bad) => bad.Code switch
    {
        BadDataCode.UnsupportedVersion => "; analyze it with a newer tracekit",
        BadDataCode.NotThisFormat when bad.Expected.StartsWith("a .dtr", StringComparison.Ordinal) => "; is this a file that tracekit-capture or perf wrote?",
        BadDataCode.Truncated when bad.Section.StartsWith("chunk ", StringComparison.Ordinal) => "; 'tracekit recover' may save a part of it",
        BadDataCode.ChecksumMismatch => "; 'tracekit recover' may save a part of it",
        _ => "",
    };

    private static string Where(Exception exception) =>
        exception.StackTrace?.Split('\n', 2)[0].Trim() is { Length: > 0 } place ? $" ({place})" : "";

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}
