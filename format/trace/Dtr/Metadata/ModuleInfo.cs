namespace TraceKit.Format.Dtr.Metadata;

/// <summary>One module and what the file holds of it: a Module chunk, whose stream is the module id.</summary>
/// <remarks>Its bytes are in the Blob chunks of the same stream.</remarks>
public sealed class ModuleInfo
{
    /// <summary>Number within the file.</summary>
    public uint Id { get; init; }

    /// <summary>What it is.</summary>
    public ModuleKind Kind { get; init; }

    /// <summary>Build-id; empty when it has none or it is unknown.</summary>
    public byte[] BuildId { get; init; } = [];

    /// <summary>Path as mapped, or <c>[kernel.kallsyms]</c>, <c>[vdso]</c>, <c>/tmp/perf-PID.map</c>.</summary>
    public string Path { get; init; } = "";

    /// <summary>More paths of the same bytes.</summary>
    public IReadOnlyList<string> OtherPaths { get; init; } = [];

    /// <summary>Device.</summary>
    public uint DeviceMajor { get; init; }

    /// <summary>Device.</summary>
    public uint DeviceMinor { get; init; }

    /// <summary>Inode; 0 when unknown.</summary>
    public ulong Inode { get; init; }

    /// <summary>Generation of the inode; 0 when unknown.</summary>
    public ulong InodeGeneration { get; init; }

    /// <summary>Process of a perf-map or jitdump; 0 else.</summary>
    public int Pid { get; init; }

    /// <summary>Where a kernel module's text is; 0 else.</summary>
    public ulong LoadAddress { get; init; }

    /// <summary>Bytes of the whole file.</summary>
    public ulong FileLength { get; init; }

    /// <summary>Which parts are here, by file offset; empty for blobs that aren't parts of a file.</summary>
    public IReadOnlyList<ModuleExtent> Extents { get; init; } = [];

    /// <summary>Bytes of the blob.</summary>
    public ulong BlobBytes { get; init; }

    /// <summary>What the blob is when it isn't file extents: <c>kallsyms-text</c>, <c>kallsyms-compact</c>, <c>perf-map</c>, <c>btf</c> …</summary>
    public string BlobFormat { get; init; } = "";

    /// <summary>Why there is no snapshot, or not all of it; null when nothing is missing.</summary>
    public string? MissingReason { get; init; }

    /// <summary>When it was read, nanoseconds of the clock.</summary>
    public ulong SnapshotTime { get; init; }

    /// <summary>Of a file that grew while it was recorded (a perf-map): how long it was when, by time and so by length. Empty when it was looked at once.</summary>
    public IReadOnlyList<ModuleMark> Marks { get; init; } = [];

    /// <summary>The chunk's payload.</summary>
    public byte[] Encode()
    {
        var w = MetadataWriter.Create();
        Write(ref w);
        return w.ToArray();
    }

    /// <summary>Reads a chunk's payload; unknown keys are passed over.</summary>
    /// <exception cref="TraceKit.Binary.BadDataException">Not what the chunk type says.</exception>
    public static ModuleInfo Decode(ReadOnlyMemory<byte> payload) => MetadataReader.Run(payload, "Module", Read);

    internal void Write(ref MetadataWriter w)
    {
        w.Map(18);
        w.Add("id", (ulong)Id);
        w.Add("kind", (ulong)Kind);
        w.Add("build_id", (ReadOnlySpan<byte>)BuildId);
        w.Add("path", Path);
        w.Add("other_paths", OtherPaths);
        w.Add("dev_major", (ulong)DeviceMajor);
        w.Add("dev_minor", (ulong)DeviceMinor);
        w.Add("inode", Inode);
        w.Add("inode_generation", InodeGeneration);
        w.Add("pid", (long)Pid);
        w.Add("load_address", LoadAddress);
        w.Add("file_length", FileLength);
        w.Array("extents", Extents.Count);
        foreach (var item in Extents)
            item.Write(ref w);
        w.Add("blob_bytes", BlobBytes);
        w.Add("blob_format", BlobFormat);
        w.Add("missing_reason", MissingReason);
        w.Add("snapshot_time", SnapshotTime);
        w.Array("marks", Marks.Count);
        foreach (var item in Marks)
            item.Write(ref w);
    }

    internal static ModuleInfo Read(ref MetadataReader r)
    {
        uint vId = 0;
        var vKind = default(ModuleKind);
        byte[] vBuildId = [];
        string vPath = "";
        IReadOnlyList<string> vOtherPaths = [];
        uint vDeviceMajor = 0;
        uint vDeviceMinor = 0;
        ulong vInode = 0;
        ulong vInodeGeneration = 0;
        int vPid = 0;
        ulong vLoadAddress = 0;
        ulong vFileLength = 0;
        List<ModuleExtent> vExtents = [];
        ulong vBlobBytes = 0;
        string vBlobFormat = "";
        string? vMissingReason = null;
        ulong vSnapshotTime = 0;
        List<ModuleMark> vMarks = [];
        var count = r.MapCount();
        for (var i = 0; i < count; i++)
        {
            switch (r.Key())
            {
                case "id":
                    vId = r.UInt32();
                    break;
                case "kind":
                    vKind = (ModuleKind)r.UInt32();
                    break;
                case "build_id":
                    vBuildId = r.Bytes();
                    break;
                case "path":
                    vPath = r.Text() ?? "";
                    break;
                case "other_paths":
                    vOtherPaths = r.Texts();
                    break;
                case "dev_major":
                    vDeviceMajor = r.UInt32();
                    break;
                case "dev_minor":
                    vDeviceMinor = r.UInt32();
                    break;
                case "inode":
                    vInode = r.UInt64();
                    break;
                case "inode_generation":
                    vInodeGeneration = r.UInt64();
                    break;
                case "pid":
                    vPid = r.Int32();
                    break;
                case "load_address":
                    vLoadAddress = r.UInt64();
                    break;
                case "file_length":
                    vFileLength = r.UInt64();
                    break;
                case "extents":
                    for (var left = r.ArrayCount(); left > 0; left--)
                        vExtents.Add(ModuleExtent.Read(ref r));
                    break;
                case "blob_bytes":
                    vBlobBytes = r.UInt64();
                    break;
                case "blob_format":
                    vBlobFormat = r.Text() ?? "";
                    break;
                case "missing_reason":
                    vMissingReason = r.Text();
                    break;
                case "snapshot_time":
                    vSnapshotTime = r.UInt64();
                    break;
                case "marks":
                    for (var left = r.ArrayCount(); left > 0; left--)
                        vMarks.Add(ModuleMark.Read(ref r));
                    break;
                default:
                    r.Skip();
                    break;
            }
        }

        return new ModuleInfo
        {
            Id = vId,
            Kind = vKind,
            BuildId = vBuildId,
            Path = vPath,
            OtherPaths = vOtherPaths,
            DeviceMajor = vDeviceMajor,
            DeviceMinor = vDeviceMinor,
            Inode = vInode,
            InodeGeneration = vInodeGeneration,
            Pid = vPid,
            LoadAddress = vLoadAddress,
            FileLength = vFileLength,
            Extents = vExtents,
            BlobBytes = vBlobBytes,
            BlobFormat = vBlobFormat,
            MissingReason = vMissingReason,
            SnapshotTime = vSnapshotTime,
            Marks = vMarks,
        };
    }
}
