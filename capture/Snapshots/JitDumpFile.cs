using TraceKit.Capture.Native;
using TraceKit.Capture.Pump;
using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Metadata;

namespace TraceKit.Capture.Snapshots;

/// <summary>A jitdump file (<c>jit-PID.dump</c>): held open from when its page is mapped, copied as it is when the process or the recording ends.</summary>
internal sealed class JitDumpFile
{
    private readonly int _fd;
    private readonly int _pid;
    private readonly string _path;

    private JitDumpFile(int fd, int pid, string path)
    {
        _fd = fd;
        _pid = pid;
        _path = path;
    }

    /// <summary>Opens it; null when it cannot be read or is none.</summary>
    public static JitDumpFile? TryOpen(int pid, TrackedMapping mapping)
    {
        foreach (var path in (ReadOnlySpan<string>)[$"/proc/{pid}/map_files/{mapping.Start:x}-{mapping.End:x}", $"/proc/{pid}/root{mapping.Path}"])
        {
            var fd = HostFile.OpenRegular(path, out _, out _);
            if (fd < 0)
                continue;
            // "JiTD", in either byte order.
            var magic = new byte[4];
            if (HostFile.ReadAt(fd, magic, 0) == 4 && (magic.AsSpan().SequenceEqual("DTiJ"u8) || magic.AsSpan().SequenceEqual("JiTD"u8)))
                return new JitDumpFile(fd, pid, mapping.Path);
            Libc.close(fd);
        }

        return null;
    }

    public void Take(TraceOutput output, SnapshotBudget budget)
    {
        if (HostFile.TryFacts(_fd, out var facts) && facts.Size > 0)
        {
            var id = budget.NextId();
            var wanted = Math.Min(facts.Size, budget.ForModule);
            var sender = new BlobSender(output, id);
            var whole = sender.Copy(_fd, 0, wanted);
            sender.Flush();
            budget.Spend(sender.Length);
            output.Post(ChunkType.Module, id, new ModuleInfo
            {
                Id = id,
                Kind = ModuleKind.Jit,
                Path = _path,
                Pid = _pid,
                DeviceMajor = facts.DeviceMajor,
                DeviceMinor = facts.DeviceMinor,
                Inode = facts.Inode,
                FileLength = facts.Size,
                BlobBytes = sender.Length,
                BlobFormat = "jitdump",
                MissingReason = !whole ? "it was cut while it was read" : wanted < facts.Size ? $"only its first {wanted} bytes are here ({budget.Option})" : null,
                SnapshotTime = Clock.Monotonic,
            }.Encode());
        }

        Libc.close(_fd);
    }
}
