using System.Runtime.InteropServices;

namespace TraceKit.Capture.Native;

/// <summary>Error numbers of the last failed call, with the words a user knows.</summary>
internal static class Errno
{
    public const int EPERM = 1, ENOENT = 2, ESRCH = 3, EINTR = 4, EIO = 5, ENXIO = 6, E2BIG = 7, EAGAIN = 11, ENOMEM = 12, EACCES = 13, EBUSY = 16,
        EEXIST = 17, ENODEV = 19, ENOTDIR = 20, EISDIR = 21, EINVAL = 22, ENFILE = 23, EMFILE = 24, ENOSPC = 28, EROFS = 30, ENAMETOOLONG = 36, ENOSYS = 38,
        ELOOP = 40, EOVERFLOW = 75, EOPNOTSUPP = 95;

    public static int Last => Marshal.GetLastPInvokeError();

    /// <summary>As <c>strerror</c> says it, with the number kept where we have no words.</summary>
    public static string Text(int error) => error switch
    {
        EPERM => "operation not permitted",
        ENOENT => "no such file or directory",
        ESRCH => "no such process",
        EINTR => "interrupted",
        EIO => "input/output error",
        ENXIO => "no such device or address",
        E2BIG => "argument list too long",
        EAGAIN => "temporarily unavailable",
        ENOMEM => "out of memory",
        EACCES => "permission denied",
        EBUSY => "device or resource busy",
        EEXIST => "exists already",
        ENODEV => "no such device",
        ENOTDIR => "not a directory",
        EISDIR => "is a directory",
        EINVAL => "invalid argument",
        ENFILE => "too many open files in the system",
        EMFILE => "too many open files",
        ENOSPC => "no space left on device",
        EROFS => "read-only file system",
        ENAMETOOLONG => "name too long",
        ENOSYS => "not implemented by this kernel",
        ELOOP => "too many symbolic links",
        EOVERFLOW => "value too large",
        EOPNOTSUPP => "not supported",
        _ => $"error {error}",
    };
}
