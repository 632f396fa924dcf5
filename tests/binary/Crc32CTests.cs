using System.Text;

namespace TraceKit.Binary.Tests;

public sealed class Crc32CTests
{
    /// <summary>The check value that every CRC catalogue gives for CRC-32C.</summary>
    [Fact]
    public void Compute_CheckString_GivesTheCatalogueValue() =>
        Assert.Equal(0xE3069283U, Crc32C.Compute(Encoding.ASCII.GetBytes("123456789")));

    /// <summary>RFC 3720 §B.4: 32 bytes of zero, of ones, ascending.</summary>
    [Fact]
    public void Compute_Rfc3720Vectors_Match()
    {
        Assert.Equal(0x8A9136AAU, Crc32C.Compute(new byte[32]));
        Assert.Equal(0x62A8AB43U, Crc32C.Compute(Enumerable.Repeat((byte)0xff, 32).ToArray()));
        Assert.Equal(0x46DD794EU, Crc32C.Compute(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray()));
    }

    /// <summary>Adding in pieces gives what one call gives, wherever the cut is.</summary>
    [Fact]
    public void Append_AnyCut_EqualsOneCall()
    {
        var data = Enumerable.Range(0, 61).Select(i => (byte)(i * 37)).ToArray();
        var whole = Crc32C.Compute(data);
        for (var cut = 0; cut <= data.Length; cut++)
        {
            var running = Crc32C.Append(Crc32C.Start, data.AsSpan(0, cut));
            Assert.Equal(whole, Crc32C.Finish(Crc32C.Append(running, data.AsSpan(cut))));
        }
    }
}
