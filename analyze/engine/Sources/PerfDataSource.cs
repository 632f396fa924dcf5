using Microsoft.Win32.SafeHandles;
using TraceKit.Binary;
using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Metadata;
using TraceKit.Format.PerfData;

namespace TraceKit.Engine.Sources;

/// <summary>A <c>perf.data</c>: of <c>perf record</c>, of a pipe, of simpleperf.</summary>
internal sealed class PerfDataSource : TraceSource
{
    private readonly PerfDataFile _file;
    private readonly PerfDataIndex _index;
    private readonly List<DtrDamage> _damage = [];
    private IReadOnlyDictionary<uint, byte[]> _blobs = new Dictionary<uint, byte[]>();
    private readonly HashSet<int> _badBlocks = [];
    private readonly Lock _gate = new();

    private PerfDataSource(PerfDataFile file, PerfDataReader reader, string name)
    {
        _file = file;
        Reader = reader;
        Name = name;
        _index = new PerfDataIndex(file, reader.Header.IsBigEndian);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override long Length => _file.Length;

    /// <inheritdoc/>
    public override PerfDataSource PerfData => this;

    /// <summary>The file's own view: header, features, counts.</summary>
    public PerfDataReader Reader { get; }

    /// <summary>What the scan counted.</summary>
    public PerfDataIndex Index => _index;

    /// <inheritdoc/>
    public override IReadOnlyList<DtrDamage> Damage
    {
        get
        {
            lock (_gate)
                return [.. _damage];
        }
    }

    /// <inheritdoc/>
    public override bool HasTimes => !Reader.Metadata.Events.AddsTime;

    /// <inheritdoc/>
    public override long LostOf(long records, long samples) => Math.Max(records, samples);

    /// <inheritdoc/>
    public override bool EndedInOrder => !Reader.IsCut;

    /// <summary>Opens a file and scans it once.</summary>
    /// <param name="handle">An open file; closed with this.</param>
    /// <param name="name">How to call it in messages.</param>
    /// <param name="folder">The folder of data files that it is the first of; null when it is one alone.</param>
    /// <exception cref="BadDataException">No <c>perf.data</c>, or a header that says what cannot be.</exception>
    public static PerfDataSource Open(SafeFileHandle handle, string name, string? folder = null) => Open(new PerfDataFile(handle), name, folder);

    /// <summary>Opens a file that is in memory.</summary>
    /// <inheritdoc cref="Open(SafeFileHandle, string, string?)"/>
    public static PerfDataSource Open(ReadOnlyMemory<byte> data, string name) => Open(new PerfDataFile(data), name, null);

    /// <inheritdoc/>
    public override SampleReader OpenSamples(bool inOrder) => inOrder && !Reader.Metadata.Events.AddsTime ? new SortedPerfDataReader(this) : new PerfDataSampleReader(this);

    /// <summary>The kernel's records of a block.</summary>
    public PerfDataRecords CreateRecords() => new(Reader.Metadata.Events, Reader.Header.IsBigEndian);

    /// <inheritdoc/>
    public override void ReadSideBand(SideBandVisitor visit)
    {
        var records = CreateRecords();
        byte[] buffer = [];
        for (var i = 0; i < _index.Blocks.Count; i++)
        {
            if (_index.Blocks[i].SideBand is not { } runs)
                continue;
            try
            {
                foreach (var run in runs)
                {
                    records.Reset(_index.Read(_index.Blocks[i], run.Offset, run.Length, ref buffer), _index.Blocks[i].Order + run.Offset);
                    while (records.TryReadSideBand(out var record))
                        visit(record.Bytes);
                }
            }
            catch (BadDataException e)
            {
                ReportBadContent(new SampleBlock(i, i, -1, 0, 0), e);
            }
        }
    }

    /// <inheritdoc/>
    public override byte[] ReadBlob(ModuleInfo module, long maximum, out long missing)
    {
        missing = 0;
        return _blobs.GetValueOrDefault(module.Id, []);
    }

    /// <inheritdoc/>
    public override void ReportBadContent(in SampleBlock block, BadDataException reason)
    {
        var bad = _index.Blocks[block.Index];
        lock (_gate)
        {
            // A block that is read again is not lost again.
            if (_badBlocks.Add(block.Index))
                _damage.Add(new DtrDamage(bad.Offset, bad.Length, DtrDamageReason.PayloadContent, 0, reason.Message));
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _index.Dispose();
        _file.Dispose();
    }

    private static PerfDataSource Open(PerfDataFile file, string name, string? folder)
    {
        PerfDataSource? source = null;
        try
        {
            var reader = PerfDataReader.Open(file);
            source = new PerfDataSource(file, reader, name);
            source.Scan(folder);
            return source;
        }
        catch (BadDataException e) when (e.File.Length == 0)
        {
            file.Dispose();
            source?.Dispose();
            throw e.WithFile(name);
        }
        catch
        {
            file.Dispose();
            source?.Dispose();
            throw;
        }
    }

    private void Scan(string? folder)
    {
        List<(long, long)>? parts = null;
        if (folder is not null && Reader.Metadata.Facts.DirectoryVersion > 0)
        {
            parts = [(Reader.DataStart, Reader.DataEnd)];
            for (var i = 0; Path.Combine(folder, FormattableString.Invariant($"data.{i}")) is var path && File.Exists(path); i++)
                parts.Add(_file.Add(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete)));
        }

        Reader.Scan(_index, static () => new ZstdInflater(), parts);
        _index.Finish();
        foreach (var damage in Reader.Damage)
            _damage.Add(new DtrDamage(damage.Offset, damage.Bytes, damage.Bytes == 0 ? DtrDamageReason.Truncated : DtrDamageReason.PayloadContent, 0, damage.Detail));
        var described = new PerfDataDescription(Reader, _index);
        Host = described.Host;
        Architecture = described.Architecture;
        Events = described.Events;
        (Modules, _blobs) = described.ReadModules();
        Summary = Reader.IsCut ? null : described.Summary;
        var blocks = new List<SampleBlock>();
        for (var i = 0; i < _index.Blocks.Count; i++)
        {
            var block = _index.Blocks[i];
            if (block.Samples > 0 && Reader.Metadata.Events.AddsTime)
                blocks.Add(new SampleBlock(i, i, -1, (ulong)block.Order + 1, (ulong)(block.Order + block.Length)));
            else if (block.Samples > 0)
                blocks.Add(new SampleBlock(i, i, -1, block.FirstTime, block.LastTime));
        }

        Blocks = blocks;
    }
}
