using TraceKit.Engine;
using TraceKit.Format.Perf;
using TraceKit.Format.PerfData;

namespace TraceKit.Report.Scripts;

/// <summary>Which fields are printed for each kind of event: perf's defaults, changed by <c>-F</c> as perf changes them.</summary>
public sealed class ScriptFieldRules
{
    private const ScriptFields Sampling = ScriptFields.Comm | ScriptFields.Tid | ScriptFields.Cpu | ScriptFields.Time | ScriptFields.Period | ScriptFields.Event | ScriptFields.Ip | ScriptFields.Sym
        | ScriptFields.SymOff | ScriptFields.Dso;

    private const ScriptFields Chain = ScriptFields.Ip | ScriptFields.Sym | ScriptFields.SymOff | ScriptFields.Dso;

    private static readonly (string Name, ScriptFields Field)[] s_names =
    [
        ("comm", ScriptFields.Comm), ("tid", ScriptFields.Tid), ("pid", ScriptFields.Pid), ("time", ScriptFields.Time), ("cpu", ScriptFields.Cpu), ("event", ScriptFields.Event),
        ("trace", ScriptFields.Trace), ("ip", ScriptFields.Ip), ("sym", ScriptFields.Sym), ("dso", ScriptFields.Dso), ("dsoff", ScriptFields.DsoOff), ("addr", ScriptFields.Addr),
        ("symoff", ScriptFields.SymOff), ("srcline", ScriptFields.SrcLine), ("period", ScriptFields.Period), ("iregs", ScriptFields.IntrRegs), ("uregs", ScriptFields.UserRegs),
        ("brstack", ScriptFields.BrStack), ("brstacksym", ScriptFields.BrStackSym), ("data_src", ScriptFields.DataSrc), ("weight", ScriptFields.Weight), ("bpf-output", ScriptFields.BpfOutput),
        ("phys_addr", ScriptFields.PhysAddr), ("data_page_size", ScriptFields.DataPageSize), ("code_page_size", ScriptFields.CodePageSize), ("misc", ScriptFields.Misc), ("tod", ScriptFields.TimeOfDay),
        ("ins_lat", ScriptFields.InsLat), ("retire_lat", ScriptFields.RetireLat), ("brstackoff", ScriptFields.BrStackOff), ("cgroup", ScriptFields.Cgroup),
    ];

    /// <summary>Fields that perf knows and that are not printed here, with the reason.</summary>
    private static readonly (string Name, string Why)[] s_refused =
    [
        ("flags", "only traces of instructions (Intel PT) have it, and they are not decoded here"), ("callindent", "only traces of instructions (Intel PT) have it, and they are not decoded here"),
        ("synth", "only traces of instructions (Intel PT) have it, and they are not decoded here"), ("ipc", "only traces of instructions (Intel PT) have it, and they are not decoded here"),
        ("insn", "instructions are not read from files here"), ("insnlen", "instructions are not read from files here"), ("disasm", "instructions are not read from files here"),
        ("brstackinsn", "instructions are not read from files here; 'brstack' and 'brstacksym' show the branches"),
        ("brstackinsnlen", "instructions are not read from files here; 'brstack' and 'brstacksym' show the branches"),
        ("brstackdisasm", "instructions are not read from files here; 'brstack' and 'brstacksym' show the branches"), ("brcntr", "counters of branches are not printed here"),
        ("metric", "it is computed from counters of the hardware, 'period' has their values"), ("srccode", "source files are not read here; 'srcline' tells file and line"),
        ("machine_pid", "guests of a virtual machine are not told apart here"), ("vcpu", "guests of a virtual machine are not told apart here"),
    ];

    /// <summary>What a sample must have for a field, and how perf calls it.</summary>
    private static readonly (ScriptFields Field, ulong Bits, string Name)[] s_needs =
    [
        (ScriptFields.Ip, PerfSampleFormat.PERF_SAMPLE_IP, "IP"), (ScriptFields.Addr, PerfSampleFormat.PERF_SAMPLE_ADDR, "ADDR"), (ScriptFields.DataSrc, PerfSampleFormat.PERF_SAMPLE_DATA_SRC, "DATA_SRC"),
        (ScriptFields.Weight, PerfSampleFormat.PERF_SAMPLE_WEIGHT | PerfSampleFormat.PERF_SAMPLE_WEIGHT_STRUCT, "WEIGHT"), (ScriptFields.Pid | ScriptFields.Tid, PerfSampleFormat.PERF_SAMPLE_TID, "TID"),
        (ScriptFields.Time, PerfSampleFormat.PERF_SAMPLE_TIME, "TIME"), (ScriptFields.Cpu, PerfSampleFormat.PERF_SAMPLE_CPU, "CPU"),
        (ScriptFields.IntrRegs, PerfSampleFormat.PERF_SAMPLE_REGS_INTR, "IREGS"), (ScriptFields.UserRegs, PerfSampleFormat.PERF_SAMPLE_REGS_USER, "UREGS"),
        (ScriptFields.PhysAddr, PerfSampleFormat.PERF_SAMPLE_PHYS_ADDR, "PHYS_ADDR"), (ScriptFields.DataPageSize, PerfSampleFormat.PERF_SAMPLE_DATA_PAGE_SIZE, "DATA_PAGE_SIZE"),
        (ScriptFields.CodePageSize, PerfSampleFormat.PERF_SAMPLE_CODE_PAGE_SIZE, "CODE_PAGE_SIZE"), (ScriptFields.Cgroup, PerfSampleFormat.PERF_SAMPLE_CGROUP, "CGROUP"),
        (ScriptFields.InsLat | ScriptFields.RetireLat, PerfSampleFormat.PERF_SAMPLE_WEIGHT_STRUCT, "WEIGHT_STRUCT"),
    ];

