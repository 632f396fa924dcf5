namespace TraceKit.Engine.Run;

/// <summary>What samples must agree in, besides their stack, to be summed.</summary>
internal readonly record struct GroupKey(int Thread, int Event, int Cpu, int Tuple);

/// <summary>Numbers for groups; consecutive samples are mostly of one.</summary>
internal sealed class GroupTable
{
    private readonly Dictionary<GroupKey, int> _numbers = [];
    private readonly List<GroupKey> _keys = [];
    private GroupKey _last = new(int.MinValue, 0, 0, 0);
    private int _lastNumber;

    public IReadOnlyList<GroupKey> Keys => _keys;

    public int Number(GroupKey key)
    {
        if (key == _last)
            return _lastNumber;
        if (!_numbers.TryGetValue(key, out var number))
        {
            number = _keys.Count;
            _keys.Add(key);
            _numbers.Add(key, number);
        }

        _last = key;
        _lastNumber = number;
        return number;
    }
}
