namespace TraceKit.Format.Dtr;

/// <summary>Makes .dtr files.</summary>
public static class DtrFile
{
    /// <summary>Creates a file that only its owner may read and starts it.</summary>
    /// <param name="path">Must not exist, not even as a dangling link: O_CREAT|O_EXCL follows none (POSIX open).</param>
    /// <returns>The writer; it owns the file.</returns>
    /// <exception cref="IOException">It exists, or could not be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public static DtrWriter CreateNew(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(path, options);
        try
        {
            return new DtrWriter(file.SafeFileHandle, owner: file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
