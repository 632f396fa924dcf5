namespace TraceKit.Engine.Aggregates;

/// <summary>How the entries of one profile are called and ordered: made of their numbers when it is asked for.</summary>
/// <param name="Keys">The keys.</param>
/// <param name="Groups">Rows by the keys of samples.</param>
/// <param name="Frames">Keys of frames; null when there is none.</param>
internal sealed record EntryNames(IReadOnlyList<SortKey> Keys, RowGroups Groups, FrameKeys? Frames)
{
    /// <summary>The value of each key.</summary>
    public string[] Values(FlatEntry entry)
    {
        var values = new string[Keys.Count];
        for (var key = 0; key < values.Length; key++)
            values[key] = Value(entry, key);
        return values;
    }

    /// <summary>Key after key of some; frames by their texts (ordinal).</summary>
    public int Compare(FlatEntry a, FlatEntry b, int first, int end)
    {
        var order = 0;
        for (var key = first; key < end && order == 0; key++)
        {
            if (!Keys[key].IsOfFrame)
                order = Groups.Compare(a.Group, b.Group, key);
            else if (a.FrameKey != b.FrameKey)
                order = string.CompareOrdinal(Value(a, key), Value(b, key));
        }

        return order;
    }

    private string Value(FlatEntry entry, int key) => Keys[key].IsOfFrame ? Frames!.Text(Keys[key].Kind, entry.FrameKey) : Groups.Text(entry.Group, key);
}
