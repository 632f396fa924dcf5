using Microsoft.Win32.SafeHandles;

namespace TraceKit.Engine.Sources;

/// <summary>Files that are gone with the process, however it ends.</summary>
internal static class TemporaryFile
{
    /// <summary>A new one, mode 0600, already without a name.</summary>
    public static SafeFileHandle Create()
    {
        var path = Path.GetTempFileName(); // 0600
        var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        File.Delete(path);
        return handle;
    }

    /// <summary>Takes all of standard input.</summary>
    public static SafeFileHandle OfStandardInput()
    {
        var handle = Create();
        try
        {
            using var input = Console.OpenStandardInput();
            var buffer = new byte[256 << 10];
            var at = 0L;
            for (int count; (count = input.Read(buffer)) > 0; at += count)
                RandomAccess.Write(handle, buffer.AsSpan(0, count), at);
            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }
}
