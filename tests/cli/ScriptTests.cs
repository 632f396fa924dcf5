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

    /// <summary>A field that perf knows and that is not printed here is refused with the reason, and so is one that needs another.</summary>
    [Fact]
    public void Fields_ThatCannotBePrinted_AreRefusedWithTheReason()
    {
        using var files = new Recordings();
        foreach (var (fields, why) in new[] { ("+insn", "'insn' cannot be printed: instructions are not read"), ("+flags", "only traces of instructions"), ("ip,symoff", "Ask for sym too"), ("comm,srcline", "Ask for ip too"), ("+cgroup", "do not have CGROUP") })
        {
            var run = Tool.Run("script", files.Cpu(), "-F", fields);
            Assert.NotEqual(0, run.ExitCode);
            Assert.Contains(why, run.Error, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("+0x", Tool.Run("script", files.Cpu(), "-F", "-sym").MustExit().Output, StringComparison.Ordinal);
    }

    /// <summary>Names of functions and files choose the samples that a filter with these names chooses.</summary>
    [Fact]
    public void SymbolsAndDsos_ChooseWhatTheFilterChooses()
    {
        using var files = new Recordings();
        var chosen = Tool.Run("script", files.Cpu(), "-S", "leaf,main").MustExit().Output;
        Assert.NotEmpty(chosen);
        Assert.Equal(Tool.Run("script", files.Cpu(), "--filter", "sym in (leaf, main)").MustExit().Output, chosen);
        var both = Tool.Run("script", files.Cpu(), "-S", "leaf", "--dsos", "no\\such \"file", "--filter", "cpu >= 0").MustExit().Output;
        Assert.Empty(both);
    }

    /// <summary>The header's mode is in text and JSON; a sample's place stands in JSON with or without a stack.</summary>
    [Fact]
    public void Json_ModeAndPlace_AreThere()
    {
        using var files = new Recordings();
        var lines = Tool.Run("script", files.Cpu(), "--format", "json").MustExit().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var texts = Tool.Run("script", files.Cpu(), "-G", "-F", "misc,event").MustExit().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(texts.Length, lines.Length);
        for (var i = 0; i < lines.Length; i++)
        {
            using var record = JsonDocument.Parse(lines[i]);
            Assert.True(record.RootElement.TryGetProperty("stack", out _) || record.RootElement.TryGetProperty("at", out _), lines[i]);
            Assert.StartsWith((record.RootElement.TryGetProperty("misc", out var misc) ? misc.GetString()! : "").PadRight(6), texts[i], StringComparison.Ordinal);
        }
    }

    /// <summary>Each event's samples go to a file of its own beside the recording, as they are printed without it.</summary>
    [Fact]
    public void PerEventDump_TwoEvents_HaveAFileEach()
    {
        using var files = new Recordings();
        var path = files.Probes();
        var told = Tool.Run("script", path, "--per-event-dump").MustExit().Output;
        foreach (var name in new[] { "probe:vfs_read", "probe_bash:readline" })
        {
            var dump = File.ReadAllText($"{path}.{name}.dump");
            Assert.Equal(Tool.Run("script", path, "-e", name).MustExit().Output, dump);
            Assert.Contains($"{path}.{name}.dump (", told, StringComparison.Ordinal);
        }
    }

    /// <summary>Samples count between an event that switches on and one that switches off; those two only when asked for.</summary>
    [Fact]
    public void SwitchOnAndOff_BetweenTwoEvents_ShowsWhatLiesThere()
    {
        using var files = new Recordings();
        var all = Lines();
        var on = Array.FindIndex(all, l => l.Contains("probe_bash:readline", StringComparison.Ordinal));
        Assert.InRange(on, 0, all.Length - 2);
        Assert.Equal(all[(on + 1)..], Lines("--switch-on", "probe_bash:readline"));
        Assert.Equal(all[on..], Lines("--switch-on", "readline", "--show-on-off-events"));
        Assert.Equal(all[..on], Lines("--switch-off", "readline"));
        Assert.Contains("has no such event", Tool.Run("script", files.Probes(), "--switch-on", "nosuch").MustExit(2).Error, StringComparison.Ordinal);

        string[] Lines(params string[] options) =>
            Tool.Run(["script", files.Probes(), "-G", .. options]).MustExit().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Functions by name and by address choose the same samples; names may stand in a file.</summary>
    [Fact]
    public void Symbols_ByAddress_AreThoseByName()
    {
        using var files = new Recordings();
        var sample = Tool.Run("script", files.Cpu(), "-G", "--no-inline", "-F", "ip,sym,symoff").MustExit().Output.Split('\n')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var (address, name) = (sample[0], sample[1].Split('+'));
        var start = Convert.ToUInt64(address, 16) - Convert.ToUInt64(name[1], 16);
        var list = Path.Combine(files.Folder, "names");
        File.WriteAllText(list, name[0] + "\n");
        var byName = Of(name[0]);
        Assert.NotEmpty(byName);
        Assert.Equal(byName, Of($"file://{list}"));
        Assert.Equal(byName, Of($"0x{start:x}"));
        Assert.NotEmpty(Of("0x" + address));
        Assert.Equal(Of("0x" + address), Of($"0x{Convert.ToUInt64(address, 16) - 5:x}", "--addr-range", "6"));
        Assert.Empty(Of($"0x{Convert.ToUInt64(address, 16) - 5:x}", "--addr-range", "5"));

        string Of(string symbols, params string[] options) => Tool.Run(["script", files.Cpu(), "--no-inline", "-S", symbols, .. options]).MustExit().Output;
    }

    /// <summary>Options of perf script that are not here are refused with the reason, in any of their spellings.</summary>
    [Fact]
    public void Options_OfPerfOnly_AreRefusedWithTheReason()
    {
        using var files = new Recordings();
        foreach (var option in new[] { "--itrace=i", "-D", "-spython", "--dlfilter", "--header", "--max-blocks", "--show-round-events" })
            Assert.Contains(" is not here: ", Tool.Run("script", files.Cpu(), option).MustExit(2).Error, StringComparison.Ordinal);
        Assert.Equal(Tool.Run("script", files.Cpu()).MustExit().Output, Tool.Run("script", files.Cpu(), "-f", "-v", "--demangle").MustExit().Output);
        Tool.Run("script", files.Cpu(), "-F", "").MustExit(2);
    }
}
