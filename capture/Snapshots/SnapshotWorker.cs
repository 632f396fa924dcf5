using TraceKit.Capture.Cli;
using TraceKit.Capture.Native;
using TraceKit.Capture.Pump;
using TraceKit.DebugInfo.Elf;

namespace TraceKit.Capture.Snapshots;

/// <summary>
/// Takes snapshots on a thread of its own, while the processes live: modules by build-id, the kernel's symbols, the vDSO,
/// facts of processes, what just-in-time compilers leave. Requests are cheap for the encoder; each thing is read once.
/// </summary>
internal sealed class SnapshotWorker
{
    // A bound on what may wait: a fork storm must not grow the agent. What is dropped is told as missing.
    private const int MaxWaiting = 16384;

    /// <summary>How often growing files are looked at.</summary>
    private const int LookMilliseconds = 250;

    private readonly object _gate = new();
    private readonly Queue<Request> _requests = new();
    private readonly SnapshotBudget _budget;
    private readonly ModuleSnapshots _modules;
    private readonly LineSnapshots? _lines;
    private readonly ProcessSnapshots _processes;
    private readonly JitSnapshots _jits;
    private readonly TraceOutput _output;
    private readonly bool _everyModule;
    private readonly Thread _thread;
    private bool _kernelAsked;
    private bool _kernelWaiting;
    private bool _closing;
    private long _nextLook;
    private int _done;
    private string _current = "";

    public SnapshotWorker(TraceOutput output, RecordOptions options)
    {
        _output = output;
        _budget = new SnapshotBudget(options.MaxSnapshot);
        _lines = options.Snapshot == SnapshotLevel.Lines ? new LineSnapshots(output, _budget) : null;
        _modules = new ModuleSnapshots(output, _budget, options.Snapshot, _lines);
        _processes = new ProcessSnapshots(output);
        _jits = new JitSnapshots(output, _budget);
        TakesNothing = options.Snapshot == SnapshotLevel.None;
        // Nobody looks into stacks that are kept byte for byte.
        _everyModule = options.RawStacks && options.CallGraph == CallGraph.Dwarf;
        _thread = new Thread(Work, 256 << 10) { IsBackground = true, Name = "snapshots" };
    }

    private enum Kind
    {
        Process,
        Module,
        Jit,
        MadeCode,
        ProcessEnd,
        Kernel,
        Look,
    }

    private readonly record struct Request(Kind Kind, int Pid, int ParentPid, TrackedMapping? Mapping, ulong Address);

    /// <summary><c>--snapshot none</c>: facts of processes only.</summary>
    public bool TakesNothing { get; }

    public void Start() => _thread.Start();

    /// <summary>A process had its first sample.</summary>
    public void ProcessSampled(TrackedProcess process)
    {
        Add(new Request(Kind.Process, process.Pid, 0, null, 0));
        foreach (var mapping in process.Mappings)
            MappedInSampled(process, mapping);
    }

    /// <summary>A sampled process has a mapping.</summary>
    public void MappedInSampled(TrackedProcess process, TrackedMapping mapping)
    {
        if (TakesNothing)
            return;
        if (mapping.IsMadeCode || mapping.IsJitDump)
            Add(new Request(Kind.Jit, process.Pid, 0, mapping, 0));
        else if (_everyModule)
            ModuleHit(process, mapping);
    }

    /// <summary>A sample points into a module.</summary>
    public void ModuleHit(TrackedProcess process, TrackedMapping mapping)
    {
        // A nameless file may be a program all the same.
        if (!(mapping.IsMadeCode || mapping.IsJitDump) || mapping.Path.StartsWith("/memfd:", StringComparison.Ordinal))
            Add(new Request(Kind.Module, process.Pid, process.ParentPid, mapping, 0));
    }

    /// <summary>A sample points into code that was made at run time.</summary>
    public void MadeCodeHit(TrackedProcess process, ulong address) => Add(new Request(Kind.MadeCode, process.Pid, 0, null, address));

    public void ProcessEnded(TrackedProcess process) => Add(new Request(Kind.ProcessEnd, process.Pid, 0, null, 0));

    /// <summary>There was a sample in the kernel.</summary>
    public void KernelSampled()
    {
        if (_kernelAsked || TakesNothing)
            return;
        _kernelAsked = true;
        lock (_gate)
        {
            _kernelWaiting = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Nothing more will be asked: the worker ends after what is waiting, and what is only known at the end.</summary>
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

    /// <summary>Rises while the worker gets on: a file system that does not answer must not hold the recording for ever.</summary>
    public int Progress => Volatile.Read(ref _done);

    /// <summary>What the worker is at, for who gives it up.</summary>
    public string Current => Volatile.Read(ref _current);

    /// <summary>Requests that were dropped because too many were waiting.</summary>
    public int Dropped { get; private set; }

    private void Add(in Request request)
    {
        lock (_gate)
        {
            if (_requests.Count >= MaxWaiting)
            {
                Dropped++;
                return;
            }

            _requests.Enqueue(request);
            Monitor.Pulse(_gate);
        }
    }

    private void Work()
    {
        while (TryTake(out var request))
        {
            if (_output.Failure is not null)
                continue;
            Volatile.Write(ref _current, request.Mapping?.Path ?? $"process {request.Pid}");
            switch (request.Kind)
            {
                case Kind.Process:
                    _processes.Describe(request.Pid);
                    break;
                case Kind.Module:
                    _modules.Take(request.Pid, request.ParentPid, request.Mapping!);
                    break;
                case Kind.Jit:
                    _jits.Watch(request.Pid, request.Mapping!);
                    break;
                case Kind.MadeCode:
                    _jits.CodeHit(request.Pid, request.Address);
                    break;
                case Kind.ProcessEnd:
                    _processes.Ended(request.Pid);
                    _jits.Ended(request.Pid);
                    break;
                case Kind.Kernel:
                    // The kernel's list can wait for what the host does; processes do not wait for us.
                    ThreadPriorities.Set(10);
                    KernelSnapshot.Take(_output, _budget.NextId());
                    ThreadPriorities.Set(0);
                    break;
                case Kind.Look:
                    _jits.Look();
                    break;
            }

            Volatile.Write(ref _done, _done + 1);
        }

        _processes.Flush();
        _jits.Finish();
        ThreadPriorities.Set(10);
        _lines?.Finish(() => Volatile.Write(ref _done, _done + 1));
    }

    private bool TryTake(out Request request)
    {
        lock (_gate)
        {
            while (true)
            {
                // Also when requests never cease.
                if (_jits.IsWatching && Environment.TickCount64 >= _nextLook)
                {
                    _nextLook = Environment.TickCount64 + LookMilliseconds;
                    request = new Request(Kind.Look, 0, 0, null, 0);
                    return true;
                }

                if (_requests.Count > 0 || _kernelWaiting || _closing)
                    break;
                Monitor.Wait(_gate, _jits.IsWatching ? (int)Math.Max(1, _nextLook - Environment.TickCount64) : Timeout.Infinite);
            }

            if (_requests.TryDequeue(out request))
                return true;
            if (!_kernelWaiting)
                return false;

            // The kernel is still there when the processes are gone: it comes last.
            _kernelWaiting = false;
            request = new Request(Kind.Kernel, 0, 0, null, 0);
            return true;
        }
    }
}
