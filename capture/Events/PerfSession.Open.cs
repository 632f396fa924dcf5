using TraceKit.Capture.Cli;
using TraceKit.Capture.Host;
using TraceKit.Capture.Native;
using TraceKit.Capture.Pump;
using TraceKit.Format.Perf;

namespace TraceKit.Capture.Events;

/// <summary>Opening: tasks times CPUs times events, with what to do when the kernel does not take an attribute or the user may not.</summary>
internal sealed partial class PerfSession
{
    private void OpenAll(ChildProcess? child)
    {
        if (_options.AllCpus)
        {
            OpenTask(-1);
        }
        else if (child is not null)
        {
            AddFlags(PerfAttrFlags.inherit | PerfAttrFlags.enable_on_exec);
            OpenTask(child.Pid);
        }
        else
        {
            AddFlags(PerfAttrFlags.inherit);
            OpenTasks();
        }

        ApplyFilters();
    }

    private void AddFlags(ulong flags)
    {
        SideBand.Attr.Flags |= flags;
        foreach (var e in Events)
            e.Attr.Flags |= flags;
    }

    /// <summary>The threads of the processes asked for. Threads born while we open are children of opened ones, or found by looking again.</summary>
    private void OpenTasks()
    {
        var opened = new HashSet<int>();
        foreach (var tid in _options.Tids)
        {
            if (!OpenTask(tid))
                throw new CaptureException($"-t {tid}: no such thread");
            opened.Add(tid);
        }

        foreach (var pid in _options.Pids)
        {
            if (!HostFile.Exists($"/proc/{pid}/task"))
                throw new CaptureException($"-p {pid}: no such process");
            for (var round = 0; round < 4; round++)
            {
                var added = 0;
                foreach (var tid in ProcStat.Ids($"/proc/{pid}/task"))
                {
                    if (opened.Add(tid) && OpenTask(tid))
                        added++;
                }

                if (added == 0)
                    break;
            }
        }

        if (SideBand.Descriptors.Count == 0)
            throw new CaptureException("the processes to trace have ended");
    }

    /// <summary>Opens carrier and events on each CPU.</summary>
    /// <returns>false when the task has ended.</returns>
    private bool OpenTask(int pid)
    {
        for (var ring = 0; ring < Cpus.Count; ring++)
        {
            if (!TryOpen(SideBand, pid, ring))
                return false;
            if (ring == _rings.Count)
                MapRing(ring);
            else
                Redirect(SideBand, ring);
            foreach (var e in Events)
            {
                if (!TryOpen(e, pid, ring))
                    return false;
                Redirect(e, ring);
            }
        }

        return true;
    }

    private void Redirect(SessionEvent e, int ring)
    {
        if (!PerfEvent.SetOutput(e.Descriptors[^1], _owners[ring]))
            throw new CaptureException($"event {e.Traced.Name}: cannot share the ring of CPU {Cpus[ring]}: {Errno.Text(Errno.Last)}");
    }

    private void MapRing(int ring)
    {
        var wanted = _ringBytes;
        var fd = SideBand.Descriptors[^1];
        var mapping = RingMapping.TryMap(fd, _ringBytes, out var error);
        while (mapping is null && error is Errno.EPERM or Errno.ENOMEM && _ringBytes > RingMapping.PageSize)
        {
            _ringBytes /= 2;
            mapping = RingMapping.TryMap(fd, _ringBytes, out error);
        }

        if (mapping is null)
            throw new CaptureException($"cannot map a ring buffer of {Quantity.FormatSize(_ringBytes)} for CPU {Cpus[ring]}: {Errno.Text(error)}", "raise 'ulimit -l' or sysctl kernel.perf_event_mlock_kb, or run as root");
        if (_ringBytes < wanted)
            Terminal.Notice($"ring buffers are {_ringBytes >> 10} KiB for each CPU instead of {wanted >> 10}: the limit of locked memory; raise 'ulimit -l' or sysctl kernel.perf_event_mlock_kb");
        _owners[ring] = fd;
        _rings.Add(new SessionRing(Cpus[ring], mapping, new RingBuffer(mapping)));
    }

    private bool TryOpen(SessionEvent e, int pid, int ring)
    {
        e.Attr.WakeupEventsOrWatermark = (uint)(_ringBytes / 2);
        while (true)
        {
            var fd = PerfEvent.Open(e.Attr.Bytes, pid, Cpus[ring], out var error);
            if (fd >= 0)
            {
                e.Descriptors.Add(fd);
                e.Rings.Add(ring);
                e.Ids.Add(PerfEvent.Id(fd));
                return true;
            }

            if (error == Errno.ESRCH)
                return false;
            if (error == Errno.EINVAL && DropUnknown(e))
                continue;
            if (error is Errno.EACCES or Errno.EPERM && TryWithoutKernel(e))
                continue;
            throw OpenFailed(e, pid, error);
        }
    }

