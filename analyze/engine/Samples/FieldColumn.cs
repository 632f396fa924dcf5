using System.Globalization;
using TraceKit.Engine.Fields;

namespace TraceKit.Engine.Samples;

/// <summary>One field of tracepoints or probes over all rows; events without such a field have no value in their rows.</summary>
public sealed class FieldColumn
{
    private readonly long[] _values;
    private readonly bool[] _present;
    private readonly string[] _texts;

    internal FieldColumn(string name, long[] values, bool[] present, string[]? texts, FieldFormatter? formatter = null)
    {
        Name = name;
        _values = values;
        _present = present;
        _texts = texts ?? [];
        IsText = texts is not null;
        Formatter = formatter;
    }

    /// <summary>As the event's format spells it.</summary>
    public string Name { get; }

    /// <summary>Whether values are numbers into <see cref="Texts"/>, ordered as the texts are (ordinal).</summary>
    public bool IsText { get; }

    /// <summary>How integers are shown; null for plain decimals, and for text.</summary>
    public FieldFormatter? Formatter { get; }

    /// <summary>Rows.</summary>
    public int Count => _values.Length;

    /// <summary>The integer, or the index of the text; 0 where there is none (see <see cref="Has"/>).</summary>
    public ReadOnlySpan<long> Values => _values;

    /// <summary>Distinct texts in ordinal order; empty for integers.</summary>
    public IReadOnlyList<string> Texts => _texts;

    /// <summary>Whether the row's event has this field.</summary>
    public bool Has(int row) => _present[row];

    /// <summary>The value as it is shown; empty where there is none.</summary>
    public string Format(int row) =>
        !_present[row] ? "" : IsText ? _texts[_values[row]] : Formatter?.Format(_values[row]) ?? _values[row].ToString(CultureInfo.InvariantCulture);
}
