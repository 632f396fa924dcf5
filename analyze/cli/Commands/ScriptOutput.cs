using System.Globalization;
using TraceKit.Cli.Host;
using TraceKit.Engine;
using TraceKit.Engine.Streams;
using TraceKit.Report.Text;

namespace TraceKit.Cli.Commands;

/// <summary>Where lines of <c>script</c> go: to standard output, or samples to a file for each event, as <c>perf script --per-event-dump</c> writes them.</summary>
internal sealed class ScriptOutput : IDisposable
{
    private const int FlushBytes = 1 << 16;
    private const int FlushBytesOfFile = 1 << 13;
    private const int LongestName = 100;

    private readonly Stream _stream;
    private readonly ByteText _text = new();
    private readonly Dump[] _dumps = [];
    private readonly Action<ByteText, EventRecord> _append;

    /// <param name="context">Has standard output.</param>
    /// <param name="append">Makes a record's lines.</param>
    /// <param name="dumpsOf">The trace whose events have a file each; null for standard output alone.</param>
    /// <param name="path">The recording's: the files stand beside it.</param>
    public ScriptOutput(CommandContext context, Action<ByteText, EventRecord> append, Trace? dumpsOf, string path)
    {
        _stream = context.OutBytes();
        _append = append;
        if (dumpsOf is null)
            return;
        var start = path == "-" ? "perf.data" : path;
        var byPath = new Dictionary<string, Dump>(StringComparer.Ordinal);
        _dumps = new Dump[dumpsOf.Events.Count];
        for (var i = 0; i < _dumps.Length; i++)
        {
            var name = FileName(dumpsOf.Events[i].Name);
            if (!byPath.TryGetValue(name, out var dump))
                byPath.Add(name, dump = new Dump($"{start}.{name}.dump"));
            dump.IsShown |= !dumpsOf.Events[i].IsSideBandOnly;
            _dumps[i] = dump;
        }
    }

    /// <summary>Takes one record.</summary>
    public void Append(EventRecord record)
    {
        if (record.Event is { } traceEvent && _dumps.Length > 0)
        {
            var dump = _dumps[traceEvent.Index];
            _append(dump.Text, record);
            dump.Samples++;
            if (dump.Text.Length >= FlushBytesOfFile)
                dump.Flush();
            return;
        }

        _append(_text, record);
        if (_text.Length >= FlushBytes)
            Flush();
    }

    /// <summary>After the last record: writes what is left, and says which files were made.</summary>
    public void End()
    {
        foreach (var dump in _dumps.Distinct().Where(d => d.IsShown))
        {
            dump.Flush();
            _text.Append(string.Create(CultureInfo.InvariantCulture, $"[ tracekit script: Wrote {dump.Written / 1048576.0:f3} MB {SafeText.Show(dump.Path)} ({dump.Samples} samples) ]\n"));
        }

        Flush();
        _stream.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private void Flush()
    {
        _stream.Write(_text.Bytes);
        _text.Clear();
    }

    /// <summary>The event's name as part of a file's: a recording must not say where its reader writes.</summary>
    private static string FileName(string name)
    {
        var plain = SafeText.Show(name).Replace('/', '_');
        return plain.Length > LongestName ? plain[..LongestName] : plain;
    }

    /// <summary>One file, opened for each piece: a recording may have more events than a process may have files.</summary>
    private sealed class Dump(string path)
    {
        private bool _exists;

        public string Path { get; } = path;

        public bool IsShown { get; set; }

        public ByteText Text { get; } = new();

        public long Samples { get; set; }

        public long Written { get; private set; }

        public void Flush()
        {
            using var file = new FileStream(Path, _exists ? FileMode.Append : FileMode.Create, FileAccess.Write);
            file.Write(Text.Bytes);
            Written += Text.Length;
            _exists = true;
            Text.Clear();
        }
    }
}
