using System.Text;
using TraceKit.Binary;
using TraceKit.DebugInfo.Demangle;
using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Targets;

public sealed partial class UserTarget
{
    /// <inheritdoc/>
    public override IReadOnlyList<TargetFunction> FindFunctions(FunctionPattern pattern, string? module = null)
    {
        var matcher = new SymbolMatcher(pattern, IsGo);
        var index = Index;
        var entries = index.Entries;
        var hits = new List<(int Entry, SymbolMatch Match)>();
        var best = SymbolMatch.None;
        for (var i = 0; i < entries.Length; i++)
        {
            ref readonly var entry = ref entries[i];
            var match = matcher.Match(index.Name(entry), entry.Marks.HasFlag(FunctionIndex.Marks.OldVersion), matcher.Version.Length == 0 ? "" : index.Version(entry));
            if (match == SymbolMatch.None || entry.Marks.HasFlag(FunctionIndex.Marks.Label) && (match != SymbolMatch.Exact || IsInside(i)))
                continue;
            hits.Add((i, match));
            if (match > best)
                best = match;
        }

        var found = new List<TargetFunction>();
        for (var h = 0; h < hits.Count; h++)
        {
            var (at, match) = hits[h];
            // Of a function that a pattern means exactly, clones and others that merely end in its name are left out; a glob means all.
            if (match < best && !pattern.IsGlob)
                continue;
            if (found.Count > 0 && found[^1].Address.Value == entries[at].Address)
                continue;
            found.Add(Make(at));
        }

        return found;
    }

    /// <summary>Clones that the compiler made of a function (<c>.isra.0</c>, <c>.constprop.0</c>): calls may go to them instead. Not what it split off (<c>.part.0</c>, <c>.cold</c>).</summary>
    public IReadOnlyList<TargetFunction> ClonesOf(TargetFunction function)
    {
        var name = Encoding.UTF8.GetBytes(BaseName(function.Symbol));
        var index = Index;
        var entries = index.Entries;
        var found = new List<TargetFunction>();
        for (var i = 0; i < entries.Length; i++)
        {
            var candidate = index.Name(entries[i]);
            if (candidate.Length > name.Length && candidate.StartsWith(name) && SymbolMatcher.IsClone(candidate[name.Length..]) && entries[i].Address != function.Address.Value &&
                (found.Count == 0 || found[^1].Address.Value != entries[i].Address))
            {
                found.Add(Make(i));
            }
        }

        return found;
    }

    /// <summary>Every function, by address, each once.</summary>
    public IEnumerable<TargetFunction> AllFunctions()
    {
        for (var i = 0; i < Index.Entries.Length; i++)
        {
            if ((i == 0 || Index.Entries[i].Address != Index.Entries[i - 1].Address) && BestOf(i) is var best && !Index.Entries[best].Marks.HasFlag(FunctionIndex.Marks.Label))
                yield return Make(best);
        }
    }

    /// <summary>Names of all functions as people read them, by address, each address once: demangled, with parameters.</summary>
    /// <param name="glob">What the whole of a name, with or without its parameters, or of the symbol must match; null for all.</param>
    public IEnumerable<string> FunctionNames(string? glob)
    {
        var literal = glob is null ? [] : Encoding.UTF8.GetBytes(DemangledLiteral.Of(glob));
        for (var first = 0; first < Index.Entries.Length;)
        {
            var next = first + 1;
            while (next < Index.Entries.Length && Index.Entries[next].Address == Index.Entries[first].Address)
                next++;
            var best = BestOf(first);
            first = next;
            if (NameFor(best, glob, literal) is { } name)
                yield return name;
        }
    }

    private string? NameFor(int entry, string? glob, byte[] literal)
    {
        ref readonly var e = ref Index.Entries[entry];
        var raw = Index.Name(e);
        if (e.Marks.HasFlag(FunctionIndex.Marks.Label) || literal.Length > 0 && raw.IndexOf(literal) < 0)
            return null;
        var isDemangled = Demangler.TryDemangle(raw, out var name);
        if (!isDemangled)
            name = Encoding.UTF8.GetString(raw);
        if (glob is null || Glob.Matches(glob, name))
            return name;
        if (!isDemangled)
            return null;
        return FunctionPattern.Parse(name).Name is var plain && Glob.Matches(glob, plain) || Glob.Matches(glob, Encoding.UTF8.GetString(raw)) ? name : null;
    }

