using TraceKit.Binary;
using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Metadata;
using TraceKit.Format.Perf;

namespace TraceKit.Engine.Sources;

/// <summary>What a trace is read from: our own container, or another recorder's file. Any thread may ask once it is open.</summary>
internal abstract class TraceSource : IDisposable
{
    /// <summary>How the file is called in messages.</summary>
    public abstract string Name { get; }

    /// <summary>Bytes of the file.</summary>
    public abstract long Length { get; }

    /// <summary>Our own container; null for others.</summary>
    public virtual DtrReader? Container => null;

    /// <summary>Another recorder's file; null for our own.</summary>
    public virtual PerfDataSource? PerfData => null;

    /// <summary>Where and how it was recorded; empty facts when the file does not say.</summary>
    public HostInfo Host { get; protected set; } = new();

    /// <summary>Whose register numbers the events use.</summary>
    public PerfArchitecture Architecture { get; protected set; }

    /// <summary>What was recorded: its place is the event index of samples.</summary>
    public IReadOnlyList<EventDescription> Events { get; protected set; } = [];

    /// <summary>Whether times of records are times; else they say only what came after what.</summary>
    public virtual bool HasTimes => Host.ClockId != NoClock;

    /// <summary>As number of the clock: there is none, times only say what came before what.</summary>
    public const int NoClock = -2;

    /// <summary>Samples that the recorder and the kernel lost, as far as side-band records count them.</summary>
    /// <param name="records">Sum of PERF_RECORD_LOST.</param>
    /// <param name="samples">Sum of PERF_RECORD_LOST_SAMPLES.</param>
    public virtual long LostOf(long records, long samples) => records + samples;

    /// <summary>Modules that the file tells of, with what it holds of each.</summary>
    public IReadOnlyList<ModuleInfo> Modules { get; protected set; } = [];

    /// <summary>Facts of processes.</summary>
    public IReadOnlyList<ProcessInfo> Processes { get; protected set; } = [];

    /// <summary>What the recorder says was lost.</summary>
    public IReadOnlyList<LossReport> Losses { get; protected set; } = [];

    /// <summary>Totals of the recording; null when it was cut short.</summary>
    public RecordingSummary? Summary { get; protected set; }

    /// <summary>What of the file is unreadable, as far as it was looked at.</summary>
    public abstract IReadOnlyList<DtrDamage> Damage { get; }

    /// <summary>Whether the recorder finished the file.</summary>
    public abstract bool EndedInOrder { get; }

    /// <summary>Pieces of samples, each decodable alone.</summary>
    public IReadOnlyList<SampleBlock> Blocks { get; protected set; } = [];

    /// <summary>A reader of samples; one per thread.</summary>
    /// <param name="inOrder">Whether the samples of a block must come in order of time.</param>
    public abstract SampleReader OpenSamples(bool inOrder);

    /// <summary>Gives all side-band records, in the order of the file. What cannot be read is in <see cref="Damage"/>.</summary>
    /// <param name="visit">Gets one or more whole records; they are valid during the call.</param>
    public abstract void ReadSideBand(SideBandVisitor visit);

    /// <summary>The bytes that the file holds of a module.</summary>
    /// <param name="module">One of <see cref="Modules"/>.</param>
    /// <param name="maximum">Most bytes to allocate.</param>
    /// <param name="missing">Bytes that are lost; they read as zero.</param>
    /// <exception cref="BadDataException">More than allowed.</exception>
    public abstract byte[] ReadBlob(ModuleInfo module, long maximum, out long missing);

    /// <summary>Notes that a block's content cannot be read, so that it is told with the other losses.</summary>
    public abstract void ReportBadContent(in SampleBlock block, BadDataException reason);

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>Gets side-band records that stand one after another.</summary>
internal delegate void SideBandVisitor(ReadOnlySpan<byte> records);

/// <summary>A piece of samples.</summary>
/// <param name="Index">Its place among <see cref="TraceSource.Blocks"/>: the order of the file.</param>
/// <param name="Stream">Blocks of one stream follow each other in time; streams do not.</param>
/// <param name="Cpu">The CPU that all its samples are of; -1 when it does not say.</param>
/// <param name="FirstTime">Least time, nanoseconds; 0 with no times.</param>
/// <param name="LastTime">Greatest time; 0 with no times.</param>
internal readonly record struct SampleBlock(int Index, int Stream, int Cpu, ulong FirstTime, ulong LastTime);

/// <summary>Reads the samples of one block after another, in reused buffers.</summary>
internal abstract class SampleReader
{
    /// <summary>Of the sample given last: its stack has only the words that point into code or stacks.</summary>
    public virtual bool StackFiltered => false;

    /// <summary>Turns to a block.</summary>
    /// <exception cref="BadDataException">It is damaged.</exception>
    public abstract void Open(in SampleBlock block);

    /// <summary>The next sample; valid until the next call.</summary>
    /// <exception cref="BadDataException">The block's content is damaged from here on.</exception>
    public abstract bool TryReadNext(out PerfRecord record, out int eventIndex);
}
