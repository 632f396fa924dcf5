using System.Runtime.InteropServices;

namespace TraceKit.Capture.Native;

/// <summary>The C library functions the agent calls, as they are declared there. Nothing here resolves names (NSS) or loads code.</summary>
internal static unsafe partial class Libc
{
    public const int O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_CREAT = 0x40, O_EXCL = 0x80, O_APPEND = 0x400, O_NONBLOCK = 0x800,
        O_DIRECTORY = 0x10000, O_NOFOLLOW = 0x20000, O_CLOEXEC = 0x80000, O_PATH = 0x200000;

    public const int PROT_READ = 1, PROT_WRITE = 2, MAP_SHARED = 1;

    public const int EPOLL_CTL_ADD = 1, EPOLL_CTL_DEL = 2;
    public const uint EPOLLIN = 1, EPOLLERR = 8, EPOLLHUP = 16;

    public const int SIGHUP = 1, SIGINT = 2, SIGQUIT = 3, SIGKILL = 9, SIGPIPE = 13, SIGTERM = 15, SIGCHLD = 17;
    public const int SIG_BLOCK = 0, SIG_SETMASK = 2;
    public const int SFD_CLOEXEC = O_CLOEXEC, SFD_NONBLOCK = O_NONBLOCK;

    /// <summary><c>si_code</c> of a signal the terminal sent (it went to the whole foreground group).</summary>
    public const int SI_KERNEL = 0x80;

    public const int RLIMIT_NOFILE = 7, RLIMIT_MEMLOCK = 8;
    public const int WNOHANG = 1;
    public const int CLOCK_REALTIME = 0, CLOCK_MONOTONIC = 1;

    public static long SYS_perf_event_open { get; } = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 241 : 298;

    public static long SYS_getdents64 { get; } = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 61 : 217;

    /// <summary>The same number everywhere.</summary>
    public const long SYS_pidfd_open = 434;

    public static long SYS_gettid { get; } = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 178 : 186;

    /// <summary>epoll_event is packed on x86-64 only.</summary>
    public static int EpollEventSize { get; } = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 16 : 12;

    [LibraryImport("libc", SetLastError = true)]
    public static partial long syscall(long number, nint a, nint b, nint c, nint d, nint e);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int open(string path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int openat(int directory, string name, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mkdirat(int directory, string name, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int unlinkat(int directory, string name, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int renameat(int fromDirectory, string from, int toDirectory, string to);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int close(int fd);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint read(int fd, byte* buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint pread(int fd, byte* buffer, nint count, long offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint write(int fd, byte* buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial void* mmap(void* address, nint length, int protection, int flags, int fd, long offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int munmap(void* address, nint length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(int fd, nuint request, nint argument);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_ctl(int epoll, int operation, int fd, void* value);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_wait(int epoll, void* events, int count, int timeoutMilliseconds);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int signalfd(int fd, ulong* mask, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int sigprocmask(int how, ulong* set, ulong* previous);

    [LibraryImport("libc")]
    public static partial int pipe2(int* pair, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int waitpid(int pid, int* status, int options);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int kill(int pid, int signal);

    [LibraryImport("libc")]
    public static partial int getpid();

    [LibraryImport("libc")]
    public static partial uint geteuid();

    [LibraryImport("libc", SetLastError = true)]
    public static partial int getrlimit(int resource, ulong* pair);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setrlimit(int resource, ulong* pair);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setpriority(int which, uint id, int nice);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int clock_gettime(int clock, long* pair);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int uname(byte* fields);

    [LibraryImport("libc", SetLastError = true)]
    public static partial long sysconf(int name);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rename(string from, string to);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mount(string source, string target, string type, nuint flags, nint data);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int statx(int directory, string path, int flags, uint mask, byte* result);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint readlink(string path, byte* buffer, nint size);

    // What runs between fork and exec: no transition to the runtime, because the child has only this one thread.
    [LibraryImport("libc")]
    [SuppressGCTransition]
    public static partial int fork();

    [LibraryImport("libc", EntryPoint = "read")]
    [SuppressGCTransition]
    public static partial nint child_read(int fd, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "close")]
    [SuppressGCTransition]
    public static partial int child_close(int fd);

    [LibraryImport("libc", EntryPoint = "write")]
    [SuppressGCTransition]
    public static partial nint child_write(int fd, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "sigprocmask")]
    [SuppressGCTransition]
    public static partial int child_sigprocmask(int how, ulong* set, ulong* previous);

    [LibraryImport("libc", EntryPoint = "signal")]
    [SuppressGCTransition]
    public static partial nint child_signal(int number, nint handler);

    [LibraryImport("libc", EntryPoint = "execve")]
    [SuppressGCTransition]
    public static partial int child_execve(byte* path, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "__errno_location")]
    [SuppressGCTransition]
    public static partial int* child_errno();

    [LibraryImport("libc", EntryPoint = "_exit")]
    [SuppressGCTransition]
    public static partial void child_exit(int code);
}