    /// <inheritdoc/>
    public override TargetFunction? FunctionAt(Svma address)
    {
        if (!Symbols.TryFind(address, out var symbol))
            return null;
        var at = Index.LowerBound(symbol.Start.Value);
        if (at == Index.Entries.Length || Index.Entries[at].Address != symbol.Start.Value)
            return null; // a stub of the procedure linkage table
        return Make(BestOf(at));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> SimilarFunctions(string name) => Suggestions.NearestFew(name, Names(name.Length), 5);

    /// <summary>Names without parameters whose length is near; C++ and Rust names by their last component too.</summary>
    private IEnumerable<string> Names(int length)
    {
        var slack = Math.Max(1, length / 2);
        for (var i = 0; i < Index.Entries.Length; i++)
        {
            var raw = RawName(i);
            if (raw.StartsWith('_') && Demangler.TryDemangle(Encoding.UTF8.GetBytes(raw), DemangleStyle.WithoutParameters, out var demangled))
            {
                if (Math.Abs(demangled.Length - length) <= slack)
                    yield return demangled;
                var last = demangled.LastIndexOf("::", StringComparison.Ordinal);
                if (last >= 0 && Math.Abs(demangled.Length - last - 2 - length) <= slack)
                    yield return demangled[(last + 2)..];
            }
            else if (Math.Abs(raw.Length - length) <= slack)
            {
                yield return raw;
            }
        }
    }

    private string RawName(int entry) => Encoding.UTF8.GetString(Index.Name(Index.Entries[entry]));

    /// <summary>The address's best name, as perf chooses: sized, not weak, global, fewer underscores, longer.</summary>
    private int BestOf(int first)
    {
        var entries = Index.Entries;
        var best = first;
        for (var i = first + 1; i < entries.Length && entries[i].Address == entries[first].Address; i++)
        {
            if (Rank(i).CompareTo(Rank(best)) > 0)
                best = i;
        }

        return best;
    }

    private (bool Function, bool Sized, bool Default, bool Strong, bool Global, int Underscores, int Length) Rank(int i)
    {
        ref readonly var e = ref Index.Entries[i];
        var name = Index.Name(e);
        var underscores = name.IndexOfAnyExcept((byte)'_');
        return (!e.Marks.HasFlag(FunctionIndex.Marks.Label), e.Size != 0, !e.Marks.HasFlag(FunctionIndex.Marks.OldVersion), !e.Marks.HasFlag(FunctionIndex.Marks.Weak),
            !e.Marks.HasFlag(FunctionIndex.Marks.Local), -underscores, name.Length);
    }

    private TargetFunction Make(int at)
    {
        var entries = Index.Entries;
        ref readonly var entry = ref entries[at];
        var raw = RawName(at);
        var display = Demangler.TryDemangle(Index.Name(entry), out var demangled) ? demangled : raw;
        bool isIndirect = false, isLocal = true;
        ulong size = 0;
        for (var i = Index.LowerBound(entry.Address); i < entries.Length && entries[i].Address == entry.Address; i++)
        {
            isIndirect |= entries[i].Marks.HasFlag(FunctionIndex.Marks.Indirect);
            isLocal &= entries[i].Marks.HasFlag(FunctionIndex.Marks.Local);
            size = Math.Max(size, entries[i].Size);
        }

        if (size == 0 && Symbols.TryFind(new Svma(entry.Address), out var symbol) && symbol.Start.Value == entry.Address)
            size = symbol.Length;
        if (entry.Marks.HasFlag(FunctionIndex.Marks.OldVersion) && Index.Version(entry) is { Length: > 0 } version)
            raw = $"{raw}@{version}";
        return new TargetFunction(raw, display, null, new Svma(entry.Address), size, isIndirect, isLocal);
    }

    /// <summary>Whether a label lies within a function rather than at its start.</summary>
    private bool IsInside(int entry) => Symbols.TryFind(new Svma(Index.Entries[entry].Address), out var symbol) && symbol.Start.Value != Index.Entries[entry].Address;

    private static string BaseName(string symbol)
    {
        var at = symbol.IndexOf('@', StringComparison.Ordinal);
        return at > 0 ? symbol[..at] : symbol;
    }
}
