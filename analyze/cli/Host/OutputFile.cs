namespace TraceKit.Cli.Host;

/// <summary>Files that this program writes: whole or not at all.</summary>
internal static class OutputFile
{
    /// <summary>Writes to a temporary file beside it, then renames: an interrupted run leaves no half of a file, a reader never sees one.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        var folder = CheckPlace(path);
        var temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{Environment.ProcessId}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
                write(stream);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>The folder that a file is to be written to.</summary>
    /// <exception cref="UserErrorException">It does not exist, or the name is a folder's.</exception>
    public static string CheckPlace(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(folder))
            throw new UserErrorException($"{path}: the folder {folder} does not exist", ExitCodes.Failed);
        if (Directory.Exists(path))
            throw new UserErrorException($"{path}: is a folder, a file name was expected", ExitCodes.Failed);
        return folder;
    }

    /// <summary>The same for bytes at hand.</summary>
    public static void Write(string path, byte[] bytes) => Write(path, stream => stream.Write(bytes));

    /// <summary>The same for text, in UTF-8.</summary>
    public static void WriteText(string path, Action<TextWriter> write) => Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, new System.Text.UTF8Encoding(false), 1 << 16) { NewLine = "\n" };
        write(writer);
    });
}
