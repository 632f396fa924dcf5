using TraceKit.Format.Tracefs;

namespace TraceKit.Format.Tests.Tracefs;

/// <summary>Texts that records name by address.</summary>
public sealed class PrintkFormatsTests
{
    /// <summary>Addresses get their texts; other lines are passed over, whatever is in them.</summary>
    [Fact]
    public void Parse_LinesOfTheKernel_GiveTexts()
    {
        var texts = PrintkFormats.Parse("0xffffffff82a3c040 : \"scale up\"\n0x10 : \"a\\n\"\nrubbish\n0x : \"\"\n0x11 : \"\n0x12 : \""u8);
        Assert.Equal("scale up", texts[0xffffffff82a3c040]);
        Assert.Equal("a\n", texts[0x10]);
        Assert.Equal(2, texts.Count);
    }

    /// <summary>A pointer to such a text is shown as the text, one that is not known as its address.</summary>
    [Fact]
    public void AppendText_PointerToText_ShowsTheText()
    {
        var format = EventFormat.Parse("name: x\nID: 1\nformat:\n\tfield:const char * msg;\toffset:0;\tsize:8;\tsigned:0;\n\nprint fmt: \"%s\", REC->msg\n");
        var text = new System.Text.StringBuilder();
        format.AppendText(text, BitConverter.GetBytes(0x1234UL));
        format.Texts = new Dictionary<ulong, string> { [0x1234] = "up" };
        format.AppendText(text.Append(' '), BitConverter.GetBytes(0x1234UL));
        Assert.Equal("1234 up", text.ToString());
    }
}
