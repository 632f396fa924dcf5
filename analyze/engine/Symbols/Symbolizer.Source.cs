using System.Text;
using TraceKit.Binary;
using TraceKit.DebugInfo.Jit;
using TraceKit.DebugInfo.Source;
using TraceKit.Engine.Model;
using TraceKit.Engine.Stacks;

namespace TraceKit.Engine.Symbols;

internal sealed partial class Symbolizer
{
    private readonly Dictionary<int, (string Name, string Raw)> _sourceNames = [];

    /// <summary>Asks the module's debug information for all its frames at once; the answers are in <see cref="_source"/>, one for each frame.</summary>
    /// <returns>Whether there are answers. Frames without a symbol get the name that the debug information gives them.</returns>
    private bool ResolveSource(FrameTable frames, int start, ModuleData? data, Found[] found)
    {
        if (data is null || data.Module.Kind is not (ModuleKind.Elf or ModuleKind.Vdso or ModuleKind.Jit) || !data.HasSource)
            return false;
        if (source == SourceDetail.None && !Array.Exists(found, f => f.Reason != UnresolvedReason.None))
            return false;
        _source.Clear();
        data.ResolveSource(Addresses(frames, start, found.Length), _source);
        for (var i = 0; i < found.Length; i++)
            NameFromSource(ref found[i], _source[i], data, frames.Addresses[start + i]);
        return source != SourceDetail.None;
    }

    /// <summary>The symbol table goes first, so that debug information adds but never renames; where it has nothing, this has the name.</summary>
    private void NameFromSource(ref Found found, ReadOnlySpan<SourceFrame> chain, ModuleData data, ulong address)
    {
        if (found.Reason is not (UnresolvedReason.NoSymbol or UnresolvedReason.NoSymbolTable) || chain.IsEmpty || chain[^1].Name == 0)
            return;
        var (name, raw) = SourceName(chain[^1].Name);
        // A resolver does not say where the function begins; the unwind table may.
        var offset = data.FunctionStarts is { } starts && starts.TryFind(new Svma(address), out var begin) ? address - begin.Value : ResolvedFrame.NoOffset;
        found = found with { Name = name, Raw = raw, Reason = UnresolvedReason.None, Offset = offset };
    }

    /// <summary>Registers the inlined functions of all answers; gives the key of each by the number of its text.</summary>
    private Dictionary<int, FunctionKey> InlinedNames(Dictionary<FunctionKey, int> numbers, List<(FunctionKey Key, Found First)> all)
    {
        var keys = new Dictionary<int, FunctionKey>();
        if (!source.HasFlag(SourceDetail.Inlines))
            return keys;
        for (var i = 0; i < _source.Count; i++)
        {
            var chain = _source[i];
            for (var level = 0; level < chain.Length - 1; level++)
            {
                if (keys.ContainsKey(chain[level].Name))
                    continue;
                var (name, raw) = SourceName(chain[level].Name);
                var found = new Found(name, raw, 0, FrameKind.User, raw.Length == 0 ? UnresolvedReason.NoSymbol : UnresolvedReason.None, null, true);
                AddKey(numbers, all, found);
                keys.Add(chain[level].Name, KeyOf(found));
            }
        }

        return keys;
    }

    private (string Name, string Raw) SourceName(int text)
    {
        if (_sourceNames.TryGetValue(text, out var name))
            return name;
        var raw = _source.Text(text);
        name = raw.Length == 0 ? (FunctionTable.UnknownName, "")
            : (_style.Of(Encoding.UTF8.GetBytes(raw), raw), raw);
        _sourceNames.Add(text, name);
        return name;
    }

    /// <summary>What is known of a frame by itself, inlined functions and lines apart; <see cref="ResolvedFrame.Function"/> is -1.</summary>
    public ResolvedFrame NameOne(FrameKey frame)
    {
        var data = frame.Module < 0 ? null : modules[frame.Module];
        var found = data?.Module.Kind is ModuleKind.Elf or ModuleKind.Vdso && data.Symbols is { } symbols ? FindOneInElf(frame, symbols) : FindElsewhere(frame, data);
        return new ResolvedFrame(-1, found.Name, found.Offset, frame.Module, ModuleName(data, frame.Kind), AddressOf(frame, data), frame.Kind, found.Reason);
    }

    /// <summary>The address that a person sees: of a key of JIT code the address it stands for.</summary>
    private static ulong AddressOf(FrameKey frame, ModuleData? data) =>
        JitTimeline.IsKey(frame.Address) && data?.Jit is { } jit && jit.TryResolve(frame.Address, out _, out var address) ? address.Value : frame.Address;
}
