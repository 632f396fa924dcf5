using TraceKit.Probes.Filters;
using TraceKit.Probes.Plan;

namespace TraceKit.Probes.Tests.Filters;

public sealed class FilterExpressionTests
{
    private static readonly FilterFieldSet s_fields = Fields();

    /// <summary>Operators, precedence, numbers in all bases, both signs, types of people.</summary>
    [Theory]
    [InlineData("comm == \"bash\"", true)]
    [InlineData("comm == bash", true)]
    [InlineData("comm=='sh'", false)]
    [InlineData("comm != sh && pid == 42", true)]
    [InlineData("pid == 0x2a", true)]
    [InlineData("pid == 052", true)]
    [InlineData("pid == \"42\"", true)]
    [InlineData("pid == 1 || pid == 42 && comm == bash", true)]
    [InlineData("(pid == 42 || pid == 1) && comm == zsh", false)]
    [InlineData("!(pid < 42) && !pid > 42", true)]
    [InlineData("name ~ \"/etc/*\"", true)]
    [InlineData("name !~ \"*[a-h]osts\"", false)]
    [InlineData("n == -1 && n < 0", true)]
    [InlineData("u > 0 && u == 0xffffffffffffffff", true)]
    [InlineData("u == -1", false)]
    [InlineData("pid & 0x2", true)]
    [InlineData("pid & 1", false)]
    [InlineData("pid ~ 4?", true)]
    [InlineData("comm < \"c\"", true)]
    [InlineData("dest == 172.31.28.139", true)]
    [InlineData("dest in 172.16.0.0/12", true)]
    [InlineData("dest != 172.16.0.0/12", false)]
    [InlineData("dest > 172.31.28.138 && dest < 173.0.0.0", true)]
    [InlineData("dest ~ 172.31.*", true)]
    [InlineData("six == fe80::1", true)]
    [InlineData("six in fe80::/10 && six != fd00::/8", true)]
    [InlineData("six == ::ffff:10.0.0.1", false)]
    [InlineData("port == 443 && port < 1K", true)]
    [InlineData("lat > 1.2ms && lat <= 1234567ns", true)]
    [InlineData("lat == 1234567", true)]
    [InlineData("lat > 1s", false)]
    [InlineData("err == ENOENT && err == -ENOENT && err < 0", true)]
    [InlineData("err == EPERM || err == -EWOULDBLOCK", false)]
    [InlineData("err != ENOENT", false)]
    [InlineData("state == ESTABLISHED && state == 1", true)]
    [InlineData("flags == RDWR|CREAT", true)]
    [InlineData("flags & CREAT && !flags & EXCL", true)]
    [InlineData("ok == true", true)]
    [InlineData("letter == 'x' && letter == 120", true)]
    [InlineData("ptr != NULL", true)]
    [InlineData("ratio > 0.25 && ratio == 5e-1", true)]
    [InlineData("fn == vfs_read", true)]
    [InlineData("fn ~ \"vfs_*\" && fn == vfs_read+0x12", true)]
    [InlineData("fn == 0xffffffff81234567", true)]
    [InlineData("fn != vfs_read", false)]
    [InlineData("time >= 12.5s && time < 0.01h", true)]
    [InlineData("pid in (1, 40..44)", true)]
    [InlineData("pid !in (1, 40..44)", false)]
    [InlineData("pid in 43.. || pid in ..41", false)]
    [InlineData("pid in 42", true)]
    [InlineData("lat in 1ms .. 2ms", true)]
    [InlineData("comm in (sh, 'bash', zsh)", true)]
    [InlineData("comm in ba..bb && comm !in ('c'..'d')", true)]
    [InlineData("dest in (10.0.0.0/8, 172.31.0.0/16)", true)]
    [InlineData("dest in 172.31.28.1..172.31.28.200", true)]
    [InlineData("six in fe80::1..fe80::ff && six < ff::", false)]
    [InlineData("six in (fe80::1..fe80::ff) && six > ff::", true)]
    [InlineData("err in (EPERM, ENOENT)", true)]
    [InlineData("state in (NONE, ESTABLISHED) && flags !in (RDWR, RDWR|EXCL)", true)]
    [InlineData("comm =~ '^b.s' && comm !=~ 'z$'", true)]
    [InlineData("name =~ \"/(etc|usr)/\" && dest =~ '^172[.]'", true)]
    [InlineData("flags & 0x42 == 0x42 && flags & CREAT == CREAT && flags & 3 != 1", true)]
    [InlineData("size < port && size == size", true)]
    [InlineData("n < size && u > n && u != n", true)]
    [InlineData("ratio == ratio && size & port", true)]
    [InlineData("pid < 1.5K && pid < 2kB && pid < 1MiB && port > 0.4k", true)]
    public void Bind_TypedValues_Match(string text, bool expected)
    {
        Assert.Equal(expected, FilterExpression.Parse(text).Bind(s_fields, TestPatterns.Instance).Matches(new Values()));
        // What a person's program does with the text must not change it.
        Assert.Equal(expected, FilterExpression.Parse($"(({text}))").Bind(s_fields, TestPatterns.Instance).Matches(new Values()));
    }

