namespace TraceKit.Format.Perf;

internal static class SideBandText
{
    /// <summary>The kernel pads names with NULs to 8 bytes.</summary>
    public static ReadOnlySpan<byte> UpToNul(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)0);
        return end < 0 ? text : text[..end];
    }
}
