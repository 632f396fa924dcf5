using System.Globalization;
using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Kernel;
using TraceKit.DebugInfo.Source;
using TraceKit.Engine.Model;
using TraceKit.Engine.Stacks;

namespace TraceKit.Engine.Symbols;

/// <summary>Names every frame of a table in one go: grouped by module, ascending, each distinct symbol demangled once.</summary>
/// <param name="modules">Tables of the modules.</param>
/// <param name="kernel">The kernel's symbols; asked only for kernel addresses.</param>
/// <param name="source">What to ask of the modules' debug information.</param>
/// <param name="style">How to show names; <see cref="NameStyle.Default"/> when not said.</param>
internal sealed partial class Symbolizer(IReadOnlyList<ModuleData> modules, KernelSymbols kernel, SourceDetail source, NameStyle? style = null)
{
    private readonly NameStyle _style = style ?? NameStyle.Default;
    private readonly List<Function> _functions = [];
    private readonly List<FrameFunction> _levels = [];
    private readonly SourceFrames _source = new();

    /// <summary>The functions, and for each frame the bytes from its function's start (0 when unknown).</summary>
    public (FunctionTable Functions, ulong[] Offsets) Run(FrameTable frames)
    {
        var ofFrame = new int[frames.Count];
        var offsets = new ulong[frames.Count];
        var ends = new int[frames.Count];
        for (int start = 0, end; start < frames.Count; start = end)
        {
            // Frames are sorted by module, then address.
            var module = frames.Modules[start];
            end = start + 1;
            while (end < frames.Count && frames.Modules[end] == module)
                end++;
            Name(frames, start, end, ofFrame, offsets, ends);
        }

        return (new FunctionTable([.. _functions], ofFrame, new FrameLevels(ends, [.. _levels], _source.Text)), offsets);
    }

    private void Name(FrameTable frames, int start, int end, int[] ofFrame, ulong[] offsets, int[] ends)
    {
        var moduleIndex = frames.Modules[start];
        var data = moduleIndex < 0 ? null : modules[moduleIndex];
        var found = new Found[end - start];
        var symbols = data?.Module.Kind is ModuleKind.Elf or ModuleKind.Vdso ? data.Symbols : null;
        if (symbols is not null)
            FindInElf(frames, start, symbols, found);
        else
            FindOneByOne(frames, start, data, found);
        var hasChains = ResolveSource(frames, start, data, found);
        NameByAddress(frames, start, data, found);

        // Functions of a module in order of name: numbers do not depend on anything but the trace.
        var numbers = new Dictionary<FunctionKey, int>();
        var all = new List<(FunctionKey Key, Found First)>();
        foreach (var f in found)
            AddKey(numbers, all, f);
        var inlined = hasChains ? InlinedNames(numbers, all) : [];
        all.Sort(static (a, b) => a.Key.CompareTo(b.Key));
        foreach (var (key, first) in all)
        {
            numbers[key] = _functions.Count;
            _functions.Add(new Function(key.Name, first.Raw, moduleIndex, ModuleName(data, key.Kind), key.Kind, key.Reason) { Address = first.Address, IsInlined = key.IsInlined });
        }

        for (var i = 0; i < found.Length; i++)
        {
            var number = ofFrame[start + i] = numbers[KeyOf(found[i])];
            offsets[start + i] = found[i].Offset;
            var chain = hasChains ? _source[i] : [];
            if (source.HasFlag(SourceDetail.Inlines))
            {
                for (var level = 0; level < chain.Length - 1; level++)
                    _levels.Add(new FrameFunction(numbers[inlined[chain[level].Name]], chain[level].File, chain[level].Line, chain[level].Column));
            }

            // Without inlined functions the place is still where the address is, not where something was inlined.
            var place = chain.IsEmpty ? default : chain[source.HasFlag(SourceDetail.Inlines) ? chain.Length - 1 : 0];
            _levels.Add(new FrameFunction(number, place.File, place.Line, place.Column));
            ends[start + i] = _levels.Count;
        }
    }

    private static void AddKey(Dictionary<FunctionKey, int> numbers, List<(FunctionKey Key, Found First)> all, Found found)
    {
        var key = KeyOf(found);
        if (numbers.TryAdd(key, 0))
            all.Add((key, found));
    }

    private static FunctionKey KeyOf(in Found found) => new(found.Name, found.Kind, found.Reason, found.IsInlined);

    // Address: of what has no name, where it begins.
    private readonly record struct Found(string Name, string Raw, ulong Offset, FrameKind Kind, UnresolvedReason Reason, ulong? Address = null, bool IsInlined = false);

    /// <summary>Gives what has no name its address, so that functions stay apart: the start of the FDE around it, else the frame's own.</summary>
    private static void NameByAddress(FrameTable frames, int start, ModuleData? data, Found[] found)
    {
        if (data is null)
            return;
        FunctionStarts? starts = null;
        var isOpened = false;
        for (var i = 0; i < found.Length; i++)
        {
            ref var frame = ref found[i];
            if (frame.Reason is UnresolvedReason.None or UnresolvedReason.NoMapping or UnresolvedReason.HiddenKernelSymbols or UnresolvedReason.NotCode or UnresolvedReason.Guest)
                continue;
            if (!isOpened)
            {
                starts = data.Module.Kind is ModuleKind.Elf or ModuleKind.Vdso ? data.FunctionStarts : null;
                isOpened = true;
            }

            var address = frames.Addresses[start + i];
            var begin = starts is not null && frame.Kind == FrameKind.User && starts.TryFind(new Svma(address), out var entry) ? entry.Value : address;
            // Frames come by address, so those of one function are neighbours.
            var name = i > 0 && found[i - 1].Address == begin ? found[i - 1].Name : string.Create(CultureInfo.InvariantCulture, $"0x{begin:x}");
            frame = frame with { Name = name, Offset = address - begin, Address = begin };
        }
    }

