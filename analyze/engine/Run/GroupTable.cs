namespace TraceKit.Engine.Run;

/// <summary>What samples must agree in, besides their stack, to be summed.</summary>
/// <param name="Thread">Whose.</param>
/// <param name="Event">Of what.</param>
/// <param name="Cpu">Where; -1 when that is not kept.</param>
/// <param name="Tuple">Field values; -1 for none.</param>
/// <param name="Carried">Answers to what filters ask of the record, for when the stack has names.</param>
internal readonly record struct GroupKey(int Thread, int Event, int Cpu, int Tuple, ulong Carried);

/// <summary>Numbers for groups; consecutive samples are mostly of one.</summary>
internal sealed class GroupTable
{
    private readonly Dictionary<GroupKey, int> _numbers = [];
    private readonly List<GroupKey> _keys = [];
    private GroupKey _last = new(int.MinValue, 0, 0, 0, 0);
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
