namespace TraceKit.Format.Dtr.Metadata;

/// <summary>The name of one value of an argument.</summary>
public sealed class ValueName
{
    /// <summary>The value, sign-extended from the size of its field; unsigned 64-bit ones keep their bits.</summary>
    public long Value { get; init; }

    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    internal void Write(ref MetadataWriter w)
    {
        w.Map(2);
        w.Add("value", Value);
        w.Add("name", Name);
    }

    internal static ValueName Read(ref MetadataReader r)
    {
        long vValue = 0;
        string vName = "";
        var count = r.MapCount();
        for (var i = 0; i < count; i++)
        {
            switch (r.Key())
            {
                case "value":
                    vValue = r.Int64();
                    break;
                case "name":
                    vName = r.Text() ?? "";
                    break;
                default:
                    r.Skip();
                    break;
            }
        }

        return new ValueName { Value = vValue, Name = vName };
    }
}
