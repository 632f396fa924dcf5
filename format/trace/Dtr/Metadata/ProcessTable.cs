namespace TraceKit.Format.Dtr.Metadata;

/// <summary>Processes seen: a Process chunk; a file may hold several, a later entry for the same pid adds to the earlier ones.</summary>
public sealed class ProcessTable
{
    /// <summary>In no order.</summary>
    public IReadOnlyList<ProcessInfo> Processes { get; init; } = [];

    /// <summary>The chunk's payload.</summary>
    public byte[] Encode()
    {
        var w = MetadataWriter.Create();
        Write(ref w);
        return w.ToArray();
    }

    /// <summary>Reads a chunk's payload; unknown keys are passed over.</summary>
    /// <exception cref="TraceKit.Binary.BadDataException">Not what the chunk type says.</exception>
    public static ProcessTable Decode(ReadOnlyMemory<byte> payload) => MetadataReader.Run(payload, "Process", Read);

    internal void Write(ref MetadataWriter w)
    {
        w.Map(1);
        w.Array("processes", Processes.Count);
        foreach (var item in Processes)
            item.Write(ref w);
    }

    internal static ProcessTable Read(ref MetadataReader r)
    {
        List<ProcessInfo> vProcesses = [];
        var count = r.MapCount();
        for (var i = 0; i < count; i++)
        {
            switch (r.Key())
            {
                case "processes":
                    for (var left = r.ArrayCount(); left > 0; left--)
                        vProcesses.Add(ProcessInfo.Read(ref r));
                    break;
                default:
                    r.Skip();
                    break;
            }
        }

        return new ProcessTable
        {
            Processes = vProcesses,
        };
    }
}
