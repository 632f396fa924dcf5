using System.Diagnostics;
using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Metadata;

namespace TraceKit.Capture.Tests;

/// <summary>Runs the agent as a user does, in a folder of its own.</summary>
internal sealed class Agent : IDisposable
{
    public Agent() => Directory.CreateDirectory(Folder);

    public string Folder { get; } = Path.Combine(Path.GetTempPath(), "tracekit-test-" + Guid.NewGuid().ToString("N"));

    public string In(string name) => Path.Combine(Folder, name);

    /// <summary>Skips the test where the host cannot do what it needs.</summary>
    public static void RequireRoot()
    {
        if (!File.Exists("/proc/sys/kernel/perf_event_paranoid"))
            Assert.Skip("this kernel has no perf events");
        if (Environment.UserName != "root")
            Assert.Skip("needs root");
    }

    public static void RequireUprobes()
    {
        RequireRoot();
        if (!File.Exists("/sys/kernel/tracing/uprobe_events"))
            Assert.Skip("no uprobe_events in /sys/kernel/tracing: tracefs is not mounted or the kernel was built without CONFIG_UPROBE_EVENTS");
    }

    /// <summary>Compiles a C program; skips where there is no compiler.</summary>
    public string Compile(string source, string name = "program", string flags = "-O1 -g0")
    {
        if (!File.Exists("/usr/bin/cc"))
            Assert.Skip("no C compiler (/usr/bin/cc)");
        File.WriteAllText(In(name + ".c"), source);
        using var cc = Process.Start("/usr/bin/cc", $"{flags} -o {In(name)} {In(name + ".c")}");
        cc.WaitForExit();
        Assert.Equal(0, cc.ExitCode);
        return In(name);
    }

    public Process Start(params string[] arguments)
    {
        // A native build may be named; else the one that was built with the tests runs under the JIT.
        var program = Environment.GetEnvironmentVariable("TRACEKIT_CAPTURE") ?? Path.Combine(AppContext.BaseDirectory, "tracekit-capture");
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = Folder };
        // The JIT shares its code pages with a forked child otherwise.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        start.Environment["DOTNET_TieredCompilation"] = "0";
        return Process.Start(start)!;
    }

    public (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using var process = Start(arguments);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

/// <summary>What a recording holds, read back.</summary>
internal sealed class Recording
{
    private readonly string _path;

    public Recording(string path)
    {
        _path = path;
        using var reader = DtrReader.Open(path);
        Damage = reader.Damage.Count;
        byte[] buffer = [];
        foreach (var chunk in reader.Chunks)
        {
            var payload = reader.ReadPayload(chunk, ref buffer);
            Chunks.Add(chunk.Type);
            switch (chunk.Type)
            {
                case ChunkType.Host:
                    Host = HostInfo.Decode(payload);
                    break;
                case ChunkType.Events:
                    Events = EventTable.Decode(payload);
                    break;
                case ChunkType.Module:
                    var module = ModuleInfo.Decode(payload);
                    // A later one with the same id replaces.
                    Modules.RemoveAll(m => m.Id == module.Id);
                    Modules.Add(module);
                    break;
                case ChunkType.Process:
                    Processes.AddRange(ProcessTable.Decode(payload).Processes);
                    break;
                case ChunkType.Summary:
                    Summary = RecordingSummary.Decode(payload);
                    break;
                case ChunkType.SideBand:
                    SideBand.Add(payload.ToArray());
                    break;
                case ChunkType.Samples:
                    Samples.Add(payload.ToArray());
                    break;
            }
        }
    }

    /// <summary>A module's bytes, whole.</summary>
    public byte[] Blob(ModuleInfo module)
    {
        using var reader = DtrReader.Open(_path);
        var bytes = BlobPart.ReadAll(reader, module, 1 << 30, out var missing);
        Assert.Equal(0, missing);
        return bytes;
    }

    public List<ChunkType> Chunks { get; } = [];

    public HostInfo? Host { get; }

    public EventTable? Events { get; }

    public List<ModuleInfo> Modules { get; } = [];

    public List<ProcessInfo> Processes { get; } = [];

    public RecordingSummary? Summary { get; }

    public List<byte[]> SideBand { get; } = [];

    public List<byte[]> Samples { get; } = [];

    public int Damage { get; }
}
