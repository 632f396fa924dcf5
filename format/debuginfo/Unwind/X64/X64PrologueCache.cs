using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;

namespace TraceKit.DebugInfo.Unwind;

/// <summary>Analyzed functions of one unwinder: each is analyzed once, and again when its code is another.</summary>
internal sealed class X64PrologueCache
{
    /// <summary>Bounds memory; a large JVM has some 20,000 compiled methods, of which a recording hits a fraction.</summary>
    private const int MaximumFunctions = 1 << 16;

    private readonly Dictionary<(ICodeSource Source, ulong Start), Entry> _functions = [];

    public UnwindRule Find(ICodeSource source, Svma pc)
    {
        if (!source.TryFunction(pc, out var start, out var code) || pc.Value - start.Value >= (ulong)code.Length)
            return default;
        var key = (source, start.Value);
        if (!_functions.TryGetValue(key, out var entry) || !entry.Code.Equals(code))
        {
            if (_functions.Count >= MaximumFunctions)
                _functions.Clear();
            entry = new Entry(code, X64Prologue.Analyze(code.Span));
            _functions[key] = entry;
        }

        return entry.Frames.Rule((int)(pc.Value - start.Value));
    }

    /// <param name="Code">The very memory: the same object, position and length are the same code.</param>
    /// <param name="Frames">What it tells.</param>
    private readonly record struct Entry(ReadOnlyMemory<byte> Code, X64Prologue Frames);
}