    private readonly Rule[] _rules =
    [
        new(Sampling, ScriptFields.Trace | ScriptFields.BpfOutput),
        new(Sampling | ScriptFields.BpfOutput, ScriptFields.Trace),
        new(ScriptFields.Comm | ScriptFields.Tid | ScriptFields.Cpu | ScriptFields.Time | ScriptFields.Event | ScriptFields.Trace, ScriptFields.None),
        new(Sampling, ScriptFields.Trace | ScriptFields.BpfOutput),
        new(
            Sampling | ScriptFields.Addr | ScriptFields.DataSrc | ScriptFields.Weight | ScriptFields.InsLat | ScriptFields.PhysAddr | ScriptFields.DataPageSize
                | ScriptFields.CodePageSize,
            ScriptFields.Trace | ScriptFields.BpfOutput),
        new(Sampling, ScriptFields.Trace | ScriptFields.BpfOutput),
        new(Sampling, ScriptFields.Trace | ScriptFields.BpfOutput),
    ];

    private sealed class Rule(ScriptFields fields, ScriptFields invalid)
    {
        public ScriptFields Fields = fields;
        public ScriptFields Asked;
        public bool IsUserSet;

        public ScriptFields Invalid { get; } = invalid;
    }

    /// <summary>All names, for messages.</summary>
    public static IEnumerable<string> All => s_names.Select(n => n.Name);

    /// <summary>Whether source lines are wanted of any kind of event.</summary>
    public bool WantsLines => Array.Exists(_rules, r => (r.Asked & ScriptFields.SrcLine) != 0);

    /// <summary>
    /// Takes one <c>-F</c>: <c>comm,tid,time</c> sets, <c>+period,-cpu</c> changes the default, <c>trace:time,event</c> is for one kind of events (<c>hw sw trace raw</c>).
    /// </summary>
    /// <param name="text">As typed.</param>
    /// <param name="problem">What is wrong, when false.</param>
    /// <param name="unknown">The word that is no field, when that is wrong.</param>
    public bool TryApply(string text, out string problem, out string unknown)
    {
        ArgumentNullException.ThrowIfNull(text);
        problem = unknown = "";
        ScriptEventKind? only = null;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0)
        {
            only = text[..colon] switch { "hw" => ScriptEventKind.Hardware, "sw" => ScriptEventKind.Software, "trace" => ScriptEventKind.Tracepoint, "raw" => ScriptEventKind.Raw, _ => null };
            if (only is null)
            {
                problem = $"'{text[..colon]}': expected hw, sw, trace or raw before the colon";
                return false;
            }
        }

        if (text.Length == 0)
        {
            problem = "no field of any event: nothing would be printed";
            return false;
        }

        var words = text[(colon + 1)..].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var signs = words.Count(w => w[0] is '+' or '-');
        if (signs > 0 && signs < words.Length)
        {
            problem = "fields with and without a sign cannot be mixed: either all are added or removed, or they stand alone";
            return false;
        }

        for (var kind = 0; signs == 0 && kind < _rules.Length; kind++)
        {
            if (only is not null && (int)only != kind)
                continue;
            _rules[kind].Fields = _rules[kind].Asked = ScriptFields.None;
            _rules[kind].IsUserSet = true;
        }

        foreach (var word in words)
        {
            var name = word.TrimStart('+', '-');
            var field = Array.Find(s_names, n => n.Name == name).Field;
            if (field == ScriptFields.None)
            {
                unknown = word;
                problem = Array.Find(s_refused, r => r.Name == name).Why is { } why ? $"field '{name}' cannot be printed: {why}" : "";
                return false;
            }

            for (var kind = 0; kind < _rules.Length; kind++)
            {
                var rule = _rules[kind];
                if (only is not null ? (int)only != kind : (rule.Invalid & field) != 0)
                    continue;
                if ((rule.Invalid & field) != 0)
                {
                    problem = $"'{name}' is not valid for {text[..colon]} events";
                    return false;
                }

                rule.IsUserSet = true;
                if (word[0] == '-')
                {
                    rule.Fields &= ~field;
                    rule.Asked &= ~field;
                }
                else
                {
                    rule.Fields |= field;
                    rule.Asked |= field;
                }
            }
        }

