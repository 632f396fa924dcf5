namespace TraceKit.Engine.Stacks;

/// <summary>
/// Gives numbers to frames while several workers meet them; <see cref="Freeze"/> renumbers them in an order that does
/// not depend on who came first.
/// </summary>
internal sealed class FrameInterner
{
    private readonly Dictionary<FrameKey, int> _numbers = [];
    private readonly List<FrameKey> _keys = [];
    private readonly Lock _gate = new();

    /// <summary>Thread-safe; called once per worker and distinct address, not per sample.</summary>
    public int Intern(FrameKey key)
    {
        lock (_gate)
        {
            if (_numbers.TryGetValue(key, out var number))
                return number;
            number = _keys.Count;
            _keys.Add(key);
            _numbers.Add(key, number);
            return number;
        }
    }

    /// <summary>The table in its final order, and for each number given out so far the final one.</summary>
    public (FrameTable Table, int[] FinalNumber) Freeze()
    {
        var keys = _keys.ToArray();
        var order = new int[keys.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(keys, order);

        var final = new int[keys.Length];
        var modules = new int[keys.Length];
        var addresses = new ulong[keys.Length];
        var kinds = new FrameKind[keys.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            final[order[i]] = i;
            (modules[i], addresses[i], kinds[i]) = keys[i];
        }

        return (new FrameTable(modules, addresses, kinds), final);
    }
}
