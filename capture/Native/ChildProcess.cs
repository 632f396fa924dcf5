using System.Text;

namespace TraceKit.Capture.Native;

/// <summary>
/// The command after <c>--</c>: forked first and held before its exec, so that events can be opened on it and be enabled by the exec itself.
/// </summary>
internal sealed unsafe class ChildProcess
{
    private readonly int _go;
    private readonly int _report;
    private readonly string _name;
    private bool _released;

    private ChildProcess(int pid, int go, int report, string name)
    {
        Pid = pid;
        _go = go;
        _report = report;
        _name = name;
    }

    public int Pid { get; }

    /// <summary>The exit code as a shell sees it (128 + signal), once it ended.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>Forks and holds the command.</summary>
    /// <param name="command">Program and arguments; the program is looked up in PATH.</param>
    /// <param name="signalMask">The mask it starts with.</param>
    public static ChildProcess StartHeld(IReadOnlyList<string> command, ulong signalMask)
    {
        var path = FindProgram(command[0])
            ?? throw new CaptureException($"cannot run '{command[0]}': not found in PATH", "give the program's path");
        // SAFETY: everything the child touches is prepared before the fork, lives outside the collected heap, and is not freed: after fork only
        // raw system calls run (the runtime's other threads do not exist in the child), up to exec or _exit. The pipes are close-on-exec.
        var pair = stackalloc int[4];
        if (Libc.pipe2(pair, Libc.O_CLOEXEC) != 0 || Libc.pipe2(pair + 2, Libc.O_CLOEXEC) != 0)
            throw new CaptureException("pipe2 failed: too many open files");
        var nativePath = NativeText(path);
        var arguments = NativeVector(command);
        var environment = NativeVector(EnvironmentStrings());
        var mask = stackalloc ulong[16];
        mask[0] = signalMask;
        byte token = 0;
        var report = 0;

        if (System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeCompiled)
            WarmUp();
        var pid = Libc.fork();
        if (pid == 0)
        {
            // A command whose agent died before letting it go must not wait: read returns 0 then, once the child's own copy of the end is closed.
            Libc.child_close(pair[1]);
            Libc.child_close(pair[2]);
            if (Libc.child_read(pair[0], &token, 1) == 1)
            {
                Libc.child_sigprocmask(Libc.SIG_SETMASK, mask, null);
                Libc.child_signal(Libc.SIGPIPE, 0);
                Libc.child_execve(nativePath, arguments, environment);
                report = *Libc.child_errno();
                Libc.child_write(pair[3], (byte*)&report, 4);
            }

            Libc.child_exit(127);
        }

        Libc.close(pair[0]);
        Libc.close(pair[3]);
        if (pid < 0)
            throw new CaptureException("fork failed: no process or memory left");
        return new ChildProcess(pid, pair[1], pair[2], command[0]);
    }

    /// <summary>Lets the command run; throws when its exec failed.</summary>
    public void Release()
    {
        _released = true;
        HostFile.WriteAll(_go, "g"u8);
        Libc.close(_go);
        Span<byte> error = stackalloc byte[4];
        // Returns at once with 0 bytes when exec closed the pipe.
        var n = HostFile.Read(_report, error);
        Libc.close(_report);
        if (n == 4)
        {
            Wait(block: true);
            throw new CaptureException($"cannot run '{_name}': {Errno.Text(BitConverter.ToInt32(error))}");
        }
    }

    /// <summary>A descriptor that becomes readable when the command ends; -1 before Linux 5.3.</summary>
    public int OpenDescriptor() => (int)Libc.syscall(Libc.SYS_pidfd_open, Pid, 0, 0, 0, 0);

    /// <summary>Takes its exit status if it ended, or waits for that.</summary>
    /// <returns>Whether it has ended.</returns>
    public bool Wait(bool block)
    {
        if (ExitCode is not null)
            return true;
        int status;
        // SAFETY: waitpid writes one int.
        int pid;
        do
            pid = Libc.waitpid(Pid, &status, block ? 0 : Libc.WNOHANG);
        while (pid < 0 && Errno.Last == Errno.EINTR);
        if (pid == 0)
            return false;
        if (pid < 0)
            ExitCode = 127;
        else
            ExitCode = (status & 0x7f) == 0 ? status >> 8 & 0xff : 128 + (status & 0x7f);
        return true;
    }

    public void Signal(int number)
    {
        if (ExitCode is null)
            Libc.kill(Pid, number);
    }

    /// <summary>Ends a command that was never released, or that outlives the recording: SIGTERM, then after two seconds SIGKILL.</summary>
    public void Stop()
    {
        if (!_released)
        {
            // It still waits for the word to go, with signals blocked: the closed pipe lets it end.
            _released = true;
            Libc.close(_go);
            Libc.close(_report);
            Wait(block: true);
            return;
        }

        Signal(Libc.SIGTERM);
        for (var i = 0; i < 200; i++)
        {
            if (Wait(block: false))
                return;
            Thread.Sleep(10);
        }

        Signal(Libc.SIGKILL);
        Wait(block: true);
    }

    /// <summary>Under the JIT (tests), a first call compiles a stub, which the child cannot do: so each is called once before, without effect.</summary>
    private static void WarmUp()
    {
        byte none = 0;
        // SAFETY: each call is refused by the kernel (bad descriptor, empty path) or changes nothing.
        Libc.child_read(-1, &none, 0);
        Libc.child_write(-1, &none, 0);
        Libc.child_close(-1);
        Libc.child_sigprocmask(Libc.SIG_SETMASK, null, null);
        Libc.child_signal(Libc.SIGPIPE, Libc.child_signal(Libc.SIGPIPE, 0));
        Libc.child_execve(&none, null, null);
        _ = *Libc.child_errno();
    }

    private static string? FindProgram(string name)
    {
        if (name.Contains('/'))
            return name;
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin").Split(':'))
        {
            var path = folder.Length == 0 ? name : folder + "/" + name;
            if (HostFile.TryFacts(path, out var facts) && facts.IsRegular && (facts.Mode & 0x49) != 0)
                return path;
        }

        return null;
    }

    private static List<string> EnvironmentStrings()
    {
        var list = new List<string>();
        var bytes = HostFile.TryReadAll("/proc/self/environ", out _);
        if (bytes is null)
            return list;
        foreach (var entry in Encoding.UTF8.GetString(bytes).Split('\0'))
        {
            if (entry.Length > 0)
                list.Add(entry);
        }

        return list;
    }

    private static byte* NativeText(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        // SAFETY: one byte more than the text, for the NUL; lives until the process ends.
        var memory = (byte*)System.Runtime.InteropServices.NativeMemory.AllocZeroed((nuint)bytes.Length + 1);
        bytes.CopyTo(new Span<byte>(memory, bytes.Length));
        return memory;
    }

    private static byte** NativeVector(IReadOnlyList<string> texts)
    {
        // SAFETY: one pointer more than there are texts, zeroed: the vector ends in NULL; lives until the process ends.
        var vector = (byte**)System.Runtime.InteropServices.NativeMemory.AllocZeroed((nuint)(texts.Count + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < texts.Count; i++)
            vector[i] = NativeText(texts[i]);
        return vector;
    }
}
