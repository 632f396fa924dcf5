using System.Globalization;
using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Demangle;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Kernel;
using TraceKit.Engine.Model;
using TraceKit.Engine.Stacks;

namespace TraceKit.Engine.Symbols;

/// <summary>Names every frame of a table in one go: grouped by module, ascending, each distinct symbol demangled once.</summary>
internal sealed class Symbolizer(IReadOnlyList<ModuleData> modules, Kallsyms? kallsyms)
{
    private readonly List<Function> _functions = [];

    /// <summary>The functions, and for each frame the bytes from its function's start (0 when unknown).</summary>
    public (FunctionTable Functions, ulong[] Offsets) Run(FrameTable frames)
    {
        var ofFrame = new int[frames.Count];
        var offsets = new ulong[frames.Count];
        for (int start = 0, end; start < frames.Count; start = end)
        {
            // Frames are sorted by module, then address.
            var module = frames.Modules[start];
            end = start + 1;
            while (end < frames.Count && frames.Modules[end] == module)
                end++;
            Name(frames, start, end, ofFrame, offsets);
        }

        return (new FunctionTable([.. _functions], ofFrame), offsets);
    }

    private void Name(FrameTable frames, int start, int end, int[] ofFrame, ulong[] offsets)
    {
        var moduleIndex = frames.Modules[start];
        var data = moduleIndex < 0 ? null : modules[moduleIndex];
        var found = new Found[end - start];
        var symbols = data?.Module.Kind is ModuleKind.Elf or ModuleKind.Vdso ? data.Symbols : null;
        if (symbols is not null)
            FindInElf(frames, start, symbols, found);
        else
            FindOneByOne(frames, start, data, found);
        NameByAddress(frames, start, data, found);

        // Functions of a module in order of name: numbers do not depend on anything but the trace.
        var numbers = new SortedDictionary<(string Name, FrameKind Kind, UnresolvedReason Reason), (Found First, int Number)>(ByName.Instance);
        foreach (var f in found)
            numbers.TryAdd((f.Name, f.Kind, f.Reason), (f, 0));
        var moduleName = data?.Module.Name ?? FunctionTable.UnknownName;
        foreach (var key in numbers.Keys.ToArray())
        {
            var first = numbers[key].First;
            numbers[key] = (first, _functions.Count);
            _functions.Add(new Function(key.Name, first.Raw, moduleIndex, moduleName, key.Kind, key.Reason) { Address = first.Address });
        }

        for (var i = 0; i < found.Length; i++)
        {
            ofFrame[start + i] = numbers[(found[i].Name, found[i].Kind, found[i].Reason)].Number;
            offsets[start + i] = found[i].Offset;
        }
    }

    /// <summary>What is known of a frame by itself; <see cref="ResolvedFrame.Function"/> is -1.</summary>
    public ResolvedFrame NameOne(FrameKey frame)
    {
        var data = frame.Module < 0 ? null : modules[frame.Module];
        var found = data?.Module.Kind is ModuleKind.Elf or ModuleKind.Vdso && data.Symbols is { } symbols ? FindOneInElf(frame, symbols) : FindElsewhere(frame, data);
        return new ResolvedFrame(-1, found.Name, found.Offset, frame.Module, data?.Module.Name ?? FunctionTable.UnknownName, frame.Address, frame.Kind, found.Reason);
    }

    // Address: of what has no name, where it begins.
    private readonly record struct Found(string Name, string Raw, ulong Offset, FrameKind Kind, UnresolvedReason Reason, ulong? Address = null);

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

    private static (string Name, string Raw) NameOf(SymbolTable symbols, int index)
    {
        var raw = symbols.Name(index);
        return (Demangler.TryDemangle(symbols.NameBytes(index), DemangleStyle.WithoutParameters, out var demangled) ? demangled : raw, raw);
    }

    private static Found FindOneInElf(FrameKey frame, SymbolTable symbols)
    {
        if (!symbols.TryFind(new Svma(frame.Address), out var symbol))
            return new Found(FunctionTable.UnknownName, "", 0, frame.Kind, Missing(symbols));
        var (name, raw) = NameOf(symbols, symbol.Index);
        return new Found(name, raw, frame.Address - symbol.Start.Value, frame.Kind, UnresolvedReason.None);
    }

    private static void FindInElf(FrameTable frames, int start, SymbolTable symbols, Found[] found)
    {
        var addresses = new Svma[found.Length];
        for (var i = 0; i < found.Length; i++)
            addresses[i] = new Svma(frames.Addresses[start + i]);
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

    private void FindOneByOne(FrameTable frames, int start, ModuleData? data, Found[] found)
    {
        for (var i = 0; i < found.Length; i++)
            found[i] = FindElsewhere(new FrameKey(frames.Modules[start + i], frames.Addresses[start + i], frames.Kinds[start + i]), data);
    }

    private Found FindElsewhere(FrameKey frame, ModuleData? data)
    {
        var address = new Avma(frame.Address);
        if (frame.Kind == FrameKind.Kernel && kallsyms is not null && kallsyms.TryFind(address, out var symbol))
            return new Found(symbol.Name, symbol.Name, frame.Address - symbol.Start.Value, frame.Kind, UnresolvedReason.None);
        if (data?.PerfMap is { } map && map.TryFind(address, out var jitted))
            return new Found(jitted.Name, jitted.Name, frame.Address - jitted.Start.Value, frame.Kind, UnresolvedReason.None);
        return new Found(FunctionTable.UnknownName, "", 0, frame.Kind, ReasonFor(data, frame.Kind));
    }

    private UnresolvedReason ReasonFor(ModuleData? data, FrameKind kind)
    {
        if (kind == FrameKind.Guest)
            return UnresolvedReason.Guest;
        if (kind == FrameKind.Kernel)
            return kallsyms is { State: KallsymsState.Present } ? UnresolvedReason.NoSymbol : UnresolvedReason.HiddenKernelSymbols;
        if (data is null)
            return UnresolvedReason.NoMapping;
        if (data.Module.Unresolved != UnresolvedReason.None)
            return data.Module.Unresolved;
        return data.Module.Kind switch
        {
            ModuleKind.Jit => data.PerfMap is null ? UnresolvedReason.JitWithoutMap : UnresolvedReason.NotInPerfMap,
            ModuleKind.Data => UnresolvedReason.NotCode,
            _ => UnresolvedReason.NoModuleSnapshot,
        };
    }

    private sealed class ByName : IComparer<(string Name, FrameKind Kind, UnresolvedReason Reason)>
    {
        public static ByName Instance { get; } = new();

        public int Compare((string Name, FrameKind Kind, UnresolvedReason Reason) x, (string Name, FrameKind Kind, UnresolvedReason Reason) y)
        {
            var order = string.CompareOrdinal(x.Name, y.Name);
            if (order == 0)
                order = ((byte)x.Kind).CompareTo((byte)y.Kind);
            return order == 0 ? ((byte)x.Reason).CompareTo((byte)y.Reason) : order;
        }
    }
}
