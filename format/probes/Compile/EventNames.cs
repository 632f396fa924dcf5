using System.Globalization;

namespace TraceKit.Probes.Compile;

/// <summary>Names of groups and events that a definition does not give.</summary>
internal static class EventNames
{
    /// <summary>The group of a kernel probe.</summary>
    public const string KernelGroup = "probe";

    /// <summary>The group of a user probe: <c>probe_</c> and the file's name up to the first character a name cannot hold. <c>/usr/lib/libc.so.6</c> gives <c>probe_libc</c>.</summary>
    public static string GroupOfFile(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        var end = 0;
        while (end < name.Length && end < 40 && (IsLetter(name[end]) || char.IsAsciiDigit(name[end])))
            end++;
        return "probe_" + name[..end];
    }

    /// <summary>
    /// From a function's name: the last component without template arguments and parameters, up to the first character a name cannot hold. <c>ns::Foo::bar</c> is
    /// <c>bar</c>, <c>main.(*Node).Walk</c> is <c>Walk</c>, <c>malloc@GLIBC_2.2.5</c> is <c>malloc</c>, <c>~Foo</c> is <c>Foo</c>.
    /// </summary>
    public static string OfFunction(string function)
    {
        if (function.StartsWith("0x", StringComparison.Ordinal))
            return "abs_" + function[2..];
        var name = WithoutArguments(function);
        name = name[(name.LastIndexOf("::", StringComparison.Ordinal) is >= 0 and var colons ? colons + 2 : 0)..];

        // Of Go's path/to/pkg.(*Type).Method the part behind the last dot; of C's foo.isra.0 the part before the first.
        if (name.Contains('/') || name.Contains('(') || (name.IndexOf('.') > 0 && !HasCloneSuffix(name)))
            name = name[(name.LastIndexOf('.') + 1)..];
        var start = 0;
        while (start < name.Length && !IsLetter(name[start]))
            start++;
        var end = start;
        while (end < name.Length && end - start < ProbeNames.MaxLength && (IsLetter(name[end]) || char.IsAsciiDigit(name[end])))
            end++;
        return end > start ? name[start..end] : "probe";
    }

    /// <summary>From a marker's name: <c>gc__begin</c> stays, what a name cannot hold becomes <c>_</c>.</summary>
    public static string OfMarker(string name)
    {
        var legal = new System.Text.StringBuilder(name.Length);
        foreach (var c in name)
            legal.Append(IsLetter(c) || char.IsAsciiDigit(c) ? c : '_');
        if (legal.Length == 0 || char.IsAsciiDigit(legal[0]))
            legal.Insert(0, '_');
        return legal.Length > ProbeNames.MaxLength ? legal.ToString(0, ProbeNames.MaxLength) : legal.ToString();
    }

    /// <summary>From a source line.</summary>
    public static string OfLine(string source, int line)
    {
        var file = source[(source.LastIndexOf('/') + 1)..];
        var name = OfFunction(file.Replace('.', '_'));
        var number = line.ToString(CultureInfo.InvariantCulture);
        return (name.Length > 40 ? name[..40] : name) + "_L" + number;
    }

    /// <summary>Whether a symbol is a copy of a function that the compiler changed.</summary>
    public static bool IsClone(string symbol) =>
        symbol.Contains(".isra.", StringComparison.Ordinal) || symbol.Contains(".constprop.", StringComparison.Ordinal) || symbol.Contains(".part.", StringComparison.Ordinal)
        || symbol.EndsWith(".isra", StringComparison.Ordinal) || symbol.EndsWith(".constprop", StringComparison.Ordinal);

    /// <summary>Whether a symbol is the part of a function that is seldom run: nobody calls it.</summary>
    public static bool IsCold(string symbol) => symbol.EndsWith(".cold", StringComparison.Ordinal) || symbol.Contains(".cold.", StringComparison.Ordinal);

    private static bool HasCloneSuffix(string name) => IsClone(name) || IsCold(name) || name.Contains(".llvm.", StringComparison.Ordinal) || name.Contains(".lto_priv", StringComparison.Ordinal)
        || (name.LastIndexOf('.') is > 0 and var dot && dot + 1 < name.Length && char.IsAsciiDigit(name[dot + 1]));

    private static bool IsLetter(char c) => char.IsAsciiLetter(c) || c == '_';

    /// <summary>A name up to its parameters and template arguments; those of scopes go too.</summary>
    private static string WithoutArguments(string name)
    {
        var kept = new System.Text.StringBuilder(name.Length);
        var depth = 0;
        var isOperator = false;
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if (depth == 0 && name.AsSpan(i).StartsWith("operator", StringComparison.Ordinal))
                isOperator = true;
            if (!isOperator && c == '<')
                depth++;
            else if (!isOperator && c == '>' && depth > 0)
                depth--;
            else if (depth == 0 && c == '(' && i > 0 && name[i - 1] != '.' && name[i - 1] != ':')
                break;
            else if (depth == 0)
                kept.Append(c);
        }

        return kept.ToString();
    }
}
