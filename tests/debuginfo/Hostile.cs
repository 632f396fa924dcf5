using TraceKit.Binary;

namespace TraceKit.DebugInfo.Tests;

/// <summary>Feeds a reader damaged variants of a small good input.</summary>
internal static class Hostile
{
    /// <summary>Cut at every byte; each byte set to its inverse, to 0, to 0xff, and each of its bits flipped.</summary>
    public static void CutAndFlip(byte[] good, Action<byte[]> read)
    {
        for (var length = 0; length <= good.Length; length++)
            Try(good[..length], read, $"cut at {length}");
        for (var at = 0; at < good.Length; at++)
        {
            foreach (var value in (ReadOnlySpan<int>)[good[at] ^ 0xff, 0, 0xff, good[at] ^ 1, good[at] ^ 2, good[at] ^ 4, good[at] ^ 8, good[at] ^ 16, good[at] ^ 32, good[at] ^ 64, good[at] ^ 128])
            {
                var bad = (byte[])good.Clone();
                bad[at] = (byte)value;
                Try(bad, read, $"byte {at} = 0x{value:x2}");
            }
        }
    }

    private static void Try(byte[] bytes, Action<byte[]> read, string what)
    {
        try
        {
            read(bytes);
        }
        catch (BadDataException)
        {
            // what a reader may say
        }
        catch (Exception e) when (e is not Xunit.Sdk.IAssertionException)
        {
            Assert.Fail($"{what}: {e}");
        }
    }
}