    private static UnresolvedReason Missing(SymbolTable symbols) => symbols.Count == 0 ? UnresolvedReason.NoSymbolTable : UnresolvedReason.NoSymbol;

    private (string Name, string Raw) NameOf(SymbolTable symbols, int index)
    {
        var raw = symbols.Name(index);
        return (_style.Of(symbols.NameBytes(index), raw), raw);
    }

    private Found FindOneInElf(FrameKey frame, SymbolTable symbols)
    {
        if (!symbols.TryFind(new Svma(frame.Address), out var symbol))
            return new Found(FunctionTable.UnknownName, "", 0, frame.Kind, Missing(symbols));
        var (name, raw) = NameOf(symbols, symbol.Index);
        return new Found(name, raw, frame.Address - symbol.Start.Value, frame.Kind, UnresolvedReason.None);
    }

    private void FindInElf(FrameTable frames, int start, SymbolTable symbols, Found[] found)
    {
        var addresses = Addresses(frames, start, found.Length);
        var indexes = new int[found.Length];
        symbols.Find(addresses, indexes);
        var names = new Dictionary<int, (string Name, string Raw)>();
        var missing = Missing(symbols);
        for (var i = 0; i < found.Length; i++)
        {
            var kind = frames.Kinds[start + i];
            if (indexes[i] < 0)
            {
                found[i] = new Found(FunctionTable.UnknownName, "", 0, kind, missing);
                continue;
            }

            if (!names.TryGetValue(indexes[i], out var name))
                names.Add(indexes[i], name = NameOf(symbols, indexes[i]));

            found[i] = new Found(name.Name, name.Raw, addresses[i].Value - symbols[indexes[i]].Start.Value, kind, UnresolvedReason.None);
        }
    }

    private static Svma[] Addresses(FrameTable frames, int start, int count)
    {
        var addresses = new Svma[count];
        for (var i = 0; i < count; i++)
            addresses[i] = new Svma(frames.Addresses[start + i]);
        return addresses;
    }

    private void FindOneByOne(FrameTable frames, int start, ModuleData? data, Found[] found)
    {
        for (var i = 0; i < found.Length; i++)
            found[i] = FindElsewhere(new FrameKey(frames.Modules[start + i], frames.Addresses[start + i], frames.Kinds[start + i]), data);
    }

    private Found FindElsewhere(FrameKey frame, ModuleData? data)
    {
        if (frame.Kind == FrameKind.Kernel && kernel.TryFind(frame.Address, out var symbol))
            return new Found(symbol.Name, symbol.Name, frame.Address - symbol.Start.Value, frame.Kind, UnresolvedReason.None);
        if (data?.Jit is { } jit && jit.TryResolve(frame.Address, out var code, out var address))
        {
            var name = jit.Name(code);
            return new Found(name, name, address.Value - code.Start.Value, frame.Kind, UnresolvedReason.None);
        }

        return new Found(FunctionTable.UnknownName, "", 0, frame.Kind, ReasonFor(data, frame.Kind));
    }

    private UnresolvedReason ReasonFor(ModuleData? data, FrameKind kind)
    {
        if (kind is FrameKind.Guest or FrameKind.GuestKernel)
            return UnresolvedReason.Guest;
        if (kind == FrameKind.Kernel)
            return kernel.State == KallsymsState.Present ? UnresolvedReason.NoSymbol : UnresolvedReason.HiddenKernelSymbols;
        if (data is null)
            return UnresolvedReason.NoMapping;
        if (data.Module.Unresolved != UnresolvedReason.None)
            return data.Module.Unresolved;
        return data.Module.Kind switch
        {
            ModuleKind.Jit => data.Jit is null ? UnresolvedReason.JitWithoutMap : UnresolvedReason.NotInPerfMap,
            ModuleKind.Data => UnresolvedReason.NotCode,
            _ => UnresolvedReason.NoModuleSnapshot,
        };
    }

    private static string ModuleName(ModuleData? data, FrameKind kind) =>
        data?.Module.Name ?? (kind == FrameKind.GuestKernel ? FunctionTable.GuestKernelName : FunctionTable.UnknownName);

    private readonly record struct FunctionKey(string Name, FrameKind Kind, UnresolvedReason Reason, bool IsInlined) : IComparable<FunctionKey>
    {
        public int CompareTo(FunctionKey other)
        {
            var order = string.CompareOrdinal(Name, other.Name);
            if (order == 0)
                order = ((byte)Kind).CompareTo((byte)other.Kind);
            if (order == 0)
                order = ((byte)Reason).CompareTo((byte)other.Reason);
            return order == 0 ? IsInlined.CompareTo(other.IsInlined) : order;
        }
    }
}
