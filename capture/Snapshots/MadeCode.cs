using System.Buffers.Binary;
using TraceKit.Binary;
using TraceKit.Capture.Native;
using TraceKit.Capture.Pump;
using TraceKit.Format.Dtr.Metadata;

namespace TraceKit.Capture.Snapshots;

/// <summary>
/// Code that a process made at run time: the pages that samples point into, and those around them, read from its memory soon after the first
/// sample, and once more at the end if they are different then. Unwinding without tables reads a function from its beginning.
/// </summary>
internal sealed class MadeCode(TraceOutput output, SnapshotBudget budget, int pid)
{
    private const int PageBytes = 4096;

    /// <summary>Pages before and after the one that was hit: functions are long, and begin before the address.</summary>
    private const int Before = 4, After = 1;

    /// <summary>All copies of one process together.</summary>
    private const int MaxBytes = 64 << 20;

    private const int BufferBytes = 64 * PageBytes;

    private readonly Dictionary<ulong, uint> _pages = [];
    private readonly List<ModuleExtent> _extents = [];
    private readonly byte[] _page = new byte[(Before + 1 + After) * PageBytes];
    private byte[] _buffer = [];
    private int _used;
    private int _taken;
    private int _memory = -1;
    private int _pagemap = -1;
    private bool _isOpen;
    private string? _problem;

    /// <summary>Reads around an address.</summary>
    public void Take(ulong address)
    {
        if (!Open())
            return;
        var page = address / PageBytes;
        var first = page - Math.Min(page, Before);
        Read(first, (int)(page + After + 1 - first), again: false);
    }

    /// <summary>Reads once more what was read before, while the process is still there; keeps what has changed.</summary>
    public void TakeAgain()
    {
        if (!_isOpen || _pages.Count == 0)
            return;
        ulong[] pages = [.. _pages.Keys];
        Array.Sort(pages);
        for (var i = 0; i < pages.Length;)
        {
            var run = 1;
            while (i + run < pages.Length && run < Before + 1 + After && pages[i + run] == pages[i] + (ulong)run)
                run++;
            Read(pages[i], run, again: true);
            i += run;
        }
    }

    /// <summary>Writes what was read.</summary>
    public void Flush()
    {
        if (_used == 0 && _problem is null)
            return;
        budget.Spend((ulong)_used);
        Blob.Write(output, new ModuleInfo
        {
            Id = budget.NextId(),
            Kind = ModuleKind.JitCode,
            Path = "//anon",
            Pid = pid,
            Extents = [.. _extents],
            BlobBytes = (ulong)_used,
            BlobFormat = "code",
            MissingReason = _problem,
            SnapshotTime = Clock.Monotonic,
        }, _buffer.AsSpan(0, _used));
        _extents.Clear();
        _used = 0;
        _problem = null;
    }

    public void Close()
    {
        Flush();
        if (_memory >= 0)
            Libc.close(_memory);
        if (_pagemap >= 0)
            Libc.close(_pagemap);
        _memory = _pagemap = -1;
    }

    private bool Open()
    {
        if (_isOpen)
            return _memory >= 0;
        _isOpen = true;
        _memory = Libc.open($"/proc/{pid}/mem", Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        if (_memory < 0)
            _problem = $"code made by process {pid} cannot be read: {Errno.Text(Errno.Last)}";
        _pagemap = Libc.open($"/proc/{pid}/pagemap", Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        return _memory >= 0;
    }

    private void Read(ulong first, int count, bool again)
    {
        // Only what is there: reading a page that was never touched would make one.
        Span<byte> map = stackalloc byte[(Before + 1 + After) * 8];
        var known = _pagemap >= 0 ? Math.Max(0, HostFile.ReadAt(_pagemap, map[..(count * 8)], (long)first * 8)) / 8 : 0;
        for (var i = 0; i < count;)
        {
            var run = 0;
            while (i + run < count && (_pages.ContainsKey(first + (ulong)(i + run)) == again) && (i + run >= known || IsCommitted(map[((i + run) * 8)..])))
                run++;
            if (run == 0)
            {
                i++;
                continue;
            }

            var bytes = _page.AsSpan(0, run * PageBytes);
            var read = HostFile.ReadAt(_memory, bytes, (long)(first + (ulong)i) * PageBytes);
            for (var at = 0; at + PageBytes <= read; at += PageBytes)
                Keep(first + (ulong)(i + (at / PageBytes)), bytes.Slice(at, PageBytes));
            // What could not be read is not tried again with each sample near it.
            i += Math.Max(run, 1);
        }
    }

    /// <summary>pagemap(5): bit 63 present, bit 62 swapped out.</summary>
    private static bool IsCommitted(ReadOnlySpan<byte> entry) => BinaryPrimitives.ReadUInt64LittleEndian(entry) >> 62 != 0;

    private void Keep(ulong page, ReadOnlySpan<byte> bytes)
    {
        var sum = Crc32C.Compute(bytes);
        if (_pages.TryGetValue(page, out var known) && known == sum)
            return;
        if (bytes.IndexOfAnyExcept((byte)0) < 0)
            return;
        if (_taken + PageBytes > MaxBytes || budget.ForModule < (ulong)_used + PageBytes)
        {
            _problem = $"only {_taken} bytes of the code made by process {pid} are here";
            return;
        }

        _pages[page] = sum;
        if (_buffer.Length == 0)
            _buffer = new byte[BufferBytes];
        bytes.CopyTo(_buffer.AsSpan(_used));
        var time = Clock.Monotonic;
        var address = page * PageBytes;
        if (_extents.Count > 0 && _extents[^1] is { } last && last.FileOffset + last.Length == address)
            _extents[^1] = new ModuleExtent { FileOffset = last.FileOffset, Length = last.Length + PageBytes, BlobOffset = last.BlobOffset, Time = last.Time };
        else
            _extents.Add(new ModuleExtent { FileOffset = address, Length = PageBytes, BlobOffset = (ulong)_used, Time = time });
        _used += PageBytes;
        _taken += PageBytes;
        if (_used == BufferBytes)
            Flush();
    }
}
