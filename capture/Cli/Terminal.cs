using System.Text;
using TraceKit.Capture.Native;

namespace TraceKit.Capture.Cli;

/// <summary>Standard output and standard error, written at once and without the console machinery.</summary>
internal static class Terminal
{
    /// <summary>No notices, only errors and the last line.</summary>
    public static bool Quiet { get; set; }

    /// <summary>Also says what is being done.</summary>
    public static bool Verbose { get; set; }

    public static void Out(string text) => HostFile.WriteAll(1, Encoding.UTF8.GetBytes(text + "\n"));

    public static void Error(string text) => HostFile.WriteAll(2, Encoding.UTF8.GetBytes("tracekit-capture: " + text + "\n"));

    /// <summary>What there is to know, on standard error: nothing was asked for.</summary>
    public static void Help(string text) => HostFile.WriteAll(2, Encoding.UTF8.GetBytes(text + "\n"));

    /// <summary>What was said by <see cref="Notice"/>: the file carries it too.</summary>
    public static List<string> Notices { get; } = [];

    /// <summary>Something the user did not ask for but should know.</summary>
    public static void Notice(string text)
    {
        Notices.Add(text);
        if (!Quiet)
            Error(text);
    }

    public static void Detail(string text)
    {
        if (Verbose)
            Error(text);
    }
}
