using System.Text;
using TraceKit.Capture.Host;

namespace TraceKit.Capture.Tests;

public class ProcMapsTests
{
    private const string Text = """
        5581a7c00000-5581a7c2f000 r--p 00000000 fe:00 131                        /bin/my program
        5581a7c2f000-5581a7d0c000 r-xp 0002f000 fe:00 131                        /bin/my program
        7f80aa000000-7f80aa021000 rwxp 00000000 00:00 0 
        7f80bb000000-7f80bb021000 r-xs 00001000 08:11 9223372036854775807        /tmp/two\012lines (deleted)
        7ffe6b3c1000-7ffe6b3e2000 rw-p 00000000 00:00 0                          [stack]
        7ffe6b3f0000-7ffe6b3f2000 r-xp 00000000 00:00 0                          [vdso]
        ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]

        """;

    /// The path is the rest of the line; an escaped newline is one again.
    [Fact]
    public void Parse_OddPaths_AreKeptWhole()
    {
        var maps = ProcMaps.Parse(Encoding.UTF8.GetBytes(Text), executableOnly: false);
        Assert.Equal(7, maps.Count);
        Assert.Equal("/bin/my program", maps[0].Path);
        Assert.Equal((0x5581a7c2f000UL, 0x5581a7d0c000UL, 0x2f000UL, 131UL), (maps[1].Start, maps[1].End, maps[1].FileOffset, maps[1].Inode));
        Assert.Equal("", maps[2].Path);
        Assert.Equal("/tmp/two\nlines (deleted)", maps[3].Path);
        Assert.Equal((8u, 0x11u, true, (ulong)long.MaxValue), (maps[3].DeviceMajor, maps[3].DeviceMinor, maps[3].Shared, maps[3].Inode));
        Assert.Equal("[stack]", maps[4].Path);
    }

    /// Only code matters to a recording.
    [Fact]
    public void Parse_ExecutableOnly_SkipsTheRest() =>
        Assert.All(ProcMaps.Parse(Encoding.UTF8.GetBytes(Text), executableOnly: true), m => Assert.True(m.Executable));

    /// A cut or damaged text gives what is whole and never throws.
    [Fact]
    public void Parse_CutOrFlippedAnywhere_NeverThrows()
    {
        var bytes = Encoding.UTF8.GetBytes(Text);
        for (var i = 0; i < bytes.Length; i++)
        {
            ProcMaps.Parse(bytes.AsSpan(0, i), executableOnly: false);
            var flipped = (byte[])bytes.Clone();
            flipped[i] ^= 0x55;
            ProcMaps.Parse(flipped, executableOnly: false);
        }
    }
}
