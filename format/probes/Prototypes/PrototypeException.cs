namespace TraceKit.Probes.Prototypes;

/// <summary>C declarations that cannot be read. Names the place and shows it.</summary>
public sealed class PrototypeException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="name">What the text is called: <c>--proto</c>, a path.</param>
    /// <param name="text">All of it.</param>
    /// <param name="position">Characters before what is wrong.</param>
    /// <param name="reason">What is wrong there, and what would be right.</param>
    public PrototypeException(string name, string text, int position, string reason)
        : this(name, text, Math.Clamp(position, 0, text.Length), reason, 0)
    {
    }

    private PrototypeException(string name, string text, int position, string reason, int lineStart)
        : base(Compose(name, text, position, reason, ref lineStart, out var line))
    {
        Line = line;
        Column = position - lineStart + 1;
        Reason = reason;
    }

    /// <summary>From 1 on.</summary>
    public int Line { get; }

    /// <summary>From 1 on.</summary>
    public int Column { get; }

    /// <summary>What is wrong.</summary>
    public string Reason { get; }

    private static string Compose(string name, string text, int position, string reason, ref int lineStart, out int line)
    {
        line = 1;
        for (var i = 0; i < position; i++)
        {
            if (text[i] != '\n')
                continue;
            line++;
            lineStart = i + 1;
        }

        var end = text.IndexOf('\n', position);
        var shown = text[lineStart..(end < 0 ? text.Length : end)].TrimEnd('\r').Replace('\t', ' ');
        var column = position - lineStart;
        // Preprocessed text has lines of any length.
        if (shown.Length > 160)
        {
            var from = Math.Max(0, column - 80);
            shown = shown.Substring(from, Math.Min(160, shown.Length - from));
            column -= from;
        }

        return $"{name}:{line}:{position - lineStart + 1}: {reason}\n  {shown}\n  {new string(' ', column)}^";
    }
}
