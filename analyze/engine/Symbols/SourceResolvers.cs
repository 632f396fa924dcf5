using TraceKit.Binary;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Source;

namespace TraceKit.Engine.Symbols;

/// <summary>Several resolvers as one: each is asked for what those before it do not know.</summary>
/// <param name="resolvers">Best first.</param>
internal sealed class SourceResolvers(IReadOnlyList<ISourceResolver> resolvers)
{
    /// <summary>Whether there is any.</summary>
    public bool Any => resolvers.Count > 0;

    /// <summary>Whether an address is answered without opening a debug file.</summary>
    public bool IsAtHand(Svma address)
    {
        for (var i = 0; i < resolvers.Count; i++)
        {
            if (resolvers[i] is DwarfInfo || resolvers[i] is CachedSource cached && !cached.Knows(address))
                return false;
            if (i + 1 == resolvers.Count)
                return true;
            var answer = new SourceFrames();
            resolvers[i].Resolve([address], answer);
            if (!answer[0].IsEmpty)
                return true;
        }

        return true;
    }

    /// <summary>Adds one chain for each address.</summary>
    /// <param name="addresses">Ascending.</param>
    /// <param name="frames">Gets the chains, after those that it has.</param>
    public void Resolve(ReadOnlySpan<Svma> addresses, SourceFrames frames)
    {
        if (resolvers.Count == 1)
        {
            resolvers[0].Resolve(addresses, frames);
            return;
        }

        // For each address which resolver's answers have it, and where.
        var by = new int[addresses.Length];
        var at = new int[addresses.Length];
        Array.Fill(by, -1);
        var answers = new List<SourceFrames>();
        foreach (var resolver in resolvers)
        {
            var left = new List<Svma>();
            for (var i = 0; i < by.Length; i++)
            {
                if (by[i] < 0)
                    left.Add(addresses[i]);
            }

            if (left.Count == 0)
                break;
            var answer = new SourceFrames();
            resolver.Resolve(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(left), answer);
            for (int i = 0, n = 0; i < by.Length; i++)
            {
                if (by[i] >= 0)
                    continue;
                if (!answer[n].IsEmpty)
                    (by[i], at[i]) = (answers.Count, n);
                n++;
            }

            answers.Add(answer);
        }

        for (var i = 0; i < by.Length; i++)
        {
            if (by[i] >= 0)
            {
                var answer = answers[by[i]];
                foreach (var frame in answer[at[i]])
                    frames.Add(frame with { Name = frames.Intern(answer.Text(frame.Name)), File = frames.Intern(answer.Text(frame.File)) });
            }

            frames.EndAddress();
        }
    }
}
