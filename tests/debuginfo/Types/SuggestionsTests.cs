using TraceKit.DebugInfo.Types;

namespace TraceKit.DebugInfo.Tests.Types;

public class SuggestionsTests
{
    private static readonly string[] Members = ["d_name", "d_inode", "d_parent", "d_flags", "d_lockref"];

    /// Slips of a hand (a wrong letter, a swap, one too many, the wrong case) are recognized; other words are not.
    [Theory]
    [InlineData("d_nane", "d_name")]
    [InlineData("d_naem", "d_name")]
    [InlineData("d_inodee", "d_inode")]
    [InlineData("D_FLAGS", "d_flags")]
    [InlineData("parent", "d_parent")]
    [InlineData("sk_common", null)]
    [InlineData("", null)]
    public void Nearest_OfAWrongName_IsTheOneMeant(string wrong, string? expected) => Assert.Equal(expected, Suggestions.Nearest(wrong, Members));

    /// The message's tail is there only when there is something to suggest.
    [Fact]
    public void DidYouMean_WithoutANearName_IsEmpty()
    {
        Assert.Equal("; did you mean 'd_name'?", Suggestions.DidYouMean("d_nane", Members));
        Assert.Equal("", Suggestions.DidYouMean("zzz", Members));
    }

    /// Several are given best first, none twice, no more than asked for.
    [Fact]
    public void NearestFew_OfAWrongName_AreSortedByDistance()
    {
        string[] known = ["tcp_sendpage", "tcp_sendmsg_locked", "tcp_recvmsg", "udp_sendmsg", "tcp_sendmsg", "tcp_sendmsg"];
        Assert.Equal(["tcp_sendmsg", "udp_sendmsg"], Suggestions.NearestFew("tcp_sendmsq", known, 2));
        Assert.Empty(Suggestions.NearestFew("ext4_sync", known, 3));
    }

    /// The short cut for far names must not change the numbers.
    [Fact]
    public void Distance_OfSeededPairs_IsThatOfTheWholeTable()
    {
        var random = new Random(1);
        for (var i = 0; i < 2000; i++)
        {
            var a = Word(random);
            var b = Word(random);
            Assert.Equal(Plain(a, b), Suggestions.Distance(a, b));
        }
    }

    private static string Word(Random random) => string.Create(random.Next(8), random, (span, r) =>
    {
        for (var i = 0; i < span.Length; i++)
            span[i] = "abc"[r.Next(3)];
    });

    private static int Plain(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    rows[i, j] = i + j;
                    continue;
                }

                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }

        return rows[a.Length, b.Length];
    }
}
