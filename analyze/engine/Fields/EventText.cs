using System.Text;
using TraceKit.Format.Tracefs;

namespace TraceKit.Engine.Fields;

/// <summary>
/// What an event recorded, in one line: by the kernel's own print format; where a definition gave arguments a meaning, <c>(address) name=value …</c> in the same form,
/// helper fields put together. Any thread may ask.
/// </summary>
internal sealed class EventText
{
    private readonly EventFormat _format;
    private readonly PrintFormat? _head;
    private readonly Piece[]? _pieces;

    /// <summary>A field with the text before it, and the kernel's conversion where no meaning overrides it.</summary>
    private readonly record struct Piece(string Prefix, FieldReader Reader, PrintFormat? Kernel);

    public EventText(EventFormat format, EventFields fields)
    {
        _format = format;
        if (!fields.HasArguments)
            return;
        var conversions = new ProbeConversions(format);
        _head = conversions.Head;
        var pieces = new List<Piece>();
        foreach (var reader in fields.Readers)
        {
            // Where the probe stands is told by the head.
            if (_head is not null && reader.Field.Name.StartsWith("__probe_", StringComparison.Ordinal))
                continue;
            var kernel = reader.Field.Kind == Probes.Plan.PresentationKind.None && reader.Single is { } single ? conversions.Of(single.Name) : null;
            pieces.Add(new Piece((pieces.Count > 0 || _head is not null ? " " : "") + reader.Field.Name + "=", reader, kernel));
        }

        _pieces = [.. pieces];
    }

    /// <summary>Appends one record's text.</summary>
    public void Append(StringBuilder output, ReadOnlySpan<byte> raw, RecordContext context)
    {
        if (_pieces is null)
        {
            _format.AppendText(output, raw, context.KernelName);
            return;
        }

        var start = output.Length;
        if (_head is not null && !_head.TryAppend(output, raw, context.KernelName))
            output.Length = start;
        foreach (var piece in _pieces)
        {
            output.Append(piece.Prefix);
            start = output.Length;
            if (piece.Kernel is not null && piece.Kernel.TryAppend(output, raw, context.KernelName))
                continue;
            output.Length = start;
            AppendValue(output, piece.Reader, raw, context);
        }
    }

    private static void AppendValue(StringBuilder output, FieldReader reader, ReadOnlySpan<byte> raw, RecordContext context)
    {
        if (reader.TryReadNumber(raw, out var number))
        {
            if (reader.Form == FieldForm.Address)
                output.Append(context.Name((ulong)number));
            else if (reader.Formatter is { } formatter)
                formatter.AppendTo(output, number);
            else
                output.Append(number);
        }
        else if (!reader.TryReadBytes(raw, ref context.Scratch, out var bytes, out var missing))
        {
            output.Append(reader.Form == FieldForm.None ? "(not recorded)" : "(cut off)");
        }
        else if (missing < 0)
        {
            output.Append(TextBytes.Fault);
        }
        else if (reader.Form is FieldForm.Text or FieldForm.JoinedText)
        {
            output.Append('"').Append(reader.TextOf(bytes)).Append('"');
            if (missing > 0)
                output.Append(TextBytes.Cut(missing));
        }
        else
        {
            output.Append(reader.TextOf(bytes));
        }
    }
}
