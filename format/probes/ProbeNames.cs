namespace TraceKit.Probes;

/// <summary>What names the kernel takes.</summary>
/// <remarks>kernel/trace/trace_probe.h.</remarks>
public static class ProbeNames
{
    /// <summary>Characters of a group's or event's name: <c>MAX_EVENT_NAME_LEN</c> is 64 with the NUL.</summary>
    public const int MaxLength = 63;

    /// <summary>Characters of an argument's name: <c>MAX_ARG_NAME_LEN</c> is 32; one less leaves room for a NUL.</summary>
    public const int MaxArgumentLength = 31;

    /// <summary>Fetch arguments of one probe: <c>MAX_TRACE_ARGS</c>.</summary>
    public const int MaxArguments = 128;

    /// <summary>Whether the kernel takes this as the name of a group or an event.</summary>
    public static bool IsName(ReadOnlySpan<char> name) => name.Length <= MaxLength && IsIdentifier(name);

    /// <summary>Whether the kernel takes this as the name of an argument.</summary>
    public static bool IsArgumentName(ReadOnlySpan<char> name) => name.Length <= MaxArgumentLength && IsIdentifier(name);

    /// <summary>Letters, digits and underscores of ASCII, no digit first.</summary>
    public static bool IsIdentifier(ReadOnlySpan<char> name)
    {
        if (name.Length == 0 || char.IsAsciiDigit(name[0]))
            return false;
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
                return false;
        }

        return true;
    }

    /// <summary><c>NAME_1</c>, cut where that would be too long for the kernel.</summary>
    /// <param name="name">The name.</param>
    /// <param name="number">From 1 on.</param>
    public static string Numbered(string name, int number)
    {
        var suffix = "_" + number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return string.Concat(name.AsSpan(0, Math.Min(name.Length, MaxLength - suffix.Length)), suffix);
    }
}
