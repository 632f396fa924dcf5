using System.Text;
using System.Text.RegularExpressions;
using TraceKit.Probes.Filters;
using TraceKit.Probes.Plan;
using TraceKit.Testing;

namespace TraceKit.Fuzz.Tests;

/// <summary>Filters, damaged: read, divided, bound and asked, or refused with a column.</summary>
public sealed class FilterFuzzTests
{
    private static readonly FilterFieldSet s_fields = Fields();
    private static readonly Patterns s_patterns = new();

    /// Every filter of the cases, right or wrong, with bytes changed, moved, doubled and missing.
    [Fact]
    public void Filter_Mutated_AnswersOrThrowsItsException()
    {
        var seed = ReaderFuzzTests.Setting("TRACEKIT_FUZZ_SEED", 1);
        var folder = Path.Combine(Golden.RepositoryRoot(), "tests", "cases", "filters");
        string[] filters = [.. Directory.GetFiles(folder, "*.txt").Order(StringComparer.Ordinal).SelectMany(File.ReadAllLines).Where(l => l.Length > 0 && l[0] != ';').Select(l => l.Split('\t')[^1])];
        var mutator = new Mutator(seed);
        for (var i = 0; i < ReaderFuzzTests.Setting("TRACEKIT_FUZZ_COUNT", 2000) * 10; i++)
        {
            var text = Encoding.Latin1.GetString(mutator.Mutate(Encoding.Latin1.GetBytes(filters[i % filters.Length])));
            try
            {
                Check(text);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"input {i} of seed {seed} ({Convert.ToBase64String(Encoding.Latin1.GetBytes(text))}): {e}", e);
            }
        }
    }

    private static void Check(string text)
    {
        try
        {
            var filter = FilterExpression.Parse(text);
            var whole = filter.Bind(s_fields, s_patterns);
            var split = filter.Split(s_fields);
            // What is written again means the same.
            if (split.Kernel is null)
                Assert.Equal(whole.Matches(new Values()), FilterExpression.Parse(split.Rest!).Bind(s_fields, s_patterns).Matches(new Values()));
        }
        catch (FilterSyntaxException e)
        {
            Assert.InRange(e.Position, 0, Math.Max(text.Length, 64));
        }
    }

    private static FilterFieldSet Fields()
    {
        var set = new FilterFieldSet();
        foreach (var (name, kind) in (ReadOnlySpan<(string, PresentationKind)>)
        [
            ("size", PresentationKind.None), ("n", PresentationKind.None), ("u", PresentationKind.None), ("dest", PresentationKind.Ip4), ("port", PresentationKind.Port), ("lat", PresentationKind.Nanoseconds),
            ("err", PresentationKind.Errno), ("state", PresentationKind.Enum), ("flags", PresentationKind.Enum), ("ok", PresentationKind.Boolean), ("letter", PresentationKind.Character),
            ("ptr", PresentationKind.Pointer), ("ratio", PresentationKind.Float), ("fn", PresentationKind.Symbol),
        ])
        {
            set.AddField(name, FilterFieldShape.Number, 8, name == "n");
            if (kind != PresentationKind.None)
                set.AddArgument(name, kind, [name], new Dictionary<long, string> { [1] = "ESTABLISHED", [2] = "RDWR", [64] = "CREAT" });
        }

        set.AddField("name", FilterFieldShape.DynamicText, 4, true);
        set.AddField("six", FilterFieldShape.Bytes, 16, false);
        set.AddArgument("six", PresentationKind.Ip6, ["six"]);
        return set;
    }

    private sealed class Values : IFilterValues
    {
        public bool TryGetNumber(FilterField field, out long number)
        {
            number = field.Name.Length * 7;
            return field.Name != "port";
        }

        public bool TryGetText(FilterField field, out ReadOnlySpan<byte> text)
        {
            text = Encoding.UTF8.GetBytes(field.Name + "/*x");
            return field.Name != "port";
        }

        public bool TryGetBytes(FilterField field, out ReadOnlySpan<byte> bytes)
        {
            bytes = new byte[16];
            return true;
        }

        public bool Matches(FrameTest test) => test.Fits("main") != test.IsNot;
    }

    /// <summary>Regular expressions as the analyzer has them.</summary>
    private sealed class Patterns : IFilterPatterns
    {
        public IFilterPattern? TryMake(string text, out string problem)
        {
            problem = "wrong";
            try
            {
                return text.Length > 1000 ? null : new Pattern(new Regex(text, RegexOptions.NonBacktracking));
            }
            catch (Exception e) when (e is ArgumentException or NotSupportedException)
            {
                return null;
            }
        }

        private sealed class Pattern(Regex regex) : IFilterPattern
        {
            public bool IsMatch(ReadOnlySpan<byte> text) => regex.IsMatch(Encoding.UTF8.GetString(text));
        }
    }
}
