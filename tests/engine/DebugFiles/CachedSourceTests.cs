using TraceKit.Binary;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Source;
using TraceKit.Engine.Symbols;

namespace TraceKit.Engine.Tests.DebugFiles;

/// <summary>Answers of debug files that are kept on the disk: never others than the files give.</summary>
public sealed class CachedSourceTests : IDisposable
{
    private static readonly byte[] s_buildId = [1, 2, 3, 4, 5, 6, 7, 8];

    private readonly DebugProgram _program = new();

    public void Dispose() => _program.Dispose();

    private SourceIndexCache Cache() => new(Path.Combine(_program.Folder, "cache"));

    private string CacheFile => Assert.Single(Directory.GetFiles(Path.Combine(_program.Folder, "cache"), "*", SearchOption.AllDirectories));

    private DwarfInfo Open(string name) => DwarfInfo.Open(ElfImage.Parse(File.ReadAllBytes(_program.File(name)), name));

    private CachedSource Cached(string name, ulong mark = 1) => new(Open(name), Cache(), s_buildId, mark);

    private static string[] Chains(ISourceResolver resolver, Svma[] addresses)
    {
        var frames = new SourceFrames();
        frames.Intern("another number for each text");
        resolver.Resolve(addresses, frames);
        Assert.Equal(addresses.Length, frames.Count);
        return [.. Enumerable.Range(0, frames.Count).Select(i => string.Join(" < ", frames[i].ToArray().Select(f => $"{frames.Text(f.Name)} {frames.Text(f.File)}:{f.Line}:{f.Column}")))];
    }

    /// <summary>A program with inlined functions, one that gives other answers, and addresses of all of its code and around it.</summary>
    private Svma[] Build()
    {
        DebugProgram.Need("gcc");
        File.WriteAllText(_program.File("q.c"), """
            volatile int v;
            static inline __attribute__((always_inline)) void inner(int x) { for (int i = 0; i < x; i++) v += i; }
            static inline __attribute__((always_inline)) void middle(int x) { inner(x); v++; inner(2 * x); }
            __attribute__((noinline)) void outer(int x) { middle(x); v--; }
            int main(int argc, char **argv) { outer(argc); return 0; }
            """);
        _program.Run("gcc", "-g", "-O2", "-o", _program.File("p"), _program.File("q.c"));
        _program.Compile("other", "-g", "-O0", "-Wl,-Ttext=0x900000", "-no-pie");
        var image = ElfImage.Parse(File.ReadAllBytes(_program.File("p")), "p");
        Assert.True(image.TrySection(".text", out var text));
        var addresses = new List<Svma>();
        for (var at = text.Address.Value - 16; at < text.Address.Value + text.Size + 16; at++)
            addresses.Add(new Svma(at));
        return [.. addresses];
    }

    /// <summary>What was asked once is answered without the files from then on, addresses of which nothing is known too; the rest is asked and kept beside it.</summary>
    [Fact]
    public void Resolve_AskedBefore_SameAnswersWithoutTheFiles()
    {
        var addresses = Build();
        var expected = Chains(Open("p"), addresses);
        Assert.Contains(expected, c => c.Contains(" < ", StringComparison.Ordinal));
        Assert.Contains("", expected);
        Svma[] even = [.. addresses.Where((_, i) => i % 2 == 0)];
        string[] expectedEven = [.. expected.Where((_, i) => i % 2 == 0)];
        Assert.Equal(expectedEven, Chains(Cached("p"), even));
        Assert.Equal(expectedEven, Chains(Cached("other"), even));
        Assert.Equal(expected, Chains(Cached("p"), addresses));
        Assert.Equal(expected, Chains(Cached("other"), addresses));
        Svma[] twice = [.. addresses.SelectMany(a => new[] { a, a })];
        Assert.Equal(expected.SelectMany(c => new[] { c, c }), Chains(Cached("other"), twice));
        var both = Cached("p");
        Assert.Equal(expectedEven, Chains(both, even));
        Assert.Equal(expected, Chains(both, addresses));
    }

    /// <summary>Answers of other files, or of another program, are not used.</summary>
    [Fact]
    public void Resolve_OtherMark_AskedAnew()
    {
        var addresses = Build();
        var expected = Chains(Cached("p", 1), addresses);
        Assert.NotEqual(expected, Chains(Cached("other", 2), addresses));
        Assert.Equal(expected, Chains(Cached("p", 1), addresses));
        var image = ElfImage.Parse(File.ReadAllBytes(_program.File("p")), "p");
        Assert.NotEqual(CachedSource.MarkOf(image, null), CachedSource.MarkOf(image, image));
        Assert.NotEqual(CachedSource.MarkOf(image), CachedSource.MarkOf(ElfImage.Parse(File.ReadAllBytes(_program.File("other")), "p")));
    }

    /// <summary>A damaged file of the cache is made anew.</summary>
    [Fact]
    public void Resolve_DamagedCache_SameAnswersAndMended()
    {
        var addresses = Build();
        var expected = Chains(Cached("p"), addresses);
        var good = File.ReadAllBytes(CacheFile);
        for (var at = 0; at < good.Length; at += 1 + good.Length / 60)
        {
            var bad = (byte[])good.Clone();
            bad[at] ^= 0x55;
            File.WriteAllBytes(CacheFile, bad);
            Assert.Equal(expected, Chains(Cached("p"), addresses));
            Assert.Equal(good, File.ReadAllBytes(CacheFile));
            File.WriteAllBytes(CacheFile, good[..at]);
            Assert.Equal(expected, Chains(Cached("p"), addresses));
            Assert.Equal(good, File.ReadAllBytes(CacheFile));
        }
    }

    /// <summary>Where nothing can be stored the files answer each time.</summary>
    [Fact]
    public void Resolve_NoPlaceForACache_SameAnswers()
    {
        var addresses = Build();
        File.WriteAllText(Path.Combine(_program.Folder, "cache"), "no folder");
        var source = Cached("p");
        Assert.Equal(Chains(Open("p"), addresses), Chains(source, addresses));
        Assert.Equal(Chains(Open("p"), addresses), Chains(source, addresses));
    }

    /// <summary>Several at once disturb each other no more than that one's answers are asked again.</summary>
    [Fact]
    public void Resolve_SeveralAtOnce_SameAnswers()
    {
        var addresses = Build();
        var expected = Chains(Open("p"), addresses);
        Parallel.For(0, 16, n =>
        {
            int[] mine = [.. Enumerable.Range(0, addresses.Length).Where(i => (i + n) % 3 != 0)];
            Assert.Equal(mine.Select(i => expected[i]), Chains(Cached("p"), [.. mine.Select(i => addresses[i])]));
        });
        Assert.Equal(expected, Chains(Cached("p"), addresses));
        Assert.Equal(expected, Chains(Cached("other"), addresses));
        Assert.EndsWith(SourceIndexCache.AskedIndex, CacheFile, StringComparison.Ordinal);
    }
}
