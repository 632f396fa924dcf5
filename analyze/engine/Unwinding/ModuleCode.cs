using TraceKit.Binary;
using TraceKit.DebugInfo.Unwind;
using TraceKit.Engine.Model;

namespace TraceKit.Engine.Unwinding;

/// <summary>The code of one file for the unwinder: opened when the first frame asks that no unwind table covers.</summary>
internal sealed class ModuleCode(ModuleData data) : ICodeSource
{
    private readonly Lazy<ElfCodeSource?> _code = new(() => data.Image is { } image && data.Symbols is { } symbols ? new ElfCodeSource(image, symbols) : null);

    /// <inheritdoc/>
    public bool MayChange => false;

    /// <inheritdoc/>
    public bool TryFunction(Svma pc, out Svma start, out ReadOnlyMemory<byte> code)
    {
        if (_code.Value is { } source)
            return source.TryFunction(pc, out start, out code);
        start = default;
        code = default;
        return false;
    }
}
