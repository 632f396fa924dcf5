using TraceKit.Probes.Filters;

namespace TraceKit.Probes.Tests.Filters;

public sealed class FilterSplitTests
{
    /// <summary>What the kernel gets, in its own words and numbers, and what stays.</summary>
    [Theory]
    [InlineData("u32 > 100", "u32 > 100", null)]
    [InlineData("u32 > 4K && lat >= 5ms", "u32 > 4096 && lat >= 5000000", null)]
    [InlineData("dest == 172.31.28.139", "dest == 2333876140", null)] // 0x8b1c1fac: ac 1f 1c 8b in memory
    [InlineData("sdest == 172.31.28.139", "sdest == -1961091156", null)]
    [InlineData("dest == 127.0.0.1 && port == 443", "dest == 16777343 && port == 47873", null)]
    [InlineData("dest in 10.0.0.0/8 && u32 == 1", "u32 == 1", "dest == 10.0.0.0/8")]
    [InlineData("dest == 10.0.0.0/8 || u32 == 1", null, "dest == 10.0.0.0/8 || u32 == 1")]
    [InlineData("dest != 10.0.0.1/32", "dest != 16777226", null)]
    [InlineData("dest < 10.0.0.1", null, "dest < 10.0.0.1")]
    [InlineData("state == OPEN || state == SHUT", "state == 1 || state == 2", null)]
    [InlineData("state == NONE", "state == -1", null)]
    [InlineData("mode == R|W", "mode == 3", null)]
    [InlineData("mode & TOP", "mode & 2147483648", null)]
    [InlineData("ret == ENOENT", "(ret == -2 || ret == 2)", null)]
    [InlineData("!(ret == ENOENT) && ret < 0", "(ret != -2 && ret != 2) && ret < 0", null)]
    [InlineData("uret == -EINVAL", "uret == 4294967274", null)]
    [InlineData("uret < 0", null, "uret < 0")]
    [InlineData("ok == true && ok != false", "ok != 0 && ok != 0", null)]
    [InlineData("name == /etc/hosts", "name == \"/etc/hosts\"", null)]
    [InlineData("name == 'a\"b'", "name == 'a\"b'", null)]
    [InlineData("name ~ '*.log'", "name ~ \"*.log\"", null)]
    [InlineData("name !~ 'a*c'", "!(name ~ \"a*c\")", null)]
    [InlineData("name ~ plain", "name == \"plain\"", null)]
    [InlineData("name ~ '1*'", null, "name ~ '1*'")]
    [InlineData("name > b", null, "name > b")]
    [InlineData("fix ~ 'ab*'", "fix ~ \"ab*\"", null)]
    [InlineData("fix ~ '*ab'", null, "fix ~ '*ab'")]
    [InlineData("fix == 123456789", null, "fix == 123456789")]
    [InlineData("comm == bash && cpu != 3 && pid == 7", "comm == \"bash\" && !(cpu == 3)", "pid == 7")]
    [InlineData("a8 == 300", null, "a8 == 300")] // the kernel would compare with 44
    [InlineData("a8 < 300 || u16 == 1", null, "a8 < 300 || u16 == 1")]
    [InlineData("u32 == -1", null, "u32 == -1")]
    [InlineData("(u32 > 100 && dest in 10.0.0.0/8) || (u32 < 5 && name > b)", "u32 > 100 || u32 < 5", "(u32 > 100 && dest == 10.0.0.0/8) || (u32 < 5 && name > b)")]
    [InlineData("!(u32 == 1 || dest in 10.0.0.0/8)", "u32 != 1", "!(dest == 10.0.0.0/8)")]
    [InlineData("!(u32 == 1 && u16 == 2)", "u32 != 1 || u16 != 2", null)]
    [InlineData("u32 == 1 && (u16 == 2 || s8 < -3)", "u32 == 1 && (u16 == 2 || s8 < -3)", null)]
    [InlineData("text == abc && u64 == 7", "u64 == 7", "text == abc")]
    [InlineData("u32 == 0x10 && u16 == 010", "u32 == 16 && u16 == 8", null)]
    [InlineData("u32 in (1, 5..7, 9..)", "u32 == 1 || (u32 >= 5 && u32 <= 7) || u32 >= 9", null)]
    [InlineData("u32 !in (1, 5..7)", "u32 != 1 && (u32 < 5 || u32 > 7)", null)]
    [InlineData("ret in (ENOENT, -5)", "(ret == -2 || ret == 2) || ret == -5", null)]
    [InlineData("u32 == 1 && name =~ \"^a+$\"", "u32 == 1", "name =~ \"^a+$\"")]
    [InlineData("u32 < u16 && a8 & 3 == 1 && s8 == 2", "s8 == 2", "u32 < u16 && a8 & 3 == 1")]
    [InlineData("stack has \"tcp_*\" && u32 == 1 && !caller('x')", "u32 == 1", "stack has \"tcp_*\" && !(caller('x'))")]
    [InlineData("stack has dso =~ \"x\" && sym !~ a* && srcline ~ b* && depth > 3 && period > 1 && ip == 5", null, "stack has dso =~ \"x\" && sym !~ a* && srcline ~ b* && depth > 3 && period > 1 && ip == 5")]
    [InlineData("u32 == 2KB && u16 == 1.5K", "u32 == 2000 && u16 == 1536", null)]
    public void Split_Filter_GivesBothParts(string filter, string? kernel, string? rest)
    {
        var split = FilterExpression.Parse(filter).Split(FilterRecord.Fields);
        Assert.Equal((kernel, rest), (split.Kernel, split.Rest));
        Assert.Equal(rest is not null, split.Reasons.Count > 0);
    }

