using TraceKit.Capture.Cli;

namespace TraceKit.Capture.Snapshots;

/// <summary>Numbers the file's modules, and bounds what their bytes may take together (<c>--max-snapshot</c>), before compression.</summary>
internal sealed class SnapshotBudget(long bytes)
{
    private ulong _left = (ulong)Math.Max(0, bytes);
    private uint _nextId = 1;

    /// <summary>What one module may take now: half of everything, or what is left.</summary>
    public ulong ForModule => Math.Min(_left, (ulong)Math.Max(0, bytes) / 2);

    /// <summary>What to tell where something was left out.</summary>
    public string Option => $"--max-snapshot {Quantity.FormatSize(bytes)}";

    public uint NextId() => _nextId++;

    public void Spend(ulong taken) => _left -= Math.Min(_left, taken);
}
