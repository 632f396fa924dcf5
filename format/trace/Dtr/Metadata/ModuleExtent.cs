namespace TraceKit.Format.Dtr.Metadata;

/// <summary>A piece of a file, or of a process's memory, that the snapshot holds.</summary>
public sealed class ModuleExtent
{
    /// <summary>Bytes from the file's start; of <see cref="ModuleKind.JitCode"/> the address in the process.</summary>
    public ulong FileOffset { get; init; }

    /// <summary>Bytes.</summary>
    public ulong Length { get; init; }

    /// <summary>Bytes from the start of the module's blob.</summary>
    public ulong BlobOffset { get; init; }

    /// <summary>When it was read, nanoseconds of the clock; 0 for the module's <see cref="ModuleInfo.SnapshotTime"/>.</summary>
    public ulong Time { get; init; }

    internal void Write(ref MetadataWriter w)
    {
        w.Map(Time == 0 ? 3 : 4);
        w.Add("file_offset", FileOffset);
        w.Add("length", Length);
        w.Add("blob_offset", BlobOffset);
        if (Time != 0)
            w.Add("time", Time);
    }

    internal static ModuleExtent Read(ref MetadataReader r)
    {
        ulong vFileOffset = 0;
        ulong vLength = 0;
        ulong vBlobOffset = 0;
        ulong vTime = 0;
        var count = r.MapCount();
        for (var i = 0; i < count; i++)
        {
            switch (r.Key())
            {
                case "file_offset":
                    vFileOffset = r.UInt64();
                    break;
                case "length":
                    vLength = r.UInt64();
                    break;
                case "blob_offset":
                    vBlobOffset = r.UInt64();
                    break;
                case "time":
                    vTime = r.UInt64();
                    break;
                default:
                    r.Skip();
                    break;
            }
        }

        return new ModuleExtent
        {
            FileOffset = vFileOffset,
            Length = vLength,
            BlobOffset = vBlobOffset,
            Time = vTime,
        };
    }
}
