using System.Globalization;
using System.Text;
using TraceKit.Binary;

namespace TraceKit.Format.PerfData;

/// <summary>A tracepoint's <c>format</c> file as it was on the recording's host.</summary>
/// <param name="System">Group: <c>sched</c>.</param>
/// <param name="Name">Event.</param>
/// <param name="Id">What <c>config</c> of its attribute holds; -1 when the text does not say.</param>
/// <param name="Text">The file.</param>
public sealed record PerfDataTracepoint(string System, string Name, int Id, string Text);

/// <summary><c>HEADER_TRACING_DATA</c>: what tools need to read tracepoints of another host.</summary>
/// <remarks><c>trace.dat(5)</c>, version 6 without its options; <c>tools/perf/util/trace-event-info.c</c>.</remarks>
public sealed class PerfDataTracing
{
    /// <summary>Formats of a host: their ids have 16 bits.</summary>
    private const int MaximumFormats = 1 << 17;

    private readonly Dictionary<int, PerfDataTracepoint> _byId = [];

    private PerfDataTracing(bool isBigEndian, int longSize, uint pageSize)
    {
        IsBigEndian = isBigEndian;
        LongSize = longSize;
        PageSize = pageSize;
    }

    /// <summary>Byte order of raw data.</summary>
    public bool IsBigEndian { get; }

    /// <summary>Bytes of a <c>long</c>, and of a pointer, on that host.</summary>
    public int LongSize { get; }

    /// <summary>Bytes of a page.</summary>
    public uint PageSize { get; }

    /// <summary>All formats of the file.</summary>
    public IReadOnlyList<PerfDataTracepoint> Tracepoints { get; private set; } = [];

    /// <summary><c>/proc/kallsyms</c>; empty when it is not there.</summary>
    public ReadOnlyMemory<byte> Kallsyms { get; private set; }

    /// <summary><c>printk_formats</c>: addresses and texts.</summary>
    public ReadOnlyMemory<byte> PrintkFormats { get; private set; }

    /// <summary><c>saved_cmdlines</c>: numbers and names of threads.</summary>
    public ReadOnlyMemory<byte> SavedCommandLines { get; private set; }

    /// <summary>The format with a number; null when there is none.</summary>
    public PerfDataTracepoint? Find(int id) => _byId.GetValueOrDefault(id);

    /// <summary>Reads the section.</summary>
    /// <param name="bytes">From its magic on; kept.</param>
    /// <exception cref="BadDataException">No tracing data, or cut.</exception>
    public static PerfDataTracing Read(ReadOnlyMemory<byte> bytes)
    {
        var cursor = new SpanCursor(bytes.Span, "HEADER_TRACING_DATA");
        if (!cursor.TryReadBytes(10, out var magic) || !magic.SequenceEqual("\x17\x08\x44tracing"u8))
            cursor.ThrowInvalid("the magic 17 08 44 'tracing'", magic.IsEmpty ? $"{bytes.Length} bytes" : Convert.ToHexStringLower(magic));
        var version = Text(ref cursor);
        var isBigEndian = cursor.ReadByte("byte order") != 0;
        int longSize = cursor.ReadByte("size of long");
        if (longSize is not (4 or 8))
            cursor.ThrowInvalid("4 or 8 bytes of a long", longSize.ToString(CultureInfo.InvariantCulture));
        var at = cursor.Position;
        cursor = new SpanCursor(bytes.Span, "HEADER_TRACING_DATA", isBigEndian);
        cursor.TrySeek(at);
        var tracing = new PerfDataTracing(isBigEndian, longSize, cursor.ReadUInt32("page size"));
        Named(ref cursor, "header_page"u8);
        Named(ref cursor, "header_event"u8);
        var tracepoints = new List<PerfDataTracepoint>();
        for (var left = cursor.ReadUInt32("count of ftrace formats"); left > 0; left--)
            tracing.AddFormat(tracepoints, "ftrace", Sized(ref cursor));
        for (var systems = cursor.ReadUInt32("count of systems"); systems > 0; systems--)
        {
            var system = Text(ref cursor);
            for (var left = cursor.ReadUInt32("count of formats"); left > 0; left--)
                tracing.AddFormat(tracepoints, system, Sized(ref cursor));
        }

        tracing.Tracepoints = tracepoints;
        tracing.Kallsyms = Rest(ref cursor, bytes, cursor.ReadUInt32("bytes of kallsyms"));
        tracing.PrintkFormats = Rest(ref cursor, bytes, cursor.ReadUInt32("bytes of printk formats"));
        // Since 0.6.
        if (string.CompareOrdinal(version, "0.6") >= 0 && cursor.Remaining >= 8)
            tracing.SavedCommandLines = Rest(ref cursor, bytes, cursor.ReadUInt64("bytes of names of threads"));
        return tracing;
    }

    private void AddFormat(List<PerfDataTracepoint> tracepoints, string system, ReadOnlySpan<byte> bytes)
    {
        if (tracepoints.Count >= MaximumFormats)
            BadDataException.Throw("HEADER_TRACING_DATA", 0, BadDataCode.LimitExceeded, $"at most {MaximumFormats} formats", "more");
        var text = Encoding.UTF8.GetString(bytes);
        var tracepoint = new PerfDataTracepoint(system, Line(text, "name:"), int.TryParse(Line(text, "ID:"), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : -1, text);
        tracepoints.Add(tracepoint);
        if (tracepoint.Id >= 0)
            _byId.TryAdd(tracepoint.Id, tracepoint);
    }

    private static string Line(string text, string label)
    {
        var at = text.StartsWith(label, StringComparison.Ordinal) ? 0 : text.IndexOf("\n" + label, StringComparison.Ordinal) + 1;
        if (at == 0 && !text.StartsWith(label, StringComparison.Ordinal))
            return "";
        var end = text.IndexOf('\n', at);
        return text[(at + label.Length)..(end < 0 ? text.Length : end)].Trim();
    }

    private static string Text(ref SpanCursor cursor)
    {
        if (!cursor.TryReadCString(out var text) || text.Length > InputLimits.NameBytes)
            cursor.ThrowInvalid("a text that ends with NUL", $"{cursor.Remaining} bytes without");
        return Encoding.UTF8.GetString(text);
    }

    private static void Named(ref SpanCursor cursor, ReadOnlySpan<byte> name)
    {
        if (!cursor.TryReadCString(out var found) || !found.SequenceEqual(name))
            cursor.ThrowInvalid($"'{Encoding.UTF8.GetString(name)}'", "something else");
        Sized(ref cursor);
    }

    private static ReadOnlySpan<byte> Sized(ref SpanCursor cursor)
    {
        var size = cursor.ReadUInt64("size of a file");
        if (size > (ulong)cursor.Remaining)
            cursor.ThrowInvalid($"at most {cursor.Remaining} bytes", size.ToString(CultureInfo.InvariantCulture));
        return cursor.ReadBytes((int)size, "a file");
    }

    private static ReadOnlyMemory<byte> Rest(ref SpanCursor cursor, ReadOnlyMemory<byte> bytes, ulong size)
    {
        if (size > (ulong)cursor.Remaining)
            cursor.ThrowInvalid($"at most {cursor.Remaining} bytes", size.ToString(CultureInfo.InvariantCulture));
        var start = cursor.Position;
        cursor.TrySeek(start + (int)size);
        return bytes.Slice(start, (int)size);
    }
}
