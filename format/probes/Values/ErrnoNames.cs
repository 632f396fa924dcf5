namespace TraceKit.Probes.Values;

/// <summary>Names of Linux error numbers.</summary>
/// <remarks>Source: <c>include/uapi/asm-generic/errno-base.h</c>, <c>errno.h</c> (x86-64, AArch64), <c>include/linux/errno.h</c> (512 and up: inside the kernel only).</remarks>
public static class ErrnoNames
{
    // By number from 1; a dash where there is none. One text: 150 objects would cost the agent more.
    private const string Names =
        "EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT ENOTBLK EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY " +
        "ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP - ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT EL3RST ELNRNG EUNATCH " +
        "ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO EBADRQC EBADSLT - EBFONT ENOSTR ENODATA ETIME ENOSR ENONET ENOPKG EREMOTE ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP EDOTDOT EBADMSG " +
        "EOVERFLOW ENOTUNIQ EBADFD EREMCHG ELIBACC ELIBBAD ELIBSCN ELIBMAX ELIBEXEC EILSEQ ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT " +
        "ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN " +
        "ETOOMANYREFS ETIMEDOUT ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL EISNAM EREMOTEIO EDQUOT ENOMEDIUM EMEDIUMTYPE ECANCELED ENOKEY " +
        "EKEYEXPIRED EKEYREVOKED EKEYREJECTED EOWNERDEAD ENOTRECOVERABLE ERFKILL EHWPOISON";

    private const string KernelNames =
        "ERESTARTSYS ERESTARTNOINTR ERESTARTNOHAND ENOIOCTLCMD ERESTART_RESTARTBLOCK EPROBE_DEFER EOPENSTALE ENOPARAM - EBADHANDLE ENOTSYNC EBADCOOKIE ENOTSUPP ETOOSMALL ESERVERFAULT " +
        "EBADTYPE EJUKEBOX EIOCBQUEUED ERECALLCONFLICT ENOGRACE";

    private const int FirstKernel = 512;

    /// <summary>The largest number that a return value can mean as an error (<c>MAX_ERRNO</c>).</summary>
    public const int Max = 4095;

    /// <summary>The name of a positive error number; null when it has none.</summary>
    public static string? Find(long number) => number >= FirstKernel ? Nth(KernelNames, number - FirstKernel) : number >= 1 ? Nth(Names, number - 1) : null;

    /// <summary>The number of a name; 0 when it is none. <c>EWOULDBLOCK</c> and <c>EDEADLOCK</c> are what they stand for.</summary>
    public static int Find(ReadOnlySpan<char> name) => name switch
    {
        "EWOULDBLOCK" => 11,
        "EDEADLOCK" => 35,
        "-" => 0,
        _ => IndexOf(Names, name) is > 0 and var number ? number : IndexOf(KernelNames, name) is > 0 and var kernel ? FirstKernel - 1 + kernel : 0,
    };

    /// <summary>All names, for suggestions.</summary>
    public static IEnumerable<string> All => (Names + " " + KernelNames).Replace(" - ", " ", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string? Nth(string names, long index)
    {
        var rest = names.AsSpan();
        for (; index > 0; index--)
        {
            var space = rest.IndexOf(' ');
            if (space < 0)
                return null;
            rest = rest[(space + 1)..];
        }

        var end = rest.IndexOf(' ');
        var name = end < 0 ? rest : rest[..end];
        return name is "-" ? null : name.ToString();
    }

    /// <summary>Place in the list from 1; 0 when it isn't there.</summary>
    private static int IndexOf(string names, ReadOnlySpan<char> name)
    {
        var rest = names.AsSpan();
        for (var number = 1; ; number++)
        {
            var space = rest.IndexOf(' ');
            if ((space < 0 ? rest : rest[..space]).SequenceEqual(name))
                return number;
            if (space < 0)
                return 0;
            rest = rest[(space + 1)..];
        }
    }
}