    /// <summary>Older kernels refuse attributes they do not know: gives up one, newest first.</summary>
    private static bool DropUnknown(SessionEvent e)
    {
        var attr = e.Attr;
        if ((attr.Flags & PerfAttrFlags.build_id) != 0)
            attr.Flags &= ~PerfAttrFlags.build_id; // 5.12
        else if ((attr.ReadFormat & PerfReadFormat.PERF_FORMAT_LOST) != 0)
            attr.ReadFormat &= ~PerfReadFormat.PERF_FORMAT_LOST; // 6.0
        else if ((attr.Flags & PerfAttrFlags.ksymbol) != 0)
            attr.Flags &= ~PerfAttrFlags.ksymbol; // 5.1
        else
            return false;
        return true;
    }

    private bool TryWithoutKernel(SessionEvent e)
    {
        if (e.Traced.IsTracepoint || (e.Attr.Flags & (PerfAttrFlags.exclude_kernel | PerfAttrFlags.exclude_user)) != 0)
            return false;
        foreach (var other in Events)
        {
            if (!other.Traced.IsTracepoint)
                other.Attr.Flags |= PerfAttrFlags.exclude_kernel;
        }

        if (!_kernelExcluded)
            Terminal.Notice($"kernel.perf_event_paranoid is {KernelFeatures.Setting("perf_event_paranoid")}: recording user space only; as root, or with 'sysctl kernel.perf_event_paranoid=1', the kernel too");
        _kernelExcluded = true;
        return true;
    }

    private CaptureException OpenFailed(SessionEvent e, int pid, int error)
    {
        var paranoid = KernelFeatures.Setting("perf_event_paranoid");
        var name = ReferenceEquals(e, SideBand) ? "perf_event_open" : $"event {e.Traced.Name}";
        return error switch
        {
            // include/linux/trace_events.h, TRACE_EVENT_PERF_PERM: an event may refuse to be sampled, whoever asks (irq_vectors:irq_work_exit would sample its own sampling).
            Errno.EPERM when e.Traced.IsTracepoint && Libc.geteuid() == 0 => new CaptureException(
                $"{name}: the kernel lets nobody sample it ({Errno.Text(error)}, asked by root)", "name the events one by one and leave it out; in a container see 'tracekit-capture doctor'"),
            Errno.EACCES or Errno.EPERM when pid == -1 => new CaptureException(
                $"{name}: this user may not record the whole system (kernel.perf_event_paranoid is {paranoid}; more than 0 forbids it)",
                "run as root, give the file 'setcap cap_perfmon,cap_sys_ptrace,cap_syslog=ep', or 'sysctl kernel.perf_event_paranoid=-1'; in a container perf_event_open may be denied by seccomp: see 'tracekit-capture doctor'"),
            Errno.EACCES or Errno.EPERM when e.Traced.IsTracepoint => new CaptureException(
                $"{name}: this user may not record tracepoints (kernel.perf_event_paranoid is {paranoid})", "run as root, or 'sysctl kernel.perf_event_paranoid=-1'"),
            Errno.EACCES or Errno.EPERM => new CaptureException(
                $"{name}: {Errno.Text(error)} for task {pid} (kernel.perf_event_paranoid is {paranoid}; other users' tasks need CAP_PERFMON or root)",
                "run as root or as the task's user; 'sysctl kernel.perf_event_paranoid=2' or lower; in a container see 'tracekit-capture doctor'"),
            Errno.EMFILE or Errno.ENFILE => new CaptureException(
                $"{name}: too many open files: each event needs a descriptor for each CPU of each thread", "raise the hard limit ('ulimit -Hn'), name fewer threads or events, or record the CPUs with -a"),
            Errno.ENOENT or Errno.ENODEV or Errno.EOPNOTSUPP => new CaptureException($"{name}: this kernel or CPU does not have it ({Errno.Text(error)})", "'tracekit-capture list' shows what there is"),
            Errno.ENOSYS => new CaptureException("this kernel was built without CONFIG_PERF_EVENTS", "boot a kernel that has it"),
            _ => new CaptureException($"{name}: perf_event_open: {Errno.Text(error)} (task {pid})"),
        };
    }

    private void ApplyFilters()
    {
        foreach (var e in Events)
        {
            if (e.Traced.Filter is not { Kernel: { } text } filter)
                continue;
            foreach (var fd in e.Descriptors)
            {
                var error = PerfEvent.SetFilter(fd, text);
                if (error == 0)
                    continue;
                // Neither our language nor the kernel's: what was typed is wrong.
                throw filter.Problem is { } problem ? new UsageException($"--filter on {e.Traced.Name}: {problem}", pointsToHelp: false)
                    : new CaptureException($"--filter '{text}' on {e.Traced.Name}: the kernel refuses it: {Errno.Text(error)}");
            }
        }
    }
}
