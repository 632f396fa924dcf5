namespace TraceKit.Probes;

/// <summary>
/// One probe as a user writes it: <c>[[GROUP:]EVENT=]FUNC[+OFFSET|%return] [ARGUMENTS]</c>, where the arguments are the kernel's own
/// fetch-argument text and are passed on untouched.
/// </summary>
/// <remarks>Documentation/trace/kprobetrace.rst and uprobetracer.rst; the head is that of <c>perf probe</c>.</remarks>
public sealed class ProbeDefinition
{
    /// <summary>Fetch arguments of one probe: <c>MAX_TRACE_ARGS</c> in the kernel.</summary>
    public const int MaxArguments = ProbeNames.MaxArguments;

    /// <summary>Characters of a group's or event's name: <c>MAX_EVENT_NAME_LEN</c> is 64 with the NUL.</summary>
    public const int MaxNameLength = ProbeNames.MaxLength;

    private ProbeDefinition(string text, string? group, string? eventName, string function, ulong offset, bool isReturn, string arguments)
    {
        Text = text;
        Group = group;
        ExplicitEvent = eventName;
        Function = function;
        Offset = offset;
        IsReturn = isReturn;
        Arguments = arguments;
    }

    /// <summary>The definition as the user gave it.</summary>
    public string Text { get; }

    /// <summary>The group the user named; null for the default.</summary>
    public string? Group { get; }

    /// <summary>The event name the user gave; null for the default, <see cref="EventName"/>.</summary>
    public string? ExplicitEvent { get; }

    /// <summary>The function: a symbol, <c>MODULE:SYMBOL</c> for the kernel, or <c>0xADDRESS</c> in the file's own addresses for a user probe.</summary>
    public string Function { get; }

    /// <summary>Bytes after the function's start.</summary>
    public ulong Offset { get; }

    /// <summary>Whether it fires at the function's return.</summary>
    public bool IsReturn { get; }

    /// <summary>The fetch arguments, byte for byte; empty when there are none.</summary>
    public string Arguments { get; }

    /// <summary>
    /// The event's visible name: the one given, else the function's up to the first character a name cannot hold. A return probe has no
    /// suffix: <c>readline%return</c> is <c>readline</c>.
    /// </summary>
    public string EventName => ExplicitEvent ?? DefaultEventName();

    /// <summary>Reads a definition.</summary>
    /// <exception cref="ProbeSyntaxException">It is not one.</exception>
    public static ProbeDefinition Parse(string text)
    {
        var body = text.Trim();
        foreach (var c in body)
        {
            // A newline would begin a second definition, '#' a comment that silently swallows arguments.
            if (char.IsControl(c) && c != '\t')
                throw new ProbeSyntaxException(text, "control characters are not allowed");
            if (c == '#')
                throw new ProbeSyntaxException(text, "'#' begins a comment in the kernel's probe files and would cut the arguments off");
        }

        var space = body.AsSpan().IndexOfAny(' ', '\t');
        var head = space < 0 ? body : body[..space];
        var arguments = space < 0 ? "" : body[space..].Trim();
        if (head.Length == 0)
            throw new ProbeSyntaxException(text, "no function is named");
        CountArguments(text, arguments);

        string? group = null, eventName = null;
        var equals = IndexOfUnescaped(head, '=');
        if (equals >= 0)
        {
            var name = head[..equals];
            head = head[(equals + 1)..];
            var colon = name.IndexOfAny([':', '/']);
            group = colon < 0 ? null : name[..colon];
            eventName = name[(colon + 1)..];
            if (group is not null && !IsName(group))
                throw new ProbeSyntaxException(text, $"'{group}' is not a group name: letters, digits and _, at most {MaxNameLength}");
            if (!IsName(eventName))
                throw new ProbeSyntaxException(text, $"'{eventName}' is not an event name: letters, digits and _, at most {MaxNameLength}");
        }

        var (function, offset, isReturn) = ParsePoint(text, head);
        var definition = new ProbeDefinition(text, group, eventName, function, offset, isReturn, arguments);
        if (!IsName(definition.EventName))
            throw new ProbeSyntaxException(text, $"'{definition.EventName}' cannot be an event name: give one, as in NAME={head}");
        return definition;
    }

