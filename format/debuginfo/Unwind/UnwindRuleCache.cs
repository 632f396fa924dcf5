using System.Runtime.CompilerServices;
using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;

namespace TraceKit.DebugInfo.Unwind;

/// <summary>The rules of addresses that were asked for lately: what lies at one is asked of the mappings and the module's table once.</summary>
internal struct UnwindRuleCache
{
    /// <summary>A power of two: 16,384 entries of 32 bytes; a busy program has some 7,000 distinct addresses.</summary>
    private const int Size = 1 << 14;

    /// <summary>Kept beside the table's kinds: the address is in no executable mapping.</summary>
    public const UnwindRuleKind NoMapping = (UnwindRuleKind)0x7f;

    private readonly Entry[] _entries = new Entry[Size];
    private readonly ushort _machine;
    private readonly X64PrologueCache? _prologues;

    /// <param name="machine"><c>e_machine</c> of tables that count.</param>
    /// <param name="prologues">Says what instructions do where no table covers them; null when nothing does.</param>
    public UnwindRuleCache(ushort machine, X64PrologueCache? prologues)
    {
        _machine = machine;
        _prologues = prologues;
        Array.Fill(_entries, new Entry { Address = ulong.MaxValue });
    }

    /// <summary>Look-ups that went to the map and the module's table.</summary>
    public long Misses { get; private set; }

    /// <summary>The rule at a look-up address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public UnwindRule Find(ulong key, ulong address, IModuleMap map)
    {
        ref var entry = ref _entries[(address * 0x9E3779B97F4A7C15UL ^ key * 0xC2B2AE3D27D4EB4FUL) >> 50];
        if (entry.Address == address && entry.Key == key)
            return entry.Rule;
        return FindSlow(ref entry, key, address, map);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private UnwindRule FindSlow(ref Entry entry, ulong key, ulong address, IModuleMap map)
    {
        Misses++;
        UnwindRule rule = default;
        if (!map.TryFind(new Avma(address), out var mapping))
            rule = new UnwindRule(NoMapping, 0, 0, 0, false);
        else if (mapping.Table is { } table && table.Machine == _machine)
            table.TryFind(new Svma(address - mapping.Bias), out rule);
        if (_prologues is not null && mapping.Code is { } code)
        {
            if (rule.Kind == UnwindRuleKind.None)
                rule = _prologues.Find(code, new Svma(address - mapping.Bias));
            if (code.MayChange)
                return rule;
        }

        entry.Key = key;
        entry.Address = address;
        entry.Rule = rule;
        return rule;
    }

    private struct Entry
    {
        public ulong Address, Key;
        public UnwindRule Rule;
    }
}
