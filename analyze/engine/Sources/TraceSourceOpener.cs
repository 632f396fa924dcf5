using Microsoft.Win32.SafeHandles;
using TraceKit.Format.Dtr;
using TraceKit.Format.PerfData;

namespace TraceKit.Engine.Sources;

/// <summary>Tells recordings apart by their first bytes.</summary>
internal static class TraceSourceOpener
{
    /// <summary>Opens a file, a folder of <c>perf record --threads</c>, or standard input (<c>-</c>).</summary>
    public static TraceSource Open(string path)
    {
        if (path == "-")
            return Open(TemporaryFile.OfStandardInput(), path, null);
        return DataOfFolder(path) is { } data ? Open(OpenFile(data), path, path) : Open(OpenFile(path), path, null);
    }

    /// <summary>Whether a file or folder begins as a <c>perf.data</c> does.</summary>
    public static bool IsPerfData(string path)
    {
        using var handle = OpenFile(DataOfFolder(path) ?? path);
        Span<byte> start = stackalloc byte[8];
        return PerfDataHeader.IsPerfData(start[..RandomAccess.Read(handle, start, 0)]);
    }

    private static string? DataOfFolder(string path) => Directory.Exists(path) && Path.Combine(path, "data") is var data && File.Exists(data) ? data : null;

    /// <summary>Opens what is in memory.</summary>
    public static TraceSource Open(ReadOnlyMemory<byte> data, string name) =>
        PerfDataHeader.IsPerfData(data.Span) ? PerfDataSource.Open(data, name) : new DtrTraceSource(DtrReader.Open(data, name));

    private static SafeFileHandle OpenFile(string path) => Directory.Exists(path) ? throw new IOException($"'{path}' is a folder without a 'data' of perf record in it") : File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    private static TraceSource Open(SafeFileHandle handle, string name, string? folder)
    {
        try
        {
            Span<byte> start = stackalloc byte[8];
            var read = RandomAccess.Read(handle, start, 0);
            return PerfDataHeader.IsPerfData(start[..read]) ? PerfDataSource.Open(handle, name, folder) : new DtrTraceSource(DtrReader.Open(handle, name));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }
}
