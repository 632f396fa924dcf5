using TraceKit.Binary;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Source;

namespace TraceKit.DebugInfo.Tests.Dwarf;

/// <summary>Few addresses of a large debug file, of which only some units are brought in.</summary>
public class PartialResolveTests
{
    /// <summary>The answers are those of the whole file, for one batch, a second one and a large one after it.</summary>
    [Fact]
    public void Resolve_FewAddresses_AnsweredAsFromTheWhole()
    {
        const string Library = "/lib/x86_64-linux-gnu/libc.so.6";
        var id = File.Exists(Library) ? Convert.ToHexStringLower(ElfImage.Parse(File.ReadAllBytes(Library), "libc").BuildId.Span) : "0000";
        var path = $"/usr/lib/debug/.build-id/{id[..2]}/{id[2..]}.debug";
        if (!File.Exists(path))
            Assert.Skip("libc6-dbg is not installed");
        var bytes = File.ReadAllBytes(path);
        var whole = DwarfInfo.Open(ElfImage.Parse(bytes, path));
        Assert.True(whole.Sections.Image.TrySection(".text", out var text));
        var random = new Random(7);
        Svma[] Some(int count)
        {
            var addresses = new SortedSet<ulong>();
            while (addresses.Count < count)
                addresses.Add(text.Address.Value + (ulong)random.NextInt64((long)text.Size));
            return [.. addresses.Select(a => new Svma(a))];
        }

        var before = PartialSection.WorthBytes;
        PartialSection.WorthBytes = 1 << 20;
        try
        {
            foreach (var count in new[] { 1, 10, 200 })
            {
                var few = DwarfInfo.Open(ElfImage.Parse(
                    SparseImage.OnDemand((ulong)bytes.Length, (offset, destination) =>
                    {
                        bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);
                        return true;
                    }),
                    path));
                foreach (var batch in new[] { count, 20, 3, 30, 40, 1000 })
                {
                    var addresses = Some(batch);
                    Assert.Equal(Chains(whole, addresses), Chains(few, addresses));
                    if (batch == count)
                        Assert.NotNull(few.Sections.Partly(DwarfSection.Info, openNow: false));
                }

                Assert.Null(few.Sections.Partly(DwarfSection.Info, openNow: false));
                Assert.Equal((0, null), (few.DamagedUnits, few.FirstDamage));
            }
        }
        finally
        {
            PartialSection.WorthBytes = before;
        }
    }

    private static string[] Chains(ISourceResolver resolver, Svma[] addresses)
    {
        var frames = new SourceFrames();
        resolver.Resolve(addresses, frames);
        return [.. Enumerable.Range(0, frames.Count).Select(i => string.Join(" < ", frames[i].ToArray().Select(f => $"{frames.Text(f.Name)} {frames.Text(f.File)}:{f.Line}:{f.Column}")))];
    }
}
