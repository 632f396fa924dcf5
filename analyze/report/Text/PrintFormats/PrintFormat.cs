using System.Text;

namespace TraceKit.Report.Text.PrintFormats;

/// <summary>
/// A tracepoint's <c>print fmt</c> line, ready to run: <c>"(%lx) name=\"%s\"", REC-&gt;__probe_ip, __get_str(name)</c>.
/// </summary>
/// <remarks>
/// The kernel publishes the line as C source (Documentation/trace/events.rst). Read here: integer expressions with C's operators and
/// precedence, <c>REC-&gt;field</c>, <c>REC-&gt;field[i]</c>, casts, <c>__get_str</c>, <c>__print_symbolic</c>, <c>__print_flags</c>, <c>__print_hex</c>,
/// <c>__print_array</c>. A line that needs more is not guessed at: the fields are printed by name.
/// </remarks>
public sealed partial class PrintFormat
{
    private readonly string _template;
    private readonly Node[] _arguments;
    private readonly IReadOnlyList<string> _fieldNames;

    private PrintFormat(string template, Node[] arguments, IReadOnlyList<string> fieldNames, string? problem)
    {
        _template = template;
        _arguments = arguments;
        _fieldNames = fieldNames;
        Problem = problem;
    }

    /// <summary>Why the line could not be read; null when it could.</summary>
    public string? Problem { get; }

    /// <summary>Compiles a line.</summary>
    /// <param name="line">What follows <c>print fmt: </c>.</param>
    /// <param name="fieldNames">The event's own fields, printed by name should the line be beyond this reader.</param>
    public static PrintFormat Compile(string line, IReadOnlyList<string> fieldNames)
    {
        try
        {
            var parser = new Parser(line);
            var (template, arguments) = parser.ParseLine();
            return new PrintFormat(template, arguments, fieldNames, null);
        }
        catch (FormatException exception)
        {
            return new PrintFormat("", [], fieldNames, exception.Message);
        }
    }

    /// <summary>The event in words; text from the trace is made safe for a terminal.</summary>
    public string Format(IFieldValues values)
    {
        var output = new StringBuilder();
        Append(output, values);
        return output.ToString();
    }

    /// <summary>Appends the event in words.</summary>
    public void Append(StringBuilder output, IFieldValues values)
    {
        if (Problem is not null)
            AppendByName(output, values);
        else
            new Printf(output, _arguments, values).Run(_template);
    }

    private void AppendByName(StringBuilder output, IFieldValues values)
    {
        var first = true;
        foreach (var name in _fieldNames)
        {
            if (!first)
                output.Append(' ');
            first = false;
            output.Append(name).Append('=');
            if (values.TryGetText(name, out var text))
                output.Append('"').Append(SafeText.Show(text)).Append('"');
            else if (values.TryGetInteger(name, out var value))
                output.Append(value);
            else if (values.TryGetBytes(name, out var bytes, out _))
                output.Append(Convert.ToHexStringLower(bytes.Span));
            else
                output.Append('?');
        }
    }
}
