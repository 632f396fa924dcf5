using System.Text.Json;

namespace TraceKit.Cli.Tests;

/// <summary>What only <c>script</c> can: JSON, fields for one kind of event, shortened chains.</summary>
public sealed class ScriptTests
{
    /// <summary>Every line is an object, and says what the text's line says.</summary>
    [Fact]
    public void Json_EachLine_HoldsWhatTheTextSays()
    {
        using var files = new Recordings();
        var lines = Tool.Run("script", files.Probes(), "--format", "json").MustExit().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var texts = Tool.Run("script", files.Probes(), "-G", "--ns", "-F", "time,event,trace").MustExit().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(texts.Length, lines.Length);
        for (var i = 0; i < lines.Length; i++)
        {
            using var record = JsonDocument.Parse(lines[i]);
            var root = record.RootElement;
            var seconds = root.GetProperty("seconds").GetRawText();
            Assert.Equal(root.GetProperty("time").GetInt64().ToString(System.Globalization.CultureInfo.InvariantCulture), seconds.Replace(".", "", StringComparison.Ordinal).TrimStart('0'));
            Assert.StartsWith(seconds + ": ", texts[i].TrimStart(), StringComparison.Ordinal);
            // What could move a terminal's cursor is shown in the text, and escaped in JSON.
            Assert.Contains(root.GetProperty("event").GetString() + ": " + string.Concat(root.GetProperty("text").GetString()!.Select(c => c < ' ' ? "^" + (char)(c + '@') : c.ToString())), texts[i], StringComparison.Ordinal);
            Assert.Equal(JsonValueKind.Object, root.GetProperty("fields").ValueKind);
        }
    }

    /// <summary>Fields asked for of one kind leave the others alone; what no sample has is refused, and so is a mix of signs.</summary>
    [Fact]
    public void Fields_OfOneKind_LeaveOthersAlone()
    {
        using var files = new Recordings();
        var plain = Tool.Run("script", files.Cpu()).MustExit().Output;
        Assert.Equal(plain, Tool.Run("script", files.Cpu(), "-F", "trace:comm").MustExit().Output);
        Assert.NotEqual(plain, Tool.Run("script", files.Cpu(), "-F", "sw:comm").MustExit().Output);
        Assert.Contains("do not have PHYS_ADDR", Tool.Run("script", files.Cpu(), "-F", "+phys_addr").Error, StringComparison.Ordinal);
        Assert.Contains("cannot be mixed", Tool.Run("script", files.Cpu(), "-F", "comm,+ip").Error, StringComparison.Ordinal);
    }

    /// <summary>A chain has as many addresses as asked for.</summary>
    [Fact]
    public void MaxStack_Two_LeavesTwoAddresses()
    {
        using var files = new Recordings();
        var longest = 0;
        var current = 0;
        foreach (var line in Tool.Run("script", files.Cpu(), "--max-stack", "2", "--no-inline").MustExit().Output.Split('\n'))
        {
            current = line.StartsWith('\t') ? current + 1 : 0;
            longest = Math.Max(longest, current);
        }

        Assert.Equal(2, longest);
    }
}
