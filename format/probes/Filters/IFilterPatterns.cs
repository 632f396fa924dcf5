namespace TraceKit.Probes.Filters;

/// <summary>Makes regular expressions ready: brought by who evaluates filters, so that who only divides them carries no engine for them.</summary>
public interface IFilterPatterns
{
    /// <summary>Reads a regular expression; null and the reason when it is none.</summary>
    /// <param name="text">As it was written, without quotes.</param>
    /// <param name="problem">Why not, in words.</param>
    IFilterPattern? TryMake(string text, out string problem);
}

/// <summary>A regular expression.</summary>
public interface IFilterPattern
{
    /// <summary>Whether it fits somewhere in a text in UTF-8.</summary>
    bool IsMatch(ReadOnlySpan<byte> text);
}