        return true;
    }

    /// <summary>The fields of each event of a trace.</summary>
    /// <param name="trace">The trace.</param>
    /// <param name="chains">Whether call chains are printed.</param>
    /// <param name="problem">A field that was asked for by name and that the samples do not have, when null is returned.</param>
    internal ScriptFields[]? Of(Trace trace, bool chains, out string problem)
    {
        problem = "";
        var isOurs = trace.Container is not null;
        // As recorded: where a perf.data has no times, the places of records stand for them in what is read.
        var attributes = trace.PerfData?.Metadata.Events.Attributes.Select(a => (PerfEventAttr?)a.Attr).ToArray()
            ?? [.. trace.Descriptions.Select(d => PerfEventAttr.TryRead(d.AttrBytes, out var attr) ? attr : null)];
        // Samples made of traces of instructions have these: perf prints what it is asked for, and so do we.
        var ofTraces = trace.PerfData?.Metadata.Features.Contains(PerfDataFeature.HEADER_AUXTRACE) == true ? ScriptFields.Cpu | ScriptFields.Addr : ScriptFields.None;
        // Our files leave out what is the same for all samples, or follows from where they stand.
        var ours = ScriptFields.Cpu | ScriptFields.Pid | ScriptFields.Tid | (trace.HasTimes ? ScriptFields.Time : ScriptFields.None);
        var perKind = new ScriptFields[_rules.Length];
        for (var kind = 0; kind < _rules.Length; kind++)
        {
            perKind[kind] = _rules[kind].Fields;
            // perf looks at the first event of a kind.
            var first = Array.FindIndex(attributes, a => a is not null && (int)KindOf(a) == kind && !IsDummy(a));
            if (first < 0)
                continue;
            foreach (var (field, bits, name) in s_needs)
            {
                if ((perKind[kind] & field) == 0 || ((attributes[first]!.SampleType & bits) != 0 && (field != ScriptFields.Time || trace.HasTimes)) || (isOurs && (field & ours) != 0))
                    continue;
                if ((_rules[kind].Asked & field & ofTraces) != 0)
                    continue;
                if ((_rules[kind].Asked & field) != 0)
                {
                    problem = $"samples of '{trace.Events[first].Name}' do not have {name}: field '{s_names.First(n => (n.Field & field & _rules[kind].Asked) != 0).Name}' cannot be printed";
                    return null;
                }

                perKind[kind] &= ~field;
            }

            if ((problem = Contradiction(perKind[kind], _rules[kind].Asked)).Length > 0)
                return null;
            if ((perKind[kind] & ScriptFields.TimeOfDay) != 0 && TimeOfDay.OffsetOf(trace) is null)
            {
                problem = "the recording does not say what its clock's times are in the time of day: field 'tod' cannot be printed (record with perf record -k CLOCK_MONOTONIC, or with tracekit-capture)";
                return null;
            }
        }

        var tracepoints = (int)ScriptEventKind.Tracepoint;
        if (chains && !_rules[tracepoints].IsUserSet && attributes.Any(a => a is not null && KindOf(a) == ScriptEventKind.Tracepoint && HasChain(a)))
            perKind[tracepoints] |= Chain;
        return [.. attributes.Select(a => a is null ? ScriptFields.None : perKind[(int)KindOf(a)])];
    }

    /// <summary>What was asked for and cannot be shown without something that was not.</summary>
    private static string Contradiction(ScriptFields fields, ScriptFields asked)
    {
        if ((asked & ScriptFields.SymOff) != 0 && (fields & ScriptFields.Sym) == 0)
            return "-F symoff: an offset in what? Ask for sym too";
        if ((asked & ScriptFields.SrcLine) != 0 && (fields & ScriptFields.Ip) == 0)
            return "-F srcline: the line of what? Ask for ip too";
        return "";
    }

    private static bool IsDummy(PerfEventAttr attr) => attr is { Type: PerfTypeId.PERF_TYPE_SOFTWARE, Config: PerfSoftwareId.PERF_COUNT_SW_DUMMY };

    /// <summary>Whether samples carry stacks: then addresses are printed as a chain under the line.</summary>
    internal static bool HasChain(PerfEventAttr attr) => (attr.SampleType & (PerfSampleFormat.PERF_SAMPLE_CALLCHAIN | PerfSampleFormat.PERF_SAMPLE_STACK_USER)) != 0;

    private static ScriptEventKind KindOf(PerfEventAttr attr) => attr.Type switch
    {
        PerfTypeId.PERF_TYPE_HARDWARE => ScriptEventKind.Hardware,
        PerfTypeId.PERF_TYPE_SOFTWARE => ScriptEventKind.Software,
        PerfTypeId.PERF_TYPE_TRACEPOINT => ScriptEventKind.Tracepoint,
        PerfTypeId.PERF_TYPE_HW_CACHE => ScriptEventKind.HardwareCache,
        PerfTypeId.PERF_TYPE_RAW => ScriptEventKind.Raw,
        PerfTypeId.PERF_TYPE_BREAKPOINT => ScriptEventKind.Breakpoint,
        _ => ScriptEventKind.Other,
    };
}
