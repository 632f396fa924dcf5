using TraceKit.Engine.Stacks;

namespace TraceKit.Engine.Tests;

public sealed class StackTests
{
    /// <summary>Many nodes survive growing, and the same path is the same node.</summary>
    [Fact]
    public void Trie_TenThousandPaths_SameNodesAgain()
    {
        var trie = new StackTrie();
        var nodes = new int[10_000];
        for (var round = 0; round < 2; round++)
        {
            var random = new Random(7);
            for (var i = 0; i < nodes.Length; i++)
            {
                var node = trie.Root(i % 3);
                for (var d = random.Next(1, 8); d > 0; d--)
                    node = trie.Child(node, (ulong)random.Next(20), out _);
                if (round == 1)
                    Assert.Equal(nodes[i], node);
                nodes[i] = node;
            }
        }
    }

    /// <summary>A return address is looked up one byte before it; 0, from a frame pointer that is none, must not wrap round into the kernel.</summary>
    [Fact]
    public void LookupAddress_OfReturn_OneBackButZeroStays()
    {
        Assert.Equal(0x400fffUL, LookupAddress.OfReturn(0x401000));
        Assert.Equal(0UL, LookupAddress.OfReturn(0));
    }

    /// <summary>Whatever order paths come in and however they are spread over tries, the table is the same.</summary>
    [Fact]
    public void Merger_AnyOrderAndSplit_TableIsCanonical()
    {
        var random = new Random(1);
        var paths = Enumerable.Range(0, 500).Select(_ => Enumerable.Range(0, random.Next(1, 9)).Select(_ => random.Next(6)).ToArray()).ToArray();
        string? expected = null;
        foreach (var tries in new[] { 1, 2, 5 })
        {
            random.Shuffle(paths);
            var merger = new StackMerger();
            var parts = Enumerable.Range(0, tries).Select(_ => new StackTrie()).ToArray();
            for (var i = 0; i < paths.Length; i++)
            {
                var trie = parts[i % tries];
                var node = trie.Root(i % 4);
                foreach (var frame in paths[i])
                    node = trie.Child(node, (ulong)frame, out _);
            }

            foreach (var trie in parts)
            {
                var frames = new int[trie.Count];
                for (var i = 0; i < frames.Length; i++)
                    frames[i] = (int)trie.Addresses[i];
                merger.Add(trie, frames);
            }

            var (table, _) = merger.Freeze(6);
            var text = string.Join(" ", table.Parents.ToArray()) + "/" + string.Join(" ", table.Frames.ToArray());
            expected ??= text;
            Assert.Equal(expected, text);
            for (var i = 1; i < table.Count; i++)
            {
                Assert.True(table.Parents[i] < i);
                Assert.InRange(table.SubtreeEnds[i], i + 1, table.SubtreeEnds[table.Parents[i]]);
            }
        }
    }
}
