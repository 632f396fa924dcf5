using System.Reflection;

namespace TraceKit.Capture.Cli;

/// <summary>The program's own version.</summary>
internal static class Version
{
    public static string Text { get; } = typeof(Version).Assembly.GetName().Version is { } v ? $"{v.Major}.{v.Minor}.{v.Build}" : "0";
}
