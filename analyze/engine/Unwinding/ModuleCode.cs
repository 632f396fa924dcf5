using System.Collections.Concurrent;
using TraceKit.Binary;
using TraceKit.DebugInfo.Unwind;
using TraceKit.Engine.Model;

namespace TraceKit.Engine.Unwinding;

/// <summary>The code of one file for the unwinder: opened when the first frame asks that no unwind table covers.</summary>
internal sealed class ModuleCode(ModuleData data) : ICodeSource
{
    private readonly Lazy<ElfCodeSource?> _code = new(() => data.Image is { } image && data.Symbols is { } symbols ? new ElfCodeSource(image, symbols) : null);

    private readonly ConcurrentDictionary<ulong, int> _used = new();

    /// <summary>The functions whose code was looked at: start and bytes. Who copies the module for later needs them too.</summary>
    public IReadOnlyCollection<KeyValuePair<ulong, int>> Used => _used.IsEmpty ? [] : [.. _used.OrderBy(f => f.Key)];

    /// <inheritdoc/>
    public bool MayChange => false;

    /// <inheritdoc/>
    public bool TryFunction(Svma pc, out Svma start, out ReadOnlyMemory<byte> code)
    {
        if (_code.Value is { } source)
        {
            if (!source.TryFunction(pc, out start, out code))
                return false;
            _used.TryAdd(start.Value, code.Length);
            return true;
        }

        start = default;
        code = default;
        return false;
    }
}
