using System.Text;

namespace TraceKit.Capture.Native;

/// <summary>Facts of one file: what decides whether it may be read, and whether two paths are the same file.</summary>
internal readonly record struct FileFacts(uint Mode, uint Owner, ulong Size, ulong Inode, uint DeviceMajor, uint DeviceMinor, ulong ModifiedSeconds)
{
    public bool IsRegular => (Mode & 0xF000) == 0x8000;

    public bool IsLink => (Mode & 0xF000) == 0xA000;
}

/// <summary>Reads of whole small files and positioned reads of large ones. Never blocks on a FIFO or a device: those are not opened.</summary>
internal static unsafe class HostFile
{
    private const int AT_FDCWD = -100, AT_EMPTY_PATH = 0x1000, AT_SYMLINK_NOFOLLOW = 0x100;
    private const uint STATX_BASIC_STATS = 0x7ff;

    /// <summary>The whole file, for files of /proc, /sys and tracefs whose size is not known before reading.</summary>
    /// <returns>null when it cannot be read; <paramref name="error"/> says why.</returns>
    public static byte[]? TryReadAll(string path, out int error, int limit = 64 << 20)
    {
        var fd = Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.O_NONBLOCK, 0);
        if (fd < 0)
        {
            error = Errno.Last;
            return null;
        }

