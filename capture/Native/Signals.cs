namespace TraceKit.Capture.Native;

/// <summary>A signal that arrived, and whether the terminal sent it (then the command has it already).</summary>
internal readonly record struct ReceivedSignal(int Number, bool FromTerminal);

/// <summary>SIGINT, SIGTERM and SIGHUP as a descriptor: they end a recording between two reads, never inside one.</summary>
/// <remarks>
/// A signal to the process goes to any thread that does not block it. So all must: this one, those it starts (they inherit its mask), and the
/// one that the runtime started before it, the finalizer's, which is made to block them by a finalizer.
/// </remarks>
internal sealed unsafe class Signals : IDisposable
{
    private readonly int _fd;
    private ulong _previous;
    private bool _any;

    /// <summary>Blocks the signals; must run on the main thread before any other is started, which then inherit the mask.</summary>
    public Signals()
    {
        // SAFETY: sigset_t has 128 bytes in glibc and the kernel's first 8 count: a padded buffer is passed, not the bare word.
        var set = stackalloc ulong[16];
        var old = stackalloc ulong[16];
        set[0] = Mask;
        Libc.sigprocmask(Libc.SIG_BLOCK, set, old);
        _previous = old[0];
        _fd = Libc.signalfd(-1, set, Libc.SFD_CLOEXEC | Libc.SFD_NONBLOCK);
        if (_fd < 0)
            throw new CaptureException($"signalfd: {Errno.Text(Errno.Last)}");
        BlockInFinalizerThread();
    }

    public int Descriptor => _fd;

    /// <summary>The mask the process was started with: what a command must get back.</summary>
    public ulong OriginalMask => _previous;

    /// <summary>Takes one signal, if there is one.</summary>
    public bool TryTake(out ReceivedSignal signal)
    {
        // struct signalfd_siginfo: ssi_signo u32, ssi_errno s32, ssi_code s32, … 128 bytes
        Span<byte> info = stackalloc byte[128];
        if (HostFile.Read(_fd, info) < 128)
        {
            signal = default;
            return false;
        }

        _any = true;
        signal = new ReceivedSignal(BitConverter.ToInt32(info), BitConverter.ToInt32(info[8..]) == Libc.SI_KERNEL);
        return true;
    }

    /// <summary>
    /// After a signal that ended the recording, takes the same one again if it comes at once: <c>timeout</c> and some supervisors send it to the
    /// process and then to its group.
    /// </summary>
    public void Settle()
    {
        if (!_any)
            return;
        Thread.Sleep(50);
        while (TryTake(out _))
        {
        }
    }

    /// <summary>Lets the signals act as usual again: from here a second Ctrl+C ends the process at once.</summary>
    public void Restore()
    {
        // SAFETY: as in the constructor.
        var set = stackalloc ulong[16];
        set[0] = _previous;
        Libc.sigprocmask(Libc.SIG_SETMASK, set, null);
    }

    public void Dispose() => Libc.close(_fd);

    private static ulong Mask => Bit(Libc.SIGINT) | Bit(Libc.SIGTERM) | Bit(Libc.SIGHUP);

    private static void BlockInFinalizerThread()
    {
        MakeGarbage();
        GC.Collect(0);
        GC.WaitForPendingFinalizers();
    }

    // Not inlined: the object must be unreachable when the collection runs.
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void MakeGarbage() => _ = new Blocker();

    private sealed class Blocker
    {
#pragma warning disable MA0055 // running on the finalizer's thread is the purpose
        ~Blocker()
#pragma warning restore MA0055
        {
            // SAFETY: as in the constructor of Signals; runs on the finalizer's thread, whose mask this sets.
            var set = stackalloc ulong[16];
            set[0] = Mask;
            Libc.sigprocmask(Libc.SIG_BLOCK, set, null);
        }
    }

    private static ulong Bit(int signal) => 1UL << (signal - 1);
}
