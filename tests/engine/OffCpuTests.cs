using TraceKit.Engine.OffCpu;

namespace TraceKit.Engine.Tests;

public sealed class OffCpuTests
{
    private const string Format = "\"prev_state=%s\", REC->prev_state & 0xff ? __print_flags(REC->prev_state & 0xff, \"|\", { 0x00000001, \"S\" }, { 0x00000002, \"D\" }, { 0x00000010, \"X\" }, { 0x00000080, \"I\" }) : \"R\"";

    private static string Dump(OffCpuMatcher matcher) => string.Join('\n', matcher.Parts.Select(p => $"{p.Row} {p.Time}+{p.Duration} {p.State}"));

    /// <summary>A sleep is told from the wait for a CPU after it; a thread that was preempted waits all the time.</summary>
    [Fact]
    public void Matcher_SleepWakeupAndPreemption_AreToldApart()
    {
        var matcher = new OffCpuMatcher(SwitchStates.Parse(Format));
        matcher.Switch(0, 100, 1, 1, 2); // 1 sleeps, 2 runs
        matcher.Wake(1, 150, isBegun: true);
        matcher.Wake(1, 160, isBegun: false);
        matcher.Switch(1, 200, 2, 0x100, 1); // 2 is preempted, 1 is back
        matcher.Switch(2, 250, 1, 2, 2); // 1 blocks, 2 is back
        matcher.Switch(3, 300, 2, 1, 0); // idle
        matcher.Switch(4, 400, 0, 0, 1); // 1 is back, nobody woke it
        matcher.End();
        Assert.Equal("0 100+60 S sleeping\n0 160+40 W woken\n1 200+50 R preempted\n2 250+150 D blocked", Dump(matcher));
        Assert.Equal(new OffCpuTotals { Switches = 4, Intervals = 3, OpenAtEnd = 1, WithoutStart = 1, WithoutWakeup = 1 }, matcher.Totals);
    }

    /// <summary>Only begun wakeups count where no others were recorded; what exits does not come back; what was not seen leaving or returning is counted.</summary>
    [Fact]
    public void Matcher_WhatDoesNotFit_IsCounted()
    {
        var matcher = new OffCpuMatcher(SwitchStates.Parse(Format));
        matcher.Wake(9, 10, isBegun: false);
        matcher.Switch(0, 100, 1, 1, 0);
        matcher.Wake(1, 130, isBegun: true);
        matcher.Wake(1, 140, isBegun: true);
        matcher.Switch(1, 150, 0, 0, 1);
        matcher.Switch(2, 200, 1, 0x10, 3); // exits
        matcher.Switch(3, 300, 4, 1, 5);
        matcher.Switch(4, 400, 4, 1, 0);
        matcher.End();
        Assert.Equal("0 100+30 S sleeping\n0 130+20 W woken", Dump(matcher));
        Assert.Equal(new OffCpuTotals { Switches = 4, Intervals = 1, Exited = 1, WithoutStart = 2, WithoutEnd = 1, OpenAtEnd = 1 }, matcher.Totals);
    }

    /// <summary>A CPU that goes idle again and again and is never told to stop being so has lost returns; one that goes idle once, at the end, has not.</summary>
    [Fact]
    public void Matcher_OfACpuWhoseIdleThreadNeverLeaves_NamesTheCpu()
    {
        var matcher = new OffCpuMatcher(SwitchStates.Parse(Format));
        for (var i = 0; i < 3; i++)
        {
            matcher.Switch(0, 100 + (i * 40), 1, 1, 0, cpu: 0);
            matcher.Switch(1, 110 + (i * 40), 0, 0, 1, cpu: 0);
            matcher.Switch(2, 120 + (i * 40), 2, 1, 0, cpu: 1);
        }

        matcher.Switch(3, 300, 3, 1, 0, cpu: 2);
        matcher.Switch(4, 310, 4, 1, 5, cpu: 3);
        matcher.Switch(5, 320, 4, 1, 5, cpu: -1);
        matcher.End();
        Assert.Equal([1], matcher.Totals.SilentIdleCpus);
        Assert.Equal(3, matcher.Totals.WithoutEnd);
        Assert.Equal(3, matcher.Totals.Intervals);
    }

    /// <summary>Letters are those of the event's own format; the bit above them says nothing of the state.</summary>
    [Theory]
    [InlineData(0L, "R preempted")]
    [InlineData(0x100L, "R preempted")]
    [InlineData(1L, "S sleeping")]
    [InlineData(2L, "D blocked")]
    [InlineData(0x82L, "D|I")]
    public void States_OfAFormat_AreNamed(long state, string expected)
    {
        Assert.Equal(expected, SwitchStates.Parse(Format).Name(state));
        Assert.Equal(expected, SwitchStates.Parse("").Name(state));
        Assert.Equal("Q", SwitchStates.Parse("{ 1, \"Q\" } { broken").Name(1));
    }

    /// <summary>On random switches every nanosecond between a leaving and its return is in exactly one part.</summary>
    [Fact]
    public void Matcher_OfRandomSwitches_LosesNoTime()
    {
        var random = new Random(5);
        var matcher = new OffCpuMatcher(SwitchStates.Parse(Format));
        var off = new Dictionary<int, long>();
        long time = 0, expected = 0;
        var running = 1;
        for (var row = 0; row < 20_000; row++)
        {
            time += random.Next(1, 100);
            if (random.Next(2) == 0)
                matcher.Wake(random.Next(1, 20), time, random.Next(2) == 0);
            var next = random.Next(0, 20);
            if (next == running)
                continue;
            time += random.Next(1, 100);
            if (running != 0)
                off[running] = time;
            if (off.Remove(next, out var since))
                expected += time - since;
            matcher.Switch(row, time, running, random.Next(3), next);
            running = next;
        }

        matcher.End();
        Assert.Equal(expected, matcher.Parts.Sum(p => p.Duration));
        Assert.All(matcher.Parts, p => Assert.True(p.Duration >= 0));
        Assert.Equal(off.Count, matcher.Totals.OpenAtEnd);
    }
}
