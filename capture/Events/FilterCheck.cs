using System.Text;
using TraceKit.Capture.Native;

namespace TraceKit.Capture.Events;

/// <summary>Says why the kernel refused a filter: it returns only a number, so the text is held against the event's fields here.</summary>
internal static class FilterCheck
{
    public static string Explain(string filter, TracedEvent traced, int error)
    {
        if (error != Errno.EINVAL)
            return Errno.Text(error);
        var fields = Fields(traced.Format);
        foreach (var word in Words(filter))
        {
            if (!fields.Contains(word))
                return $"the event has no field '{word}'; it has {string.Join(", ", fields)}";
        }

        return "not the kernel's filter syntax: FIELD OP VALUE joined by && and ||, OP one of == != < <= > >= & on numbers, == != ~ on \"text\"";
    }

    /// <summary>Names of the fields of a tracefs format: what stands before the <c>;</c> of each <c>field:</c>, without type and array bounds.</summary>
    internal static List<string> Fields(byte[] format)
    {
        var names = new List<string>();
        foreach (var line in Encoding.UTF8.GetString(format).Split('\n'))
        {
            var at = line.IndexOf("field:", StringComparison.Ordinal);
            var end = at < 0 ? -1 : line.IndexOf(';', at);
            if (end < 0)
                continue;
            var declaration = line[(at + 6)..end];
            var bracket = declaration.IndexOf('[', declaration.LastIndexOf(' ') is var blank && blank < 0 ? 0 : blank);
            if (bracket > 0)
                declaration = declaration[..bracket];
            var name = declaration[(declaration.LastIndexOf(' ') + 1)..].TrimStart('*');
            if (!name.StartsWith("common_", StringComparison.Ordinal) || name is "common_pid" or "common_type")
                names.Add(name);
        }

        return names;
    }

    /// <summary>The words that must be fields: those before an operator, outside of quotes.</summary>
    private static List<string> Words(string filter)
    {
        var words = new List<string>();
        for (var i = 0; i < filter.Length;)
        {
            var c = filter[i];
            if (c is '"' or '\'')
            {
                var close = filter.IndexOf(c, i + 1);
                i = close < 0 ? filter.Length : close + 1;
            }
            else if (char.IsAsciiLetter(c) || c == '_')
            {
                var start = i;
                while (i < filter.Length && (char.IsAsciiLetterOrDigit(filter[i]) || filter[i] is '_' or '.'))
                    i++;
                var rest = filter.AsSpan(i).TrimStart();
                var before = filter.AsSpan(0, start).TrimEnd();
                var isValue = before.Length > 0 && before[^1] is '=' or '~' or '<' or '>';
                if (!isValue && rest.Length > 0 && rest[0] is '=' or '!' or '<' or '>' or '~' or '&')
                    words.Add(filter[start..i]);
            }
            else if (char.IsAsciiDigit(c))
            {
                while (i < filter.Length && char.IsAsciiLetterOrDigit(filter[i]))
                    i++;
            }
            else
            {
                i++;
            }
        }

        // The kernel's own names for the task and the CPU.
        words.RemoveAll(w => w is "comm" or "COMM" or "cpu" or "CPU");
        return words;
    }
}
