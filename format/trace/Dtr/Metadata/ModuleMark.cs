namespace TraceKit.Format.Dtr.Metadata;

/// <summary>How long a growing file was at a time: its first <see cref="Length"/> bytes were there, what follows came later.</summary>
public sealed class ModuleMark
{
    /// <summary>When, nanoseconds of the clock.</summary>
    public ulong Time { get; init; }

    /// <summary>Bytes of the blob that were in the file then.</summary>
    public ulong Length { get; init; }

    internal void Write(ref MetadataWriter w)
    {
        w.Map(2);
        w.Add("time", Time);
        w.Add("length", Length);
    }

    internal static ModuleMark Read(ref MetadataReader r)
    {
        ulong vTime = 0;
        ulong vLength = 0;
        var count = r.MapCount();
        for (var i = 0; i < count; i++)
        {
            switch (r.Key())
            {
                case "time":
                    vTime = r.UInt64();
                    break;
                case "length":
                    vLength = r.UInt64();
                    break;
                default:
                    r.Skip();
                    break;
            }
        }

        return new ModuleMark { Time = vTime, Length = vLength };
    }
}
