using TraceKit.Capture.Cli;
using TraceKit.Capture.Native;
using TraceKit.Capture.Pump;

namespace TraceKit.Capture.Snapshots;

/// <summary>
/// Takes snapshots on a thread of its own, at low priority, while the processes live: modules by build-id, the kernel's symbols, the vDSO,
/// facts of processes, perf-maps. Requests are cheap for the encoder; each thing is read once.
/// </summary>
internal sealed class SnapshotWorker
{
    // A bound on what may wait: a fork storm must not grow the agent. What is dropped is told as missing.
    private const int MaxWaiting = 16384;

    private readonly object _gate = new();
    private readonly Queue<Request> _requests = new();
    private readonly ModuleSnapshots _modules;
    private readonly ProcessSnapshots _processes;
    private readonly TraceOutput _output;
    private readonly SnapshotLevel _level;
    private readonly Thread _thread;
    private bool _kernelAsked;
    private bool _kernelWaiting;
    private bool _closing;
    private int _dropped;

    public SnapshotWorker(TraceOutput output, SnapshotLevel level)
    {
        _output = output;
        _level = level;
        _modules = new ModuleSnapshots(output, level);
        _processes = new ProcessSnapshots(output, _modules);
        _thread = new Thread(Work, 256 << 10) { IsBackground = true, Name = "snapshots" };
    }

    private enum Kind
    {
        Process,
        Module,
        ProcessEnd,
        Kernel,
    }

    private readonly record struct Request(Kind Kind, int Pid, TrackedMapping? Mapping);

    public void Start() => _thread.Start();

    /// <summary>A process had its first sample: facts about it, and all its modules.</summary>
    public void ProcessSampled(TrackedProcess process)
    {
        Add(new Request(Kind.Process, process.Pid, null));
        foreach (var mapping in process.Mappings)
            ModuleMapped(process, mapping);
    }

    /// <summary>A sampled process has a mapping.</summary>
    public void ModuleMapped(TrackedProcess process, TrackedMapping mapping)
    {
        if (_level == SnapshotLevel.None || mapping.Requested || mapping.IsAnonymous)
            return;
        mapping.Requested = true;
        Add(new Request(Kind.Module, process.Pid, mapping));
    }

    public void ProcessEnded(TrackedProcess process) => Add(new Request(Kind.ProcessEnd, process.Pid, null));

    /// <summary>There was a sample in the kernel.</summary>
    public void KernelSampled()
    {
        if (_kernelAsked || _level == SnapshotLevel.None)
            return;
        _kernelAsked = true;
        lock (_gate)
        {
            _kernelWaiting = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Nothing more will be asked: the worker ends after what is waiting, and the perf-maps of what still lives.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closing = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Whether the worker has ended; waits a moment for that.</summary>
    public bool HasEnded(int timeoutMilliseconds) => _thread.Join(timeoutMilliseconds);

    /// <summary>Requests that were dropped because too many were waiting.</summary>
    public int Dropped => _dropped;

    private void Add(Request request)
    {
        lock (_gate)
        {
            if (_requests.Count >= MaxWaiting)
            {
                _dropped++;
                return;
            }

            _requests.Enqueue(request);
            Monitor.Pulse(_gate);
        }
    }

    private void Work()
    {
        // Below what the host does, above starving.
        ThreadPriorities.Set(10);
        while (TryTake(out var request))
        {
            if (_output.Failure is not null)
                continue;
            switch (request.Kind)
            {
                case Kind.Process:
                    _processes.Describe(request.Pid);
                    break;
                case Kind.Module:
                    _modules.Take(request.Pid, request.Mapping!);
                    break;
                case Kind.ProcessEnd:
                    _processes.Ended(request.Pid);
                    break;
                case Kind.Kernel:
                    KernelSnapshot.Take(_output, _modules.NextId());
                    break;
            }
        }

        if (_level != SnapshotLevel.None)
            _processes.Finish();
    }

    private bool TryTake(out Request request)
    {
        lock (_gate)
        {
            while (_requests.Count == 0 && !_kernelWaiting && !_closing)
                Monitor.Wait(_gate);
            if (_requests.TryDequeue(out request))
                return true;
            if (!_kernelWaiting)
                return false;

            // The kernel is still there when the processes are gone: it comes last.
            _kernelWaiting = false;
            request = new Request(Kind.Kernel, 0, null);
            return true;
        }
    }
}
