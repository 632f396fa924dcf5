using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using TraceKit.Engine.Filters;
using TraceKit.Engine.Stacks;
using TraceKit.Engine.Streams;
using TraceKit.Engine.Symbols;
using TraceKit.Probes.Filters;
using TraceKit.Probes.Plan;
using TraceKit.Testing;

namespace TraceKit.Engine.Tests;

/// <summary>The cases that the report page is tested with too (tests/browser).</summary>
public sealed class FilterCaseTests
{
    /// <summary>Each filter says what its case says of the one record: yes, no, or what is wrong in which column; in parentheses, negated twice and written again it says the same.</summary>
    [Theory]
    [InlineData("language.txt")]
    [InlineData("malformed.txt")]
    [InlineData("program-only.txt")]
    public void Filter_OfEachCase_SaysWhatItShould(string file)
    {
        var folder = Path.Combine(Golden.RepositoryRoot(), "tests", "cases", "filters");
        var record = new Record(JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "record.json"))).RootElement);
        var failures = new List<string>();
        var cases = 0;
        foreach (var line in File.ReadAllLines(Path.Combine(folder, file)))
        {
            if (line.Length == 0 || line[0] == ';')
                continue;
            cases++;
            var parts = line.Split('\t');
            var said = Ask(parts[^1], record);
            if (!IsLike(parts, said))
                failures.Add($"{parts[^1]}: expected {string.Join(" | ", parts[..^1])}, said {string.Join(" | ", said)}");
            if (said.Length > 1)
                continue;
            Assert.Equal(said, Ask($"(({parts[^1]}))", record));
            Assert.Equal(said, Ask($"!!({parts[^1]})", record));
            // What the kernel is not given is written again: it must mean the same.
            var split = FilterExpression.Parse(parts[^1]).Split(record.Fields);
            if (split.Kernel is null)
                Assert.Equal(said, Ask(split.Rest!, record));
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
        Assert.True(cases >= 5);
    }

    /// <summary>Any text at all, and any mutation of a case: an answer or the one exception, its column within the text.</summary>
    [Fact]
    public void Filter_MutatedCases_ThrowOnlyFilterSyntax()
    {
        var folder = Path.Combine(Golden.RepositoryRoot(), "tests", "cases", "filters");
        var record = new Record(JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "record.json"))).RootElement);
        string[] seeds = [.. File.ReadAllLines(Path.Combine(folder, "language.txt")).Where(l => l.Length > 0 && l[0] != ';').Select(l => l.Split('\t')[^1]).Where(t => t.Length > 0)];
        var random = new Random(3);
        for (var round = 0; round < 20_000; round++)
        {
            var text = new StringBuilder(seeds[random.Next(seeds.Length)]);
            for (var edits = random.Next(1, 5); edits > 0; edits--)
            {
                var letter = random.Next(8) == 0 ? (char)random.Next(0x10000) : "!()&|=<>~\"'\\/:.,x1- [*"[random.Next(22)];
                var at = random.Next(text.Length + 1);
                if (random.Next(3) == 0 && at < text.Length)
                    text.Remove(at, 1);
                else if (random.Next(2) == 0 && at < text.Length)
                    text[at] = letter;
                else
                    text.Insert(at, letter);
            }

            try
            {
                FilterExpression.Parse(text.ToString()).Bind(record.Fields, FilterPatterns.Instance).Matches(record);
            }
            catch (FilterSyntaxException e)
            {
                Assert.InRange(e.Position, 0, text.Length);
            }
        }
    }

    private static string[] Ask(string text, Record record)
    {
        try
        {
            return [FilterExpression.Parse(text).Bind(record.Fields, FilterPatterns.Instance).Matches(record) ? "true" : "false"];
        }
        catch (FilterSyntaxException e)
        {
            return ["error", (e.Position + 1).ToString(CultureInfo.InvariantCulture), e.Expected, e.Found];
        }
    }

    private static bool IsLike(string[] expected, string[] said)
    {
        if (expected.Length - 1 != said.Length)
            return false;
        for (var i = 0; i < said.Length; i++)
        {
            var open = expected[i];
            var fits = i != 2 ? said[i] == open
                : open[^1] == '*' ? said[i].StartsWith(open[..^1], StringComparison.Ordinal)
                : open[0] == '*' ? said[i].EndsWith(open[1..], StringComparison.Ordinal)
                : said[i] == open;
            if (!fits)
                return false;
        }

        return true;
    }

    /// <summary>The record of record.json.</summary>
    private sealed class Record : IFilterValues
    {
        private readonly Dictionary<string, JsonElement> _fields = [];
        private readonly JsonElement _record;
        private readonly List<CallchainEntry> _chain = [];
        private readonly List<string> _paths = [];

        public Record(JsonElement record)
        {
            _record = record;
            foreach (var field in record.GetProperty("fields").EnumerateArray())
            {
                var name = Text(field, "name");
                var kind = Enum.Parse<PresentationKind>(Text(field, "kind"));
                _fields.Add(name, field);
                var shape = field.GetProperty("text").GetBoolean() ? FilterFieldShape.DynamicText : kind == PresentationKind.Ip6 ? FilterFieldShape.Bytes : FilterFieldShape.Number;
                Fields.AddField(name, shape, field.GetProperty("size").GetInt32(), !field.GetProperty("unsigned").GetBoolean());
            }

            foreach (var (name, field) in _fields)
            {
                var kind = Enum.Parse<PresentationKind>(Text(field, "kind"));
                var names = field.GetProperty("names").EnumerateArray().ToDictionary(n => long.Parse(n[0].GetString()!, CultureInfo.InvariantCulture), n => n[1].GetString()!);
                if (kind != PresentationKind.None)
                    Fields.AddArgument(name, kind, [name], names);
            }

            foreach (var frame in record.GetProperty("stack").EnumerateArray())
            {
                _paths.Add(Text(frame, "path"));
                var name = Text(frame, "sym");
                _chain.Add(new CallchainEntry(0, new ResolvedFrame(0, name, 0, _paths.Count - 1, Text(frame, "dso"), 0, FrameKind.User, name.Length == 0 ? UnresolvedReason.NoSymbol : UnresolvedReason.None)
                {
                    IsInlined = frame.GetProperty("inlined").GetBoolean(),
                    File = Text(frame, "file"),
                    Line = frame.GetProperty("line").GetUInt32(),
                }));
            }
        }

        public FilterFieldSet Fields { get; } = new();

        public bool TryGetNumber(FilterField field, out long number)
        {
            number = field.Index switch
            {
                FilterFieldSet.Pid or FilterFieldSet.Tid or FilterFieldSet.Cpu => _record.GetProperty(field.Name).GetInt64(),
                FilterFieldSet.Time or FilterFieldSet.Period => long.Parse(Text(_record, field.Name), CultureInfo.InvariantCulture),
                FilterFieldSet.Ip => (long)ulong.Parse(Text(_record, "ip"), CultureInfo.InvariantCulture),
                FilterFieldSet.Depth => FrameNames.Depth(_chain),
                _ => (long)(ulong)(Int128.Parse(Text(_fields[field.Name], "number"), CultureInfo.InvariantCulture) & ulong.MaxValue),
            };
            return true;
        }

        public bool TryGetText(FilterField field, out ReadOnlySpan<byte> text)
        {
            TryGetNumberOf(field, out var number);
            text = Encoding.UTF8.GetBytes(field.Index switch
            {
                FilterFieldSet.Comm or FilterFieldSet.Event => Text(_record, field.Name),
                FilterFieldSet.Ip => $"0x{number:x}",
                < 0 => number.ToString(CultureInfo.InvariantCulture),
                _ => Text(_fields[field.Name], "shown"),
            });
            return true;
        }

        public bool TryGetBytes(FilterField field, out ReadOnlySpan<byte> bytes)
        {
            bytes = IPAddress.Parse(Text(_fields[field.Name], "shown")).GetAddressBytes();
            return true;
        }

        public bool Matches(FrameTest test) => FrameNames.Holds(test, _chain, module => _paths[module]);

        private void TryGetNumberOf(FilterField field, out long number)
        {
            number = 0;
            if (!field.IsText && field.Index < 0)
                TryGetNumber(field, out number);
        }

        private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";
    }
}