    /// <summary>Whether the kernel takes this as the name of a group or an event.</summary>
    public static bool IsName(string name) => ProbeNames.IsName(name);

    /// <summary>The group of a user probe that names none: <c>probe_</c> and the file's name up to the first character a name cannot hold.</summary>
    /// <param name="path">The probed file: <c>/usr/lib/libc.so.6</c> gives <c>probe_libc</c>.</param>
    public static string DefaultGroup(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        var end = 0;
        while (end < name.Length && end < 40 && (char.IsAsciiLetterOrDigit(name[end]) || name[end] == '_'))
            end++;
        return "probe_" + name[..end];
    }

    /// <summary>The group of a kernel probe that names none.</summary>
    public const string DefaultKernelGroup = "probe";

    private string DefaultEventName()
    {
        var name = Function[(Function.LastIndexOf(':') + 1)..];
        if (name.StartsWith("0x", StringComparison.Ordinal))
            return "abs_" + name[2..];
        var end = 0;
        while (end < name.Length && end < MaxNameLength && (char.IsAsciiLetterOrDigit(name[end]) || name[end] == '_'))
            end++;
        return name[..end];
    }

    private static (string Function, ulong Offset, bool IsReturn) ParsePoint(string text, string head)
    {
        var isReturn = false;
        var percent = IndexOfUnescaped(head, '%');
        if (percent == 0)
            throw new ProbeSyntaxException(text, "SDT markers (%PROVIDER:NAME) are not available in this version");
        if (percent > 0)
        {
            if (head[percent..] != "%return")
                throw new ProbeSyntaxException(text, $"'{head[percent..]}' is not %return");
            isReturn = true;
            head = head[..percent];
        }

        if (IndexOfUnescaped(head, '@') >= 0 || IndexOfUnescaped(head, ';') >= 0)
            throw new ProbeSyntaxException(text, "FUNC@SOURCE and ;PATTERN need debug information and are not available in this version: name the function alone");
        if (IndexOfUnescaped(head, '*') >= 0 || IndexOfUnescaped(head, '?') >= 0)
            throw new ProbeSyntaxException(text, "patterns are not available in this version: name one function");

        ulong offset = 0;
        var plus = IndexOfUnescaped(head, '+');
        if (plus >= 0)
        {
            if (!TryParseNumber(head[(plus + 1)..], out offset))
                throw new ProbeSyntaxException(text, $"'{head[(plus + 1)..]}' is not an offset");
            head = head[..plus];
            if (isReturn && offset != 0)
                throw new ProbeSyntaxException(text, "a return probe stands at a function's start: no offset");
        }

        var colon = IndexOfUnescaped(head, ':');
        if (colon >= 0 && TryParseNumber(head[(colon + 1)..], out _))
            throw new ProbeSyntaxException(text, "source lines need debug information and are not available in this version: name the function");
        head = head.Replace("\\", "", StringComparison.Ordinal);
        if (head.Length == 0)
            throw new ProbeSyntaxException(text, "no function is named");
        return (head, offset, isReturn);
    }

    private static void CountArguments(string text, string arguments)
    {
        var count = 0;
        var inside = false;
        foreach (var c in arguments)
        {
            var blank = c is ' ' or '\t';
            if (!blank && !inside)
                count++;
            inside = !blank;
        }

        if (count > MaxArguments)
            throw new ProbeSyntaxException(text, $"{count} arguments: the kernel takes {MaxArguments}");
    }

    private static int IndexOfUnescaped(string text, char wanted)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
                i++;
            else if (text[i] == wanted)
                return i;
        }

        return -1;
    }

    private static bool TryParseNumber(string text, out ulong value) =>
        text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? ulong.TryParse(text.AsSpan(2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out value)
            : ulong.TryParse(text, System.Globalization.NumberStyles.None, null, out value);
}
