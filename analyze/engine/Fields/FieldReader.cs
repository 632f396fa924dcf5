using System.Net;
using System.Text;
using TraceKit.Engine.Model;
using TraceKit.Format.Tracefs;
using TraceKit.Probes.Plan;
using TraceKit.Probes.Values;

namespace TraceKit.Engine.Fields;

/// <summary>What a field's value is, before it is shown.</summary>
internal enum FieldForm
{
    /// <summary>Nothing: the record has no such field.</summary>
    None,

    /// <summary>A number, shown by the formatter.</summary>
    Number,

    /// <summary>A number that is an address, shown by the name of what lies there.</summary>
    Address,

    /// <summary>A text as the kernel wrote it.</summary>
    Text,

    /// <summary>A text whose length is in another field.</summary>
    JoinedText,

    /// <summary>16 bytes of an IPv6 address.</summary>
    Ip6,

    /// <summary>Bytes in hexadecimal.</summary>
    Bytes,
}

/// <summary>Reads one field of an event, as people see it, out of the records' raw data. Any thread may ask.</summary>
internal sealed class FieldReader
{
    /// <summary>No text in memory is longer: such a length was never written by the program.</summary>
    private const long ImplausibleLength = 1L << 40;

    private readonly EventField[] _parts;
    private readonly long _elementBytes;

    /// <param name="field">The field.</param>
    /// <param name="form">What its value is.</param>
    /// <param name="parts">The kernel's fields that carry it.</param>
    /// <param name="formatter">How numbers are shown; null for plain decimals.</param>
    /// <param name="elementBytes">Of a number of elements: bytes of one.</param>
    public FieldReader(TraceEventField field, FieldForm form, EventField[] parts, FieldFormatter? formatter, long elementBytes = 0)
    {
        Field = field;
        Form = form;
        _parts = parts;
        Formatter = formatter;
        _elementBytes = elementBytes;
    }

    public TraceEventField Field { get; }

    public FieldForm Form { get; }

    public FieldFormatter? Formatter { get; }

    public bool IsNumber => Form is FieldForm.Number or FieldForm.Address;

    /// <summary>The one field of the kernel that carries it; null when there are several.</summary>
    public EventField? Single => _parts.Length == 1 ? _parts[0] : null;

    /// <summary>The number that the field means.</summary>
    public bool TryReadNumber(ReadOnlySpan<byte> raw, out long number)
    {
        number = 0;
        if (!IsNumber || !_parts[0].TryReadInteger(raw, out number))
            return false;
        if (Field.Kind == PresentationKind.ElementCount)
        {
            var begin = number;
            if (!_parts[1].TryReadInteger(raw, out var end))
                return false;
            number = FieldNumbers.Elements(begin, end, _elementBytes);
        }
        else if (Field.Kind != PresentationKind.None)
        {
            number = FieldNumbers.Decode(Field.Kind, number, _parts[0].Size);
        }

        return true;
    }

    /// <summary>The content of a text field; of bytes and addresses their bytes.</summary>
    /// <param name="raw">The record's raw data.</param>
    /// <param name="scratch">Where texts are put together.</param>
    /// <param name="bytes">Borrows <paramref name="raw"/> or <paramref name="scratch"/>.</param>
    /// <param name="missing">Bytes of a text that were not recorded; negative when the text could not be read at all.</param>
    public bool TryReadBytes(ReadOnlySpan<byte> raw, ref byte[] scratch, out ReadOnlySpan<byte> bytes, out long missing)
    {
        missing = 0;
        switch (Form)
        {
            case FieldForm.Text:
                return _parts[0].TryReadText(raw, out bytes);
            case FieldForm.Ip6 or FieldForm.Bytes:
                return _parts[0].TryReadBytes(raw, out bytes);
            case FieldForm.JoinedText:
                return TryJoin(raw, ref scratch, out bytes, out missing);
            default:
                bytes = default;
                return false;
        }
    }

    /// <summary>The value as columns and reports have it: texts without quotes, a cut one with what is missing.</summary>
    public string? TryShowText(ReadOnlySpan<byte> raw, ref byte[] scratch)
    {
        if (!TryReadBytes(raw, ref scratch, out var bytes, out var missing))
            return null;
        return missing < 0 ? TextBytes.Fault : TextOf(bytes) + (missing > 0 ? TextBytes.Cut(missing) : "");
    }

    /// <summary>Bytes of this field as text, without the mark of a cut.</summary>
    public string TextOf(ReadOnlySpan<byte> bytes) => Form switch
    {
        FieldForm.Ip6 when bytes.Length == 16 => new IPAddress(bytes).ToString(),
        FieldForm.Ip6 or FieldForm.Bytes => Convert.ToHexStringLower(bytes),
        FieldForm.JoinedText => TextBytes.Show(bytes),
        _ => Encoding.UTF8.GetString(bytes),
    };

    private bool TryJoin(ReadOnlySpan<byte> raw, ref byte[] scratch, out ReadOnlySpan<byte> bytes, out long missing)
    {
        bytes = default;
        missing = 0;
        if (!_parts[0].TryReadInteger(raw, out var length))
            return false;
        if (length is < 0 or > ImplausibleLength)
        {
            missing = -1;
            return true;
        }

        var have = 0;
        for (var i = 1; i < _parts.Length && have < length; i++)
        {
            if (!_parts[i].TryReadBytes(raw, out var piece))
                break;
            var take = (int)Math.Min(piece.Length, length - have);
            if (i == 1 && take == length)
            {
                bytes = piece[..take];
                return true;
            }

            if (scratch.Length < have + take)
                Array.Resize(ref scratch, Math.Max(have + take, 256));
            piece[..take].CopyTo(scratch.AsSpan(have));
            have += take;
        }

        bytes = scratch.AsSpan(0, have);
        missing = length - have;
        return true;
    }
}
