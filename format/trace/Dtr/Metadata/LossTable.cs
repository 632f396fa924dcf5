namespace TraceKit.Format.Dtr.Metadata;

/// <summary>What was lost: a Loss chunk; a file may hold several, all count.</summary>
public sealed class LossTable
{
    /// <summary>By time.</summary>
    public IReadOnlyList<LossReport> Losses { get; init; } = [];

    /// <summary>The chunk's payload.</summary>
    public byte[] Encode()
    {
        var w = MetadataWriter.Create();
        Write(ref w);
        return w.ToArray();
    }

    /// <summary>Reads a chunk's payload; unknown keys are passed over.</summary>
    /// <exception cref="TraceKit.Binary.BadDataException">Not what the chunk type says.</exception>
    public static LossTable Decode(ReadOnlyMemory<byte> payload) => MetadataReader.Run(payload, "Loss", Read);

    internal void Write(ref MetadataWriter w)
    {
        w.Map(1);
        w.Array("losses", Losses.Count);
        foreach (var item in Losses)
            item.Write(ref w);
    }

    internal static LossTable Read(ref MetadataReader r)
    {
        List<LossReport> vLosses = [];
        var count = r.MapCount();
        for (var i = 0; i < count; i++)
        {
            switch (r.Key())
            {
                case "losses":
                    for (var left = r.ArrayCount(); left > 0; left--)
                        vLosses.Add(LossReport.Read(ref r));
                    break;
                default:
                    r.Skip();
                    break;
            }
        }

        return new LossTable
        {
            Losses = vLosses,
        };
    }
}
