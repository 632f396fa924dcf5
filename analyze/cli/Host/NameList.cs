namespace TraceKit.Cli.Host;

/// <summary>A list of names on the command line, with commas; <c>file://NAMES</c> among them stands for the lines of a file.</summary>
internal static class NameList
{
    private const string FilePrefix = "file://";
    private const int MostBytes = 1 << 20;

    /// <summary>The names.</summary>
    /// <param name="option">For messages.</param>
    /// <param name="text">As typed; null when the option was not.</param>
    /// <exception cref="UserErrorException">A list without a name, or a file that cannot be read.</exception>
    public static IReadOnlyList<string> Read(string option, string? text)
    {
        if (text is null)
            return [];
        var names = new List<string>();
        foreach (var word in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (word.StartsWith(FilePrefix, StringComparison.Ordinal))
                names.AddRange(LinesOf(option, word[FilePrefix.Length..]));
            else
                names.Add(word);
        }

        return names.Count > 0 ? names : throw new UserErrorException($"{option} {text}: expected names with commas");
    }

    private static IEnumerable<string> LinesOf(string option, string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
            throw new UserErrorException($"{option} {FilePrefix}{path}: no such file", ExitCodes.Failed);
        if (file.Length > MostBytes)
            throw new UserErrorException($"{option} {FilePrefix}{path}: more than {MostBytes} bytes for a list of names", ExitCodes.Failed);
        return File.ReadAllLines(path).Select(l => l.Trim()).Where(l => l.Length > 0);
    }
}
