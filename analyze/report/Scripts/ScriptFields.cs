namespace TraceKit.Report.Scripts;

/// <summary>What <c>script</c> prints of a record: the names of <c>perf script -F</c>.</summary>
[Flags]
public enum ScriptFields : long
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Name of the thread.</summary>
    Comm = 1 << 0,

    /// <summary>Process number.</summary>
    Pid = 1 << 1,

    /// <summary>Thread number.</summary>
    Tid = 1 << 2,

    /// <summary>CPU.</summary>
    Cpu = 1 << 3,

    /// <summary>Time in seconds of the trace's clock.</summary>
    Time = 1 << 4,

    /// <summary>Period of the sample.</summary>
    Period = 1 << 5,

    /// <summary>Name of the event.</summary>
    Event = 1 << 6,

    /// <summary>What a tracepoint or probe recorded.</summary>
    Trace = 1 << 7,

    /// <summary>Addresses: one, or the call chain.</summary>
    Ip = 1 << 8,

    /// <summary>Function at the address.</summary>
    Sym = 1 << 9,

    /// <summary>Distance from the function's start.</summary>
    SymOff = 1 << 10,

    /// <summary>File of the address.</summary>
    Dso = 1 << 11,

    /// <summary>Address in that file, after its name.</summary>
    DsoOff = 1 << 12,

    /// <summary>Source file and line, under the address.</summary>
    SrcLine = 1 << 13,

    /// <summary>Address that the event concerns.</summary>
    Addr = 1 << 14,

    /// <summary>Kind of memory access.</summary>
    DataSrc = 1 << 15,

    /// <summary>Cost of the access.</summary>
    Weight = 1 << 16,

    /// <summary>Its physical address.</summary>
    PhysAddr = 1 << 17,

    /// <summary>Size of the page of the data.</summary>
    DataPageSize = 1 << 18,

    /// <summary>Size of the page of the code.</summary>
    CodePageSize = 1 << 19,

    /// <summary>Registers at the interrupt.</summary>
    IntrRegs = 1 << 20,

    /// <summary>Registers of the program.</summary>
    UserRegs = 1 << 21,

    /// <summary>Branches before the sample, by address.</summary>
    BrStack = 1 << 22,

    /// <summary>Branches before the sample, by function.</summary>
    BrStackSym = 1 << 23,

    /// <summary>Bytes that a BPF program wrote.</summary>
    BpfOutput = 1 << 24,

    /// <summary>Where the CPU was, and what else a record's header says, as letters.</summary>
    Misc = 1 << 25,

    /// <summary>Date and time of day.</summary>
    TimeOfDay = 1 << 26,

    /// <summary>Cycles from issue to completion of the instruction.</summary>
    InsLat = 1 << 27,

    /// <summary>Cycles that its retirement waited.</summary>
    RetireLat = 1 << 28,

    /// <summary>Branches before the sample, by offset in their files.</summary>
    BrStackOff = 1 << 29,

    /// <summary>Path of the control group.</summary>
    Cgroup = 1 << 30,
}

/// <summary>Kinds of events that <c>-F KIND:…</c> tells apart: those of <c>perf_event_attr.type</c>.</summary>
public enum ScriptEventKind
{
    /// <summary><c>hw</c>.</summary>
    Hardware,

    /// <summary><c>sw</c>.</summary>
    Software,

    /// <summary><c>trace</c>: tracepoints and probes.</summary>
    Tracepoint,

    /// <summary>Hardware caches.</summary>
    HardwareCache,

    /// <summary><c>raw</c>.</summary>
    Raw,

    /// <summary>Breakpoints.</summary>
    Breakpoint,

    /// <summary>Anything else: uprobe and kprobe PMUs, other units.</summary>
    Other,
}
