using System.Text;
using TraceKit.Probes;
using TraceKit.Probes.Listing;
using TraceKit.Probes.Syntax;
using TraceKit.Testing;

namespace TraceKit.Fuzz.Tests;

/// <summary>Probe definitions, damaged: what is read can be written and read again as the same; what is not is refused with a column.</summary>
public sealed class ProbeSyntaxFuzzTests
{
    /// Every accepted definition of the cases, with bytes changed, moved, doubled and missing.
    [Fact]
    public void ProbeParser_Mutated_ReadsBackOrThrowsItsException()
    {
        var seed = ReaderFuzzTests.Setting("TRACEKIT_FUZZ_SEED", 1);
        var definitions = File.ReadAllLines(Path.Combine(Golden.RepositoryRoot(), "tests", "cases", "probes", "accepted.txt")).Where(l => l.Length > 0 && l[0] != ';').Select(l => l.Split('\t')[0]).ToArray();
        var mutator = new Mutator(seed);
        for (var i = 0; i < ReaderFuzzTests.Setting("TRACEKIT_FUZZ_COUNT", 2000) * 10; i++)
        {
            var text = Encoding.Latin1.GetString(mutator.Mutate(Encoding.Latin1.GetBytes(definitions[i % definitions.Length])));
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
        Ignore(() => LineRange.Parse(text));
        Ignore(() => NameFilter.Parse(text).Matches("ns::Foo::bar(int)"));
        string canonical;
        try
        {
            canonical = ProbeSyntaxText.Format(ProbeParser.Parse(text));
        }
        catch (ProbeSyntaxException e)
        {
            Assert.InRange(e.Position, 0, text.Length);
            return;
        }

        Assert.Equal(canonical, ProbeSyntaxText.Format(ProbeParser.Parse(canonical)));
        if (text.StartsWith("p:", StringComparison.Ordinal) || text.StartsWith("r:", StringComparison.Ordinal))
        {
            try
            {
                KernelTextReader.Normalize(text);
            }
            catch (ProbeSyntaxException)
            {
                // Its arguments are passed on unread otherwise.
            }
        }
    }

    /// <summary>The range and the filter of a listing: read, or refused with their exception.</summary>
    private static void Ignore(Action read)
    {
        try
        {
            read();
        }
        catch (ProbeSyntaxException)
        {
            // The one exception that may come out.
        }
    }
}
