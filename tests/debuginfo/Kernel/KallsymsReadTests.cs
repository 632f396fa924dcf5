using System.Text;
using TraceKit.DebugInfo.Kernel;

namespace TraceKit.DebugInfo.Tests.Kernel;

public class KallsymsReadTests
{
    /// However the text is cut into pieces, the symbols are those of the whole.
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(65536)]
    public void Read_InPieces_GivesWhatParseGives(int piece)
    {
        var lines = new StringBuilder();
        for (var i = 0; i < 3000; i++)
            lines.Append(System.Globalization.CultureInfo.InvariantCulture, $"{0xffffffff81000000UL + ((ulong)i * 16):x16} {"tTwWdD"[i % 6]} name_{i}{(i % 5 == 0 ? "\t[module]" : "")}\n");
        var text = Encoding.UTF8.GetBytes(lines.ToString());
        var at = 0;
        var pieces = Kallsyms.Read(destination =>
        {
            var count = Math.Min(Math.Min(piece, destination.Length), text.Length - at);
            text.AsSpan(at, count).CopyTo(destination);
            at += count;
            return count;
        });
        var whole = Kallsyms.Parse(text);
        Assert.Equal(2000, whole.Count);
        Assert.Equal(whole.Count, pieces.Count);
        for (var i = 0; i < whole.Count; i++)
            Assert.Equal(whole[i], pieces[i]);
    }
}
