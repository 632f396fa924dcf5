using System.Globalization;

namespace TraceKit.Report.Tables;

/// <summary>Comma-separated values as RFC 4180 has them, safe to open in a spreadsheet.</summary>
/// <remarks>
/// Text that a spreadsheet would run as a formula (it begins with <c>= + - @</c>, a tab or a return) gets a leading apostrophe:
/// names in a trace are chosen by the traced program. Negative numbers stay as they are. Numbers are written by the typed methods and stay bare.
/// </remarks>
public sealed class CsvWriter(TextWriter output)
{
    private bool _inLine;

    /// <summary>Adds a text cell.</summary>
    public CsvWriter Text(string value)
    {
        Separate();
        if (value.Length > 0 && value[0] is '=' or '+' or '-' or '@' or '\t' or '\r' && !IsNumber(value))
            value = "'" + value;
        if (value.AsSpan().IndexOfAny("\",\r\n") < 0 && !value.StartsWith(' ') && !value.EndsWith(' '))
        {
            output.Write(value);
            return this;
        }

        output.Write('"');
        output.Write(value.Replace("\"", "\"\"", StringComparison.Ordinal));
        output.Write('"');
        return this;
    }

    /// <summary>Adds a whole number.</summary>
    public CsvWriter Number(long value)
    {
        Separate();
        output.Write(value.ToString(CultureInfo.InvariantCulture));
        return this;
    }

    /// <summary>Adds a number; empty when it is none.</summary>
    public CsvWriter Number(double value, string format = "0.####")
    {
        Separate();
        if (double.IsFinite(value))
            output.Write(value.ToString(format, CultureInfo.InvariantCulture));
        return this;
    }

    /// <summary>Adds a cell for a value that is not known.</summary>
    public CsvWriter Empty()
    {
        Separate();
        return this;
    }

    /// <summary>Ends the line: CRLF, RFC 4180 §2.1.</summary>
    public void EndLine()
    {
        output.Write("\r\n");
        _inLine = false;
    }

    /// <summary>Writes a whole line of text cells: the header.</summary>
    public void Line(params ReadOnlySpan<string> cells)
    {
        foreach (var cell in cells)
            Text(cell);
        EndLine();
    }

    private static bool IsNumber(string value) => value[0] == '-' && double.TryParse(value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _);

    private void Separate()
    {
        if (_inLine)
            output.Write(',');
        _inLine = true;
    }
}
