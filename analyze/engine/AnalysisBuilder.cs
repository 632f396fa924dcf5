using System.Globalization;
using TraceKit.Engine.Model;
using TraceKit.Engine.Samples;
using TraceKit.Engine.Stacks;
using TraceKit.Engine.Symbols;
using TraceKit.Engine.Unwinding;

namespace TraceKit.Engine;

/// <summary>
/// Makes an <see cref="Analysis"/> from samples whose stacks have names already: importers of other formats, and tests that want
/// exact numbers without a recording.
/// </summary>
public sealed class AnalysisBuilder
{
    private readonly List<TraceEvent> _events = [];
    private readonly List<TraceModule> _modules = [];
    private readonly List<TraceThread> _threads = [];
    private readonly FrameInterner _frames = new();
    private readonly Dictionary<(string Name, string Module, FrameKind Kind), int> _functionNumbers = [];
    private readonly List<(string Name, int Module, FrameKind Kind)> _functions = [];
    private readonly Dictionary<string, int> _chainNumbers = new(StringComparer.Ordinal);
    private readonly List<FrameFunction[]> _levelsOfFrame = [];
    private readonly Dictionary<string, (int File, uint Line)> _places = new(StringComparer.Ordinal);
    private readonly List<string> _files = [""];
    private readonly StackTrie _stacks = new();
    private readonly List<int> _frameOfNode = [-1];
    private readonly List<Row> _rows = [];
    private readonly AddressSpace _space = new(0, null, 0, null);

    private readonly record struct Row(int Stack, int Thread, int Event, long Weight, long Time, int Cpu, IReadOnlyDictionary<string, object>? Fields);

    /// <summary>Adds a sample.</summary>
    /// <param name="eventName">As perf prints it.</param>
    /// <param name="comm">Name of the thread.</param>
    /// <param name="pid">Process.</param>
    /// <param name="tid">Thread.</param>
    /// <param name="cpu">CPU.</param>
    /// <param name="time">Nanoseconds.</param>
    /// <param name="weight">Period.</param>
    /// <param name="stack">
    /// Innermost first: <c>function</c>, or <c>function@module</c>; a module in brackets is the kernel's; the module alone, <c>@module</c>, is an unknown function;
    /// <c>function (inlined)</c> was inlined into the next one that was not.
    /// </param>
    /// <param name="fields">Values of the event's fields: <see cref="long"/> or <see cref="string"/>.</param>
    public AnalysisBuilder Add(
        string eventName, string comm, int pid, int tid, int cpu, long time, long weight, IEnumerable<string> stack, IReadOnlyDictionary<string, object>? fields = null)
    {
        var node = StackTable.Empty;
        foreach (var chain in Chains(stack).Reverse())
        {
            var frame = Frame(chain);
            node = _stacks.Child(node, (ulong)frame, out var isNew);
            if (isNew)
                _frameOfNode.Add(frame);
        }

        _rows.Add(new Row(node, Thread(comm, pid, tid), Event(eventName, fields), weight, time, cpu, fields));
        return this;
    }

    /// <summary>Says where an entry of the stacks added from now on is in the source.</summary>
    /// <param name="entry">As in a stack.</param>
    /// <param name="file">Path.</param>
    /// <param name="line">Line, from 1.</param>
    public AnalysisBuilder At(string entry, string file, uint line)
    {
        if (!_files.Contains(file))
            _files.Add(file);
        _places[entry] = (_files.IndexOf(file), line);
        return this;
    }

    /// <summary>Makes the analysis; samples are kept, with time and CPU.</summary>
    public Analysis Build()
    {
        var (frames, finalFrame) = _frames.Freeze();
        var merger = new StackMerger();
        var frameOf = new int[_stacks.Count];
        for (var i = 1; i < frameOf.Length; i++)
            frameOf[i] = finalFrame[_frameOfNode[i]];
        var merged = merger.Add(_stacks, frameOf);
        var (stacks, finalStack) = merger.Freeze(frames.Count);

        var order = _rows.Index().OrderBy(r => r.Item.Time).ThenBy(r => r.Item.Cpu).ThenBy(r => r.Index).Select(r => r.Item).ToArray();
        var samples = new SampleTable(
            [.. order.Select(r => finalStack[merged[r.Stack]])], [.. order.Select(r => r.Thread)], [.. order.Select(r => r.Event)],
            [.. order.Select(r => r.Weight)], [.. order.Select(_ => 1L)], [.. order.Select(r => r.Time)], [.. order.Select(r => r.Cpu)], FieldColumns(order));
        var totals = new AnalysisTotals { Read = order.Length, Used = order.Length, EmptyStacks = order.Count(r => r.Stack == StackTable.Empty) };

        var functions = new Function[_functions.Count];
        for (var i = 0; i < functions.Length; i++)
        {
            var (name, module, kind) = _functions[i];
            functions[i] = new Function(
                name.Length == 0 ? FunctionTable.UnknownName : name, name, module, module < 0 ? FunctionTable.UnknownName : _modules[module].Name, kind,
                name.Length > 0 ? UnresolvedReason.None : module < 0 ? UnresolvedReason.NoMapping : UnresolvedReason.NoSymbol)
            {
                IsInlined = IsInlined(name),
            };
            if (functions[i].IsInlined)
                functions[i] = functions[i] with { Name = name[..^InlinedMark.Length], RawName = name[..^InlinedMark.Length] };
        }

        var ofFrame = new int[frames.Count];
        var levels = new FrameFunction[frames.Count][];
        for (var frame = 0; frame < finalFrame.Length; frame++)
        {
            levels[finalFrame[frame]] = _levelsOfFrame[frame];
            ofFrame[finalFrame[frame]] = _levelsOfFrame[frame][^1].Function;
        }

        var ends = new int[levels.Length];
        for (var frame = 0; frame < ends.Length; frame++)
            ends[frame] = levels[frame].Length + (frame == 0 ? 0 : ends[frame - 1]);
        var table = new FunctionTable(functions, ofFrame, new FrameLevels(ends, [.. levels.SelectMany(l => l)], file => _files[file]));
        return new Analysis(_events, _modules, _threads, samples, stacks, frames, table, new ulong[frames.Count], totals, new UnwindTotals());
    }

