using System.Text;

namespace TraceKit.Capture.Probes;

/// <summary>One event as <c>probe</c> and <c>probe -l</c> print it, which is how perf does: <c>  probe:vfs_read       (on vfs_read@fs/read_write.c with name)</c>.</summary>
internal static class ProbeLine
{
    private const int NameWidth = 20;

    /// <summary>Characters of a source path that are shown: its end, from a folder on.</summary>
    private const int SourceWidth = 30;

    /// <summary>Composes the line.</summary>
    /// <param name="name"><c>GROUP:EVENT</c>.</param>
    /// <param name="place">Where, as <see cref="Place"/> gives it.</param>
    /// <param name="module">The file or kernel module it is in; null for the kernel itself.</param>
    /// <param name="arguments">Their names.</param>
    public static string Of(string name, string place, string? module, IReadOnlyList<string> arguments)
    {
        var line = new StringBuilder("  ").Append(name.PadRight(NameWidth)).Append(" (on ").Append(place);
        if (module is not null)
            line.Append(" in ").Append(module);
        if (arguments.Count > 0)
            line.Append(" with ").AppendJoin(' ', arguments);
        return line.Append(')').ToString();
    }

    /// <summary><c>FUNCTION[%return|+OFFSET][@SOURCE[:LINE]]</c>.</summary>
    /// <param name="function">The function.</param>
    /// <param name="isReturn">At its return.</param>
    /// <param name="offset">Bytes from its start.</param>
    /// <param name="source">Source file; null when not known.</param>
    /// <param name="sourceLine">Its line; told only inside of the function.</param>
    public static string Place(string function, bool isReturn, ulong offset, string? source, int sourceLine)
    {
        var text = isReturn ? function + "%return" : offset > 0 ? $"{function}+{offset}" : function;
        if (source is null)
            return text;
        text = $"{text}@{Shorten(source)}";
        return offset > 0 && sourceLine > 0 ? $"{text}:{sourceLine}" : text;
    }

    private static string Shorten(string source)
    {
        if (source.Length <= SourceWidth)
            return source;
        var slash = source.IndexOf('/', source.Length - SourceWidth);
        return slash < 0 ? source[^SourceWidth..] : source[(slash + 1)..];
    }
}
