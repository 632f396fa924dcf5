using System.Text;
using TraceKit.Engine.Model;
using TraceKit.Engine.Symbols;
using TraceKit.Format.Perf;

namespace TraceKit.Engine.Streams;

/// <summary>One record of the trace in order of time, decoded. Reused: valid until the stream moves on.</summary>
public abstract class EventRecord
{
    /// <summary>Nanoseconds of the trace's clock.</summary>
    public abstract long Time { get; }

    /// <summary>CPU; -1 when the record does not say.</summary>
    public abstract int Cpu { get; }

    /// <summary>Process.</summary>
    public abstract int Pid { get; }

    /// <summary>Thread.</summary>
    public abstract int Tid { get; }

    /// <summary>The thread's name at that time.</summary>
    public abstract string Comm { get; }

    /// <summary>The event; null for a side-band record.</summary>
    public abstract TraceEvent? Event { get; }

    /// <summary>What a side-band record says, as perf prints it (<c>PERF_RECORD_COMM exec: bash:4711/4711</c>); empty for samples.</summary>
    public abstract string SideBandText { get; }

    /// <summary>The sample's period; 1 when the event has none.</summary>
    public abstract long Period { get; }

    /// <summary>Where it happened, as the record says; 0 when it does not.</summary>
    public abstract ulong Ip { get; }

    /// <summary>The event's own bytes; empty when it has none.</summary>
    public abstract ReadOnlySpan<byte> Raw { get; }

    /// <summary>Values of the event's fields, in the order of <see cref="TraceEvent.Fields"/>.</summary>
    public abstract IReadOnlyList<FieldValue> Fields { get; }

    /// <summary>Appends what the event recorded, as its print format has it, arguments in people's types; nothing for side-band records.</summary>
    public abstract void AppendText(StringBuilder output);

    /// <summary>The call chain, innermost first; made when asked for. Empty when the sample has none.</summary>
    public abstract IReadOnlyList<CallchainEntry> Callchain { get; }

    /// <summary>The same, one entry for each address.</summary>
    public abstract IReadOnlyList<ChainEntry> Chain { get; }

    /// <summary>What lies at an address in the process at this time.</summary>
    public abstract NamedFrames NameOf(ulong address);

    /// <summary>The same of an address that may be one of data; where the recording tells mappings of data, the frame's module is then behind those of the trace, and has its path as name.</summary>
    public abstract NamedFrames NameOfData(ulong address);

    /// <summary><c>PERF_RECORD_*</c> of a side-band record; 0 for samples.</summary>
    public abstract uint SideBandType { get; }

    /// <summary><c>PERF_RECORD_MISC_*</c> of the record's header.</summary>
    public abstract ushort Misc { get; }

    /// <summary>All parts of the sample; false for side-band records.</summary>
    public abstract bool TryReadSample(out PerfSample sample);
}

/// <summary>A field's value in one record.</summary>
/// <param name="Name">As the format spells it.</param>
/// <param name="Text">The text of a text field, else null.</param>
/// <param name="Number">The integer of an integer field.</param>
/// <param name="IsUnsigned">Whether <paramref name="Number"/> is to be printed as unsigned.</param>
/// <param name="IsHex">Whether the format prints it in hexadecimal (pointers, addresses).</param>
public readonly record struct FieldValue(string Name, string? Text, long Number, bool IsUnsigned, bool IsHex)
{
    /// <summary>The number as people see it (<c>172.31.28.139</c>, <c>-ENOENT</c>); null where a plain decimal says it, and for text.</summary>
    public string? Shown { get; init; }
}

/// <summary>One line of a call chain; an address has several where functions were inlined, innermost first.</summary>
/// <param name="Address">As it stands in the chain: a return address for all but the innermost.</param>
/// <param name="Frame">What is known of it.</param>
public readonly record struct CallchainEntry(ulong Address, ResolvedFrame Frame);