    /// <summary>An error says the column and what would have been right.</summary>
    [Theory]
    [InlineData("", 0, "a name, ! or (", "the end")]
    [InlineData("pid", 3, "an operator: == != < <= > >= ~ !~ =~ !=~ & in !in", "the end")]
    [InlineData("pid ==", 6, "a number, a word or a \"string\"", "the end")]
    [InlineData("pid == 1 &&", 11, "a name, ! or (", "the end")]
    [InlineData("(pid == 1", 9, "&& or || or )", "the end")]
    [InlineData("pid == 1 comm == x", 9, "&& or || or the end", "'c'")]
    [InlineData("comm == \"x", 8, "a closing \"", "the end")]
    [InlineData("1 == pid", 0, "a name, ! or (", "'1'")]
    [InlineData("pid in (1, 2", 12, ", or )", "the end")]
    [InlineData("pid in ()", 8, "a number, a word or a \"string\"", "')'")]
    [InlineData("pid in ..", 9, "a number, a word or a \"string\"", "the end")]
    [InlineData("stack has", 9, "a number, a word or a \"string\"", "the end")]
    [InlineData("stack has != x", 10, "~ == =~ or a pattern (its opposite: !(stack has \"x\"))", "'!='")]
    [InlineData("caller(x", 8, ")", "the end")]
    [InlineData("flags & 3 ~ 1", 10, "&& or || or the end", "'~'")]
    [InlineData("flags & 3 =~ 1", 10, "an operator for what a mask leaves: == != < <= > >=", "'=~'")]
    public void Parse_Malformed_SaysWhereAndWhat(string text, int position, string expected, string found)
    {
        var e = Assert.Throws<FilterSyntaxException>(() => FilterExpression.Parse(text));
        Assert.Equal((position, expected, found), (e.Position, e.Expected, e.Found));
    }