    /// <summary>The reasons name the comparison and what stands against it.</summary>
    [Fact]
    public void Split_Reasons_SayWhy()
    {
        var split = FilterExpression.Parse("a8 == 300 && text == abc && name ~ '1*' && dest > 10.0.0.1").Split(FilterRecord.Fields);
        Assert.Equal(
            [
                "a8 == 300: 300 does not fit its 1 bytes: the kernel would cut it",
                "text == abc: it is put together from several fields",
                "name ~ '1*': the kernel reads this pattern in another way",
                "dest > 10.0.0.1: the kernel compares the order of bytes in memory, not of the number",
            ],
            split.Reasons);
    }

    /// <summary>A filter that is longer than the kernel takes stays whole.</summary>
    [Fact]
    public void Split_TooLongForTheKernel_StaysWhole()
    {
        var filter = string.Join(" || ", Enumerable.Range(0, 500).Select(i => $"u32 == {i}"));
        var split = FilterExpression.Parse(filter).Split(FilterRecord.Fields);
        Assert.Equal((null, filter), (split.Kernel, split.Rest));
    }

    /// <summary>Random filters on random records: the kernel's answer and the rest's together are the whole filter's, and the kernel refuses none.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Split_RandomFilters_KernelAndRestAreTheWhole(int seed)
    {
        var random = new Random(seed);
        var (pushed, kept, both) = (0, 0, 0);
        for (var round = 0; round < 2500; round++)
        {
            var text = Expression(random, 0);
            var filter = FilterExpression.Parse(text);
            var whole = filter.Bind(FilterRecord.Fields, TestPatterns.Instance);
            var split = filter.Split(FilterRecord.Fields);
            var rest = split.Rest is null ? null : FilterExpression.Parse(split.Rest).Bind(FilterRecord.Fields, TestPatterns.Instance);
            pushed += split.Kernel is not null ? 1 : 0;
            kept += rest is not null ? 1 : 0;
            both += split.Kernel is not null && rest is not null ? 1 : 0;
            for (var i = 0; i < 12; i++)
            {
                var record = FilterRecord.Random(random, s_words, s_numbers);
                var expected = whole.Matches(record);
                var actual = (split.Kernel is null || KernelFilter.Matches(split.Kernel, record)) && (rest is null || rest.Matches(record));
                Assert.True(expected == actual, $"{text}\n kernel: {split.Kernel}\n rest: {split.Rest}\n whole {expected}");
            }
        }

        Assert.True(pushed > 900 && kept > 900 && both > 150, $"{pushed} {kept} {both}");
    }