    private const string InlinedMark = " (inlined)";

    private static bool IsInlined(string text) => text.EndsWith(InlinedMark, StringComparison.Ordinal);

    /// <summary>Entries of one address together.</summary>
    private static IEnumerable<List<string>> Chains(IEnumerable<string> stack)
    {
        var chain = new List<string>();
        foreach (var entry in stack)
        {
            chain.Add(entry);
            if (IsInlined(entry))
                continue;
            yield return chain;
            chain = [];
        }

        if (chain.Count > 0)
            throw new ArgumentException($"'{chain[^1]}' is not followed by a function that it was inlined into", nameof(stack));
    }

    private int Frame(List<string> chain)
    {
        var outer = chain[^1];
        var at = outer.LastIndexOf('@');
        var moduleName = at < 0 ? "" : outer[(at + 1)..];
        var kind = moduleName.StartsWith('[') && moduleName != "[vdso]" ? FrameKind.Kernel : FrameKind.User;
        var module = moduleName.Length == 0 ? FrameTable.NoModule : Module(moduleName, kind);
        var levels = chain.ConvertAll(entry =>
        {
            var place = _places.GetValueOrDefault(entry);
            return new FrameFunction(Function(IsInlined(entry) || at < 0 ? entry : outer[..at], moduleName, module, kind), place.File, place.Line, 0);
        });
        var key = string.Join('\n', levels);
        if (!_chainNumbers.TryGetValue(key, out var number))
            _chainNumbers.Add(key, number = _chainNumbers.Count);
        var frame = _frames.Intern(new FrameKey(module, (ulong)number * 16, kind));
        if (frame == _levelsOfFrame.Count)
            _levelsOfFrame.Add([.. levels]);
        return frame;
    }

    private int Function(string name, string moduleName, int module, FrameKind kind)
    {
        if (!_functionNumbers.TryGetValue((name, moduleName, kind), out var function))
        {
            function = _functions.Count;
            _functionNumbers.Add((name, moduleName, kind), function);
            _functions.Add((name, module, kind));
        }

        return function;
    }

    private int Module(string name, FrameKind kind)
    {
        var found = _modules.FindIndex(m => m.Name == name);
        if (found >= 0)
            return found;
        _modules.Add(new TraceModule { Index = _modules.Count, Kind = kind == FrameKind.Kernel ? ModuleKind.Kernel : ModuleKind.Elf, Path = name, Name = name, HasSnapshot = true });
        return _modules.Count - 1;
    }

    private int Thread(string comm, int pid, int tid)
    {
        var found = _threads.FindIndex(t => t.Pid == pid && t.Tid == tid && t.Comm == comm);
        if (found >= 0)
            return found;
        _threads.Add(new TraceThread { Index = _threads.Count, Pid = pid, Tid = tid, Comm = comm, Start = long.MinValue, Space = _space });
        return _threads.Count - 1;
    }

    private int Event(string name, IReadOnlyDictionary<string, object>? fields)
    {
        var found = _events.FindIndex(e => e.Name == name);
        if (found >= 0)
            return found;
        _events.Add(new TraceEvent
        {
            Index = _events.Count,
            Name = name,
            IsTracepoint = name.Contains(':'),
            Fields = fields is null ? [] : [.. fields.Select(f => new TraceEventField(f.Key, f.Value is string ? "char[]" : "s64", f.Value is string))],
            HasStacks = true,
            WeightIsTime = name.EndsWith("-clock", StringComparison.Ordinal),
        });
        return _events.Count - 1;
    }

    private static List<FieldColumn> FieldColumns(Row[] rows)
    {
        var columns = new List<FieldColumn>();
        foreach (var name in rows.SelectMany(r => r.Fields?.Keys ?? []).Distinct(StringComparer.Ordinal))
        {
            var values = Array.ConvertAll(rows, r => r.Fields is not null && r.Fields.TryGetValue(name, out var value) ? value : null);
            var isText = values.Any(v => v is string);
            var texts = isText ? values.Where(v => v is not null).Select(v => Convert.ToString(v, CultureInfo.InvariantCulture)!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray() : null;
            columns.Add(new FieldColumn(
                name,
                Array.ConvertAll(values, v => v is null ? 0 : texts is null ? Convert.ToInt64(v, CultureInfo.InvariantCulture) : Array.BinarySearch(texts, Convert.ToString(v, CultureInfo.InvariantCulture)!, StringComparer.Ordinal)),
                Array.ConvertAll(values, v => v is not null),
                texts));
        }

        return columns;
    }
}
