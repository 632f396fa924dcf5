using System.Text;
using TraceKit.DebugInfo.Demangle;
using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Targets;

/// <summary>How well a symbol is what a pattern means, worst first.</summary>
internal enum SymbolMatch : byte
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Its demangled name ends in the pattern, from a whole component on.</summary>
    Ending,

    /// <summary>A clone of the function (<c>.isra.0</c>).</summary>
    Clone,

    /// <summary>A version that programs linked today do not get.</summary>
    OldVersion,

    /// <summary>Its name is the pattern's.</summary>
    Exact,
}

/// <summary>Compares symbols with a pattern: as the table has them, and demangled. Only those are demangled whose bytes hold what the pattern's name holds.</summary>
internal sealed class SymbolMatcher
{
    private readonly FunctionPattern _pattern;
    private readonly byte[] _raw;
    private readonly byte[] _literal;
    private readonly bool _isGlob;
    private readonly bool _isGo;
    private readonly bool _hasVersion;
    private readonly bool _meansParts;

    public SymbolMatcher(FunctionPattern pattern, bool isGo)
    {
        _pattern = pattern;
        var text = pattern.Parameters is null ? pattern.Name : pattern.Text;
        var at = text.IndexOf('@', Math.Min(1, text.Length));
        _hasVersion = at > 0;
        Version = _hasVersion ? text[at..].TrimStart('@') : "";
        _raw = Encoding.UTF8.GetBytes(_hasVersion ? text[..at] : text);
        _isGlob = pattern.IsGlob;
        _isGo = isGo;
        _literal = Encoding.UTF8.GetBytes(DemangledLiteral.Of(pattern.Name));
        _meansParts = text.Contains(".cold", StringComparison.Ordinal);
    }

    /// <summary>The version asked for (<c>malloc@GLIBC_2.2.5</c>); empty for the default one.</summary>
    public string Version { get; }

    /// <summary>Compares one symbol.</summary>
    /// <param name="name">Its bytes without version.</param>
    /// <param name="isOldVersion">It has a version that is not the default.</param>
    /// <param name="version">Its version; only needed when <see cref="Version"/> is given.</param>
    public SymbolMatch Match(ReadOnlySpan<byte> name, bool isOldVersion, string version)
    {
        if (_hasVersion)
            return name.SequenceEqual(_raw) && version == Version ? SymbolMatch.Exact : SymbolMatch.None;
        if (!_isGlob && name.StartsWith(_raw))
        {
            if (name.Length == _raw.Length)
                return isOldVersion ? SymbolMatch.OldVersion : SymbolMatch.Exact;
            if (IsClone(name[_raw.Length..]))
                return SymbolMatch.Clone;
        }

        // What was split off is no function of its own: only those who name it mean it.
        if (!_meansParts && name.IndexOf(".cold"u8) > 0)
            return SymbolMatch.None;
        // A glob means mangled names only when it begins as they do; else what they stand for.
        var isMangled = IsMangled(name);
        if (_isGlob && (!isMangled || IsMangled(_raw)) && MatchesGlob(name))
            return isOldVersion ? SymbolMatch.OldVersion : SymbolMatch.Exact;
        if (_literal.Length > 0 && name.IndexOf(_literal) < 0)
            return SymbolMatch.None;
        string text;
        if (_isGo)
            text = Encoding.UTF8.GetString(name);
        else if (!isMangled || !Demangler.TryDemangle(name, out text))
            return SymbolMatch.None;
        return _pattern.Match(text) switch
        {
            FunctionMatch.Whole => SymbolMatch.Exact,
            FunctionMatch.End => SymbolMatch.Ending,
            _ => SymbolMatch.None,
        };
    }

    /// <summary>Whether what follows a function's name says that the whole function was cloned.</summary>
    public static bool IsClone(ReadOnlySpan<byte> suffix)
    {
        var some = false;
        while (suffix.Length > 0)
        {
            if (suffix[0] != '.')
                return false;
            suffix = suffix[1..];
            var end = suffix.IndexOf((byte)'.');
            var word = end < 0 ? suffix : suffix[..end];
            suffix = end < 0 ? default : suffix[end..];
            if (word.SequenceEqual("isra"u8) || word.SequenceEqual("constprop"u8) || word.SequenceEqual("lto_priv"u8) || word.SequenceEqual("llvm"u8) || word.SequenceEqual("abi0"u8) || word.SequenceEqual("abiinternal"u8))
                some = true;
            else if (word.Length == 0 || word.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0)
                return false;
        }

        return some;
    }

    private static bool IsMangled(ReadOnlySpan<byte> name) => name.Length > 2 && name[0] == '_' && name[1] is (byte)'Z' or (byte)'R' or (byte)'_';

    private bool MatchesGlob(ReadOnlySpan<byte> name)
    {
        Span<char> text = name.Length <= 512 ? stackalloc char[name.Length] : new char[name.Length];
        var length = Encoding.UTF8.GetChars(name, text);
        return Glob.Matches(_pattern.Name, text[..length]);
    }
}
