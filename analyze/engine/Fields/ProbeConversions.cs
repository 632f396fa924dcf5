using System.Text;
using TraceKit.Format.Tracefs;

namespace TraceKit.Engine.Fields;

/// <summary>
/// Takes the print format of a probe apart: <c>"(%lx) name=\"%s\" count=%Lu", REC->__probe_ip, __get_str(name), REC->count</c>, so that each field can be printed by itself as the kernel
/// would. The kernel writes these formats (<c>kernel/trace/trace_probe.c</c>, <c>__set_print_fmt</c>), always in the order of the fields.
/// </summary>
internal sealed class ProbeConversions
{
    private readonly EventFormat _format;
    private readonly Dictionary<string, string> _conversions = new(StringComparer.Ordinal);

    public ProbeConversions(EventFormat format)
    {
        _format = format;
        Head = HeadOf(format);
        if (format.PrintText.StartsWith('"') && format.PrintText.IndexOf("\", ", StringComparison.Ordinal) is > 0 and var end)
            Split(format.PrintText[1..end]);
    }

    /// <summary>Where the probe stands, as the kernel prints it; null for other events.</summary>
    public PrintFormat? Head { get; }

    /// <summary>How the kernel prints a field; null when it is not known.</summary>
    public PrintFormat? Of(string name)
    {
        if (!_conversions.TryGetValue(name, out var conversion) || !_format.TryGetField(name, out var field))
            return null;
        var arguments = new StringBuilder();
        var count = 0;
        for (var i = 0; i < conversion.Length; i++)
        {
            if (conversion[i] != '%')
                continue;
            if (i + 1 < conversion.Length && conversion[i + 1] == '%')
                i++;
            else
                count++;
        }

        for (var i = 0; i < count; i++)
            arguments.Append(", ").Append(field.IsText ? $"__get_str({name})" : field.ArrayLength > 0 ? FormattableString.Invariant($"REC->{name}[{i}]") : $"REC->{name}");
        return PrintFormat.TryCompile($"\"{conversion}\"{arguments}", _format, out var print) ? print : null;
    }

    private static PrintFormat? HeadOf(EventFormat format)
    {
        var text = format.TryGetField("__probe_ip", out _) ? "\"(%lx)\", REC->__probe_ip"
            : format.TryGetField("__probe_func", out _) && format.TryGetField("__probe_ret_ip", out _) ? "\"(%lx <- %lx)\", REC->__probe_func, REC->__probe_ret_ip" : null;
        return text is not null && PrintFormat.TryCompile(text, format, out var print) ? print : null;
    }

    private void Split(string template)
    {
        var names = _format.Fields.Where(f => !f.IsCommon && !f.Name.StartsWith("__probe_", StringComparison.Ordinal)).Select(f => f.Name).ToArray();
        var at = 0;
        for (var i = 0; i < names.Length; i++)
        {
            var start = template.IndexOf($" {names[i]}=", at, StringComparison.Ordinal);
            if (start < 0)
                return;
            var from = start + names[i].Length + 2;
            var next = i + 1 < names.Length ? template.IndexOf($" {names[i + 1]}=", from, StringComparison.Ordinal) : -1;
            _conversions.TryAdd(names[i], template[from..(next < 0 ? template.Length : next)]);
            at = from;
        }
    }
}
