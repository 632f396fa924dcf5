using TraceKit.Capture.Native;
using TraceKit.Capture.Pump;
using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Metadata;

namespace TraceKit.Capture.Snapshots;

/// <summary>
/// The perf-map that a just-in-time compiler writes: watched while it grows (its length over time tells since when a name held), copied
/// once. A file that is begun anew, or put in another's place, is another module.
/// </summary>
/// <param name="directory">The process's /tmp, opened while it lived: what is written as it ends can still be read.</param>
/// <param name="name"><c>perf-PID.map</c>, the PID as the process itself knows it.</param>
internal sealed class PerfMapFile(TraceOutput output, SnapshotBudget budget, int directory, string name, int pid, uint owner)
{
    /// <summary>What is new is copied when it is this much, and at the end.</summary>
    private const ulong CopyBytes = 256 << 10;

    /// <summary>Lengths noted; when there are more, every other one is dropped, and names become less exact in time.</summary>
    private const int MaxMarks = 8192;

    private readonly List<ModuleMark> _marks = [];
    private int _fd = -1;
    private ulong _inode;
    private ulong _length;
    private ulong _copied;
    private uint _parts;
    private uint _id;
    private ulong _described;
    private bool _full;

    /// <summary>Looks whether it is there, and how long it is.</summary>
    public void Look()
    {
        if (directory >= 0 && HostFile.TryFactsIn(directory, name, out var facts) && (_fd < 0 || facts.Inode != _inode || facts.Size < _length))
        {
            Close();
            Open(facts);
        }

        if (_fd < 0 || !HostFile.TryFacts(_fd, out facts) || facts.Size <= _length)
            return;
        _length = facts.Size;
        if (_marks.Count == MaxMarks)
            ThinOut();
        _marks.Add(new ModuleMark { Time = Clock.Monotonic, Length = _length });
        if (_length - _copied >= CopyBytes)
            Copy();
    }

    /// <summary>Copies what is left, and describes the file.</summary>
    public void Close()
    {
        if (_fd < 0)
            return;
        Copy();
        if (_copied > 0)
            Describe();
        Libc.close(_fd);
        _fd = -1;
        _marks.Clear();
        _length = _copied = _described = 0;
        _parts = 0;
        _full = false;
    }

    private void Open(in FileFacts known)
    {
        // Anybody may write into /tmp: only a plain file of the process's user, or of root, is its map.
        if (!known.IsRegular || (known.Owner != owner && known.Owner != 0))
            return;
        _fd = HostFile.OpenRegularIn(directory, name, out var facts);
        if (_fd < 0)
            return;
        _inode = facts.Inode;
        _id = budget.NextId();
    }

    private void Copy()
    {
        if (_full || _length == _copied)
            return;
        var wanted = Math.Min(_length - _copied, budget.ForModule);
        _full = wanted < _length - _copied;
        var sender = new BlobSender(output, _id, _copied, _parts);
        sender.Copy(_fd, _copied, wanted);
        sender.Flush();
        budget.Spend(sender.Length - _copied);
        _copied = sender.Length;
        _parts = sender.Parts;
        // So that a recording that is killed has most of it, without a description for every part.
        if (_copied >= _described * 2)
            Describe();
    }

    private void Describe()
    {
        _described = _copied;
        output.Post(ChunkType.Module, _id, new ModuleInfo
        {
            Id = _id,
            Kind = ModuleKind.PerfMap,
            Path = "/tmp/" + name,
            Pid = pid,
            Inode = _inode,
            FileLength = _length,
            BlobBytes = _copied,
            BlobFormat = "perf-map",
            Marks = [.. _marks],
            MissingReason = _copied < _length ? (_full ? $"only its first {_copied} bytes are here ({budget.Option})" : "it was cut while it was read") : null,
            SnapshotTime = Clock.Monotonic,
        }.Encode());
    }

    private void ThinOut()
    {
        var kept = 0;
        for (var i = 0; i < _marks.Count; i += 2)
            _marks[kept++] = _marks[i];
        _marks.RemoveRange(kept, _marks.Count - kept);
    }
}
