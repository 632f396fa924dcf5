using System.Globalization;

namespace TraceKit.Report.Text.PrintFormats;

/// <summary>Field values that came as texts of an aggregate's keys.</summary>
internal sealed class ColumnFieldValues : IFieldValues
{
    private readonly Dictionary<string, (string Text, bool IsText)> _values = new(StringComparer.Ordinal);

    /// <summary>Sets a value; what was set before under the name is replaced.</summary>
    public void Set(string name, string text, bool isText) => _values[name] = (text, isText);

    /// <inheritdoc/>
    public bool TryGetInteger(string name, out long value)
    {
        value = 0;
        return _values.TryGetValue(name, out var found) && !found.IsText && long.TryParse(found.Text, NumberStyles.Integer, CultureInfo.InvariantCulture, out value);
    }

    /// <inheritdoc/>
    public bool TryGetText(string name, out string text)
    {
        text = "";
        if (!_values.TryGetValue(name, out var found) || !found.IsText)
            return false;
        text = found.Text;
        return true;
    }

    /// <inheritdoc/>
    public bool TryGetBytes(string name, out ReadOnlyMemory<byte> bytes, out int elementSize)
    {
        bytes = default;
        elementSize = 1;
        return false;
    }
}
