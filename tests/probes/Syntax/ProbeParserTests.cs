using System.Globalization;
using TraceKit.Probes.Syntax;
using TraceKit.Testing;

namespace TraceKit.Probes.Tests.Syntax;

/// <summary>The definitions of <c>tests/cases/probes</c>: what is accepted is read as its tree says, and what is written from the tree is the same tree.</summary>
public class ProbeParserTests
{
    private const string Update = "TRACEKIT_UPDATE_CASES";

    /// Everything that the grammar allows must be read as what it is: perf's, the kernel's, and names of C++, Rust and Go.
    [Fact]
    public void Parse_Accepted_IsTheTreeOfTheCase()
    {
        var path = Cases("accepted.txt");
        var lines = File.ReadAllLines(path);
        var count = 0;
        var wrong = new List<string>();
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length == 0 || lines[i][0] == ';')
                continue;
            count++;
            var tab = lines[i].IndexOf('\t', StringComparison.Ordinal);
            var text = tab < 0 ? lines[i] : lines[i][..tab];
            string found;
            try
            {
                found = SyntaxDump.Of(ProbeParser.Parse(text));
            }
            catch (ProbeSyntaxException e)
            {
                found = $"refused at {e.Position + 1}: {e.Reason}";
            }

            if (found != (tab < 0 ? "" : lines[i][(tab + 1)..]))
                wrong.Add($"{path}:{i + 1}: {text}\n   found: {found}");
            lines[i] = $"{text}\t{found}";
        }

        if (Environment.GetEnvironmentVariable(Update) == "1")
            File.WriteAllLines(path, lines);
        else
            Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(count > 300);
    }

    /// What the canonical text says must be what was read, or a definition kept in a file would mean something else later.
    [Fact]
    public void Format_OfEveryAccepted_ReadsBackAsTheSameTree()
    {
        foreach (var text in Accepted())
        {
            var syntax = ProbeParser.Parse(text);
            var canonical = ProbeSyntaxText.Format(syntax);
            ProbeSyntax again;
            try
            {
                again = ProbeParser.Parse(canonical);
            }
            catch (ProbeSyntaxException e)
            {
                throw new InvalidOperationException($"{text} -> {canonical}: {e.Message}", e);
            }

            Assert.Equal(SyntaxDump.Of(syntax), SyntaxDump.Of(again));
            Assert.Equal(canonical, ProbeSyntaxText.Format(again));
        }
    }

    /// What is refused is refused at the column of the case, with a reason, and never with another exception.
    [Fact]
    public void Parse_Malformed_IsRefusedAtTheColumnOfTheCase()
    {
        var path = Cases("malformed.txt");
        var lines = File.ReadAllLines(path);
        var count = 0;
        var wrong = new List<string>();
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith(";;", StringComparison.Ordinal))
                continue;
            count++;
            var tab = lines[i].LastIndexOf("\t", StringComparison.Ordinal);
            var text = tab < 0 ? lines[i] : lines[i][..tab];
            string found;
            try
            {
                found = "accepted: " + SyntaxDump.Of(ProbeParser.Parse(Unquote(text)));
            }
            catch (ProbeSyntaxException e)
            {
                found = string.Create(CultureInfo.InvariantCulture, $"{e.Position + 1}: {e.Reason}");
                Assert.InRange(e.Position, 0, e.Definition.Length);
                Assert.DoesNotContain('\n', e.Reason);
            }

            if (found != (tab < 0 ? "" : lines[i][(tab + 1)..]) || found.StartsWith("accepted", StringComparison.Ordinal))
                wrong.Add($"{path}:{i + 1}: {text}\n   found: {found}");
            lines[i] = $"{text}\t{found}";
        }

        if (Environment.GetEnvironmentVariable(Update) == "1")
            File.WriteAllLines(path, lines);
        else
            Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(count >= 300);
    }

    /// Of a definition that is cut anywhere, or has any character replaced, something is said; nothing else happens.
    [Fact]
    public void Parse_CutAndFlippedEverywhere_IsReadOrRefused()
    {
        const string Others = "\0\n #%$&()*+-./:;<=>?@[]\\^_`{|}~0x9aZ\"'\u00a0é\ud800";
        var next = 0;
        foreach (var text in Accepted())
        {
            for (var at = 0; at < text.Length; at++)
            {
                TryParse(text[..at]);
                TryParse(text[at..]);
                for (var i = 0; i < 3; i++)
                    TryParse(string.Concat(text.AsSpan(0, at), [Others[next++ % Others.Length]], text.AsSpan(at + 1)));
                for (var bit = 0; bit < 8; bit++)
                    TryParse(string.Concat(text.AsSpan(0, at), [(char)(text[at] ^ (1 << bit))], text.AsSpan(at + 1)));
            }
        }
    }

    /// Nests that nobody writes end in an error, not in a stack that overflows.
    [Theory]
    [InlineData("f ", "+0(", "")]
    [InlineData("f ", "*", "p")]
    [InlineData("f ", "(", "p")]
    [InlineData("f ", "(T)", "p")]
    [InlineData("f a", "->b", "")]
    [InlineData("f a", "[1]", "")]
    [InlineData("", "(", "")]
    [InlineData("", "<", "f")]
    [InlineData("", "a::", "f")]
    [InlineData("f", "::operator ", "")]
    [InlineData("f", "(a) [clone x]", "")]
    [InlineData("", "\\:", "f")]
    [InlineData("f ", "a<", "")]
    public void Parse_NestedDeeply_EndsSoon(string before, string piece, string after)
    {
        foreach (var count in (ReadOnlySpan<int>)[10, 100, 1000, 5000, 100000])
            TryParse(before + string.Concat(Enumerable.Repeat(piece, count)) + after);
    }

    /// The kernel takes 128 arguments; one more is refused at its column.
    [Fact]
    public void Parse_TooManyArguments_SaysWhere()
    {
        Assert.Equal(128, ProbeParser.Parse("foo " + string.Join(' ', Enumerable.Repeat("%di", 128))).Arguments.Count);
        Assert.Equal(4 + (128 * 4), Assert.Throws<ProbeSyntaxException>(() => ProbeParser.Parse("foo " + string.Join(' ', Enumerable.Repeat("%di", 129)))).Position);
        Assert.Throws<ProbeSyntaxException>(() => ProbeParser.Parse("p:a/b foo " + string.Join(' ', Enumerable.Repeat("%di", 129))));
    }

    /// The message shows the text and a caret under what is wrong.
    [Fact]
    public void Parse_Refused_ShowsTheColumn()
    {
        var e = Assert.Throws<ProbeSyntaxException>(() => ProbeParser.Parse("readline%retrun +0($retval):string"));
        Assert.Equal("probe, column 9: expected %return, found '%retrun'; did you mean '%return'?\n  readline%retrun +0($retval):string\n          ^", e.Message);
    }

    /// Spans name the parts as they stand in the text.
    [Fact]
    public void Parse_Spans_AreThePartsOfTheText()
    {
        const string Text = " g:e=ns::f@a.c:3  n=(struct s *)x->y[1]:u32@user  $stack2 ";
        var syntax = ProbeParser.Parse(Text);
        string Of(TextSpan span) => Text.Substring(span.Start, span.Length);
        Assert.Equal("ns::f@a.c:3", Of(syntax.Point.Span));
        Assert.Equal("n=(struct s *)x->y[1]:u32@user", Of(syntax.Arguments[0].Span));
        var cast = Assert.IsType<CastSyntax>(syntax.Arguments[0].Expression);
        Assert.Equal("(struct s *)x->y[1]", Of(cast.Span));
        Assert.Equal("struct s *", Of(cast.TypeSpan));
        var index = Assert.IsType<IndexSyntax>(cast.Target);
        Assert.Equal("x->y[1]", Of(index.Span));
        Assert.Equal("y", Of(Assert.IsType<MemberSyntax>(index.Target).NameSpan));
        Assert.Equal("u32", Of(syntax.Arguments[0].Type!.Span));
        Assert.Equal("$stack2", Of(syntax.Arguments[1].Span));
    }

    internal static IEnumerable<string> Accepted() =>
        File.ReadAllLines(Cases("accepted.txt")).Where(l => l.Length > 0 && l[0] != ';').Select(l => l.Split('\t')[0]);

    private static string Cases(string name) => Path.Combine(Golden.RepositoryRoot(), "tests", "cases", "probes", name);

    private static void TryParse(string text)
    {
        try
        {
            ProbeSyntaxText.Format(ProbeParser.Parse(text));
        }
        catch (ProbeSyntaxException e)
        {
            Assert.InRange(e.Position, 0, text.Length);
            Assert.NotEmpty(e.Reason);
        }
    }

    /// <summary>Characters that cannot stand in a case file: <c>‹n›</c> a line's end, <c>‹t›</c> a tab, <c>‹0›</c> NUL, <c>‹e›</c> escape, <c>‹nb›</c> a blank that does not break, <c>‹129›</c> that many arguments, <c>‹x64›</c> that many letters.</summary>
    private static string Unquote(string text) => text.Replace("‹n›", "\n", StringComparison.Ordinal).Replace("‹t›", "\t", StringComparison.Ordinal).Replace("‹0›", "\0", StringComparison.Ordinal)
        .Replace("‹e›", "\u001b", StringComparison.Ordinal).Replace("‹nb›", "\u00a0", StringComparison.Ordinal).Replace("‹zw›", "\u200b", StringComparison.Ordinal)
        .Replace("‹129›", string.Join(' ', Enumerable.Repeat("%di", 129)), StringComparison.Ordinal)
        .Replace("‹x64›", new string('x', 64), StringComparison.Ordinal).Replace("‹x32›", new string('x', 32), StringComparison.Ordinal);
}
