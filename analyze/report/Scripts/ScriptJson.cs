using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TraceKit.Engine;
using TraceKit.Engine.Streams;
using TraceKit.Report.Text;

namespace TraceKit.Report.Scripts;

/// <summary>Records as JSON, one object a line (docs/script-json.md).</summary>
public sealed partial class ScriptJson : IDisposable
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly Trace _trace;
    private readonly bool _chains;
    private readonly ScriptEvents _events;
    private readonly long? _timeOfDay;
    private readonly ArrayBufferWriter<byte> _buffer = new(1 << 12);
    private readonly Utf8JsonWriter _writer;
    private readonly StringBuilder _text = new();

    /// <summary>Makes a writer for one trace.</summary>
    /// <param name="trace">The trace.</param>
    /// <param name="chains">Whether stacks are written.</param>
    public ScriptJson(Trace trace, bool chains)
    {
        _trace = trace;
        _chains = chains;
        _events = new ScriptEvents(trace);
        _timeOfDay = TimeOfDay.OffsetOf(trace);
        _writer = new Utf8JsonWriter(_buffer, s_options);
    }

    /// <summary>Appends one record, with the newline at its end.</summary>
    public void Append(ByteText output, EventRecord record)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(record);
        _buffer.ResetWrittenCount();
        _writer.Reset();
        _writer.WriteStartObject();
        if (_trace.HasTimes)
        {
            _writer.WriteNumber("time", record.Time);
            _writer.WritePropertyName("seconds");
            _writer.WriteRawValue(string.Create(CultureInfo.InvariantCulture, $"{record.Time / 1_000_000_000}.{Math.Abs(record.Time % 1_000_000_000):000000000}"), skipInputValidation: true);
            if (_timeOfDay is { } offset && record.Time > 0)
                _writer.WriteString("tod", TimeOfDay.Text(record.Time + offset, nanosecondDigits: true));
        }

        _writer.WriteString("comm", record.Comm);
        _writer.WriteNumber("pid", record.Pid);
        _writer.WriteNumber("tid", record.Tid);
        if (record.Cpu >= 0)
            _writer.WriteNumber("cpu", record.Cpu);
        if (MiscText.Of(record.Misc, record.SideBandType) is { Length: > 0 } misc)
            _writer.WriteString("misc", misc);
        if (record.Event is { } traceEvent)
            WriteSample(record, traceEvent.Name);
        else
            _writer.WriteString("record", record.SideBandText);
        _writer.WriteEndObject();
        _writer.Flush();
        output.Append(_buffer.WrittenSpan).Append((byte)'\n');
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    private void WriteSample(EventRecord record, string name)
    {
        _writer.WriteString("event", name);
        _writer.WriteNumber("period", record.Period);
        if (record.Ip != 0)
            _writer.WriteString("ip", Hex(record.Ip));
        if (!record.Raw.IsEmpty && _events.IsBpfOutput(record.Event!.Index))
        {
            _writer.WriteString("raw", Convert.ToHexStringLower(record.Raw));
        }
        else if (!record.Raw.IsEmpty)
        {
            _text.Clear();
            record.AppendText(_text);
            _writer.WriteString("text", _text.ToString());
            WriteFields(record);
        }

        WriteParts(record);
        if (!record.Event!.HasStacks && record.Ip != 0)
            WriteAt("at", record.NameOf(record.Ip), record.Ip);
        else if (_chains && record.Event.HasStacks)
            WriteStack(record);
    }

    private void WriteFields(EventRecord record)
    {
        _writer.WriteStartObject("fields");
        var anyShown = false;
        foreach (var field in record.Fields)
        {
            if (field.Text is not null && field.Number == 0)
                _writer.WriteString(field.Name, field.Text);
            else if (field.IsUnsigned)
                _writer.WriteNumber(field.Name, (ulong)field.Number);
            else
                _writer.WriteNumber(field.Name, field.Number);
            anyShown |= IsShown(field);
        }

        _writer.WriteEndObject();
        if (!anyShown)
            return;
        _writer.WriteStartObject("shown");
        foreach (var field in record.Fields)
        {
            if (IsShown(field))
                _writer.WriteString(field.Name, field.Shown);
        }

        _writer.WriteEndObject();
    }

    /// <summary>Whether people see something else than the number.</summary>
    private static bool IsShown(in FieldValue field) => field.Shown is not null
        && field.Shown != (field.IsUnsigned ? ((ulong)field.Number).ToString(CultureInfo.InvariantCulture) : field.Number.ToString(CultureInfo.InvariantCulture));

    private void WriteStack(EventRecord record)
    {
        _writer.WriteStartArray("stack");
        foreach (var entry in record.Chain)
        {
            foreach (ref readonly var frame in entry.Names.Frames)
            {
                _writer.WriteStartObject();
                WriteFrame(entry.Address, frame);
            }
        }

        _writer.WriteEndArray();
    }

    private static string Hex(ulong value) => string.Create(CultureInfo.InvariantCulture, $"0x{value:x}");
}
