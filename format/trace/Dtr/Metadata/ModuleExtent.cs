namespace TraceKit.Format.Dtr.Metadata;

/// <summary>A piece of a file that the snapshot holds.</summary>
public sealed class ModuleExtent
{
    /// <summary>Bytes from the file's start.</summary>
    public ulong FileOffset { get; init; }

    /// <summary>Bytes.</summary>
    public ulong Length { get; init; }

    /// <summary>Bytes from the start of the module's blob.</summary>
    public ulong BlobOffset { get; init; }

    internal void Write(ref MetadataWriter w)
    {
        w.Map(3);
        w.Add("file_offset", FileOffset);
        w.Add("length", Length);
        w.Add("blob_offset", BlobOffset);
    }

    internal static ModuleExtent Read(ref MetadataReader r)
    {
        ulong vFileOffset = 0;
        ulong vLength = 0;
        ulong vBlobOffset = 0;
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
        };
    }
}
