using TraceKit.Capture.Native;
using TraceKit.Capture.Pump;
using TraceKit.DebugInfo.Kernel;
using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Metadata;

namespace TraceKit.Capture.Snapshots;

/// <summary>The kernel's symbols and build-id.</summary>
internal static class KernelSnapshot
{
    public static void Take(TraceOutput output, uint id)
    {
        var fd = Libc.open("/proc/kallsyms", Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        string? reason;
        ulong length = 0;
        if (fd < 0)
        {
            reason = $"/proc/kallsyms: {Errno.Text(Errno.Last)}";
        }
        else
        {
            var symbols = KallsymsPacker.Read(piece => HostFile.Read(fd, piece));
            Libc.close(fd);
            reason = symbols.State switch
            {
                KallsymsState.Hidden => "addresses in /proc/kallsyms are hidden: run as root with kernel.kptr_restrict at 0 or 1",
                KallsymsState.Empty => "/proc/kallsyms is empty: the kernel was built without CONFIG_KALLSYMS",
                _ => null,
            };
            if (reason is null)
                length = Send(output, id, symbols);
        }

        output.Post(ChunkType.Module, id, new ModuleInfo
        {
            Id = id,
            Kind = ModuleKind.Kernel,
            BuildId = BuildId(),
            Path = "[kernel.kallsyms]",
            BlobBytes = length,
            BlobFormat = length > 0 ? "kallsyms-compact" : "",
            MissingReason = reason,
            SnapshotTime = Clock.Monotonic,
        }.Encode());
    }

    private static ulong Send(TraceOutput output, uint id, KallsymsPacker symbols)
    {
        var sent = 0UL;
        var parts = 0U;
        symbols.Write(piece =>
        {
            var sender = new BlobSender(output, id, sent, parts);
            sender.Write(piece);
            sender.Flush();
            sent = sender.Length;
            parts = sender.Parts;
        });
        return sent;
    }

    /// <summary>The NT_GNU_BUILD_ID note of /sys/kernel/notes; empty when there is none.</summary>
    internal static byte[] BuildId() => KernelNotes.BuildId(HostFile.TryReadAll("/sys/kernel/notes", out _) ?? []).ToArray();
}