    /// <summary>A value that a field cannot have: the column, the field's type, a suggestion.</summary>
    [Theory]
    [InlineData("size > 100 && dest == web1", 22, "an IPv4 address as 172.31.28.139 or a network as 10.0.0.0/8 (dest is an ip4)", "'web1'")]
    [InlineData("dest == 172.31.28.256", 8, "an IPv4 address as 172.31.28.139 or a network as 10.0.0.0/8 (dest is an ip4)", "'172.31.28.256'")]
    [InlineData("dest == 10.0.0.0/33", 8, "an IPv4 address as 172.31.28.139 or a network as 10.0.0.0/8 (dest is an ip4)", "'10.0.0.0/33'")]
    [InlineData("six == 10.0.0.1", 7, "an IPv6 address as fe80::1 or a network as fd00::/8 (six is an ip6)", "'10.0.0.1'")]
    [InlineData("dest < 10.0.0.0/8", 5, "an operator with a network: == != in !in", "'<'")]
    [InlineData("pid == abc", 7, "a number as 100, 0x64 or 4K (pid is a number)", "'abc'")]
    [InlineData("size > 5ms", 7, "a number: size is not known to be a time (type time_ns)", "'5ms'")]
    [InlineData("lat > 5q", 6, "a time as 5ms, 1.5s, 200us or nanoseconds (lat is a time)", "'5q'")]
    [InlineData("err == ENOET", 7, "an error as ENOENT (of either sign), -ENOENT or a number (err is an errno); did you mean 'ENOENT'?", "'ENOET'")]
    [InlineData("state == ESTABLISHD", 9, "a number or a name of state: NONE, ESTABLISHED; did you mean 'ESTABLISHED'?", "'ESTABLISHD'")]
    [InlineData("ok == maybe", 6, "true or false (ok is a bool)", "'maybe'")]
    [InlineData("comm & 1", 5, "an operator for text (comm is one): == != < <= > >= ~ !~ =~ !=~ in !in", "'&'")]
    [InlineData("pid in 10.0.0.0/8", 7, "a number as 100, 0x64 or 4K (pid is a number)", "'10.0.0.0/8'")]
    [InlineData("comm =~ '('", 8, "a regular expression (wrong)", "'('")]
    [InlineData("sym < x", 4, "an operator for names: == != ~ !~ =~ !=~ in !in", "'<'")]
    [InlineData("stack == x", 6, "has, as in stack has \"tcp_*\"", "'=='")]
    [InlineData("caller == x", 7, "(, as in caller(\"tcp_*\")", "'=='")]
    [InlineData("depth == many", 9, "a number as 100, 0x64 or 4K (depth is a number)", "'many'")]
    [InlineData("comm & 1 == 1", 4, "an operator for text (comm is one): == != < <= > >= ~ !~ =~ !=~ in !in", "'&'")]
    [InlineData("dest & 1 == 1", 4, "a field of bits before & (dest is none)", "'&'")]
    [InlineData("dest in (10.0.0.1, web)", 19, "an IPv4 address as 172.31.28.139 or a network as 10.0.0.0/8 (dest is an ip4)", "'web'")]
    [InlineData("pid == 1.5", 7, "a number as 100, 0x64 or 4K (pid is a number)", "'1.5'")]
    [InlineData("fn < vfs_read", 3, "an operator for names: == != ~ !~ =~ !=~ in !in", "'<'")]
    public void Bind_WrongValue_SaysWhereAndWhat(string text, int position, string expected, string found)
    {
        var e = Assert.Throws<FilterSyntaxException>(() => FilterExpression.Parse(text).Bind(s_fields, TestPatterns.Instance));
        Assert.Equal((position, expected, found), (e.Position, e.Expected, e.Found));
        // Who only divides a filter does not read regular expressions.
        if (!text.Contains("=~ ", StringComparison.Ordinal))
            Assert.Throws<FilterSyntaxException>(() => FilterExpression.Parse(text).Split(s_fields));
    }

    /// <summary>A name that nothing has: what there is, and what may be meant.</summary>
    [Fact]
    public void Bind_UnknownName_Suggests()
    {
        var e = Assert.Throws<FilterSyntaxException>(() => FilterExpression.Parse("pid == 1 && dets == 1").Bind(s_fields, TestPatterns.Instance));
        Assert.Equal(12, e.Position);
        Assert.EndsWith("; did you mean 'dest'?", e.Expected, StringComparison.Ordinal);
        Assert.Contains("column 13", e.Message, StringComparison.Ordinal);
    }

    /// <summary>Over several events a filter may name what only some have; there it is false, and its opposite true.</summary>
    [Fact]
    public void Bind_Lenient_ComparisonsOfOtherEventsAreFalse()
    {
        var problems = new List<FilterSyntaxException>();
        Assert.False(FilterExpression.Parse("missing == 1 || missing != 1").Bind(s_fields, TestPatterns.Instance, problems).Matches(new Values()));
        Assert.True(FilterExpression.Parse("!missing == 1 && pid == 42").Bind(s_fields, TestPatterns.Instance, problems).Matches(new Values()));
        Assert.Equal(3, problems.Count);
    }

    /// <summary>Nesting and length are bounded, chains are not nested: a hostile filter ends in an error or an answer, not in a stack overflow.</summary>
    [Fact]
    public void Parse_HostileLength_IsRefusedOrRead()
    {
        Assert.Throws<FilterSyntaxException>(() => FilterExpression.Parse(new string('(', 60_000)));
        Assert.Throws<FilterSyntaxException>(() => FilterExpression.Parse(new string('!', 60_000)));
        Assert.Throws<FilterSyntaxException>(() => FilterExpression.Parse(new string('a', 70_000)));
        var chain = string.Join("||", Enumerable.Repeat("n==1", 10_000));
        Assert.False(FilterExpression.Parse(chain).Bind(s_fields, TestPatterns.Instance).Matches(new Values()));
        Assert.NotNull(FilterExpression.Parse(chain).Split(s_fields).Rest);
    }

