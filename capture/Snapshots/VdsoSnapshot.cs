using TraceKit.Binary;
using TraceKit.Capture.Host;
using TraceKit.Capture.Native;
using TraceKit.Capture.Pump;
using TraceKit.DebugInfo.Elf;
using TraceKit.Format.Dtr.Metadata;

namespace TraceKit.Capture.Snapshots;

/// <summary>The vDSO: every process has the same image, so ours is read from our own memory.</summary>
internal static class VdsoSnapshot
{
    public static void Take(TraceOutput output, uint id)
    {
        byte[] image = [], buildId = [];
        string? reason = "this process has no vDSO";
        var maps = HostFile.TryReadAll("/proc/self/maps", out _) ?? [];
        foreach (var mapping in ProcMaps.Parse(maps, executableOnly: true))
        {
            if (mapping.Path != "[vdso]" || mapping.End - mapping.Start > 1 << 20)
                continue;
            var fd = Libc.open("/proc/self/mem", Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
            image = new byte[mapping.End - mapping.Start];
            if (fd < 0 || HostFile.ReadAt(fd, image, (long)mapping.Start) != image.Length)
            {
                reason = $"/proc/self/mem: {Errno.Text(Errno.Last)}";
                image = [];
            }
            else
            {
                reason = null;
            }

            if (fd >= 0)
                Libc.close(fd);
            try
            {
                buildId = image.Length > 0 ? ElfImage.Parse(image, "[vdso]").BuildId.ToArray() : [];
            }
            catch (BadDataException e)
            {
                reason = e.Message;
            }

            break;
        }

        var info = new ModuleInfo
        {
            Id = id,
            Kind = ModuleKind.Vdso,
            BuildId = buildId,
            Path = "[vdso]",
            FileLength = (ulong)image.Length,
            Extents = image.Length > 0 ? [new ModuleExtent { FileOffset = 0, Length = (ulong)image.Length, BlobOffset = 0 }] : [],
            BlobBytes = (ulong)image.Length,
            MissingReason = reason,
            SnapshotTime = Clock.Monotonic,
        };
        Blob.Write(output, info, image);
    }
}
