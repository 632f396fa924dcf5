using TraceKit.Binary;

namespace TraceKit.Format.PerfData;

/// <summary>Everything that a file says besides its records. Of a pipe it is whole only when the records were read.</summary>
public sealed class PerfDataMetadata
{
    private readonly SortedSet<int> _present = [];
    private readonly SortedSet<int> _unknown = [];
    private readonly List<PerfDataBuildId> _buildIds = [];
    private readonly List<string> _problems = [];

    /// <summary>The events.</summary>
    public PerfDataEvents Events { get; } = new();

    /// <summary>Host, CPU, recorder.</summary>
    public PerfDataFacts Facts { get; } = new();

    /// <summary>Build-ids of files that samples lie in.</summary>
    public IReadOnlyList<PerfDataBuildId> BuildIds => _buildIds;

    /// <summary>Formats of tracepoints; null when there are none.</summary>
    public PerfDataTracing? Tracing { get; internal set; }

    /// <summary>Features that are there.</summary>
    public IReadOnlyCollection<int> Features => _present;

    /// <summary>Of them those that nobody here knows.</summary>
    public IReadOnlyCollection<int> UnknownFeatures => _unknown;

    /// <summary>What could not be read of it, one line each.</summary>
    public IReadOnlyList<string> Problems => _problems;

    internal void AddBuildId(PerfDataBuildId entry)
    {
        if (_buildIds.Count < PerfDataBuildId.Maximum)
            _buildIds.Add(entry);
    }

    internal void AddProblem(string text) => _problems.Add(text);

    /// <summary>Reads a feature's section; what is wrong with it is told in <see cref="Problems"/> and leaves the rest.</summary>
    internal void AddFeature(int feature, ReadOnlyMemory<byte> section, bool isBigEndian)
    {
        _present.Add(feature);
        try
        {
            if (!PerfDataFeatureReader.TryRead(this, feature, section, isBigEndian))
                _unknown.Add(feature);
        }
        catch (BadDataException e)
        {
            _problems.Add(e.Message);
        }
    }

    internal void ReadBuildIds(ReadOnlySpan<byte> section, bool isBigEndian) => PerfDataBuildId.ReadAll(section, isBigEndian, _buildIds);
}