    /// <summary>Any text at all, and any mutation of a right one: an answer or the one exception, quickly.</summary>
    [Fact]
    public void ParseBindSplit_MutatedText_ThrowOnlyFilterSyntax()
    {
        var random = new Random(11);
        string[] seeds = ["size > 100 && dest == 172.31.28.139", "!(name ~ \"*.log\" || flags & A|B) && six in fd00::/8", "lat >= 1.5ms && err == -ENOENT && letter == 'x'",
            "stack has dso \"libc*\" && !caller(\"main\") && pid in (1, 4..9, 12..)", "comm =~ \"^b[a-z]+$\" && flags & 3 == 1 && size < port && depth !in 1..5"];
        for (var round = 0; round < 30_000; round++)
        {
            var text = seeds[round % seeds.Length].ToCharArray();
            for (var edits = random.Next(1, 5); edits > 0; edits--)
                text[random.Next(text.Length)] = random.Next(8) == 0 ? (char)random.Next(0x10000) : "!()&|=<>~\"'\\/:.x1- "[random.Next(19)];
            try
            {
                var filter = FilterExpression.Parse(new string(text));
                filter.Split(s_fields);
                filter.Bind(s_fields, TestPatterns.Instance).Matches(new Values());
            }
            catch (FilterSyntaxException e)
            {
                Assert.InRange(e.Position, 0, text.Length);
            }
        }
    }

    private static FilterFieldSet Fields()
    {
        var set = new FilterFieldSet();
        set.AddField("size", FilterFieldShape.Number, 8, false);
        set.AddField("name", FilterFieldShape.DynamicText, 4, true);
        set.AddField("n", FilterFieldShape.Number, 8, true);
        set.AddField("u", FilterFieldShape.Number, 8, false);
        foreach (var (name, size) in (ReadOnlySpan<(string, int)>)[("dest", 4), ("port", 2), ("lat", 8), ("err", 8), ("state", 4), ("flags", 4), ("ok", 1), ("letter", 4), ("ptr", 8), ("ratio", 4), ("fn", 8)])
            set.AddField(name, FilterFieldShape.Number, size, false);
        set.AddField("six", FilterFieldShape.Bytes, 16, false);
        foreach (var (name, kind) in (ReadOnlySpan<(string, PresentationKind)>)
        [
            ("dest", PresentationKind.Ip4), ("port", PresentationKind.Port), ("lat", PresentationKind.Nanoseconds), ("err", PresentationKind.Errno), ("ok", PresentationKind.Boolean),
            ("letter", PresentationKind.Character), ("ptr", PresentationKind.Pointer), ("ratio", PresentationKind.Float), ("fn", PresentationKind.Symbol), ("six", PresentationKind.Ip6),
        ])
            set.AddArgument(name, kind, [name]);
        set.AddArgument("state", PresentationKind.Enum, ["state"], new Dictionary<long, string> { [-1] = "NONE", [1] = "ESTABLISHED" });
        set.AddArgument("flags", PresentationKind.Enum, ["flags"], new Dictionary<long, string> { [2] = "RDWR", [0x40] = "CREAT", [0x80] = "EXCL" });
        return set;
    }

    private sealed class Values : IFilterValues
    {
        public bool TryGetNumber(FilterField field, out long number)
        {
            number = field.Name switch
            {
                "pid" => 42,
                "n" or "u" => -1,
                "dest" => 0xac1f1c8b,
                "port" => 443,
                "lat" => 1_234_567,
                "err" => -2,
                "state" or "ok" => 1,
                "flags" => 0x42,
                "letter" => 'x',
                "ptr" => 0x7f00,
                "ratio" => BitConverter.DoubleToInt64Bits(0.5),
                "fn" => unchecked((long)0xffffffff81234567),
                "time" => 13_000_000_000,
                _ => 5,
            };
            return true;
        }

        public bool TryGetText(FilterField field, out ReadOnlySpan<byte> text)
        {
            text = field.Name switch
            {
                "comm" => "bash"u8,
                "name" => "/etc/hosts"u8,
                "fn" => "vfs_read+0x12"u8,
                "dest" => "172.31.28.139"u8,
                "pid" => "42"u8,
                _ => "?"u8,
            };
            return true;
        }

        public bool TryGetBytes(FilterField field, out ReadOnlySpan<byte> bytes)
        {
            bytes = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
            return true;
        }
    }
}