        var buffer = new byte[4096];
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                if (length >= limit)
                    break;
                Array.Resize(ref buffer, buffer.Length * 2);
            }

            var n = Read(fd, buffer.AsSpan(length));
            if (n < 0)
            {
                error = Errno.Last;
                Libc.close(fd);
                return null;
            }

            if (n == 0)
                break;
            length += n;
        }

        Libc.close(fd);
        error = 0;
        return buffer.AsSpan(0, length).ToArray();
    }

    /// <summary>The whole file as text without the trailing newline; null when it cannot be read.</summary>
    public static string? TryReadText(string path)
    {
        var bytes = TryReadAll(path, out _);
        return bytes is null ? null : Encoding.UTF8.GetString(bytes).TrimEnd('\n');
    }

    /// <summary>A number that stands alone in a file, as in /proc/sys.</summary>
    public static long? TryReadNumber(string path) =>
        long.TryParse(TryReadText(path)?.Trim(), out var value) ? value : null;

    /// <summary>One read into <paramref name="buffer"/>; -1 on an error.</summary>
    public static int Read(int fd, Span<byte> buffer)
    {
        // SAFETY: the span is pinned for the call and its length is passed.
        fixed (byte* p = buffer)
        {
            nint n;
            do
                n = Libc.read(fd, p, buffer.Length);
            while (n < 0 && Errno.Last == Errno.EINTR);
            return (int)n;
        }
    }

    /// <summary>Reads at <paramref name="offset"/> until the buffer is full or the file ends; bytes read, or -1.</summary>
    public static int ReadAt(int fd, Span<byte> buffer, long offset)
    {
        // SAFETY: the span is pinned for the call and its length is passed.
        fixed (byte* p = buffer)
        {
            var done = 0;
            while (done < buffer.Length)
            {
                var n = Libc.pread(fd, p + done, buffer.Length - done, offset + done);
                if (n < 0 && Errno.Last == Errno.EINTR)
                    continue;
                if (n < 0)
                    return done > 0 ? done : -1;
                if (n == 0)
                    break;
                done += (int)n;
            }

            return done;
        }
    }

    /// <summary>Writes everything; false on an error.</summary>
    public static bool WriteAll(int fd, ReadOnlySpan<byte> bytes)
    {
        // SAFETY: the span is pinned for the call and its length is passed.
        fixed (byte* p = bytes)
        {
            var done = 0;
            while (done < bytes.Length)
            {
                var n = Libc.write(fd, p + done, bytes.Length - done);
                if (n < 0 && Errno.Last == Errno.EINTR)
                    continue;
                if (n <= 0)
                    return false;
                done += (int)n;
            }

            return true;
        }
    }

    /// <summary>
    /// Opens a regular file for reading. What is not one (a FIFO, a device) is refused before it is opened, because
    /// opening those can block or have effects.
    /// </summary>
    /// <returns>The descriptor, or -1 with <paramref name="reason"/>.</returns>
    public static int OpenRegular(string path, out FileFacts facts, out string reason)
    {
        var probe = Libc.open(path, Libc.O_PATH | Libc.O_CLOEXEC, 0);
        if (probe < 0)
        {
            facts = default;
            reason = Errno.Text(Errno.Last);
            return -1;
        }

        var known = TryFacts(probe, out facts);
        Libc.close(probe);
        if (!known || !facts.IsRegular)
        {
            reason = "not a regular file";
            return -1;
        }

        var fd = Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.O_NONBLOCK, 0);
        if (fd < 0)
        {
            reason = Errno.Text(Errno.Last);
            return -1;
        }

        // The path may have been replaced in between: what counts is what was opened.
        if (!TryFacts(fd, out facts) || !facts.IsRegular)
        {
            Libc.close(fd);
            reason = "not a regular file";
            return -1;
        }

        reason = "";
        return fd;
    }

    /// <summary>Facts of an open file.</summary>
    public static bool TryFacts(int fd, out FileFacts facts) => TryFacts(fd, "", AT_EMPTY_PATH, out facts);

    /// <summary>Facts of a path.</summary>
    public static bool TryFacts(string path, out FileFacts facts, bool followLinks = true) =>
        TryFacts(AT_FDCWD, path, followLinks ? 0 : AT_SYMLINK_NOFOLLOW, out facts);

    /// <summary>Facts of a name in an open folder; of a link itself.</summary>
    public static bool TryFactsIn(int directory, string name, out FileFacts facts) => TryFacts(directory, name, AT_SYMLINK_NOFOLLOW, out facts);

    /// <summary>Opens a regular file in an open folder for reading, without following a link, without waiting; -1 when it is none.</summary>
    public static int OpenRegularIn(int directory, string name, out FileFacts facts)
    {
        if (!TryFactsIn(directory, name, out facts) || !facts.IsRegular)
            return -1;
        var fd = Libc.openat(directory, name, Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.O_NONBLOCK | Libc.O_NOFOLLOW, 0);
        if (fd >= 0 && TryFacts(fd, out facts) && facts.IsRegular)
            return fd;
        if (fd >= 0)
            Libc.close(fd);
        return -1;
    }

    /// <summary>The inode's generation (FS_IOC_GETVERSION), which tells a reused inode number; 0 where the file system has none.</summary>
    public static ulong Generation(int fd)
    {
        // _IOR('v', 1, long); file systems write an int.
        const uint FS_IOC_GETVERSION = 0x80087601;
        long generation = 0;
        // SAFETY: the kernel writes at most a long.
        return Libc.ioctl(fd, FS_IOC_GETVERSION, (nint)(&generation)) == 0 ? (uint)generation : 0;
    }

    private static bool TryFacts(int directory, string path, int flags, out FileFacts facts)
    {
        Span<byte> statx = stackalloc byte[256];
        // SAFETY: struct statx has 256 bytes (linux/stat.h), which is the buffer's size.
        fixed (byte* p = statx)
        {
            if (Libc.statx(directory, path, flags, STATX_BASIC_STATS, p) != 0)
            {
                facts = default;
                return false;
            }
        }

        facts = new FileFacts(
            BitConverter.ToUInt16(statx[0x1c..]),
            BitConverter.ToUInt32(statx[0x14..]),
            BitConverter.ToUInt64(statx[0x28..]),
            BitConverter.ToUInt64(statx[0x20..]),
            BitConverter.ToUInt32(statx[0x88..]),
            BitConverter.ToUInt32(statx[0x8c..]),
            BitConverter.ToUInt64(statx[0x70..]));
        return true;
    }

    /// <summary>Target of a symbolic link; null when it is none.</summary>
    public static string? TryReadLink(string path)
    {
        Span<byte> buffer = stackalloc byte[4096];
        // SAFETY: readlink writes at most the size that is passed.
        fixed (byte* p = buffer)
        {
            var n = (int)Libc.readlink(path, p, buffer.Length);
            return n < 0 ? null : Encoding.UTF8.GetString(buffer[..n]);
        }
    }

    /// <summary>Names in a folder without <c>.</c> and <c>..</c>, in the kernel's order; empty when it cannot be read.</summary>
    public static List<string> List(string path, out int error)
    {
        var names = new List<string>();
        var fd = Libc.open(path, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_CLOEXEC, 0);
        if (fd < 0)
        {
            error = Errno.Last;
            return names;
        }

        error = 0;
        var buffer = new byte[32 << 10];
        while (true)
        {
            long n;
            // SAFETY: getdents64 writes at most the size that is passed.
            fixed (byte* p = buffer)
                n = Libc.syscall(Libc.SYS_getdents64, fd, (nint)p, buffer.Length, 0, 0);
            if (n <= 0)
            {
                error = n < 0 ? Errno.Last : 0;
                break;
            }

            // struct linux_dirent64: ino 8, off 8, reclen 2, type 1, name
            for (var at = 0; at + 19 <= n;)
            {
                int size = BitConverter.ToUInt16(buffer, at + 16);
                if (size < 20 || at + size > n)
                    break;
                var name = buffer.AsSpan(at + 19, size - 19);
                name = name[..name.IndexOf((byte)0)];
                if (!(name.SequenceEqual("."u8) || name.SequenceEqual(".."u8)))
                    names.Add(Encoding.UTF8.GetString(name));
                at += size;
            }
        }

        Libc.close(fd);
        return names;
    }

    public static bool Exists(string path) => TryFacts(path, out _);
}