    private static readonly string[] s_words = ["", "a", "ab", "abc", "abcdefgh", "abcdefghi", "bash", "1", "12", "/etc/hosts", "x.log", "é", "éa", "a]b", "a*b", "a\\b", "zab", "(fault)", "aXb"];

    private static readonly long[] s_numbers = [0, 1, 2, 3, -1, -2, -22, 127, 128, 255, 256, 443, 0x0100007f, 0x8b1c1fac, 4096, 5_000_000, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue];

    private static readonly string[] s_patterns = ["*", "**", "a*", "*b", "*a*", "a?c", "a[a-c]*", "[!a]*", "[^a]*", "1*", "a\\*b", "*.log", "é*", "*é", "?", "??", "a]b", "[a", "a*b*c", "abc", "*\\", "!a", "[]a]*", "abcdefgh*", "abcdefghi*", "a-*"];

    private static string Expression(Random random, int depth)
    {
        var kind = depth > 3 ? 9 : random.Next(10);
        if (kind < 2)
            return $"({Expression(random, depth + 1)} && {Expression(random, depth + 1)})";
        if (kind < 4)
            return $"({Expression(random, depth + 1)} || {Expression(random, depth + 1)})";
        return kind == 4 ? $"!{Expression(random, depth + 1)}" : Comparison(random);
    }

    private static string Comparison(Random random)
    {
        string Pick(params string[] all) => all[random.Next(all.Length)];
        var order = Pick("==", "!=", "<", "<=", ">", ">=", "=");
        switch (random.Next(12))
        {
            case 0:
                return $"dest {Pick("==", "!=", "<", ">=")} {Pick("127.0.0.1", "172.31.28.139", "10.0.0.1", "0x7f000001")}";
            case 1:
                return $"{Pick("dest", "sdest")} {Pick("==", "!=", "in")} {Pick("127.0.0.0/8", "172.31.28.139/32", "0.0.0.0/0", "10.0.0.0/9")}";
            case 2:
                return $"{Pick("ret", "uret")} {order} {Pick("ENOENT", "-ENOENT", "EINVAL", "-2", "2", "0", "-EPERM")}";
            case 3:
                return $"{Pick("state", "mode")} {Pick("==", "!=", "&", "<")} {Pick("1", "2", "3", "-1", "1|2")}";
            case 4:
                return $"ok {Pick("==", "!=")} {Pick("true", "false", "0", "1")}";
            case 5:
                return $"lat {order} {Pick("5ms", "0", "256ns", "1h", "1.5us", "-1s")}";
            case 6:
                return $"{Pick("name", "fix", "comm")} {Pick("==", "!=", "<", ">=")} '{Word()}'";
            case 7:
            case 8:
                return $"{Pick("name", "fix", "comm", "event", "port")} {Pick("~", "!~")} \"{s_patterns[random.Next(s_patterns.Length)].Replace("\\", "\\\\", StringComparison.Ordinal)}\"";
            case 9:
                return $"{Pick("port", "be64")} {Pick("==", "!=", "&", "<")} {Pick("443", "0", "1", "0x8000", "256", "65535", "65536", "0x1000000000000")}";
            case 10:
                return $"{Pick("pid", "tid", "cpu", "common_pid", "ptr")} {Pick("==", "!=", "<", ">", "&")} {Pick("0", "1", "77", "-1", "4294967296")}";
            default:
                var name = FilterRecord.NumberNames.Where(n => n is not ("ok" or "ret" or "uret")).ElementAt(random.Next(16));
                return $"{name} {(random.Next(6) == 0 ? "&" : order)} {s_numbers[random.Next(s_numbers.Length)]}";
        }

        string Word() => s_words[random.Next(s_words.Length)].Replace("\\", "\\\\", StringComparison.Ordinal);
    }
}
