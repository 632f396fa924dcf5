using TraceKit.Probes.Filters;
using TraceKit.Probes.Plan;

namespace TraceKit.Probes.Tests.Filters;

public sealed class FilterExpressionTests
{
    private static readonly FilterFieldSet s_fields = Fields();

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
