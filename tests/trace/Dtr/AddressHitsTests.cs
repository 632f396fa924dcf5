using TraceKit.Format.Dtr.Samples;

namespace TraceKit.Format.Tests.Dtr;

/// <summary>Which pieces of memory samples point into.</summary>
public class AddressHitsTests
{
    /// <summary>Every piece is told at least once, and one that is met over and over again is not told over and over.</summary>
    [Fact]
    public void Add_ManyAddresses_TellsEachPiece()
    {
        var told = new List<ulong>();
        var hits = new AddressHits(pieceShift: 12, slotBits: 4, told.Add);
        for (var round = 0; round < 10; round++)
        {
            for (ulong page = 0; page < 100; page++)
            {
                for (ulong offset = 0; offset < 4096; offset += 512)
                    hits.Add((page << 12) + offset);
            }
        }

        Assert.Equal(100, told.Select(a => a >> 12).Distinct().Count());
        Assert.True(told.Count <= 1000, $"{told.Count} calls for 8,000 addresses");
        told.Clear();
        hits.Add(0);
        hits.Add(1);
        hits.Clear();
        hits.Add(2);
        Assert.Equal(2UL, told[^1]);
    }
}
